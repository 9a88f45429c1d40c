"""What PostgreSQL says, and what a caller is told."""

from http import HTTPStatus

import asyncpg
import pytest

from cinema.database import ATTEMPTS, RETRYABLE, classify, fetch, is_retryable
from cinema.errors import CinemaError, Conflict, InvalidRequest, Unavailable

SAYS = {
    "22001": InvalidRequest,  # too long
    "22003": InvalidRequest,  # out of range
    "22021": InvalidRequest,  # NUL in a text
    "22P02": InvalidRequest,  # not of this type
    "23503": Conflict,
    "23505": Conflict,
    "23514": Conflict,
    "23P01": Conflict,
    "40001": Unavailable,
    "40P01": Unavailable,
    "55P03": Unavailable,
    "0A000": Unavailable,
    "53300": Unavailable,  # too many connections
    "57014": Unavailable,  # statement time-out
    "57P01": Unavailable,  # shut down
    "57P03": Unavailable,  # starting up
    "08006": Unavailable,
}
OURS = ["42601", "42703", "42P01", "23502"]


async def fail(code: str) -> BaseException:
    with pytest.raises(Exception, match="canary") as failure:
        await fetch(f"DO $$ BEGIN RAISE EXCEPTION 'canary' USING ERRCODE = '{code}'; END $$")
    return failure.value


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize(("code", "kind"), SAYS.items())
async def test_a_code_of_postgresql_becomes_an_answer(code: str, kind: type[CinemaError]) -> None:
    error = classify(await fail(code))
    assert type(error) is kind
    assert "canary" not in str(error)


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("code", OURS)
async def test_our_own_mistake_is_not_blamed_on_the_caller(code: str) -> None:
    error = classify(await fail(code))
    assert error is None or error.status >= HTTPStatus.INTERNAL_SERVER_ERROR


@pytest.mark.usefixtures("database")
async def test_what_may_be_tried_again_is_exactly_the_retryable() -> None:
    tried = {code for code in [*SAYS, *OURS] if is_retryable(await fail(code))}  # type: ignore[arg-type]
    assert tried == RETRYABLE
    assert ATTEMPTS == 3


@pytest.mark.parametrize(
    "error",
    [
        TimeoutError(),
        ConnectionRefusedError(),
        BrokenPipeError(),
        asyncpg.InterfaceError("the pool is closing"),
        asyncpg.ConnectionDoesNotExistError("gone"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_a_database_out_of_reach_is_a_503(error: Exception) -> None:
    problem = classify(error)
    assert isinstance(problem, Unavailable)
    assert int(problem.headers["Retry-After"]) > 0


def test_what_is_not_of_the_database_is_not_classified() -> None:
    assert classify(KeyError("x")) is None
    assert classify(FileNotFoundError("x")) is None
