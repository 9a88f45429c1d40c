"""Export, erasure, and the removal of what has expired."""

from typing import Any

from cinema.accounts import service
from cinema.accounts.models import (
    ActivationToken,
    PasswordResetToken,
    RefreshToken,
    Session,
    User,
    UserProfile,
)
from cinema.cart.service import add_movie
from cinema.database import fetch
from cinema.outbox import OutboxMessage
from tests.accounts.calls import API, events, post
from tests.accounts_factory import PASSWORD, bearer, make_user
from tests.conftest import Client, resources_of
from tests.factories import make_movie


async def sell(user: User, movie_id: int) -> None:
    """Write down a sale, as the payments' domain would."""
    await fetch(
        "WITH o AS (INSERT INTO orders (user_id, status, currency, total_amount, expires_at)"
        " VALUES ($1, 'paid', 'usd', 9.99, now()) RETURNING id),"
        " i AS (INSERT INTO order_items (order_id, movie_id, movie_name, price_at_order)"
        " SELECT id, $2, 'Film', 9.99 FROM o RETURNING id, order_id),"
        " p AS (INSERT INTO payments (user_id, order_id, amount, currency, status)"
        " SELECT $1, id, 9.99, 'usd', 'successful' FROM o)"
        " INSERT INTO purchases (user_id, movie_id, order_item_id) SELECT $1, $2, id FROM i",
        user.id,
        movie_id,
    )


async def ada_with_a_past(client: Client) -> tuple[User, dict[str, str]]:
    ada = await make_user(email="ada@example.com")
    await UserProfile.filter(user_id=ada.id).update(
        first_name="Ada", info="Films.", avatar_key="avatars/old"
    )
    first, second = await make_movie(), await make_movie()
    await sell(ada, first.id)
    await add_movie(ada.id, second.id)
    await post(client, "password/forgot", {"email": "ada@example.com"})
    return ada, await bearer(ada, resources_of(client).settings)


async def export(client: Client, headers: dict[str, str]) -> Any:
    answer = await client.get(f"{API}/me/export", headers=headers)
    assert answer.status == 200
    return await answer.json()


async def test_an_export_holds_everything_and_no_secret(client: Client) -> None:
    ada, headers = await ada_with_a_past(client)
    document = await export(client, headers)
    assert (document["account"]["id"], document["account"]["email"]) == (ada.id, ada.email)
    assert document["profile"]["first_name"] == "Ada"
    assert [session["user_agent"] for session in document["sessions"]] == ["tests"]
    assert len(document["cart"]) == 1
    assert document["orders"][0]["items"] == [{"movie": "Film", "price": "9.99"}]
    assert document["payments"][0]["amount"] == "9.99"
    assert len(document["purchases"]) == 1
    assert document["comments"] == document["notifications"] == []
    text = str(document)
    assert "argon2" not in text
    assert "token" not in text
    assert "avatars/old" not in text
    [line] = await fetch("SELECT actor_id, action FROM audit_log ORDER BY id DESC LIMIT 1")
    assert line == {"actor_id": ada.id, "action": "user.exported"}


async def test_an_export_holds_nothing_of_others(client: Client) -> None:
    await ada_with_a_past(client)
    eve = await make_user(email="eve@example.com")
    document = await export(client, await bearer(eve, resources_of(client).settings))
    assert "ada" not in str(document).lower()
    assert document["orders"] == document["cart"] == document["purchases"] == []


async def test_who_leaves_becomes_nobody_and_the_books_are_kept(client: Client) -> None:
    ada, headers = await ada_with_a_past(client)
    before = await events()
    assert (await client.delete(f"{API}/me", headers=headers)).status == 204
    assert (await client.get(f"{API}/me", headers=headers)).status == 401
    login = {"email": "ada@example.com", "password": PASSWORD}
    assert (await post(client, "login", login))[0] == 401
    user = await User.get(id=ada.id)
    assert (user.email, user.password_hash) == (f"deleted-{ada.id}@deleted.invalid", "!")
    assert not user.is_active
    assert user.deleted_at is not None
    profile = await UserProfile.get(user_id=ada.id)
    assert (profile.first_name, profile.info, profile.avatar_key) == (None, "", None)
    for model in (Session, RefreshToken, PasswordResetToken, ActivationToken):
        assert await model.all().count() == 0
    for table, count in [("orders", 1), ("payments", 1), ("purchases", 1), ("cart_items", 0)]:
        assert await fetch(f"SELECT count(*)::int AS n FROM {table}") == [{"n": count}]
    assert (await events())[len(before) :] == ["session.revoked", "user.deleted"]
    [deleted] = await OutboxMessage.filter(type="user.deleted")
    assert deleted.data == {"user_id": ada.id, "avatar_key": "avatars/old"}
    assert (await post(client, "register", login))[0] == 201


async def test_a_deleted_user_is_found_by_no_administrator(client: Client) -> None:
    ada, headers = await ada_with_a_past(client)
    await client.delete(f"{API}/me", headers=headers)
    for email in (f"deleted-{ada.id}@deleted.invalid", "ada@example.com"):
        assert (await post(client, "password/forgot", {"email": email}))[0] in {200, 422}
    assert await PasswordResetToken.all().count() == 0


async def test_what_has_expired_is_removed_in_batches(client: Client) -> None:
    settings = resources_of(client).settings
    for number in range(7):
        user = await make_user(active=False)
        await post(client, "resend-activation", {"email": user.email})
        await bearer(user, settings)
        if number < 5:
            await fetch(
                "UPDATE activation_tokens SET expires_at = now() - interval '1 second'"
                " WHERE user_id = $1",
                user.id,
            )
            await fetch(
                "UPDATE refresh_tokens SET expires_at = now() - interval '1 second'"
                " WHERE session_id IN (SELECT id FROM sessions WHERE user_id = $1)",
                user.id,
            )
            await fetch(
                "UPDATE sessions SET last_seen_at = now() - interval '2 days' WHERE user_id = $1",
                user.id,
            )
    assert await service.clean_expired(batch=2) == 15
    assert await service.clean_expired(batch=2) == 0
    left = [await model.all().count() for model in (ActivationToken, RefreshToken, Session, User)]
    assert left == [2, 2, 2, 7]


async def test_a_session_ends_ninety_days_after_its_login(client: Client) -> None:
    await make_user(email="ada@example.com")
    login = {"email": "ada@example.com", "password": PASSWORD}
    _, pair = await post(client, "login", login)
    await fetch("UPDATE sessions SET created_at = now() - interval '89 days'")
    status, pair = await post(client, "refresh", {"refresh": pair["refresh"]})
    assert status == 200
    [row] = await fetch(
        "SELECT extract(epoch FROM max(expires_at) - now()) / 3600 AS hours FROM refresh_tokens"
        " WHERE spent_at IS NULL"
    )
    assert 23 < row["hours"] <= 24
    await fetch("UPDATE refresh_tokens SET expires_at = now() WHERE spent_at IS NULL")
    assert (await post(client, "refresh", {"refresh": pair["refresh"]}))[0] == 401
