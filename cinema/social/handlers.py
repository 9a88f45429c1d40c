"""Comments, their threads and their likes."""

from http import HTTPStatus

from aiohttp import web

from cinema.catalogue.errors import MovieNotFound
from cinema.http.body import path_id
from cinema.http.endpoint import endpoint
from cinema.http.identity import IDENTITY, Access, Identity, current_identity
from cinema.http.pagination import CursorPage, Page, PageQuery, cursor_id, page_by_id, page_of
from cinema.http.ratelimit import COMMENT, REPORT, VOTE
from cinema.social import queries, service
from cinema.social.errors import AlreadyReported, CommentNotFound, NotTheAuthor, OwnComment
from cinema.social.schemas import CommentOut, EditComment, LikesOut, PostComment, ReportComment

routes = web.RouteTableDef()

COMMENTS = "/api/v1/movies/{movie_id:[0-9]{1,18}}/comments"
ONE = "/api/v1/comments/{comment_id:[0-9]{1,18}}"


def _viewer(request: web.Request) -> int | None:
    identity: Identity | None = request.get(IDENTITY)
    return identity.user_id if identity else None


@routes.get(COMMENTS)
@endpoint(query=PageQuery, access=Access.PUBLIC, errors=(MovieNotFound,))
async def list_comments(
    request: web.Request, query: PageQuery
) -> Page[CommentOut] | CursorPage[CommentOut]:
    """List the comments on a movie, newest first.

    Replies are lists of their own; a deleted comment that has some stays as a tombstone.
    """
    movie_id, viewer = path_id(request, "movie_id"), _viewer(request)
    if query.cursor is None:
        items, total = await queries.list_comments(movie_id, viewer, query.per_page, query.offset)
        return page_of(request, query, items, total)
    before = cursor_id(query.cursor)
    rows = await queries.list_comments_before(movie_id, viewer, before, query.per_page + 1)
    return page_by_id(query, rows)


@routes.post(COMMENTS)
@endpoint(
    PostComment,
    status=HTTPStatus.CREATED,
    errors=(MovieNotFound, CommentNotFound),
    limit=COMMENT,
)
async def post_comment(request: web.Request, body: PostComment) -> CommentOut:
    """Write a comment on a movie; it appears on every open page of it.

    With `parent_id` it is an answer. An answer to a reply stands in the same thread.
    """
    user_id = current_identity(request).user_id
    return await service.post_comment(user_id, path_id(request, "movie_id"), body)


@routes.get(ONE + "/replies")
@endpoint(query=PageQuery, access=Access.PUBLIC, errors=(CommentNotFound,))
async def list_replies(
    request: web.Request, query: PageQuery
) -> Page[CommentOut] | CursorPage[CommentOut]:
    """List the replies to a comment, oldest first."""
    comment_id, viewer = path_id(request, "comment_id"), _viewer(request)
    if query.cursor is None:
        items, total = await queries.list_replies(comment_id, viewer, query.per_page, query.offset)
        return page_of(request, query, items, total)
    after = cursor_id(query.cursor)
    rows = await queries.list_replies_after(comment_id, viewer, after, query.per_page + 1)
    return page_by_id(query, rows)


@routes.patch(ONE)
@endpoint(EditComment, errors=(CommentNotFound, NotTheAuthor), limit=COMMENT)
async def edit_comment(request: web.Request, body: EditComment) -> CommentOut:
    """Change the text of one's own comment."""
    user_id = current_identity(request).user_id
    return await service.edit_comment(user_id, path_id(request, "comment_id"), body.text)


@routes.delete(ONE)
@endpoint(errors=(CommentNotFound, NotTheAuthor))
async def delete_comment(request: web.Request) -> None:
    """Delete one's own comment, or as a moderator anybody's.

    Where it has replies a tombstone without its text and author stays.
    """
    caller = current_identity(request)
    await service.delete_comment(caller.user_id, caller.role, path_id(request, "comment_id"))


@routes.put(ONE + "/like")
@endpoint(errors=(CommentNotFound,), limit=VOTE)
async def like_comment(request: web.Request) -> LikesOut:
    """Like a comment."""
    user_id = current_identity(request).user_id
    return await service.like_comment(user_id, path_id(request, "comment_id"))


@routes.delete(ONE + "/like")
@endpoint(errors=(CommentNotFound,), limit=VOTE)
async def unlike_comment(request: web.Request) -> LikesOut:
    """Take the like of a comment back."""
    user_id = current_identity(request).user_id
    return await service.unlike_comment(user_id, path_id(request, "comment_id"))


@routes.post(ONE + "/report")
@endpoint(
    ReportComment,
    status=HTTPStatus.NO_CONTENT,
    errors=(CommentNotFound, OwnComment, AlreadyReported),
    limit=REPORT,
)
async def report_comment(request: web.Request, body: ReportComment) -> None:
    """Ask the moderators to look at a comment."""
    user_id = current_identity(request).user_id
    await service.report_comment(user_id, path_id(request, "comment_id"), body.reason)
