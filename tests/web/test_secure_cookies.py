import pytest

from cinema.settings import Settings
from tests.accounts_factory import PASSWORD, make_user
from tests.conftest import make_settings
from tests.servers import Servers
from tests.web.visiting import TOKEN, Visitor, cookies_of


@pytest.fixture
def settings(servers: Servers, migrated: str) -> Settings:
    """Of a house that is reached over https."""
    return make_settings(servers, migrated, public_url="https://cinema.example", rate_limits=0)


async def test_over_https_every_cookie_is_bound_to_the_host(visitor: Visitor) -> None:
    user = await make_user()
    page = await visitor.get("/login")
    found = TOKEN.search(await page.text())
    assert found is not None
    # The test speaks plain HTTP, so it carries the cookie of the form by hand.
    guest = cookies_of(page)["__Host-cinema_guest"]

    response = await visitor.post_raw(
        "/login",
        {"email": user.email, "password": PASSWORD, "csrf_token": found[1]},
        Cookie=f"{guest.key}={guest.value}",
    )

    jar = cookies_of(response)
    assert set(jar) == {"__Host-cinema_access", "__Host-cinema_refresh"}
    for morsel in (guest, *jar.values()):
        assert morsel["secure"] is True
        assert morsel["httponly"] is True
        assert morsel["path"] == "/"
        assert morsel["domain"] == ""
    assert response.headers["Strict-Transport-Security"].startswith("max-age=31536000")
