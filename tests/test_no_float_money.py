"""No float comes near money: a walk through the code that handles it."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

HOUSE = Path(__file__).parents[1] / "cinema"
NEAR_MONEY = (
    "money.py",
    "orders/**/*.py",
    "payments/**/*.py",
    "cart/**/*.py",
    "admin/sales*.py",
    "admin/statistics.py",
    "catalogue/pricing.py",
    "catalogue/write_schemas.py",
    "catalogue/import_schemas.py",
    "catalogue/csvrow.py",
    "catalogue/schemas.py",
    "catalogue/service/*.py",
    "notifications/order_mails.py",
    "web/order_story.py",
    "web/pages/orders.py",
    "web/pages/cart.py",
    "web/pages/refunds.py",
    "web/pages/staff_sales.py",
)
TIMES = frozenset({"lifetime_minutes", "lifetime", "TIMEOUT"})
"""Names of spans of time, which alone may be floats here."""


def floats(source: str) -> Iterator[str]:
    """Name each float of a module, with its line: the type, a literal, a column, a sum in C."""
    tree = ast.parse(source)
    allowed = {id(part) for node in ast.walk(tree) if _is_time(node) for part in ast.walk(node)}
    for node in ast.walk(tree):
        if id(node) not in allowed and (what := _float(node)):
            yield f"{node.lineno}: {what}"  # type: ignore[attr-defined]


def _is_time(node: ast.AST) -> bool:
    if isinstance(node, ast.arg):
        return node.arg in TIMES
    if isinstance(node, ast.Assign | ast.AnnAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        return all(isinstance(target, ast.Name) and target.id in TIMES for target in targets)
    return False


def _float(node: ast.AST) -> str:
    if isinstance(node, ast.Name) and node.id == "float":
        return "float"
    if isinstance(node, ast.Attribute) and node.attr in {"FloatField", "fsum", "as_integer_ratio"}:
        return node.attr
    if isinstance(node, ast.Constant) and isinstance(node.value, float | complex):
        return repr(node.value)
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and "float8" in node.value:
        return "float8"
    return ""


def test_no_float_is_near_money() -> None:
    files = sorted({path for pattern in NEAR_MONEY for path in HOUSE.glob(pattern)})
    assert len(files) > 40
    found = [
        f"{path.relative_to(HOUSE)}:{one}" for path in files for one in floats(path.read_text())
    ]
    assert found == []


def test_every_pattern_finds_its_files() -> None:
    assert [pattern for pattern in NEAR_MONEY if not list(HOUSE.glob(pattern))] == []


@pytest.mark.parametrize(
    "planted",
    [
        "total = float(price)",
        "total = price * 1.19",
        "def pay(amount: float) -> None: ...",
        "amounts: list[float] = []",
        "class Order:\n    total: 'Decimal | float' = 0.0",
        "if isinstance(price, float): ...",
        "total = fields.FloatField()",
        "total = math.fsum(prices)",
        "fetch('SELECT total::float8 FROM orders')",
        "total = sum(map(float, prices))",
        "lifetime_minutes, total = 1.5, 9.99",
    ],
)
def test_a_float_that_is_planted_is_found(planted: str) -> None:
    assert len(list(floats(planted))) >= 1


@pytest.mark.parametrize(
    "fine",
    [
        "total = Decimal('9.99')",
        "def place(lifetime_minutes: float) -> None: ...",
        "TIMEOUT = 10.0",
        "share = total / 3",
    ],
)
def test_what_is_exact_or_a_time_is_left_alone(fine: str) -> None:
    assert list(floats(fine)) == []
