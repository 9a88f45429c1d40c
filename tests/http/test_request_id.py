"""One word for each request."""

import re

import pytest

from tests.conftest import Client


async def test_a_request_id_is_taken_and_returned(client: Client) -> None:
    response = await client.get("/healthz", headers={"X-Request-ID": "trace:7.a-b_c"})
    assert response.headers["X-Request-ID"] == "trace:7.a-b_c"


@pytest.mark.parametrize("given", ["", "x" * 65, "a b", "a;b", "é", "<script>"])
async def test_an_id_that_could_forge_a_log_line_is_replaced(client: Client, given: str) -> None:
    response = await client.get("/healthz", headers={"X-Request-ID": given})
    assert re.fullmatch("[0-9a-f]{32}", response.headers["X-Request-ID"])


async def test_two_requests_have_two_ids(client: Client) -> None:
    first, second = [await client.get("/healthz") for _ in range(2)]
    assert first.headers["X-Request-ID"] != second.headers["X-Request-ID"]
