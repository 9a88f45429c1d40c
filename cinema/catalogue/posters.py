"""Posters for films that have none: drawn from the film's name, year, genres and a seed."""

from collections.abc import Sequence
from html import escape
from random import Random
from unicodedata import category
from zlib import crc32

from cinema.catalogue.poster_canvas import Canvas
from cinema.catalogue.poster_motifs import motif
from cinema.catalogue.poster_palettes import Palette, palette
from cinema.catalogue.poster_title import LEADING, Title, is_right_to_left, set_title

_MARGIN = 52
_YEAR_BASELINE = 852
_TITLE_BASELINE = 776  # of the last line
_UNTITLED = "Untitled"


def poster_svg(name: str, year: int, genres: Sequence[str], seed: int) -> str:
    """Return an SVG document of 600 x 900 user units; the same arguments give the same text."""
    clean = _xml_text(name) or _UNTITLED
    colours = palette(genres, seed)
    title = set_title(clean)
    # Two posters in one page must not share the identifiers of their gradients.
    prefix = f"p{crc32(repr((clean, year, tuple(genres), seed)).encode('utf-8', 'replace')):x}"
    chance = Random(f"{seed}")  # noqa: S311 - a drawing holds no secret
    canvas = Canvas(colours, chance, prefix)
    art = motif(seed)(canvas)
    centred = chance.choice((True, True, False, False, False))
    label = escape(f"{clean} ({year})")
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 600 900" width="600" height="900" '
        f'role="img"><title>{label}</title>'
        f"<defs>{_gradients(colours, prefix, title)}{''.join(canvas.definitions)}</defs>"
        f'<rect width="600" height="900" fill="url(#{prefix}s)"/>{art}'
        f'<rect width="600" height="900" fill="url(#{prefix}f)"/>'
        f"{_lettering(title, year, colours, centred)}</svg>"
    )


def _xml_text(text: str) -> str:
    """Return the text in one line, without the characters that XML forbids."""
    return " ".join("".join(filter(_is_xml, text)).split())


def _is_xml(character: str) -> bool:
    forbidden = category(character) in {"Cc", "Cs"} or character in "\ufffe\uffff"
    return character.isspace() or not forbidden


def _gradients(colours: Palette, prefix: str, title: Title) -> str:
    """Define the sky (s), the glow (g) and the veil (f) that the title stands on."""
    top = _TITLE_BASELINE - title.height
    start, full = (top - 230) / 900, (top - 10) / 900
    return (
        f'<linearGradient id="{prefix}s" x2="0" y2="1"><stop stop-color="{colours.top}"/>'
        f'<stop offset=".68" stop-color="{colours.low}"/></linearGradient>'
        f'<radialGradient id="{prefix}g"><stop stop-color="{colours.disc}" stop-opacity=".75"/>'
        f'<stop offset=".4" stop-color="{colours.disc}" stop-opacity=".22"/>'
        f'<stop offset="1" stop-color="{colours.disc}" stop-opacity="0"/></radialGradient>'
        f'<linearGradient id="{prefix}f" x2="0" y2="1">'
        f'<stop offset="{start:.3f}" stop-color="{colours.near}" stop-opacity="0"/>'
        f'<stop offset="{full:.3f}" stop-color="{colours.near}" stop-opacity=".88"/>'
        f'<stop offset="1" stop-color="{colours.near}"/></linearGradient>'
    )


def _lettering(title: Title, year: int, colours: Palette, centred: bool) -> str:
    # In a right-to-left text the anchor "start" is the right edge.
    anchor = ' direction="rtl"' if is_right_to_left(" ".join(title.lines)) else ""
    x, rule = (600 - _MARGIN, 600 - _MARGIN - 44) if anchor else (_MARGIN, _MARGIN)
    if centred:
        x, rule = 300, 300 - 22
        anchor += ' text-anchor="middle"'
    first = _TITLE_BASELINE - title.size * LEADING * (len(title.lines) - 1)
    lines = "".join(
        f'<text x="{x}" y="{first + title.size * LEADING * index:.0f}">{escape(line)}</text>'
        for index, line in enumerate(title.lines)
    )
    return (
        f'<g font-family="serif" font-size="{title.size}" font-weight="600" '
        f'fill="{colours.text}"{anchor}>{lines}</g>'
        f'<path d="M{rule} {_YEAR_BASELINE - 42}h44" stroke="{colours.text}" '
        'stroke-width="2" stroke-opacity=".55"/>'
        f'<text x="{x}" y="{_YEAR_BASELINE}" font-family="sans-serif" font-size="27" '
        f'letter-spacing="5" fill="{colours.text}" fill-opacity=".85"{anchor}>{year}</text>'
    )
