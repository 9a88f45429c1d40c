"""What moderators do to movies over REST."""

from http import HTTPStatus

from aiohttp import web

from cinema.cart.withdrawal import delete_movie as withdraw
from cinema.catalogue import service
from cinema.catalogue.errors import (
    MovieExists,
    MovieInCarts,
    MovieInOrders,
    MovieNotFound,
    MoviePurchased,
)
from cinema.catalogue.queries import get_movie
from cinema.catalogue.schemas import DeleteMovie, MovieOut
from cinema.catalogue.write_schemas import CreateMovie, UpdateMovie
from cinema.http.endpoint import endpoint
from cinema.http.identity import Access, current_identity
from cinema.resources import RESOURCES

routes = web.RouteTableDef()

MOVIE = "/api/v1/movies/{movie:[0-9]{1,18}|[0-9a-fA-F-]{36}}"


def _currency(request: web.Request) -> str:
    return request.app[RESOURCES].settings.currency


async def _movie(request: web.Request, key: int | str) -> MovieOut:
    return await get_movie(str(key), _currency(request))


@routes.post("/api/v1/movies")
@endpoint(CreateMovie, access=Access.MODERATOR, status=HTTPStatus.CREATED, errors=(MovieExists,))
async def create_movie(request: web.Request, body: CreateMovie) -> MovieOut:
    """Add a movie.

    Genres, people and the certification are given by name or by id; a name that is not there
    yet is made.
    """
    return await _movie(request, await service.create_movie(body, _currency(request)))


@routes.patch(MOVIE)
@endpoint(UpdateMovie, access=Access.MODERATOR, errors=(MovieNotFound, MovieExists))
async def update_movie(request: web.Request, body: UpdateMovie) -> MovieOut:
    """Change what is sent of a movie; open carts and pages show it at once."""
    movie = await _movie(request, request.match_info["movie"])
    await service.update_movie(movie.id, body, _currency(request))
    return await _movie(request, movie.id)


@routes.delete(MOVIE)
@endpoint(
    query=DeleteMovie,
    access=Access.MODERATOR,
    status=HTTPStatus.NO_CONTENT,
    errors=(MovieNotFound, MoviePurchased, MovieInOrders, MovieInCarts),
)
async def delete_movie(request: web.Request, query: DeleteMovie) -> None:
    """Delete a movie that nobody has bought.

    It leaves the carts that it stands in, and their owners are told, where `confirm` says so;
    otherwise it is refused with their number, and every moderator is told.
    """
    movie = await _movie(request, request.match_info["movie"])
    moderator_id = current_identity(request).user_id
    await withdraw(movie.id, moderator_id, confirmed=query.confirm)
