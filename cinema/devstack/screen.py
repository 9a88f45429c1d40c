"""What `cinema dev` says to the person at the terminal."""

import sys
from contextlib import suppress

ROLES = ("user", "moderator", "admin")
PASSWORD = "Demo-cinema-1"  # noqa: S105 - of the demo accounts, which exist in development only
TEST_CARD = "4242 4242 4242 4242, any future date, any CVC"


def say(line: str, name: str = "cinema") -> None:
    """One line to the terminal, as long as there is one."""
    with suppress(OSError, ValueError):
        sys.stderr.write(f"{name:>8} | {line}\n")
        sys.stderr.flush()


def show_table(url: str, *, seconds: float, notes: dict[str, str]) -> None:
    """The addresses and accounts of a copy that has started in so many seconds."""
    # Late: it takes a twentieth of a second that the servers need more.
    from rich.console import Console
    from rich.table import Table

    table = Table(title=f"Cinema is open ({seconds:.1f} s)", show_header=False, title_style="bold")
    rows = {
        "Cinema": url,
        "Accounts": "\n".join(f"{role}@example.com" for role in ROLES),
        "Password": PASSWORD,
        "Card": TEST_CARD,
        "Mailbox": f"{url}/dev/mail",
        "API": f"{url}/docs",
        **notes,
        "Stop": "Ctrl-C",
    }
    for title, text in rows.items():
        table.add_row(title, text)
    with suppress(OSError, ValueError):
        Console(soft_wrap=True).print(table)
        sys.stdout.flush()
