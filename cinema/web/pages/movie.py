"""One film: what it is, what it costs, and what people say about it."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field

from cinema.cart.queries import add_standings
from cinema.catalogue.queries import get_movie
from cinema.catalogue.schemas import MovieMe, SimilarMovie
from cinema.catalogue.similar import similar_movies
from cinema.http.body import path_id, query_values, validate
from cinema.http.identity import IDENTITY, Identity
from cinema.http.pagination import cursor_id, encode_cursor
from cinema.resources import RESOURCES
from cinema.roles import Role
from cinema.social import queries as social
from cinema.social.errors import CommentNotFound
from cinema.social.schemas import CommentOut
from cinema.web.guest import guest_cart
from cinema.web.page import Context, page
from cinema.web.redirects import see_other

routes = web.RouteTableDef()

MOVIE = "/movies/{movie_id:[0-9]{1,18}}"
THREADS = 20
"""How many threads a page shows, the newest first."""
REPLIES = 5
"""How many replies of each thread it shows: the last ones, in the order in which they came."""
A_THREAD = 100
"""How many replies the page of one thread shows."""
SIMILAR = 6
BARS = 100
"""The length of the histogram's longest bar, in its own units."""


class TalkQuery(BaseModel):
    """Where in the talk the reader is, and what is to be done with which comment."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    before: str | None = Field(default=None, max_length=512)
    thread: int | None = Field(default=None, ge=1, lt=10**18)
    after: str | None = Field(default=None, max_length=512)
    reply: int | None = Field(default=None, ge=1, lt=10**18)
    edit: int | None = Field(default=None, ge=1, lt=10**18)
    delete: int | None = Field(default=None, ge=1, lt=10**18)
    report: int | None = Field(default=None, ge=1, lt=10**18)


ACTS = ("reply", "edit", "delete", "report")


@dataclass(frozen=True, slots=True)
class Thread:
    comment: CommentOut
    replies: list[CommentOut] = field(default_factory=list)

    @property
    def earlier(self) -> int:
        """How many replies are not shown."""
        return max(0, self.comment.replies - len(self.replies))


@dataclass(frozen=True, slots=True)
class Talk:
    """A part of a film's talk; `place` is the query that leads to this very part."""

    threads: list[Thread]
    place: dict[str, str]
    older: str | None = None
    later: str | None = None
    is_whole: bool = False


@dataclass(frozen=True, slots=True)
class Desk:
    """The form under the film: what is done there, and with which comment."""

    act: str = "write"
    comment: CommentOut | None = None


@dataclass(frozen=True, slots=True)
class Bar:
    value: int
    count: int
    length: int


def viewer_of(request: web.Request) -> Identity | None:
    return request.get(IDENTITY)


def talk_query(request: web.Request) -> TalkQuery:
    """Read the address of a film's page; raises InvalidRequest."""
    return validate(TalkQuery, query_values(request.query, TalkQuery), "query")


@routes.get(MOVIE)
@page("movie.html")
async def movie(request: web.Request) -> Context:
    """Show one film, what it costs, and what people say about it."""
    return await movie_context(request)


@routes.get("/comments/{comment_id:[0-9]{1,18}}")
@page("movie.html")
async def comment(request: web.Request) -> web.Response:
    """Lead to a comment in its thread: the address that letters and the bell give."""
    found = await social.get_comment(path_id(request, "comment_id"), None)
    place = {"thread": str(found.parent_id or found.id)}
    if found.parent_id is not None:
        thread = await social.get_comment(found.parent_id, None)
        if thread.replies > A_THREAD:
            place["after"] = encode_cursor([str(found.id - 1)])
    return see_other(f"/movies/{found.movie_id}?{urlencode(place)}#comment-{found.id}")


