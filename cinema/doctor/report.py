from rich.console import Console
from rich.markup import escape
from rich.table import Table

from cinema.doctor.checks import Finding, examine
from cinema.resources import open_resources
from cinema.settings import Settings


async def report(settings: Settings, *, fix: bool = False) -> int:
    """Print every finding; returns 1 where something is wrong and was not set right."""
    async with open_resources(settings, "cinema-doctor") as resources:
        findings = [finding async for finding in examine(resources, fix=fix)]
    Console(soft_wrap=True).print(_table(findings))
    return 0 if all(finding.is_well for finding in findings) else 1


def _table(findings: list[Finding]) -> Table:
    table = Table(show_header=False, box=None, padding=(0, 1))
    for finding in findings:
        mark = "[green]well[/]" if finding.is_well else "[red bold]WRONG[/]"
        table.add_row(mark, finding.name, escape(finding.detail))
    return table
