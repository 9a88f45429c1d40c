"""What neither the import linter, nor ruff, nor mypy can say."""

import ast
import re
import tomllib
from collections.abc import Iterator, Mapping
from itertools import product
from pathlib import Path
from typing import Any

import grimp
import pytest

from cinema.app import create_app
from cinema.events import Event
from cinema.http.endpoint import OPERATIONS
from cinema.orders.errors import InvalidTransition
from cinema.orders.models import TRANSITIONS, Order
from cinema.payments.models import (
    CHECKOUT_TRANSITIONS,
    PAYMENT_TRANSITIONS,
    REFUND_TRANSITIONS,
    Checkout,
    Payment,
    Refund,
)
from cinema.settings import Settings
from workers.subscriptions import JOBS, JOBS_BY_TYPE, SUBSCRIPTIONS

ROOT = Path(__file__).resolve().parent.parent
PRODUCT = sorted(
    path.relative_to(ROOT)
    for folder in ("cinema", "workers")
    for path in (ROOT / folder).rglob("*.py")
)
TESTS = sorted(path.relative_to(ROOT) for path in (ROOT / "tests").rglob("*.py"))
MONEY = [
    path
    for path in PRODUCT
    if path.parts[:2] in {("cinema", "orders"), ("cinema", "payments"), ("cinema", "cart")}
    or path == Path("cinema/money.py")
]
DURATIONS = re.compile(r"lifetime|timeout|delay|seconds|minutes|wait")
MAX_LINES = 300
MAX_FUNCTION = 40

Function = ast.FunctionDef | ast.AsyncFunctionDef
Table = Mapping[Any, frozenset[Any]]


def parse(path: Path) -> ast.Module:
    return ast.parse((ROOT / path).read_text())


def functions(tree: ast.AST) -> Iterator[Function]:
    return (node for node in ast.walk(tree) if isinstance(node, Function))


def span(node: ast.AST) -> int:
    return node.end_lineno - node.lineno + 1  # type: ignore[attr-defined, no-any-return]


def own_lines(function: Function) -> int:
    """Count the lines of a function without its docstring and the functions inside it."""
    inner = sum(span(node) for node in functions(function) if node is not function)
    has_docstring = ast.get_docstring(function) is not None
    return span(function) - inner - (span(function.body[0]) if has_docstring else 0)


@pytest.mark.parametrize("path", [*PRODUCT, *TESTS], ids=str)
def test_a_file_and_its_functions_fit_in_a_head(path: Path) -> None:
    assert len((ROOT / path).read_text().splitlines()) <= MAX_LINES
    too_long = {f.name: own_lines(f) for f in functions(parse(path)) if own_lines(f) > MAX_FUNCTION}
    assert too_long == {}


@pytest.mark.parametrize("path", PRODUCT, ids=str)
def test_only_move_to_assigns_a_status(path: Path) -> None:
    """The simulator speaks of HTTP statuses; ours change through their table or not at all."""
    if "devstack" in path.parts:
        return
    for function in functions(parse(path)):
        for node in ast.walk(function):
            targets = node.targets if isinstance(node, ast.Assign) else []
            named = [t.attr for t in targets if isinstance(t, ast.Attribute)]
            assert "status" not in named or function.name == "move_to"