async def movie_context(request: web.Request) -> dict[str, Any]:
    settings = request.app[RESOURCES].settings
    film = await get_movie(str(path_id(request, "movie_id")), settings.currency)
    viewer = viewer_of(request)
    await add_standings(viewer.user_id if viewer else None, [film])
    ratings = await social.get_ratings(film.id)
    query = talk_query(request)
    talk = await _read_talk(film.id, query, viewer)
    place = f"?{urlencode(talk.place)}" if talk.place else ""
    return {
        "movie": film,
        "me": film.me or MovieMe(in_cart=film.id in guest_cart(request)),
        "ratings": ratings,
        "bars": _bars(ratings.histogram),
        "talk": talk,
        "here": f"/movies/{film.id}{place}",
        "place": place,
        "ask": f"{place}{'&' if place else '?'}",
        "similar": await _similar(request, film.id),
        "desk": await _desk(film.id, query, viewer),
        "moderates": viewer is not None and viewer.role.includes(Role.MODERATOR),
    }


async def _similar(request: web.Request, movie_id: int) -> list[SimilarMovie]:
    # A fragment that a script fetches is never of these.
    if request.headers.get("Sec-Fetch-Dest", "document") != "document":
        return []
    currency = request.app[RESOURCES].settings.currency
    return (await similar_movies(movie_id, currency)).items[:SIMILAR]


def _bars(histogram: list[int]) -> list[Bar]:
    """Return the histogram for the eye, the best first."""
    longest = max(histogram) or 1
    return [
        Bar(value, count, round(count * BARS / longest))
        for value, count in reversed(list(enumerate(histogram, start=1)))
    ]


async def _read_talk(movie_id: int, query: TalkQuery, viewer: Identity | None) -> Talk:
    viewer_id = viewer.user_id if viewer else None
    if query.thread is not None:
        return await _one_thread(movie_id, query.thread, query.after, viewer_id)
    before = cursor_id(query.before) if query.before else None
    rows = await social.read_comments_before(movie_id, viewer_id, before, THREADS + 1)
    shown = rows[:THREADS]
    answered = [comment.id for comment in shown if comment.replies]
    replies = await social.latest_replies(answered, viewer_id, REPLIES)
    return Talk(
        threads=[Thread(comment, replies.get(comment.id, [])) for comment in shown],
        place={"before": query.before} if query.before else {},
        older=encode_cursor([str(shown[-1].id)]) if len(rows) > THREADS else None,
    )


async def _one_thread(
    movie_id: int, comment_id: int, after: str | None, viewer_id: int | None
) -> Talk:
    """Return one thread with all its replies; raises CommentNotFound."""
    comment = await social.get_comment(comment_id, viewer_id)
    if comment.movie_id != movie_id or comment.parent_id is not None:
        raise CommentNotFound
    start = cursor_id(after) if after else None
    rows = await social.list_replies_after(comment_id, viewer_id, start, A_THREAD + 1)
    shown = rows[:A_THREAD]
    return Talk(
        threads=[Thread(comment, shown)],
        place={"thread": str(comment_id)} | ({"after": after} if after else {}),
        later=encode_cursor([str(shown[-1].id)]) if len(rows) > A_THREAD else None,
        is_whole=True,
    )


async def _desk(movie_id: int, query: TalkQuery, viewer: Identity | None) -> Desk:
    """Set out the form that the address asks for; the plain one where that cannot be."""
    if viewer is None:
        return Desk()
    for act in ACTS:
        if (comment_id := getattr(query, act)) is not None:
            return await _desk_for(act, comment_id, movie_id, viewer)
    return Desk()


async def _desk_for(act: str, comment_id: int, movie_id: int, viewer: Identity) -> Desk:
    try:
        comment = await social.get_comment(comment_id, viewer.user_id)
    except CommentNotFound:
        return Desk()
    mine = comment.me is not None and comment.me.mine
    reported = comment.me is not None and comment.me.reported
    allowed = {
        "reply": True,
        "edit": mine,
        "delete": mine or viewer.role.includes(Role.MODERATOR),
        "report": not mine and not reported,
    }
    if comment.deleted or comment.movie_id != movie_id or not allowed[act]:
        return Desk()
    return Desk(act, comment)
