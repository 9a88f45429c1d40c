"""The words of the search box, blind to case and accents, as PostgreSQL's text search reads them.

The folding is done here and not by `unaccent`, because the product needs no contrib extension.
"""

import re
import unicodedata

LETTERS_WITHOUT_PARTS = str.maketrans(
    {"ø": "o", "đ": "d", "ð": "d", "ł": "l", "ħ": "h", "ŧ": "t", "ı": "i", "æ": "ae", "œ": "oe"}
)
"""Letters that Unicode does not take apart into a base and an accent."""

_TERM = re.compile(r'(-?)(?:"([^"]*)"?|([^\s"]+))')
_WORD = re.compile(r"[^\W_]+")
_TO_SPACES = str.maketrans({chr(n): " " for n in range(128) if not chr(n).isalnum()})


def words(text: str) -> str:
    """Return the folded words of a text with spaces between them: what is stored for the search.

    PostgreSQL's own parser would make one word of "L.A" and of "WALL·E", which nobody who types
    a part of them would find.
    """
    folded = fold(text)
    # An import folds every film's texts, and for most of them this is three times faster.
    return folded.translate(_TO_SPACES) if folded.isascii() else " ".join(_WORD.findall(folded))


def fold(text: str) -> str:
    """Return the text in lower case without accents."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(char for char in decomposed if not unicodedata.combining(char))
    return bare.translate(LETTERS_WITHOUT_PARTS)


def tsquery(text: str) -> str | None:
    """Turn what a visitor typed into a tsquery: every word as a prefix, `"a phrase"`, `-not`.

    Only letters and digits reach the query, so nothing in it can be an operator.
    None where there is nothing to look for.
    """
    wanted: list[str] = []
    unwanted: list[str] = []
    for minus, phrase, bare in _TERM.findall(fold(text)):
        parts = _WORD.findall(phrase or bare)
        if not parts:
            continue
        term = " <-> ".join(parts) if phrase else " & ".join(f"{part}:*" for part in parts)
        (unwanted if minus else wanted).append(f"({term})")
    terms = wanted + [f"!{term}" for term in unwanted]
    return " & ".join(terms) or None
