from aiohttp import web

from cinema.cart.queries import standings_of
from cinema.catalogue import queries
from cinema.catalogue.errors import MovieNotFound
from cinema.catalogue.facets import count_facets
from cinema.catalogue.schemas import (
    Facets,
    MovieOut,
    MoviePage,
    MovieQuery,
    Suggestions,
    SuggestQuery,
)
from cinema.catalogue.suggest import suggest
from cinema.catalogue.vocabulary import did_you_mean
from cinema.http.endpoint import Shared, Written, endpoint
from cinema.http.identity import IDENTITY, Access, Identity
from cinema.http.pagination import CursorPage, page_of
from cinema.resources import RESOURCES

routes = web.RouteTableDef()


def _user_id(request: web.Request) -> int | None:
    identity: Identity | None = request.get(IDENTITY)
    return identity.user_id if identity else None


@routes.get("/api/v1/movies")
@endpoint(query=MovieQuery, access=Access.PUBLIC, shared=Shared.CATALOGUE)
async def list_movies(
    request: web.Request, query: MovieQuery
) -> Written[MoviePage | CursorPage[MovieOut]]:
    """List, search and filter the catalogue.

    A page with a number offers another spelling (`did_you_mean`) of a search that finds little.
    """
    resources = request.app[RESOURCES]
    currency = resources.settings.currency
    page: MoviePage | CursorPage[MovieOut]
    if query.cursor is None:
        cards, total = await queries.list_cards(query, currency, tallies=resources.tallies)
        meant = await did_you_mean(query, total)
        page = MoviePage(**vars(page_of(request, query, [], total)), did_you_mean=meant)
    else:
        cards, more = await queries.list_cards_after(query, currency)
        page = CursorPage(items=[], per_page=query.per_page, next_cursor=more)
    return Written(cards.on(page, await standings_of(_user_id(request), cards.ids)))


@routes.get("/api/v1/movies/facets")
@endpoint(query=MovieQuery, access=Access.PUBLIC, shared=Shared.LISTING)
async def get_facets(request: web.Request, query: MovieQuery) -> Facets:
    """Count the choices of each filter, under all the others; page and order change nothing."""
    return await count_facets(query)


@routes.get("/api/v1/movies/suggest")
@endpoint(query=SuggestQuery, access=Access.PUBLIC, shared=Shared.CATALOGUE)
async def get_suggestions(request: web.Request, query: SuggestQuery) -> Suggestions:
    """Offer at most ten names of movies and people for what has been typed so far.

    A name is offered where each typed word begins a word of it, whatever the accents; whole names
    come first, then the most watched.
    """
    return Suggestions(items=await suggest(query.q))


@routes.get("/api/v1/movies/{movie:[0-9]{1,18}|[0-9a-fA-F-]{36}}")
@endpoint(access=Access.PUBLIC, errors=(MovieNotFound,), shared=Shared.CATALOGUE)
async def get_movie(request: web.Request) -> Written[MovieOut]:
    """Show a movie, by its id or its uuid."""
    currency = request.app[RESOURCES].settings.currency
    card = await queries.get_card(request.match_info["movie"], currency)
    return Written(card.finished(await standings_of(_user_id(request), card.ids)))
