"""The words of the search box, blind to case and accents, as PostgreSQL's text search reads them.

The folding is done here and not by `unaccent`, because the product needs no contrib extension.
"""

import re
import unicodedata
from dataclasses import dataclass

BEGIN, END = "^", "$"
"""Marks around a movie's name in its search; no word that is typed can be one of them."""

LETTERS_WITHOUT_PARTS = str.maketrans(
    {"ø": "o", "đ": "d", "ð": "d", "ł": "l", "ħ": "h", "ŧ": "t", "ı": "i", "æ": "ae", "œ": "oe"}
)
"""Letters that Unicode does not take apart into a base and an accent."""

_FRACTION = re.compile("[¼-¾⅐-⅞]")
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
    # "8½" would be taken apart into 81 and 2.
    apart = _FRACTION.sub(r" \g<0>", text)
    # Twice: some capitals appear with the first, and some accents with the small letters.
    lowered = unicodedata.normalize("NFKD", apart).casefold()
    decomposed = unicodedata.normalize("NFKD", lowered)
    bare = "".join(char for char in decomposed if not unicodedata.combining(char))
    return bare.translate(LETTERS_WITHOUT_PARTS)


@dataclass(frozen=True, slots=True)
class Search:
    """What a visitor typed, as queries of PostgreSQL's text search."""

    found: str
    """Every word as a prefix, `"a phrase"`, `-not`: what a movie must hold."""
    whole_name: str
    """The words and nothing else are the name."""
    name_begins: str
    """The name begins with the words."""
    in_name: str
    """All of the words, as prefixes, are in the name."""
    in_names: str
    """All of them are in the name or in those of its people."""


def read_search(text: str) -> Search | None:
    """Read what was typed; None where there is nothing to look for.

    Only letters and digits reach the queries, so nothing in it can be an operator.
    """
    wanted: list[str] = []
    in_name: list[str] = []
    in_names: list[str] = []
    unwanted: list[str] = []
    sequence: list[str] = []
    for minus, phrase, bare in _TERM.findall(fold(text)):
        parts = _WORD.findall(phrase or bare)
        if not parts:
            continue
        if minus:
            unwanted.append(_term(parts, bool(phrase)))
            continue
        wanted.append(_term(parts, bool(phrase)))
        in_name.append(_term(parts, bool(phrase), "A"))
        in_names.append(_term(parts, bool(phrase), "AB"))
        sequence += parts
    if not wanted and not unwanted:
        return None
    found = " & ".join(wanted + [f"!{term}" for term in unwanted])
    if not wanted:
        return Search(found, "", "", "", "")
    begin = " <-> ".join([f"'{BEGIN}'", *sequence])
    return Search(
        found,
        whole_name=f"{begin} <-> '{END}'",
        name_begins=f"{begin}:*",
        in_name=" & ".join(in_name),
        in_names=" & ".join(in_names),
    )


def _term(parts: list[str], is_phrase: bool, weight: str = "") -> str:
    if is_phrase:
        label = f":{weight}" if weight else ""
        return f"({' <-> '.join(part + label for part in parts)})"
    return f"({' & '.join(f'{part}:*{weight}' for part in parts)})"


def tsquery(text: str) -> str | None:
    """Write what must be found as a tsquery; None where there is nothing to look for."""
    search = read_search(text)
    return None if search is None else search.found
