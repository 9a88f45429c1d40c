"""Files that the staff sends in."""

from typing import Any

from aiohttp import FormData

from cinema.catalogue.models import Movie
from tests.conftest import Client


async def send(
    client: Client, staff: dict[str, str], path: str, data: Any, kind: str = "video/mp4"
) -> tuple[int, Any]:
    """Send a file as the body itself."""
    answer = await client.put(
        f"/api/v1/movies/{path}", data=data, headers=staff | {"Content-Type": kind}
    )
    return answer.status, await answer.json()


async def send_form(
    client: Client, staff: dict[str, str], movie_id: int, medium: str, data: bytes
) -> tuple[int, Any]:
    form = FormData()
    form.add_field("note", "a word before the file")
    form.add_field(medium, data, filename="film.exe", content_type="text/plain")
    answer = await client.put(f"/api/v1/movies/{movie_id}/{medium}", data=form, headers=staff)
    return answer.status, await answer.json()


async def keys_of(movie: Movie) -> list[str | None]:
    stored = await Movie.get(id=movie.id)
    return [stored.poster_key, stored.trailer_key, stored.video_key]
