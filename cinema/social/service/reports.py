"""Comments that somebody wants to be looked at, and what the moderators make of them."""

from cinema.audit import record
from cinema.database import atomic, fetch
from cinema.outbox import emit
from cinema.social.errors import AlreadyReported, OwnComment, ReportNotFound, ReportResolved
from cinema.social.events import CommentReported
from cinema.social.models import ReportResolution
from cinema.social.service.closing import close_reports
from cinema.social.service.comments import hold_thread, lock_comment, remove


@atomic
async def report_comment(user_id: int, comment_id: int, reason: str) -> None:
    """Ask the moderators to look at a comment.

    Raises CommentNotFound, OwnComment, AlreadyReported.
    """
    comment = await lock_comment(comment_id)
    if comment.user_id == user_id:
        raise OwnComment
    added = await fetch(
        "INSERT INTO comment_reports (user_id, comment_id, reason) VALUES ($1, $2, $3)"
        " ON CONFLICT (user_id, comment_id) DO NOTHING RETURNING id",
        user_id,
        comment_id,
        reason,
    )
    if not added:
        raise AlreadyReported
    [row] = await fetch(
        "SELECT count(*) AS n FROM comment_reports WHERE comment_id = $1 AND resolved_at IS NULL",
        comment_id,
    )
    await emit(
        CommentReported(comment_id=comment_id, movie_id=comment.movie_id, open_reports=row["n"])
    )


@atomic
async def resolve_report(user_id: int, report_id: int, resolution: ReportResolution) -> None:
    """Keep the comment or remove it; every report of it that waits is closed with this one.

    Raises ReportNotFound, ReportResolved.
    """
    rows = await fetch(
        "SELECT r.comment_id, c.movie_id, c.user_id AS author_id"
        " FROM comment_reports r JOIN comments c ON c.id = r.comment_id WHERE r.id = $1",
        report_id,
    )
    if not rows:
        raise ReportNotFound
    [about] = rows
    await hold_thread(about["comment_id"])
    waiting = await fetch(
        "SELECT FROM comment_reports WHERE id = $1 AND resolved_at IS NULL", report_id
    )
    if not waiting:
        raise ReportResolved
    if resolution is ReportResolution.REMOVED:
        await remove(about["comment_id"], user_id)
    else:
        await close_reports(**about, resolution=resolution, user_id=user_id)
    await record(
        "report.resolved",
        f"comment:{about['comment_id']}",
        after={"report": report_id, "resolution": resolution},
    )
