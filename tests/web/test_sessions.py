from cinema.database import fetch
from tests.accounts_factory import PASSWORD, make_user
from tests.web.visiting import Visitor, cookies_of


def forget(visitor: Visitor, name: str) -> None:
    visitor.client.session.cookie_jar.clear(lambda morsel: morsel.key == name)


def held(visitor: Visitor, name: str) -> str:
    return next((m.value for m in visitor.client.session.cookie_jar if m.key == name), "")


async def test_the_tokens_travel_in_cookies_that_no_script_can_read(visitor: Visitor) -> None:
    user = await make_user()
    response = await visitor.post("/login", {"email": user.email, "password": PASSWORD})
    jar = cookies_of(response)
    for name, seconds in (("cinema_access", 900), ("cinema_refresh", 7 * 86400)):
        assert jar[name]["httponly"] is True
        assert jar[name]["samesite"] == "Lax"
        assert jar[name]["path"] == "/"
        assert int(jar[name]["max-age"]) == seconds
    assert held(visitor, "cinema_access") not in await response.text()


async def test_a_page_renews_the_session_whose_access_token_has_run_out(visitor: Visitor) -> None:
    await visitor.log_in()
    before = held(visitor, "cinema_refresh")
    forget(visitor, "cinema_access")

    response = await visitor.get("/library")

    assert response.status == 200
    assert held(visitor, "cinema_access")
    assert held(visitor, "cinema_refresh") not in {"", before}
    [sessions] = await fetch("SELECT count(*) AS n FROM sessions WHERE revoked_at IS NULL")
    assert sessions["n"] == 1


async def test_a_page_that_fails_still_hands_out_the_renewed_tokens(visitor: Visitor) -> None:
    await visitor.log_in()
    before = held(visitor, "cinema_refresh")
    forget(visitor, "cinema_access")

    response = await visitor.get("/orders/999")

    assert response.status == 404
    assert held(visitor, "cinema_refresh") not in {"", before}
    assert (await visitor.get("/library")).status == 200


async def test_a_form_that_was_filled_in_too_long_is_still_accepted(visitor: Visitor) -> None:
    await visitor.log_in()
    token = await visitor.token()
    forget(visitor, "cinema_access")

    response = await visitor.post_raw("/profile", {"csrf_token": token, "first_name": "Mira"})

    assert response.headers["Location"] == "/profile"
    [profile] = await fetch("SELECT first_name FROM user_profiles")
    assert profile["first_name"] == "Mira"


async def test_a_revoked_session_is_not_renewed(visitor: Visitor) -> None:
    await visitor.log_in()
    await fetch("UPDATE sessions SET revoked_at = now()")
    response = await visitor.get("/library")
    assert response.headers["Location"] == "/login?next=%2Flibrary"


async def test_a_script_renews_the_cookies_by_itself(visitor: Visitor) -> None:
    await visitor.log_in()
    forget(visitor, "cinema_access")
    response = await visitor.post_raw("/refresh", {})
    assert response.status == 204
    assert held(visitor, "cinema_access")


async def test_a_script_of_another_site_renews_nothing(visitor: Visitor) -> None:
    await visitor.log_in()
    before = held(visitor, "cinema_refresh")
    response = await visitor.post_raw("/refresh", {}, Origin="https://evil.example")
    assert response.status == 403
    assert held(visitor, "cinema_refresh") == before


async def test_the_renewal_of_a_stranger_is_refused(visitor: Visitor) -> None:
    assert (await visitor.post_raw("/refresh", {})).status == 401


async def test_logging_out_ends_the_session_and_the_cookies(visitor: Visitor) -> None:
    await visitor.log_in()
    access = held(visitor, "cinema_access")

    response = await visitor.post("/logout")

    assert (response.status, response.headers["Location"]) == (303, "/")
    assert held(visitor, "cinema_access") == held(visitor, "cinema_refresh") == ""
    again = await visitor.client.get(
        "/api/v1/accounts/me", headers={"Authorization": f"Bearer {access}"}
    )
    assert again.status == 401
