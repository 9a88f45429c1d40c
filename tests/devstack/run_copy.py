"""`cinema dev` with the small shop in place of the product: a program of its own, to be killed."""

import os
import signal
import sys
from pathlib import Path

from cinema.devstack.recipe import Recipe
from cinema.devstack.supervisor import run_dev

SHOP = str(Path(__file__).with_name("small_shop.py"))


async def prepare(data: Path) -> None:
    with (data / "prepared").open("a") as lines:
        lines.write("once\n")


def digest() -> str:
    return os.environ.get("SHOP_DIGEST", "first")


if __name__ == "__main__":
    # Where the tests themselves run under `nohup`, the hangup is ignored from birth on.
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    recipe = Recipe(
        web=(sys.executable, SHOP, "web"),
        worker=(sys.executable, SHOP, "worker"),
        prepare=prepare,
        digest=digest,
    )
    port, data, *flags = sys.argv[1:]
    sys.exit(run_dev(int(port), Path(data), "--fresh" in flags, "--verbose" in flags, recipe))
