from http import HTTPStatus

from aiohttp import web

from cinema.catalogue.errors import MovieNotFound
from cinema.http.body import path_id
from cinema.http.endpoint import endpoint
from cinema.http.identity import Access, current_identity
from cinema.http.pagination import CursorPage, Page, PageQuery, cursor_id, encode_cursor, page_of
from cinema.http.ratelimit import COMMENT
from cinema.social import queries, service
from cinema.social.schemas import CommentOut, PostComment

routes = web.RouteTableDef()


@routes.get("/api/v1/movies/{movie_id:[0-9]{1,18}}/comments")
@endpoint(query=PageQuery, access=Access.PUBLIC, errors=(MovieNotFound,))
async def list_comments(
    request: web.Request, query: PageQuery
) -> Page[CommentOut] | CursorPage[CommentOut]:
    """List the comments on a movie, newest first."""
    movie_id = path_id(request, "movie_id")
    if query.cursor is None:
        items, total = await queries.list_comments(movie_id, query.per_page, query.offset)
        return page_of(request, query, items, total)
    before = cursor_id(query.cursor)
    rows = await queries.list_comments_before(movie_id, before, query.per_page + 1)
    page = rows[: query.per_page]
    more = encode_cursor([str(page[-1].id)]) if len(rows) > len(page) else None
    return CursorPage(items=page, per_page=query.per_page, next_cursor=more)


@routes.post("/api/v1/movies/{movie_id:[0-9]{1,18}}/comments")
@endpoint(PostComment, status=HTTPStatus.CREATED, errors=(MovieNotFound,), limit=COMMENT)
async def post_comment(request: web.Request, body: PostComment) -> CommentOut:
    """Write a comment on a movie; it appears on every open page of it."""
    user_id = current_identity(request).user_id
    return await service.post_comment(user_id, path_id(request, "movie_id"), body.text)
