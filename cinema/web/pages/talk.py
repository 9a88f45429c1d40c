"""What is done on a film's page: voting, writing, answering, reporting."""

from aiohttp import web

from cinema.http.body import path_id
from cinema.http.identity import current_identity
from cinema.http.ratelimit import COMMENT, REPORT, VOTE
from cinema.social import service
from cinema.social.schemas import (
    EditComment,
    PostComment,
    ReportComment,
    SetRating,
    SetReaction,
)
from cinema.web.forms import Form
from cinema.web.page import action, back, told
from cinema.web.pages.movie import MOVIE, movie_context, talk_query
from cinema.web.redirects import see_other

routes = web.RouteTableDef()

COMMENTS = MOVIE + "/comments"
ONE = COMMENTS + "/{comment_id:[0-9]{1,18}}"


def _place(request: web.Request, anchor: str, *, newest: bool = False) -> str:
    """Return the part of the talk that a form stood in, or its beginning."""
    query = talk_query(request)
    place = {} if newest else {"before": query.before, "thread": query.thread, "after": query.after}
    kept = {name: str(value) for name, value in place.items() if value is not None}
    path = f"/movies/{path_id(request, 'movie_id')}"
    return str(request.rel_url.with_path(path).with_query(kept)) + anchor


@routes.post(COMMENTS)
@action(form="movie.html", again=movie_context, limit=COMMENT)
async def comment(request: web.Request, form: Form) -> web.Response:
    """Say something about a film, or answer somebody."""
    user_id = current_identity(request).user_id
    given = form.read(PostComment)
    posted = await service.post_comment(user_id, path_id(request, "movie_id"), given)
    return see_other(_place(request, f"#comment-{posted.id}", newest=given.parent_id is None))


@routes.post(ONE + "/edit")
@action(form="movie.html", again=movie_context, limit=COMMENT)
async def edit(request: web.Request, form: Form) -> web.Response:
    """Change one's own comment."""
    comment_id = path_id(request, "comment_id")
    text = form.read(EditComment).text
    await service.edit_comment(current_identity(request).user_id, comment_id, text)
    return see_other(_place(request, f"#comment-{comment_id}"))


@routes.post(ONE + "/delete")
@action()
async def delete(request: web.Request, form: Form) -> web.Response:
    """Delete a comment."""
    caller, comment_id = current_identity(request), path_id(request, "comment_id")
    await service.delete_comment(caller.user_id, caller.role, comment_id)
    # The page of a thread may have gone with it.
    place = _place(request, "#talk", newest=talk_query(request).thread == comment_id)
    return told(request, place, "good", "The comment is deleted.")


@routes.post(ONE + "/like")
@action(limit=VOTE)
async def like(request: web.Request, form: Form) -> web.Response:
    """Like a comment, or take the like back."""
    comment_id = path_id(request, "comment_id")
    act = service.like_comment if form.text("value") else service.unlike_comment
    await act(current_identity(request).user_id, comment_id)
    return see_other(_place(request, f"#comment-{comment_id}"))


@routes.post(ONE + "/report")
@action(form="movie.html", again=movie_context, limit=REPORT)
async def report(request: web.Request, form: Form) -> web.Response:
    """Ask the moderators to look at a comment."""
    comment_id = path_id(request, "comment_id")
    reason = form.read(ReportComment).reason
    await service.report_comment(current_identity(request).user_id, comment_id, reason)
    thanks = "Thank you. A moderator will look at the comment."
    return told(request, _place(request, f"#comment-{comment_id}"), "good", thanks)


@routes.post(MOVIE + "/reaction")
@action(limit=VOTE)
async def reaction(request: web.Request, form: Form) -> web.Response:
    """Like a film, dislike it, or take it back."""
    user_id, movie_id = current_identity(request).user_id, path_id(request, "movie_id")
    if form.text("value"):
        await service.set_reaction(user_id, movie_id, form.read(SetReaction).value)
    else:
        await service.clear_reaction(user_id, movie_id)
    return see_other(_place(request, "#votes"))


@routes.post(MOVIE + "/rating")
@action(limit=VOTE)
async def rating(request: web.Request, form: Form) -> web.Response:
    """Rate a film, or take the rating back."""
    user_id, movie_id = current_identity(request).user_id, path_id(request, "movie_id")
    if form.text("value"):
        await service.set_rating(user_id, movie_id, form.read(SetRating).value)
    else:
        await service.clear_rating(user_id, movie_id)
    return see_other(_place(request, "#rating"))


@routes.post(MOVIE + "/favorite")
@action(limit=VOTE)
async def favorite(request: web.Request, form: Form) -> web.Response:
    """Keep a film as a favourite, or no longer."""
    act = service.add_favorite if form.text("value") else service.remove_favorite
    await act(current_identity(request).user_id, path_id(request, "movie_id"))
    return see_other(back(request, form))
