from aiohttp import web

from cinema.cart.queries import add_standings
from cinema.catalogue.errors import MovieNotFound
from cinema.catalogue.schemas import SimilarMovies
from cinema.catalogue.similar import similar_movies
from cinema.http.body import path_id
from cinema.http.endpoint import endpoint
from cinema.http.identity import IDENTITY, Access
from cinema.resources import RESOURCES

routes = web.RouteTableDef()


@routes.get("/api/v1/movies/{movie_id:[0-9]{1,18}}/similar")
@endpoint(access=Access.PUBLIC, errors=(MovieNotFound,))
async def list_similar(request: web.Request) -> SimilarMovies:
    """List up to twelve movies that go with this one, and why.

    By shared people, shared genres, and what its buyers have bought as well.
    """
    currency = request.app[RESOURCES].settings.currency
    similar = await similar_movies(path_id(request, "movie_id"), currency)
    viewer = request.get(IDENTITY)
    await add_standings(viewer.user_id if viewer else None, [item.movie for item in similar.items])
    return similar
