"""Genres, stars, directors and certifications: the same five routes for each."""

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any

from aiohttp import web

from cinema.cart.queries import standings_of
from cinema.catalogue import service, taxonomy
from cinema.catalogue.errors import LabelExists, LabelInUse, LabelNotFound
from cinema.catalogue.labels import KINDS, Kind
from cinema.catalogue.queries import list_cards, list_cards_after
from cinema.catalogue.schemas import (
    GenreOut,
    LabelMovies,
    LabelMoviesAfter,
    LabelQuery,
    NamedOut,
)
from cinema.catalogue.write_schemas import NameLabel
from cinema.http.body import path_id
from cinema.http.endpoint import Shared, Written, endpoint
from cinema.http.identity import IDENTITY, Access
from cinema.http.pagination import CursorPage, Page, PageQuery, page_of
from cinema.resources import RESOURCES

routes = web.RouteTableDef()

Handler = Callable[..., Awaitable[Any]]


ONE = "/{id:[0-9]{1,18}}"


def _route(
    kind: Kind, method: str, path: str, doc: str, **rules: Any
) -> Callable[[Handler], Handler]:
    def decorate(handler: Handler) -> Handler:
        handler.__doc__ = doc
        routes.route(method, f"/api/v1/{kind.table}{path}")(endpoint(**rules)(handler))
        return handler

    return decorate


def _install_reading(kind: Kind) -> None:
    @_route(
        kind,
        "GET",
        "",
        f"List the {kind.table} with their numbers of movies.",
        query=LabelQuery,
        access=Access.PUBLIC,
        shared=Shared.LISTING,
    )
    async def list_all(
        request: web.Request, query: LabelQuery
    ) -> Page[GenreOut] | CursorPage[GenreOut]:
        if query.cursor is None:
            items, total = await taxonomy.list_labels(kind, query)
            return page_of(request, query, items, total)
        rest, more = await taxonomy.list_labels_after(kind, query)
        return CursorPage(items=rest, per_page=query.per_page, next_cursor=more)

    @_route(
        kind,
        "GET",
        ONE,
        f"Show a {kind.word} with its movies, the most watched first.",
        query=PageQuery,
        access=Access.PUBLIC,
        errors=(LabelNotFound,),
    )
    async def get_one(
        request: web.Request, query: PageQuery
    ) -> Written[LabelMovies | LabelMoviesAfter]:
        return await _label_with_movies(request, kind, query)


def _install_writing(kind: Kind) -> None:
    @_route(
        kind,
        "POST",
        "",
        f"Add a {kind.word}.",
        body=NameLabel,
        access=Access.MODERATOR,
        status=HTTPStatus.CREATED,
        errors=(LabelExists,),
    )
    async def create(request: web.Request, body: NameLabel) -> NamedOut:
        return await service.create_label(kind, body.name)

    @_route(
        kind,
        "PATCH",
        ONE,
        f"Rename a {kind.word}, in the search of its movies as well.",
        body=NameLabel,
        access=Access.MODERATOR,
        errors=(LabelNotFound, LabelExists),
    )
    async def rename(request: web.Request, body: NameLabel) -> NamedOut:
        return await service.rename_label(kind, path_id(request, "id"), body.name)

    @_route(
        kind,
        "DELETE",
        ONE,
        f"Delete a {kind.word} that no movie has.",
        access=Access.MODERATOR,
        status=HTTPStatus.NO_CONTENT,
        errors=(LabelNotFound, LabelInUse),
    )
    async def delete(request: web.Request) -> None:
        await service.delete_label(kind, path_id(request, "id"))


async def _label_with_movies(
    request: web.Request, kind: Kind, query: PageQuery
) -> Written[LabelMovies | LabelMoviesAfter]:
    label = await taxonomy.get_label(kind, path_id(request, "id"))
    wanted = taxonomy.movies_of(kind, label, query)
    resources = request.app[RESOURCES]
    currency = resources.settings.currency
    answer: LabelMovies | LabelMoviesAfter
    if query.cursor is None:
        cards, total = await list_cards(wanted, currency, tallies=resources.tallies)
        answer = LabelMovies(**vars(page_of(request, query, [], total)), **vars(label))
    else:
        cards, more = await list_cards_after(wanted, currency)
        answer = LabelMoviesAfter(
            items=[], per_page=query.per_page, next_cursor=more, **vars(label)
        )
    viewer = request.get(IDENTITY)
    standings = await standings_of(viewer.user_id if viewer else None, cards.ids)
    return Written(cards.on(answer, standings))


for _kind in KINDS.values():
    _install_reading(_kind)
    _install_writing(_kind)
