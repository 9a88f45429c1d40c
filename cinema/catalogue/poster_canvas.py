"""What every motif of a poster draws with: colours, chance, gradients and a few forms."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from random import Random

from cinema.catalogue.poster_palettes import Palette, blend, contrast


@dataclass
class Canvas:
    """What a motif draws with; the gradients `g` (a glow) and `s` (the sky) are defined already."""

    colours: Palette
    chance: Random
    prefix: str
    definitions: list[str] = field(default_factory=list)

    def between(self, low: int, high: int) -> int:
        return self.chance.randint(low, high)

    @property
    def line(self) -> str:
        """The colour of fine lines: of the disc and the far layer the one that the sky shows."""
        sky = blend(self.colours.top, self.colours.low, 0.4)
        return max(self.colours.disc, self.colours.far, key=lambda colour: contrast(colour, sky))

    def paint(self, name: str) -> str:
        return f"url(#{self.prefix}{name})"

    def layer(self, share: float) -> str:
        """Return the colour of a layer of the landscape, 0 the farthest and 1 the nearest."""
        return blend(self.colours.far, self.colours.near, share)

    def fade(self, name: str, colour: str, first: float, last: float) -> None:
        """Define a vertical gradient of one colour between two opacities."""
        self.definitions.append(
            f'<linearGradient id="{self.prefix}{name}" x2="0" y2="1">'
            f'<stop stop-color="{colour}" stop-opacity="{first}"/>'
            f'<stop offset="1" stop-color="{colour}" stop-opacity="{last}"/></linearGradient>'
        )

    def sun(self, x: int, y: int, radius: int) -> str:
        return (
            f'<circle cx="{x}" cy="{y}" r="{round(radius * 2.9)}" fill="{self.paint("g")}"/>'
            f'<circle cx="{x}" cy="{y}" r="{radius}" fill="{self.colours.disc}"/>'
        )


def figure(x: int, y: int, height: int, colour: str) -> str:
    """Draw somebody in a long coat, the feet at (x, y)."""
    scale = height / 100
    return (
        f'<path transform="translate({x} {y}) scale({scale:.2f})" fill="{colour}" '
        'd="M-3 0h-9l-3-62q0-20 15-20t15 20L12 0H3L0-34zM0-84a10 10 0 1 1 .1 0z"/>'
    )


def hills(points: Iterable[tuple[int, int]], colour: str) -> str:
    """Fill everything below a smooth line through the points."""
    (x, y), *others = points
    path = [f"M{x} 900V{y}"]
    for next_x, next_y in others:
        middle = (x + next_x) // 2
        path.append(f"C{middle} {y} {middle} {next_y} {next_x} {next_y}")
        x, y = next_x, next_y
    return f'<path fill="{colour}" d="{"".join(path)}V900z"/>'


def stars(canvas: Canvas, count: int, lowest: int) -> str:
    """Scatter stars above the height `lowest`, every fifth of them large."""

    def dots(number: int) -> str:
        return "".join(
            f"M{canvas.between(8, 592)} {canvas.between(8, lowest)}h0" for _ in range(number)
        )

    return (
        f'<g stroke="{canvas.colours.disc}" stroke-linecap="round">'
        f'<path stroke-width="2" stroke-opacity=".6" d="{dots(count)}"/>'
        f'<path stroke-width="4" stroke-opacity=".9" d="{dots(count // 4)}"/></g>'
    )
