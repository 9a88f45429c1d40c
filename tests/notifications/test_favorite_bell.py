"""What rings for those who keep a film as a favourite, be they one or many."""

from decimal import Decimal

import pytest

from cinema.catalogue.events import MovieChanged, MovieReleased
from cinema.catalogue.models import Movie
from cinema.database import fetch
from cinema.notifications import admirers, ringing
from cinema.notifications.queries import list_notifications, unread_count
from cinema.notifications.schemas import NotificationQuery
from cinema.notifications.service import mark_all_read
from cinema.settings import Settings
from cinema.web.news import in_words
from tests.conftest import Client, resources_of
from tests.factories import make_movie
from tests.house import Buyer, run_jobs
from tests.mails.post import record
from tests.social.talking import someone, told

ADMIRERS = """
WITH made AS (
    INSERT INTO users (email, password_hash, is_active, group_id)
    SELECT 'fan-' || n || '@example.org', '', true, g.id
      FROM generate_series(1, $2) AS n, user_groups g WHERE g.name = 'USER' RETURNING id)
INSERT INTO favorites (user_id, movie_id) SELECT id, $1 FROM made RETURNING user_id
"""


@pytest.fixture
async def movie() -> Movie:
    return await make_movie("Solaris", price=Decimal("10.00"))


@pytest.fixture
async def fan(client: Client, settings: Settings, movie: Movie) -> Buyer:
    fan = await someone(client, settings)
    await fan.call("PUT", f"/favorites/{movie.id}")
    return fan


async def reprice(movie: Movie, price: str) -> None:
    """Change the price behind the service's back, and announce it as the service does."""
    [before] = await fetch("SELECT price FROM movies WHERE id = $1", movie.id)
    await fetch("UPDATE movies SET price = $2 WHERE id = $1", movie.id, Decimal(price))
    await record(
        MovieChanged(
            movie_id=movie.id,
            changed=("price",),
            old_price=before["price"],
            price=Decimal(price),
            is_available=True,
        )
    )


async def texts(user_id: int) -> list[str]:
    items, _ = await list_notifications(user_id, NotificationQuery())
    return [in_words(item).text for item in items]


async def test_only_a_lower_price_rings(client: Client, movie: Movie, fan: Buyer) -> None:
    await reprice(movie, "12.00")
    await run_jobs(resources_of(client))
    assert await texts(fan.user.id) == []
    await reprice(movie, "8.50")
    await run_jobs(resources_of(client))
    await fetch("UPDATE job_runs SET done_at = NULL, next_at = now()")
    await run_jobs(resources_of(client))
    assert await texts(fan.user.id) == ["Solaris costs $8.50 now, instead of $12.00."]
    assert len(await told("notification.created")) == 1


async def test_a_price_that_drops_twice_is_told_once_and_as_it_is(
    client: Client, movie: Movie, fan: Buyer
) -> None:
    await reprice(movie, "8.00")
    await run_jobs(resources_of(client))
    await reprice(movie, "6.00")
    await run_jobs(resources_of(client))
    assert await texts(fan.user.id) == ["Solaris costs $6.00 now, instead of $10.00."]
    assert [event["unread"] for event in await told("notification.created")] == [1, 1]
    await mark_all_read(fan.user.id)
    await reprice(movie, "5.00")
    await run_jobs(resources_of(client))
    assert await texts(fan.user.id) == [
        "Solaris costs $5.00 now, instead of $6.00.",
        "Solaris costs $6.00 now, instead of $10.00.",
    ]


async def test_a_price_that_rose_again_in_time_is_not_told(
    client: Client, movie: Movie, fan: Buyer
) -> None:
    await reprice(movie, "8.00")
    await reprice(movie, "11.00")
    await run_jobs(resources_of(client))
    assert await texts(fan.user.id) == []


async def test_who_owns_the_film_need_not_hear_its_price(
    client: Client, movie: Movie, fan: Buyer
) -> None:
    await fan.add(movie.id)
    order_id = await fan.order()
    await fetch(
        "INSERT INTO purchases (user_id, movie_id, order_item_id)"
        " SELECT $1, movie_id, id FROM order_items WHERE order_id = $2",
        fan.user.id,
        order_id,
    )
    await reprice(movie, "8.00")
    await run_jobs(resources_of(client))
    assert await texts(fan.user.id) == []


async def test_a_release_rings_for_those_who_waited(
    client: Client, settings: Settings, movie: Movie, fan: Buyer
) -> None:
    stranger = await someone(client, settings)
    await record(MovieReleased(movie_id=movie.id, name="Solaris"))
    await run_jobs(resources_of(client))
    assert await texts(fan.user.id) == ["Solaris is out."]
    assert await texts(stranger.user.id) == []


async def test_what_was_interrupted_goes_on_where_it_was(
    client: Client, movie: Movie, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(admirers, "PAGE", 20)
    monkeypatch.setattr(ringing, "BELLS", 7)
    fans = [row["user_id"] for row in await fetch(ADMIRERS, movie.id, 50)]
    await reprice(movie, "8.00")
    await run_jobs(resources_of(client))
    lost = fans[31:]
    await fetch("DELETE FROM notifications WHERE user_id = ANY($1::bigint[])", lost)
    await fetch("UPDATE job_runs SET done_at = NULL, next_at = now()")
    await run_jobs(resources_of(client))
    assert {await unread_count(user_id) for user_id in fans} == {1}
    assert len(await told("notification.created")) == 50 + len(lost)


async def test_who_turned_the_bell_off_hears_nothing(
    client: Client, movie: Movie, fan: Buyer
) -> None:
    change = {"settings": [{"kind": "price_dropped", "in_app": False}]}
    status, _ = await fan.call("PUT", "/notifications/settings", change)
    assert status == 200
    await reprice(movie, "8.00")
    await run_jobs(resources_of(client))
    assert await texts(fan.user.id) == []
    assert await told("notification.created") == []
