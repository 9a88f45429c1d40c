"""The colours of the generated posters, and which of them suit which genre."""

from collections.abc import Sequence
from typing import NamedTuple


class Palette(NamedTuple):
    """Six colours as `#rrggbb`; `text` on `near` has a contrast of at least 7 : 1."""

    top: str
    low: str
    disc: str
    far: str
    near: str
    text: str


PALETTES = {
    "ember": Palette("#3a1020", "#e0602f", "#ffd795", "#8f2d2c", "#1d0b14", "#fbeedd"),
    "dusk": Palette("#232a63", "#ee9a75", "#ffe6ba", "#6d3d68", "#17132f", "#fdf0e2"),
    "lagoon": Palette("#06242f", "#2a8a8c", "#f0f3d2", "#135662", "#041a22", "#e8f3ee"),
    "silver": Palette("#1b1e23", "#7d838a", "#f3efe5", "#3b4047", "#0b0c0e", "#f0ece2"),
    "blood": Palette("#1a0a0d", "#96242a", "#f5e2cc", "#51151a", "#0e0608", "#f6e9d8"),
    "apricot": Palette("#f7dcae", "#ec9850", "#fff6de", "#c45c35", "#55201d", "#fff0dc"),
    "canyon": Palette("#78acb3", "#f4dcae", "#fdf5e0", "#c57a47", "#482219", "#fcefd9"),
    "forest": Palette("#10302a", "#8db377", "#f5efc8", "#32624a", "#0b201b", "#eef3df"),
    "mint": Palette("#d6ecdf", "#92cdb6", "#fff8e4", "#3f8d7e", "#0f3c3b", "#f2faf3"),
    "rose": Palette("#f9ddd4", "#eb9a98", "#fff4e6", "#ac4a66", "#451933", "#fff0ec"),
    "plum": Palette("#2b1140", "#bf4f86", "#ffd9c8", "#6e2866", "#1a0a26", "#fbe9f0"),
    "space": Palette("#060915", "#2b3f83", "#d9e6ff", "#26366f", "#05070f", "#e9efff"),
    "neon": Palette("#0c0824", "#5a39a8", "#93f3e6", "#30226c", "#080516", "#eceaff"),
    "ice": Palette("#e6eff3", "#a6c0ce", "#ffffff", "#527790", "#13283a", "#f0f6fa"),
    "coast": Palette("#8ccbdc", "#f7ebca", "#ffffff", "#2f88a8", "#0b374e", "#f0f9fb"),
    "mustard": Palette("#f5cd5b", "#ef9d40", "#fff5d4", "#b6552b", "#3b1a1c", "#fff3d9"),
    "tomato": Palette("#f7e8cf", "#f2c2a3", "#da4631", "#b43b2d", "#3a1418", "#fbeee0"),
    "khaki": Palette("#6f6d4d", "#d3c491", "#f6edcf", "#545137", "#1f1f16", "#f2ecd6"),
    "gold": Palette("#2a1d10", "#b98433", "#ffeab2", "#64431d", "#170f08", "#fbf0d8"),
    "slate": Palette("#1d3346", "#c7a98e", "#fbead2", "#3d5568", "#0f1b26", "#f1f0ea"),
}

OF_GENRE = {
    "action": ("ember", "slate", "mustard"),
    "adventure": ("canyon", "coast", "apricot", "lagoon"),
    "animation": ("mint", "coast", "rose", "mustard", "dusk"),
    "biography": ("gold", "slate", "apricot"),
    "comedy": ("mustard", "tomato", "mint", "rose"),
    "crime": ("blood", "silver", "slate", "gold"),
    "documentary": ("ice", "khaki", "slate"),
    "drama": ("dusk", "slate", "apricot", "lagoon", "plum", "tomato"),
    "family": ("mint", "coast", "mustard"),
    "fantasy": ("forest", "plum", "dusk", "lagoon"),
    "film-noir": ("silver", "blood"),
    "history": ("gold", "khaki", "ember"),
    "horror": ("blood", "forest", "silver"),
    "music": ("plum", "mustard", "neon"),
    "musical": ("rose", "plum", "mustard"),
    "mystery": ("lagoon", "forest", "slate"),
    "romance": ("rose", "dusk", "apricot", "plum"),
    "sci-fi": ("space", "neon", "lagoon", "ember"),
    "sport": ("coast", "tomato", "ember"),
    "thriller": ("slate", "blood", "lagoon", "ice"),
    "war": ("khaki", "ember", "slate"),
    "western": ("canyon", "apricot", "ember"),
}
_GAMMA_STARTS = 0.04045
_ANY = ("dusk", "slate", "lagoon", "ember", "gold")


def palette(genres: Sequence[str], seed: int) -> Palette:
    """Return the colours of the most telling genre: drama says little when there is another."""
    known = [genre.lower() for genre in genres if genre.lower() in OF_GENRE]
    telling = [genre for genre in known if genre != "drama"] or known
    names = OF_GENRE[telling[seed % len(telling)]] if telling else _ANY
    return PALETTES[names[seed // 3 % len(names)]]


def blend(first: str, second: str, share: float) -> str:
    """Return the colour between two, `share` being the part of the second, 0 to 1."""
    pairs = ((int(first[i : i + 2], 16), int(second[i : i + 2], 16)) for i in (1, 3, 5))
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def contrast(first: str, second: str) -> float:
    """Return the contrast of two colours, 1 to 21 (WCAG 2.2)."""
    dark, light = sorted((_luminance(first), _luminance(second)))
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    shares = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    red, green, blue = map(_linear, shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(share: float) -> float:
    """Undo the gamma of sRGB."""
    if share <= _GAMMA_STARTS:
        return share / 12.92
    return float(((share + 0.055) / 1.055) ** 2.4)
