"""The films in the hands of the staff: looked up, made, changed, taken off sale, deleted."""

import json
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from cinema.cart import withdrawal
from cinema.catalogue import service
from cinema.catalogue.labels import CERTIFICATIONS
from cinema.catalogue.queries import get_movie, list_movies
from cinema.catalogue.schemas import LabelQuery, MovieOut, MovieQuery
from cinema.catalogue.taxonomy import list_labels
from cinema.catalogue.write_schemas import CreateMovie, UpdateMovie
from cinema.errors import InvalidRequest
from cinema.http.body import path_id, read_query, validate
from cinema.http.identity import Access, current_identity
from cinema.resources import RESOURCES
from cinema.web.forms import Form, filled_in
from cinema.web.listing import pager
from cinema.web.page import Context, action, back, page, told
from cinema.web.redirects import see_other

routes = web.RouteTableDef()

MOVIE = "/staff/movies/{movie_id:[0-9]{1,18}}"
NUMBERS = ("year", "time", "votes", "meta_score")
TEXTS = ("name", "imdb", "price", "gross", "certification")
LISTS = ("genres", "directors", "stars")
CAN_BE_EMPTY = ("meta_score", "gross", "release_at")
NEW: Mapping[str, str] = dict.fromkeys(
    (*NUMBERS, *TEXTS, *LISTS, "description", "release_at"), ""
) | {"votes": "0", "is_available": "true"}
"""What the form for a new film holds at first."""


def _currency(request: web.Request) -> str:
    return request.app[RESOURCES].settings.currency


async def _shown(request: web.Request) -> MovieOut:
    return await get_movie(str(path_id(request, "movie_id")), _currency(request))


async def _new_context(request: web.Request) -> dict[str, Any]:
    return {"shown": NEW, "certifications": await _certifications()}


async def _movie_context(request: web.Request) -> dict[str, Any]:
    film = await _shown(request)
    shown = _texts(film)
    return {
        "movie": film,
        "shown": shown,
        "was": json.dumps(shown),
        "certifications": await _certifications(),
        "standings": await withdrawal.standings(film.id),
    }


async def _certifications() -> list[str]:
    labels, _ = await list_labels(CERTIFICATIONS, LabelQuery(per_page=100))
    return [label.name for label in labels]


@routes.get("/staff/movies")
@page("staff/movies.html", Access.MODERATOR)
async def movies(request: web.Request) -> Context:
    """Show the films, the newest entries first or the best match."""
    query = read_query(filled_in(request), MovieQuery)
    if not query.sort and not query.q:
        query = query.model_copy(update={"sort": "-created_at"})
    tallies = request.app[RESOURCES].tallies
    items, total = await list_movies(query, _currency(request), tallies=tallies)
    return {"movies": items, "filter": query, "page": pager(request, query, total)}


@routes.get("/staff/movies/new")
@page("staff/movie_new.html", Access.MODERATOR)
async def new_movie(request: web.Request) -> Context:
    """Show the form for a new film."""
    return await _new_context(request)


@routes.post("/staff/movies/new")
@action(Access.MODERATOR, form="staff/movie_new.html", again=_new_context)
async def create_movie(request: web.Request, form: Form) -> web.StreamResponse:
    """Add a film."""
    try:
        movie_id = await service.create_movie(_read(form), _currency(request))
    except InvalidRequest as error:
        raise _at_fields(error) from None
    return told(request, f"/staff/movies/{movie_id}", "good", "The film is in the catalogue.")


@routes.get(MOVIE)
@page("staff/movie.html", Access.MODERATOR)
async def movie(request: web.Request) -> Context:
    """Show a film as its form."""
    return await _movie_context(request)


@routes.post(MOVIE)
@action(Access.MODERATOR, form="staff/movie.html", again=_movie_context)
async def update_movie(request: web.Request, form: Form) -> web.StreamResponse:
    """Change a film to what its form says."""
    try:
        wanted = _read(form)
        command = UpdateMovie.model_construct(_touched(form), **dict(wanted))
        await service.update_movie(path_id(request, "movie_id"), command, _currency(request))
    except InvalidRequest as error:
        raise _at_fields(error) from None
    return told(request, request.path, "good", "Saved. Open pages and carts show it already.")


@routes.post(MOVIE + "/availability")
@action(Access.MODERATOR)
async def set_availability(request: web.Request, form: Form) -> web.StreamResponse:
    """Put a film on sale or take it off."""
    is_available = form.text("is_available") == "true"
    movie_id = path_id(request, "movie_id")
    command = UpdateMovie(is_available=is_available)
    await service.update_movie(movie_id, command, _currency(request))
    return see_other(back(request, form))


@routes.get(MOVIE + "/delete")
@page("staff/movie_delete.html", Access.MODERATOR)
async def ask_to_delete(request: web.Request) -> Context:
    """Say what deleting a film will do, or why it cannot be."""
    shown = await _shown(request)
    return {"movie": shown, "standings": await withdrawal.standings(shown.id)}


@routes.post(MOVIE + "/delete")
@action(Access.MODERATOR)
async def delete_movie(request: web.Request, form: Form) -> web.StreamResponse:
    """Delete a film, and take it out of carts where the form has said so."""
    shown = await _shown(request)
    confirmed = form.text("confirm") == "true"
    moderator_id = current_identity(request).user_id
    await withdrawal.delete_movie(shown.id, moderator_id, confirmed=confirmed)
    return told(request, "/staff/movies", "good", f"“{shown.name}” is deleted.")


def _texts(film: MovieOut) -> Mapping[str, str]:
    """Write a film as its form shows it."""
    moment = film.release_at
    texts = {name: getattr(film, name) for name in (*NUMBERS, *TEXTS, "description")}
    texts |= {name: "\n".join(getattr(film, name)) for name in LISTS}
    texts["is_available"] = "true" if film.is_available else ""
    # As browsers write it: without the seconds where there are none.
    texts["release_at"] = f"{moment:%Y-%m-%dT%H:%M:%S}".removesuffix(":00") if moment else ""
    return {name: "" if value is None else str(value) for name, value in texts.items()}


def _touched(form: Form) -> set[str]:
    """Name the fields that are not as the form showed them.

    The others stay as they are: somebody else may have changed them meanwhile.
    """
    try:
        was = dict(json.loads(form.text("was")))
    except (ValueError, TypeError):
        return set(CreateMovie.model_fields)
    return {
        name
        for name in CreateMovie.model_fields
        if form.text(name).splitlines() != str(was.get(name)).splitlines()
    }


def _read(form: Form) -> CreateMovie:
    """Read the whole form: a film has all of it, whether it is new or not."""
    fields: dict[str, Any] = {name: form.text(name).strip() for name in TEXTS}
    for name in NUMBERS:
        text = form.text(name).strip()
        fields[name] = int(text) if text.isascii() and text.isdigit() else text
    for name in LISTS:
        fields[name] = [line for line in form.text(name).splitlines() if line.strip()]
    moment = form.text("release_at").strip()
    fields["release_at"] = f"{moment}Z" if moment else ""
    for name in CAN_BE_EMPTY:
        fields[name] = None if fields[name] == "" else fields[name]
    given = {name: value for name, value in fields.items() if value != ""}
    given["description"] = form.text("description")
    given["is_available"] = form.text("is_available") == "true"
    return validate(CreateMovie, given, "body")


def _at_fields(error: InvalidRequest) -> InvalidRequest:
    """Point at the field of the form, which holds a whole list."""
    errors = [fault | {"loc": fault["loc"][:2]} for fault in error.extra.get("errors", ())]
    return InvalidRequest(str(error), errors=errors)
