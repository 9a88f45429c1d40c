"""Setting the title of a poster: as large as it fits, wrapped evenly, in any script."""

import unicodedata
from collections.abc import Iterator, Sequence
from typing import NamedTuple

WIDTH = 496  # user units: the poster's 600 less its margins
LEADING = 1.14
_HEIGHT = 330
_FLOOR = 24
# (font size, lines that look well at it); what fits none is broken inside its words.
_SIZES = (
    (128, 1), (112, 1), (100, 2), (88, 2), (78, 2), (70, 2), (66, 3), (60, 3), (54, 3), (50, 4),
    (46, 5), (42, 6), (38, 7), (34, 8),
)  # fmt: skip
_BREAKING_SIZES = (40, 34, 30, 27, _FLOOR)
_JOINER = "\u200d"
_ELLIPSIS = "…"


class Title(NamedTuple):
    size: int
    lines: tuple[str, ...]

    @property
    def height(self) -> float:
        return self.size * (1 + LEADING * (len(self.lines) - 1))


class _Piece(NamedTuple):
    """Text that is not broken, with its width in units of the font size."""

    text: str
    width: float
    space: bool


def set_title(text: str) -> Title:
    """Return the size and the lines of a title that fills at most `WIDTH` by 330 user units."""
    words = text.split()
    whole = [piece for word in words for piece in _pieces(word)]
    for size, most in _SIZES:
        lines = _wrapped(whole, WIDTH / size)
        if lines and len(lines) <= most:
            return Title(size, _joined(_balanced(whole, WIDTH / size, len(lines))))
    broken = [piece for word in words for piece in _clusters_of(word)]
    for size in _BREAKING_SIZES:
        lines = _wrapped(broken, WIDTH / size)
        title = Title(size, _joined(_balanced(broken, WIDTH / size, len(lines))))
        if title.height <= _HEIGHT:
            return title
    most = int((_HEIGHT / _FLOOR - 1) / LEADING) + 1
    kept = title.lines[:most]
    return Title(_FLOOR, (*kept[:-1], kept[-1][:-2] + _ELLIPSIS))


def is_right_to_left(text: str) -> bool:
    """Tell whether the first letter with a direction is one of Arabic, Hebrew and their kin."""
    strong = (unicodedata.bidirectional(character) for character in text)
    return next((kind for kind in strong if kind in {"L", "R", "AL"}), "L") != "L"


def _wrapped(pieces: Sequence[_Piece], room: float) -> list[list[_Piece]]:
    """Fill lines of `room` em; nothing at all when a piece does not fit by itself."""
    lines: list[list[_Piece]] = []
    filled = 0.0
    for piece in pieces:
        if piece.width > room:
            return []
        gap = _advance(" ") if piece.space else 0
        if lines and filled + gap + piece.width <= room:
            lines[-1].append(piece)
            filled += gap + piece.width
        else:
            lines.append([piece])
            filled = piece.width
    return lines


def _balanced(pieces: Sequence[_Piece], room: float, count: int) -> list[list[_Piece]]:
    """Wrap into the same number of lines as narrowly as that goes, so that they are even."""
    narrow, wide = 0.0, room
    for _ in range(9):
        middle = (narrow + wide) / 2
        lines = _wrapped(pieces, middle)
        if lines and len(lines) <= count:
            wide = middle
        else:
            narrow = middle
    return _wrapped(pieces, wide)


def _joined(lines: Sequence[Sequence[_Piece]]) -> tuple[str, ...]:
    return tuple(
        "".join((" " if piece.space and index else "") + piece.text
                for index, piece in enumerate(line))
        for line in lines
    )  # fmt: skip


def _pieces(word: str) -> Iterator[_Piece]:
    """Split a word where its script allows a line to end: between ideographs, else nowhere."""
    run, space = "", True
    for cluster in _clusters(word):
        if unicodedata.east_asian_width(cluster[0]) in "WF":
            if run:
                yield _Piece(run, _width(run), space)
                run, space = "", False
            yield _Piece(cluster, _width(cluster), space)
            space = False
        else:
            run += cluster
    if run:
        yield _Piece(run, _width(run), space)


def _clusters_of(word: str) -> Iterator[_Piece]:
    for index, cluster in enumerate(_clusters(word)):
        yield _Piece(cluster, _width(cluster), index == 0)


def _clusters(word: str) -> Iterator[str]:
    """Yield what a reader takes for one character: a letter with its marks, a joined emoji."""
    cluster = ""
    for character in word:
        if cluster and not (_extends(character) or cluster.endswith(_JOINER)):
            yield cluster
            cluster = ""
        cluster += character
    if cluster:
        yield cluster


def _extends(character: str) -> bool:
    skin_tone = "\U0001f3fb" <= character <= "\U0001f3ff"
    return character == _JOINER or skin_tone or unicodedata.category(character).startswith("M")


def _width(text: str) -> float:
    return sum(map(_advance, text))


def _advance(character: str) -> float:
    """Return a width in em that bold serif faces keep to; DejaVu's may use the margin too."""
    if unicodedata.category(character) in {"Mn", "Me", "Cf"}:
        return 0
    if unicodedata.east_asian_width(character) in "WF":
        return 1.05
    if character in "iljI.,:;'!|\u2019\u00b7 ":
        return 0.38
    if character in "MWmw@%—…":
        return 1.05
    return 0.78 if character.isupper() else 0.63
