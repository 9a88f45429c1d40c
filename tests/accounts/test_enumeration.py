"""Nothing tells whether an address has an account: not the answer, not its time."""

import statistics
from collections.abc import Awaitable, Callable
from math import sqrt
from time import perf_counter

from tests.accounts.calls import post
from tests.accounts_factory import make_user
from tests.conftest import Client

KNOWN, UNKNOWN = "ada@example.com", "eve@example.com"


async def measured(act: Callable[[], Awaitable[object]]) -> float:
    start = perf_counter()
    await act()
    return perf_counter() - start


def differ_by_noise_only(first: list[float], second: list[float]) -> bool:
    """Tell whether the means are closer than three standard errors, or than 3 ms."""
    error = sqrt(
        statistics.variance(first) / len(first) + statistics.variance(second) / len(second)
    )
    gap = abs(statistics.mean(first) - statistics.mean(second))
    return gap < max(3 * error, 0.003)


async def compare(client: Client, path: str, body: dict[str, str], rounds: int) -> None:
    """Call for a known and for an unknown address in turn; answers and times must be alike."""
    times: dict[str, list[float]] = {KNOWN: [], UNKNOWN: []}
    answers = set()
    for _ in range(rounds):
        for email, column in times.items():

            async def act(email: str = email) -> None:
                status, answer = await post(client, path, body | {"email": email})
                answer.pop("instance", None)
                answers.add((status, str(answer)))

            column.append(await measured(act))
    assert len(answers) == 1
    assert differ_by_noise_only(times[KNOWN], times[UNKNOWN]), {
        email: statistics.mean(column) for email, column in times.items()
    }


async def test_a_wrong_password_and_an_unknown_address_are_alike(client: Client) -> None:
    await make_user(email=KNOWN)
    await compare(client, "login", {"password": "Wrong-film-1"}, 60)


async def test_a_forgotten_password_tells_nothing(client: Client) -> None:
    await make_user(email=KNOWN)
    await compare(client, "password/forgot", {}, 20)


async def test_another_activation_mail_tells_nothing(client: Client) -> None:
    await make_user(email=KNOWN, active=False)
    await compare(client, "resend-activation", {}, 20)
