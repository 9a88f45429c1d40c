import io
import json

import pytest
from aiohttp import FormData
from PIL import Image

from cinema.database import fetch
from cinema.notifications.service import notify
from cinema.roles import Role
from tests.accounts_factory import make_user
from tests.web.visiting import Visitor, words


async def test_a_profile_is_saved_and_emptied(visitor: Visitor) -> None:
    await visitor.log_in()
    fields = {"first_name": " Mira ", "last_name": "Kovač", "gender": "WOMAN", "info": "Hi"}
    await visitor.post("/profile", {**fields, "date_of_birth": "1990-02-03"})
    page = await visitor.read("/profile")
    assert "Saved." in words(page)
    for value in ('value="Mira"', 'value="Kovač"', 'value="1990-02-03"', '"WOMAN" selected'):
        assert value in page

    await visitor.post("/profile", dict.fromkeys([*fields, "date_of_birth"], ""))

    [row] = await fetch(
        "SELECT first_name, last_name, gender, date_of_birth, info FROM user_profiles"
    )
    assert row == {
        "first_name": None, "last_name": None, "gender": None, "date_of_birth": None, "info": ""
    }  # fmt: skip


async def test_a_child_is_refused_beside_the_date(visitor: Visitor) -> None:
    await visitor.log_in()
    response = await visitor.post("/profile", {"date_of_birth": "2024-01-01"})
    assert response.status == 422
    assert "One must be at least 13 years old." in words(await response.text())


def picture() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (300, 200), "teal").save(buffer, "PNG")
    return buffer.getvalue()


async def send_avatar(visitor: Visitor, data: bytes, token: str | None = None) -> str:
    form = FormData()
    form.add_field("csrf_token", token or await visitor.token())
    form.add_field("avatar", data, filename="me.png", content_type="image/png")
    response = await visitor.client.post(
        "/profile/avatar",
        data=form,
        headers={
            "Origin": visitor.settings.public_url,
            "Accept": "text/html",
            "Referer": str(visitor.client.make_url("/profile")),
        },
        allow_redirects=False,
    )
    return response.headers.get("Location", str(response.status))


@pytest.fixture
async def bucket(visitor: Visitor) -> None:
    from tests.conftest import resources_of

    await resources_of(visitor.client).storage.ensure_bucket()


@pytest.mark.usefixtures("bucket")
async def test_a_picture_is_taken_shown_and_removed(visitor: Visitor) -> None:
    await visitor.log_in()
    assert await send_avatar(visitor, picture()) == "/profile"
    page = await visitor.read("/profile")
    assert 'alt="Your picture"' in page
    await visitor.post("/profile/avatar/delete")
    assert 'alt="Your picture"' not in await visitor.read("/profile")


@pytest.mark.usefixtures("bucket")
@pytest.mark.parametrize("data", [b"not a picture", b"", b"\x89PNG\r\n\x1a\n" + b"0" * 6_000_000])
async def test_what_is_no_picture_is_refused_on_the_same_page(
    visitor: Visitor, data: bytes
) -> None:
    await visitor.log_in()
    assert await send_avatar(visitor, data) == "/profile"
    assert 'class="said bad"' in await visitor.read("/profile")
    [row] = await fetch("SELECT avatar_key FROM user_profiles")
    assert row["avatar_key"] is None


async def test_a_picture_without_the_forms_token_is_refused(visitor: Visitor) -> None:
    await visitor.log_in()
    await send_avatar(visitor, picture(), token="0" * 64)
    [row] = await fetch("SELECT avatar_key FROM user_profiles")
    assert row["avatar_key"] is None


async def test_another_device_is_logged_out(visitor: Visitor) -> None:
    user = await visitor.log_in()
    await fetch("INSERT INTO sessions (user_id, user_agent) VALUES ($1, 'Elsewhere')", user.id)
    assert "Elsewhere" in words(await visitor.read("/profile"))
    [other] = await fetch("SELECT id FROM sessions WHERE user_agent = 'Elsewhere'")
    await visitor.post(f"/profile/sessions/{other['id']}/end")
    page = words(await visitor.read("/profile"))
    assert "That device is logged out." in page
    assert "Elsewhere" not in page


async def test_logging_out_everywhere_ends_this_session_too(visitor: Visitor) -> None:
    await visitor.log_in()
    await visitor.post("/profile/sessions/end-all")
    assert (await visitor.get("/profile")).status == 303


async def test_all_data_can_be_downloaded(visitor: Visitor) -> None:
    user = await visitor.log_in()
    response = await visitor.get("/profile/export")
    assert response.headers["Content-Disposition"].startswith("attachment;")
    assert json.loads(await response.text())["account"]["email"] == user.email


async def test_an_account_is_deleted_after_a_question(visitor: Visitor) -> None:
    user = await visitor.log_in()
    assert "Nobody can undo this." in words(await visitor.read("/profile/delete"))
    await visitor.post("/profile/delete")
    assert "Your account is deleted." in words(await visitor.read("/"))
    [row] = await fetch("SELECT email, is_active FROM users")
    assert row["email"] != user.email
    assert row["is_active"] is False


async def test_the_bell_counts_and_is_read(visitor: Visitor) -> None:
    user = await visitor.log_in()
    await notify(user.id, "order_paid", {"order_id": 7}, "1")
    await notify(user.id, "payment_failed", {"order_id": 8, "recommendation": "Try again."}, "2")
    page = await visitor.read("/notifications")
    assert 'aria-label="Notifications: 2 unread"' in page
    assert "Order 7 is paid. The films are in your library." in words(page)
    assert "The payment of order 8 was declined. Try again." in words(page)

    [first] = await fetch("SELECT id FROM notifications WHERE source = '1'")
    await visitor.post(f"/notifications/{first['id']}/read")
    assert 'aria-label="Notifications: 1 unread"' in await visitor.read("/")
    await visitor.post("/notifications/read-all")
    assert 'aria-label="Notifications: 0 unread"' in await visitor.read("/")


async def test_an_administrator_finds_a_user_and_changes_it(visitor: Visitor) -> None:
    await visitor.log_in(Role.ADMIN)
    other = await make_user(active=False)
    listed = words(await visitor.read(f"/admin?email={other.email}&group=&is_active="))
    assert other.email in listed
    assert "1 user " in listed
    path = f"/admin/users/{other.id}"
    await visitor.post(f"{path}/activate")
    await visitor.post(f"{path}/group", {"group": "MODERATOR"})
    page = words(await visitor.read(path))
    assert "The group is MODERATOR now." in page
    await visitor.post(f"{path}/deactivate")
    [row] = await fetch("SELECT is_active FROM users WHERE id = $1", other.id)
    assert row["is_active"] is False
    audit = words(await visitor.read("/admin/audit"))
    assert "user group changed (group: USER → MODERATOR)" in audit


async def test_one_does_not_deactivate_oneself(visitor: Visitor) -> None:
    user = await visitor.log_in(Role.ADMIN)
    path = f"/admin/users/{user.id}"
    await visitor.post(f"{path}/deactivate", {"next": path})
    assert "This cannot be done to one's own account." in words(await visitor.read(path))


@pytest.mark.parametrize("role", [Role.USER, Role.MODERATOR])
async def test_the_administration_is_for_administrators(visitor: Visitor, role: Role) -> None:
    user = await visitor.log_in(role)
    for path in ("/admin", f"/admin/users/{user.id}", "/admin/audit"):
        response = await visitor.get(path)
        assert response.status == 403, path
        assert "You may not do this" in words(await response.text())
    response = await visitor.post(f"/admin/users/{user.id}/group", {"group": "ADMIN"})
    assert response.status == 403
