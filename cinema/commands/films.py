"""`cinema import`."""

from decimal import Decimal, InvalidOperation
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from cinema.catalogue.csvfile import UnreadableFile
from cinema.catalogue.csvrow import MOST_PRICE, PRICES_BY_YEAR
from cinema.catalogue.importer import ImportReport, import_file
from cinema.database import open_database
from cinema.money import is_payable
from cinema.settings import Settings

CHUNK = 1024 * 1024


def read_price(text: str) -> Decimal:
    """Read a price such as `9.99`; raises ValueError."""
    try:
        price = Decimal(text)
    except InvalidOperation:
        raise ValueError(f"{text!r} is not a price") from None
    if not (price.is_finite() and 0 <= price <= MOST_PRICE and price == round(price, 2)):
        raise ValueError(f"a price lies between 0 and {MOST_PRICE} and has two decimal places")
    return price


async def import_films(settings: Settings, file: Path, price: Decimal | None) -> int:
    """Import with a bar, and tell what came of it; no price means a price by the film's year.

    Returns 0, also where single rows were refused, and 1 where the file cannot be read or nobody
    could pay the price in the currency of the house.
    """
    console, errors = Console(soft_wrap=True), Console(stderr=True, soft_wrap=True)
    prices = [amount for _, amount in PRICES_BY_YEAR] if price is None else [price]
    if not all(is_payable(amount, settings.currency) for amount in prices):
        text = f"A price in {settings.currency.upper()} is a whole amount: say --price."
        errors.print(text, style="red")
        return 1
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=errors,
    )
    try:
        async with open_database(settings, "cinema-import"):
            with bar:
                # Lines, not rows: a field may span several, and the end corrects it.
                task = bar.add_task(file.name, total=max(_lines(file) - 1, 1))
                report = await import_file(
                    file,
                    price=price,
                    price_by_year=price is None,
                    progress=lambda rows: bar.update(task, completed=rows),
                )
                bar.update(task, total=report.read, completed=report.read)
    except UnreadableFile as error:
        errors.print(escape(f"{file}: {error} Nothing was imported."), style="red")
        return 1
    _tell(console, report)
    return 0


def _tell(console: Console, report: ImportReport) -> None:
    for row in report.refused:
        console.print(escape(f"row {row.number} refused: {row.reason} ({row.name})"))
    console.print(
        f"{report.read:,} rows: {report.added:,} added, {report.known:,} already there, "
        f"{len(report.refused):,} refused"
    )


def _lines(file: Path) -> int:
    lines = 0
    with file.open("rb") as stream:
        while chunk := stream.read(CHUNK):
            lines += chunk.count(b"\n")
    return lines
