"""The words of names: counted with every change of a film, and asked when a search finds little."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from cinema.catalogue.schemas import MovieQuery
from cinema.catalogue.search import BEGIN, END, fold
from cinema.database import current_transaction, fetch

FEW = 3
"""A search that finds fewer films may have been misspelt."""
NEAREST = 40
"""Words that are compared letter by letter with one that nobody knows."""
SHORTEST = 3
"""Letters of a word that can be misspelt: of two, one is half the word."""
LONGEST = 100
"""Letters of a word that is remembered."""

WORDS = f"""
ARRAY(SELECT word FROM unnest(tsvector_to_array(ts_filter(m.search, '{{a,b}}'))) word
       WHERE word NOT IN ('{BEGIN}', '{END}') AND length(word) <= {LONGEST})
"""  # noqa: S608 - composed of constants
"""The words of the names of a movie `m`: its own and its people's."""
TRIGRAMS = """ARRAY(SELECT DISTINCT substr('  ' || word || ' ', n, 3)
        FROM generate_series(1, length(word) + 1) n)"""
"""Every three letters in a row of `word`, which has two spaces before it and one behind."""

ADD = f"""
INSERT INTO search_words AS w (word, trigrams, movies)
SELECT word, {TRIGRAMS}, more FROM {{given}} WHERE more > 0 ORDER BY word
ON CONFLICT (word) DO UPDATE SET movies = w.movies + excluded.movies
"""  # noqa: S608 - composed of constants
COUNT = f"""
WITH given AS (SELECT * FROM unnest($1::text[], $2::int[]) AS given (word, more)),
     less AS (UPDATE search_words w SET movies = greatest(w.movies + given.more, 0)
                FROM given WHERE w.word = given.word AND given.more < 0)
{ADD.format(given="given")}
"""  # noqa: S608 - composed of constants

# Words that begin with what was typed are found by its trigrams without the last, which may end
# in another letter than the word does.
NEAR = f"""
WITH typed AS (
    SELECT word, rest, trigrams, EXISTS (
               SELECT FROM search_words w
                WHERE w.trigrams @> array_remove(trigrams, right(word, 2) || ' ')
                  AND starts_with(w.word, given.word) AND w.movies > 0) AS is_known
      FROM (SELECT word, rest, {TRIGRAMS} AS trigrams
              FROM unnest($1::text[], $2::text[]) AS given (word, rest)) given)
SELECT typed.word AS typed, near.word, near.movies,
       CASE WHEN typed.rest = '' THEN false ELSE EXISTS (
           SELECT FROM movies m
            WHERE m.search @@ (quote_literal(near.word) || ' & ' || typed.rest)::tsquery)
       END AS together
  FROM typed, LATERAL (
       SELECT w.word, w.movies
         FROM search_words w, LATERAL (
              SELECT count(*) AS shared FROM unnest(w.trigrams) one
               WHERE one = ANY (typed.trigrams)) alike
        WHERE w.trigrams && typed.trigrams AND w.movies > 0
        ORDER BY shared::real / (cardinality(w.trigrams) + cardinality(typed.trigrams)) DESC,
                 w.movies DESC
        LIMIT {NEAREST}) near
 WHERE NOT typed.is_known
"""  # noqa: S608 - composed of constants

_LEFT_OUT_OR_WORD = re.compile(r'(?<!\w)-(?:"[^"]*"?|[^\s"]+)|[^\W_]+')


async def count_words(before: Iterable[str], after: Iterable[str]) -> None:
    """Take note that movies held the words and now hold the others, one by one as they stand.

    A step of the caller's transaction.
    """
    current_transaction()
    change = Counter(after)
    change.subtract(before)
    moved = sorted((word, more) for word, more in change.items() if more)
    if moved:
        await fetch(COUNT, [word for word, _ in moved], [more for _, more in moved])


async def did_you_mean(query: MovieQuery, found: int) -> str | None:
    """Correct a search that finds few films, word by word; one statement.

    None where there is nothing to correct: every word begins a name that there is, or none is near.
    """
    if found >= FEW or query.page > 1:
        return None
    typed = {fold(word) for word in _LEFT_OUT_OR_WORD.findall(query.q) if word[0] != "-"}
    typed = {word for word in typed if word.isalnum()}
    words = [word for word in typed if SHORTEST <= len(word) <= LONGEST]
    if not words:
        return None
    near: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    rests = [" & ".join(f"{other}:*" for other in sorted(typed - {word})) for word in words]
    for row in await fetch(NEAR, words, rests):
        near[row["typed"]].append(row)
    meant = {word: one for word in near if (one := _nearest(word, near[word], found)) is not None}
    return _corrected(query.q, meant) if meant else None


def _nearest(typed: str, rows: list[dict[str, Any]], found: int) -> str | None:
    """Choose a word that some film holds beside the others, and then the one of the fewest slips;
    it is of no use where it shows no more films."""
    candidates = [
        (not row["together"], slips, row["word"][0] != typed[0], -row["movies"], row["word"])
        for row in rows
        if row["movies"] > found and (slips := distance(typed, row["word"])) <= _slips(typed)
    ]
    return min(candidates)[-1] if candidates else None


def _slips(typed: str) -> int:
    """Return how many slips are believed: one in 4 letters, two in 8, three in more."""
    return min(3, -(-len(typed) // 4))


def distance(one: str, other: str) -> int:
    """Count the letters left out, put in, mistaken or swapped with the next between two words."""
    older: list[int] = []
    before: list[int] = []
    line = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        older, before, line = before, line, [i]
        for j, facing in enumerate(other, 1):
            best = min(before[j] + 1, line[j - 1] + 1, before[j - 1] + (letter != facing))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == facing:
                best = min(best, older[j - 2] + 1)
            line.append(best)
    return line[-1]


def _corrected(text: str, meant: Mapping[str, str]) -> str:
    return _LEFT_OUT_OR_WORD.sub(lambda match: meant.get(fold(match[0]), match[0]), text)
