"""The staff's pages of the catalogue: what a moderator does there without a script."""

import re
from decimal import Decimal
from html import unescape

import pytest

from cinema.catalogue.models import Movie
from cinema.database import fetch
from cinema.roles import Role
from tests.catalogue.moderating import SOLARIS
from tests.factories import make_movie
from tests.house import emitted
from tests.web.visiting import Fields, Visitor, words

FILM: Fields = {
    name: "\n".join(value) if isinstance(value, list) else str(value)
    for name, value in SOLARIS.items()
} | {"is_available": "true"}


@pytest.fixture
async def moderator(visitor: Visitor) -> Visitor:
    await visitor.log_in(Role.MODERATOR)
    return visitor


def filled(page: str) -> Fields:
    """Read the film's form as a browser would send it back."""
    form = page[page.index('<label for="f-name">') : page.index("</form>", page.index("f-name"))]
    inputs = re.findall(r'<input id="f-(\w+)"[^>]* value="([^"]*)"([^>]*)>', form)
    fields = {name: unescape(value) for name, value, rest in inputs if "checkbox" not in rest}
    texts = re.findall(r'<textarea id="f-(\w+)"[^>]*>\n([^<]*)</textarea>', form)
    fields |= {name: unescape(text) for name, text in texts}
    was = re.search(r'name="was" value="([^"]*)"', form)
    if was is not None:
        fields["was"] = unescape(was[1])
    certification = re.search(r'name="certification"[^>]* value="([^"]*)"', form)
    assert certification is not None
    fields["certification"] = unescape(certification[1])
    if re.search(r'<input id="f-is_available"[^>]* checked', form):
        fields["is_available"] = "true"
    else:
        fields.pop("is_available", None)
    return fields


async def test_the_way_to_the_staff_is_shown_to_those_who_may_go_there(visitor: Visitor) -> None:
    assert 'href="/staff"' not in await visitor.read("/")
    await visitor.log_in()
    assert 'href="/staff"' not in await visitor.read("/")
    assert (await visitor.get("/staff")).status == 403
    await visitor.log_in(Role.MODERATOR)
    assert 'href="/staff"' in await visitor.read("/")
    overview = await visitor.read("/staff")
    for place in ("/staff/movies", "/staff/people"):
        assert f'href="{place}"' in overview


async def test_a_film_is_made_and_its_form_sent_back_changes_nothing(moderator: Visitor) -> None:
    response = await moderator.post("/staff/movies/new", FILM | {"release_at": "2099-12-31T18:00"})
    made = await Movie.get(name="Solaris")
    assert (response.status, response.headers["Location"]) == (303, f"/staff/movies/{made.id}")
    path = f"/staff/movies/{made.id}"
    page = await moderator.read(path)
    assert "The film is in the catalogue." in words(page)

    fields = filled(page)
    assert fields["stars"] == "Donatas Banionis\nNatalya Bondarchuk"
    assert (fields["release_at"], fields["price"]) == ("2099-12-31T18:00", "9.99")
    assert (await moderator.post(path, fields)).status == 303
    assert await emitted() == ["movie.created"]

    changed = fields | {"price": "4.50", "stars": "", "gross": "", "release_at": ""}
    del changed["is_available"]
    assert (await moderator.post(path, changed)).status == 303
    after = filled(await moderator.read(path))
    assert after == changed | {"was": after["was"]}
    await made.refresh_from_db()
    assert (made.price, made.gross, made.release_at) == (Decimal("4.50"), None, None)
    assert made.is_available is False
    assert await emitted() == ["movie.created", "movie.changed"]


async def test_faults_are_shown_beside_their_fields_and_what_was_typed_is_kept(
    moderator: Visitor,
) -> None:
    typed = FILM | {
        "name": "", "year": "MCMLXXII", "price": "9,99", "stars": "Ann\n" + "x" * 101,
        "release_at": "2001-01-01T00:00",
    }  # fmt: skip
    del typed["is_available"]
    response = await moderator.post("/staff/movies/new", typed)
    page = await response.text()
    assert response.status == 422
    faults = dict(re.findall(r'<p class="fault" id="e-(\w+)">([^<]*)</p>', page))
    assert {name: unescape(text) for name, text in faults.items()} == {
        "name": "This is needed.",
        "year": "Input should be a valid integer.",
        "price": 'Write an amount as a text, such as "9.99".',
        "stars": "A name has 1 to 100 characters.",
    }
    again = filled(page)
    assert again == typed | {"meta_score": "93"}
    assert "<script" not in again["stars"]
    late = FILM | {"release_at": "2001-01-01T00:00"}
    page = await (await moderator.post("/staff/movies/new", late)).text()
    assert '<p class="fault" id="e-release_at">The moment has to lie ahead.</p>' in page
    assert await fetch("SELECT id FROM movies") == []


async def test_an_emptied_name_is_not_taken_for_an_unchanged_one(moderator: Visitor) -> None:
    movie = await make_movie("Stalker")
    path = f"/staff/movies/{movie.id}"
    response = await moderator.post(path, filled(await moderator.read(path)) | {"name": " "})
    assert (response.status, "This is needed." in await response.text()) == (422, True)
    await movie.refresh_from_db()
    assert movie.name == "Stalker"


