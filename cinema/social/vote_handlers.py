"""Reactions, ratings and favourites."""

from aiohttp import web

from cinema.cart.queries import standings_of
from cinema.catalogue.errors import MovieNotFound
from cinema.catalogue.queries import list_cards, list_cards_after
from cinema.catalogue.schemas import MovieOut, MovieQuery
from cinema.http.body import path_id
from cinema.http.endpoint import Written, endpoint
from cinema.http.identity import Access, current_identity
from cinema.http.pagination import CursorPage, Page, page_of
from cinema.http.ratelimit import VOTE
from cinema.resources import RESOURCES
from cinema.social import queries, service
from cinema.social.schemas import (
    FavoriteOut,
    RatingOut,
    RatingsOut,
    ReactionOut,
    SetRating,
    SetReaction,
)

routes = web.RouteTableDef()

MOVIE = "/api/v1/movies/{movie_id:[0-9]{1,18}}"
FAVORITE = "/api/v1/favorites/{movie_id:[0-9]{1,18}}"


@routes.put(MOVIE + "/reaction")
@endpoint(SetReaction, errors=(MovieNotFound,), limit=VOTE)
async def set_reaction(request: web.Request, body: SetReaction) -> ReactionOut:
    """Like or dislike a movie; the other value switches."""
    user_id = current_identity(request).user_id
    return await service.set_reaction(user_id, path_id(request, "movie_id"), body.value)


@routes.delete(MOVIE + "/reaction")
@endpoint(errors=(MovieNotFound,), limit=VOTE)
async def clear_reaction(request: web.Request) -> ReactionOut:
    """Take a like or a dislike back."""
    user_id = current_identity(request).user_id
    return await service.clear_reaction(user_id, path_id(request, "movie_id"))


@routes.get(MOVIE + "/ratings")
@endpoint(access=Access.PUBLIC, errors=(MovieNotFound,))
async def get_ratings(request: web.Request) -> RatingsOut:
    """Show how a movie is rated, with the number of each value."""
    return await queries.get_ratings(path_id(request, "movie_id"))


@routes.put(MOVIE + "/rating")
@endpoint(SetRating, errors=(MovieNotFound,), limit=VOTE)
async def set_rating(request: web.Request, body: SetRating) -> RatingOut:
    """Rate a movie from 1 to 10."""
    user_id = current_identity(request).user_id
    return await service.set_rating(user_id, path_id(request, "movie_id"), body.value)


@routes.delete(MOVIE + "/rating")
@endpoint(errors=(MovieNotFound,), limit=VOTE)
async def clear_rating(request: web.Request) -> RatingOut:
    """Take a rating back."""
    user_id = current_identity(request).user_id
    return await service.clear_rating(user_id, path_id(request, "movie_id"))


@routes.get("/api/v1/favorites")
@endpoint(query=MovieQuery)
async def list_favorites(
    request: web.Request, query: MovieQuery
) -> Written[Page[MovieOut] | CursorPage[MovieOut]]:
    """List the caller's favourites, with every parameter of the catalogue."""
    user_id = current_identity(request).user_id
    currency = request.app[RESOURCES].settings.currency
    page: Page[MovieOut] | CursorPage[MovieOut]
    if query.cursor is None:
        cards, total = await list_cards(query, currency, favorites_of=user_id)
        page = page_of(request, query, [], total)
    else:
        cards, more = await list_cards_after(query, currency, favorites_of=user_id)
        page = CursorPage(items=[], per_page=query.per_page, next_cursor=more)
    return Written(cards.on(page, await standings_of(user_id, cards.ids)))


@routes.put(FAVORITE)
@endpoint(errors=(MovieNotFound,), limit=VOTE)
async def add_favorite(request: web.Request) -> FavoriteOut:
    """Put a movie among the favourites."""
    return await service.add_favorite(
        current_identity(request).user_id, path_id(request, "movie_id")
    )


@routes.delete(FAVORITE)
@endpoint(errors=(MovieNotFound,), limit=VOTE)
async def remove_favorite(request: web.Request) -> FavoriteOut:
    """Take a movie out of the favourites."""
    return await service.remove_favorite(
        current_identity(request).user_id, path_id(request, "movie_id")
    )
