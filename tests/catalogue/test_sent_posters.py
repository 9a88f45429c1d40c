"""Posters: drawn anew in three sizes, and nothing left of what is refused."""

from io import BytesIO

from PIL import Image

from cinema.catalogue.models import Movie
from cinema.database import fetch
from cinema.settings import Settings
from cinema.storage import Storage
from tests.accounts.pictures import animation, bomb, picture, with_place
from tests.catalogue.sending import keys_of, send_form
from tests.catalogue.videos import mp4
from tests.conftest import Client, resources_of
from tests.house import make_buyer, run_jobs


async def test_a_poster_becomes_three_pictures_under_lasting_addresses(
    client: Client, bucket: Storage, staff: dict[str, str], movie: Movie
) -> None:
    status, shown = await send_form(client, staff, movie.id, "poster", with_place())
    assert status == 200
    sizes = {}
    for size, address in shown["posters"].items():
        answer = await client.get(address)
        assert (answer.status, answer.content_type) == (200, "image/webp")
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        content = await answer.read()
        assert not Image.open(BytesIO(content)).getexif()
        sizes[size] = Image.open(BytesIO(content)).size
    assert sizes == {"small": (160, 240), "medium": (400, 600), "large": (800, 1200)}
    assert shown["poster"] == shown["posters"]["medium"]
    assert len(await bucket.list_keys("posters/")) == 3
    listed = await (await client.get("/api/v1/movies")).json()
    assert listed["items"][0]["posters"] == shown["posters"]
    old = await client.get(f"/posters/{movie.uuid}.svg", allow_redirects=False)
    assert (old.status, old.headers["Location"]) == (302, shown["poster"])


async def test_a_movie_without_a_poster_has_a_drawn_one(client: Client, movie: Movie) -> None:
    shown = await (await client.get(f"/api/v1/movies/{movie.id}")).json()
    assert set(shown["posters"].values()) == {shown["poster"]} == {f"/posters/{movie.uuid}.svg"}
    assert (await client.get(shown["poster"])).content_type == "image/svg+xml"
    assert (await client.get(f"/posters/{'0' * 32}/400.webp")).status == 404


BAD_POSTERS = {
    "a bomb": (bomb(9_000), 422, "image_refused"),
    "moving": (animation("WEBP"), 422, "image_refused"),
    "an SVG": (b"<svg xmlns='http://www.w3.org/2000/svg'/>", 422, "image_refused"),
    "a film": (mp4(), 422, "image_refused"),
    "too large": (picture("PNG") + b"\0" * 5 * 1024 * 1024, 413, "image_too_large"),
}


async def test_a_poster_that_is_no_good_leaves_nothing(
    client: Client, bucket: Storage, staff: dict[str, str], movie: Movie
) -> None:
    for name, (data, status, code) in BAD_POSTERS.items():
        answer = await send_form(client, staff, movie.id, "poster", data)
        assert (name, answer[0], answer[1]["code"]) == (name, status, code)
    assert await bucket.list_keys() == []
    assert await keys_of(movie) == [None, None, None]


async def test_the_old_poster_goes_after_the_commit(
    client: Client, bucket: Storage, staff: dict[str, str], movie: Movie
) -> None:
    await send_form(client, staff, movie.id, "poster", picture("PNG"))
    [first, *_] = await keys_of(movie)
    await send_form(client, staff, movie.id, "poster", picture("JPEG"))
    assert len(await bucket.list_keys()) == 6
    await run_jobs(resources_of(client))
    [second, *_] = await keys_of(movie)
    assert {key.rpartition("/")[0] for key in await bucket.list_keys()} == {second} != {first}

    answer = await client.delete(f"/api/v1/movies/{movie.id}/poster", headers=staff)
    assert answer.status == 204
    await run_jobs(resources_of(client))
    assert await bucket.list_keys() == []
    acts = await fetch("SELECT action, after FROM audit_log ORDER BY id")
    assert [act["action"] for act in acts] == [
        "movie.poster_replaced", "movie.poster_replaced", "movie.poster_removed"
    ]  # fmt: skip


async def test_a_page_offers_a_browser_the_size_that_it_needs(
    client: Client, bucket: Storage, staff: dict[str, str], movie: Movie
) -> None:
    assert "srcset" not in await (await client.get("/")).text()
    _, shown = await send_form(client, staff, movie.id, "poster", picture("PNG"))
    page = await (await client.get("/")).text()
    assert f'src="{shown["poster"]}" srcset="{shown["posters"]["small"]} 160w, ' in page
    assert f"{shown['posters']['large']} 800w" in page


async def test_a_cart_and_an_order_show_the_poster_that_was_sent_in(
    client: Client, bucket: Storage, staff: dict[str, str], movie: Movie, settings: Settings
) -> None:
    buyer = await make_buyer(client, settings)
    await buyer.add(movie.id)
    _, cart = await buyer.call("GET", "/cart")
    assert cart["items"][0]["poster"] == f"/posters/{movie.uuid}.svg"
    _, shown = await send_form(client, staff, movie.id, "poster", picture("PNG"))
    _, cart = await buyer.call("GET", "/cart")
    assert cart["items"][0]["poster"] == shown["poster"]
    _, order = await buyer.call("GET", f"/orders/{await buyer.order()}")
    assert order["items"][0]["poster"] == shown["poster"]
