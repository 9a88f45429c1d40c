import pytest

from cinema.database import fetch
from cinema.settings import Settings
from tests.accounts_factory import PASSWORD, make_user
from tests.conftest import make_settings
from tests.servers import Servers
from tests.web.visiting import Visitor, words


@pytest.fixture
def settings(servers: Servers, migrated: str) -> Settings:
    """With the rate limits as they are in production."""
    return make_settings(servers, migrated, rate_limits=1)


async def test_too_many_tries_are_told_when_to_come_back(visitor: Visitor) -> None:
    user = await make_user()
    wrong = {"email": user.email, "password": "Wrong-one-9"}
    statuses = [(await visitor.post("/login", wrong)).status for _ in range(10)]
    assert statuses == [401] * 10

    response = await visitor.post("/login", {**wrong, "password": PASSWORD})

    assert response.status == 429
    assert int(response.headers["Retry-After"]) > 0
    page = await response.text()
    assert "Too many tries; wait a little." in words(page)
    assert f'value="{user.email}"' in page
    assert await fetch("SELECT id FROM sessions") == []


async def test_a_limit_without_a_form_of_its_own_is_told_on_the_page_before(
    visitor: Visitor,
) -> None:
    await visitor.log_in()
    statuses = {(await visitor.post("/orders/1/checkout")).status for _ in range(6)}
    assert statuses == {303}
    assert "Too many tries; wait a little." in words(await visitor.read("/"))