async def test_two_moderators_who_fix_different_fields_keep_both_fixes(
    moderator: Visitor,
) -> None:
    movie = await make_movie("Stalker", description="A zone.")
    path = f"/staff/movies/{movie.id}"
    late = filled(await moderator.read(path))
    await moderator.post(path, filled(await moderator.read(path)) | {"price": "1.00"})
    refused = late | {"description": "A Zone.\r\nAnd a room.", "year": "x"}
    again = filled(await (await moderator.post(path, refused)).text())
    assert (await moderator.post(path, again | {"year": late["year"]})).status == 303
    await movie.refresh_from_db()
    assert (movie.price, movie.description) == (Decimal("1.00"), "A Zone. And a room.")
    for broken in ("", "x", "[1]", "7"):
        assert (await moderator.post(path, late | {"was": broken})).status == 303
        await movie.refresh_from_db()
        assert movie.price == Decimal("9.99")


async def test_a_film_that_is_there_already_is_refused_above_the_form(moderator: Visitor) -> None:
    await moderator.post("/staff/movies/new", FILM)
    response = await moderator.post("/staff/movies/new", FILM)
    assert response.status == 409
    page = words(await response.text())
    assert "There is a movie of this name, year and running time" in page


async def test_films_are_looked_up_and_put_on_sale_and_off(moderator: Visitor) -> None:
    shown, other = await make_movie("Stalker"), await make_movie("Mirror", is_available=False)
    page = words(await moderator.read("/staff/movies?q=stalk&available="))
    assert "1 film " in page
    assert "Stalker" in page
    assert "Mirror" not in page
    assert "Mirror" in words(await moderator.read("/staff/movies?available=false"))
    for movie, text in ((shown, "false"), (other, "true")):
        response = await moderator.post(
            f"/staff/movies/{movie.id}/availability",
            {"is_available": text, "next": "/staff/movies?q="},
        )
        assert (response.status, response.headers["Location"]) == (303, "/staff/movies?q=")
    states = await fetch("SELECT is_available FROM movies ORDER BY id")
    assert [row["is_available"] for row in states] == [False, True]


async def test_deleting_says_what_it_does_and_takes_the_film_out_of_carts(
    moderator: Visitor,
) -> None:
    movie, free = await make_movie("Stalker"), await make_movie("Mirror")
    await moderator.post(f"/cart/{movie.id}")
    path = f"/staff/movies/{movie.id}/delete"
    page = words(await moderator.read(path))
    assert "It is in 1 cart. It is taken out of it, and the owner is told." in page
    # Somebody put it into a cart after the page was made: nobody has agreed to that.
    await moderator.post(path)
    assert (await Movie.get(id=movie.id)).deleted_at is None
    response = await moderator.post(path, {"confirm": "true"})
    assert response.headers["Location"] == "/staff/movies"
    assert "“Stalker” is deleted." in words(await moderator.read("/staff/movies"))
    assert await fetch("SELECT 1 FROM cart_items") == []
    assert "cart" not in words(await moderator.read(f"/staff/movies/{free.id}/delete")).lower()


async def test_a_film_in_an_open_order_offers_no_deletion(moderator: Visitor) -> None:
    movie = await make_movie("Stalker")
    await moderator.post(f"/cart/{movie.id}")
    await moderator.post("/orders")
    page = await moderator.read(f"/staff/movies/{movie.id}/delete")
    assert "Stalker cannot be deleted" in words(page)
    assert f'action="/staff/movies/{movie.id}/delete"' not in page


async def test_names_are_added_found_renamed_and_deleted(moderator: Visitor) -> None:
    await make_movie(directors=("Andrei Tarkovski",))
    base = "/staff/people/directors"
    await moderator.post(base, {"name": "Nobody Yet"})
    page = await moderator.read(base)
    assert "2 directors" in words(page)
    assert "“Nobody Yet” is added." in words(page)
    [used, unused] = await fetch("SELECT id FROM directors ORDER BY id")
    assert f'action="{base}/{used["id"]}/delete"' not in page
    await moderator.post(f"{base}/{used['id']}", {"name": "Andrei Tarkovsky"})
    await moderator.post(f"{base}/{unused['id']}/delete")
    await moderator.post(f"{base}/{used['id']}/delete")
    names = await fetch("SELECT name FROM directors")
    assert names == [{"name": "Andrei Tarkovsky"}]
    found = words(await moderator.read(f"{base}?q=tark"))
    assert "1 director beginning with “tark”" in found
    await moderator.post(base, {"name": "ANDREI tarkovsky", "next": base})
    assert "The name is there already." in words(await moderator.read(base))


async def test_each_kind_has_its_page(moderator: Visitor) -> None:
    await make_movie()
    for kind in ("genres", "stars", "directors", "certifications"):
        assert "1 film" in words(await moderator.read(f"/staff/people/{kind}"))
