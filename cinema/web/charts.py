"""Charts as SVG: numbers in, rectangles out. The page says the same in a table beside them."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

WIDTH, HEIGHT = 720, 160
GAP = Decimal("0.25")
"""The share of a column that stays empty."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A rectangle in a drawing of WIDTH x HEIGHT; `said` is read where it is pointed at."""

    x: Decimal
    y: Decimal
    width: Decimal
    height: Decimal
    said: str


def bars(values: Sequence[tuple[Decimal, str]]) -> list[Bar]:
    """Draw a column for each value, the highest as high as the drawing."""
    top = max((value for value, _ in values), default=Decimal(0)) or Decimal(1)
    column = Decimal(WIDTH) / max(1, len(values))
    width = round(column * (1 - GAP), 2)
    drawn = []
    for number, (value, said) in enumerate(values):
        height = round(HEIGHT * value / top, 2)
        drawn.append(Bar(round(number * column, 2), HEIGHT - height, width, height, said))
    return drawn