@pytest.mark.parametrize("path", PRODUCT, ids=str)
def test_a_transaction_has_one_spelling(path: Path) -> None:
    """Tortoise's own loses its connection for good when BEGIN fails."""
    if path in {Path("cinema/database.py"), Path("cinema/engine.py")}:
        return
    for node in ast.walk(parse(path)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("tortoise"):
            names = {alias.name for alias in node.names}
            assert names.isdisjoint({"in_transaction", "atomic", "transactions"})
            assert node.module != "tortoise.transactions"
        if isinstance(node, ast.Attribute):
            assert node.attr != "_in_transaction"


@pytest.mark.parametrize("path", MONEY, ids=str)
def test_money_is_never_a_float(path: Path) -> None:
    for node in ast.walk(parse(path)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id != "float"
        if isinstance(node, ast.arg | ast.AnnAssign) and node.annotation is not None:
            name = node.arg if isinstance(node, ast.arg) else ast.unparse(node.target)
            if "float" in ast.unparse(node.annotation):
                assert DURATIONS.search(name.lower())


@pytest.mark.parametrize("path", PRODUCT, ids=str)
def test_nothing_prints(path: Path) -> None:
    calls = [node for node in ast.walk(parse(path)) if isinstance(node, ast.Call)]
    assert [c.lineno for c in calls if isinstance(c.func, ast.Name) and c.func.id == "print"] == []


def test_every_module_stands_on_a_floor() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    [floors] = [c for c in contracts["contracts"] if c["id"] == "floors"]
    placed = {name.strip() for layer in floors["layers"] for name in re.split(r"[|:]", layer)}
    graph = grimp.build_graph("cinema", "workers")
    homeless = [
        module
        for module in graph.modules
        if not any(module == name or module.startswith(f"{name}.") for name in placed)
        and graph.find_modules_directly_imported_by(module)
        and module != "cinema.realtime"  # names what its modules offer
    ]
    assert homeless == []


def test_every_route_goes_through_an_endpoint_or_a_page(settings: Settings) -> None:
    routes = list(create_app(settings).router.routes())
    assert len(routes) > 80
    assert [route for route in routes if route.handler not in OPERATIONS] == []


def test_every_operation_says_what_it_does() -> None:
    silent = [handler for handler, operation in OPERATIONS.items() if not operation.summary]
    assert silent == []
    long = [o.summary for o in OPERATIONS.values() if len(o.summary) > 90]
    assert long == []


def test_every_event_is_closed_and_named_noun_dot_past_verb() -> None:
    ours = {
        name: event
        for name, event in Event.registry.items()
        if event.__module__.startswith("cinema.")
    }
    assert len(ours) > 20
    odd = [name for name in ours if not re.fullmatch(r"[a-z_]+\.[a-z_]+[dn]", name)]
    # The one tells a state again and again, the other ends in where the movie was.
    assert sorted(odd) == ["import.progress", "movie.taken_from_carts"]
    opened = [
        name
        for name, event in ours.items()
        if event.model_config.get("extra") != "forbid" or not event.model_config.get("frozen")
    ]
    assert opened == []


def test_every_event_that_a_page_waits_for_exists() -> None:
    for path in sorted((ROOT / "templates").rglob("*.html")):
        for names in re.findall(r'data-live-replace="([^"{]*)"', path.read_text()):
            assert set(re.split(r"[\s,]+", names)) <= set(Event.registry), path


def test_every_subscription_names_a_registered_event_and_a_job_of_its_own_name() -> None:
    assert set(SUBSCRIPTIONS) <= set(Event.registry.values())
    assert set(JOBS_BY_TYPE) <= set(Event.registry)
    assert {name for names in JOBS_BY_TYPE.values() for name in names} == set(JOBS)
    jobs = [job for jobs in SUBSCRIPTIONS.values() for job in jobs]
    assert len({job.__name__ for job in jobs}) == len(set(jobs))


def name_of(value: object) -> str:
    return value.__name__ if isinstance(value, type) else "table"


MACHINES: list[tuple[type[Any], Table]] = [
    (Order, TRANSITIONS),
    (Payment, PAYMENT_TRANSITIONS),
    (Checkout, CHECKOUT_TRANSITIONS),
    (Refund, REFUND_TRANSITIONS),
]


@pytest.mark.parametrize(("model", "table"), MACHINES, ids=name_of)
def test_a_transition_table_names_every_status(model: type[Any], table: Table) -> None:
    statuses: Any = type(next(iter(table)))
    assert set(table) == set(statuses)
    assert frozenset().union(*table.values()) <= set(table)


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize(("model", "table"), MACHINES, ids=name_of)
async def test_move_to_allows_exactly_what_the_table_says(model: type[Any], table: Table) -> None:
    for old, new in product(table, repeat=2):
        row = model(status=old)
        if new in table[old]:
            row.move_to(new)
            assert row.status == new
        else:
            with pytest.raises(InvalidTransition):
                row.move_to(new)
            assert row.status == old
