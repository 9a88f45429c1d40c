import pytest

from cinema.accounts.models import ActivationToken
from cinema.accounts.tokens import activation_token
from cinema.database import fetch
from tests.accounts_factory import PASSWORD, make_user
from tests.web.visiting import Visitor, words

NEW = {"email": "Mira@Example.com", "password": "Quiet-rain-7"}


async def token_of(visitor: Visitor) -> str:
    return activation_token(visitor.settings, await ActivationToken.get())


async def test_an_account_is_made_activated_by_its_button_and_used(visitor: Visitor) -> None:
    page = words(await (await visitor.post("/register", NEW)).text())
    assert "We have sent a link to mira@example.com." in page
    token = await token_of(visitor)

    shown = await visitor.read(f"/activate?token={token}")
    assert "Press the button and the account is yours to use." in words(shown)
    [user] = await fetch("SELECT is_active FROM users")
    assert user["is_active"] is False, "a mail scanner's visit activates nobody"

    response = await visitor.post("/activate", {"token": token})
    assert response.headers["Location"] == "/login"
    assert "The account is active." in words(await visitor.read("/login"))
    assert (await visitor.post("/login", NEW)).headers["Location"] == "/"
    assert "mira@example.com" in words(await visitor.read("/profile"))


async def test_a_link_that_was_used_offers_a_new_one(visitor: Visitor) -> None:
    await visitor.post("/register", NEW)
    token = await token_of(visitor)
    await visitor.post("/activate", {"token": token})

    response = await visitor.post("/activate", {"token": token})

    assert response.status == 400
    page = await response.text()
    assert "The token is invalid or has expired" in words(page)
    assert 'href="/activate/resend"' in page


async def test_a_faulty_field_says_so_beside_itself_and_keeps_the_rest(visitor: Visitor) -> None:
    response = await visitor.post("/register", {"email": "mira@example.com", "password": "short"})
    page = await response.text()
    assert response.status == 422
    assert 'value="mira@example.com"' in page
    assert 'aria-invalid="true"' in page
    assert 'aria-describedby="e-password h-password"' in page
    assert "short" not in page.replace("Too short", "")
    assert await fetch("SELECT id FROM users") == []


async def test_an_address_that_is_taken_is_refused(visitor: Visitor) -> None:
    user = await make_user()
    response = await visitor.post("/register", {**NEW, "email": user.email})
    assert response.status == 409
    assert "A user with this email already exists" in words(await response.text())


async def test_a_wrong_password_is_refused_and_not_sent_back(visitor: Visitor) -> None:
    user = await make_user()
    response = await visitor.post("/login", {"email": user.email, "password": "Wrong-one-9"})
    page = await response.text()
    assert response.status == 401
    assert "Invalid email or password" in words(page)
    assert "Wrong-one-9" not in page
    assert await fetch("SELECT id FROM sessions") == []


async def test_an_account_that_waits_for_its_mail_is_told_so(visitor: Visitor) -> None:
    user = await make_user(active=False)
    response = await visitor.post("/login", {"email": user.email, "password": PASSWORD})
    assert response.status == 403
    assert "The account is not activated yet" in words(await response.text())


@pytest.mark.parametrize("path", ["/activate/resend", "/password/forgot"])
async def test_the_answer_does_not_tell_whether_an_address_is_known(
    visitor: Visitor, path: str
) -> None:
    user = await make_user()
    known = words(await (await visitor.post(path, {"email": user.email})).text())
    unknown = words(await (await visitor.post(path, {"email": "no@example.com"})).text())
    assert known.replace(user.email, "X") == unknown.replace("no@example.com", "X")


async def test_a_changed_password_ends_the_other_sessions(visitor: Visitor) -> None:
    await visitor.log_in()
    fields = {"username": "x", "old_password": PASSWORD, "new_password": "Another-rain-8"}
    response = await visitor.post("/password/change", fields)
    assert response.headers["Location"] == "/profile"
    assert "The password is changed." in words(await visitor.read("/profile"))


async def test_a_wrong_old_password_changes_nothing(visitor: Visitor) -> None:
    await visitor.log_in()
    before = await fetch("SELECT password_hash FROM users")
    fields = {"old_password": "Wrong-one-9", "new_password": "Another-rain-8"}
    response = await visitor.post("/password/change", fields)
    assert response.status == 400
    assert "The old password is not right" in words(await response.text())
    assert await fetch("SELECT password_hash FROM users") == before


async def test_a_form_without_its_token_is_refused(visitor: Visitor) -> None:
    user = await make_user()
    fields = {"email": user.email, "password": PASSWORD, "csrf_token": "0" * 64}
    response = await visitor.post_raw("/login", fields)
    assert response.status == 403
    assert "The form is too old: load the page again" in words(await response.text())
    assert await fetch("SELECT id FROM sessions") == []


async def test_a_form_of_another_site_is_refused(visitor: Visitor) -> None:
    user = await make_user()
    fields = {"email": user.email, "password": PASSWORD}
    response = await visitor.post("/login", fields, Origin="https://evil.example")
    assert response.status == 403
    assert await fetch("SELECT id FROM sessions") == []


async def test_a_text_that_no_database_can_hold_is_refused(visitor: Visitor) -> None:
    response = await visitor.post("/register", {**NEW, "email": "a\x00b@example.com"})
    assert response.status == 400
