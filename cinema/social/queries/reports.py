import json
from typing import Any

from cinema.database import fetch
from cinema.social.queries.comments import AUTHOR, NEWEST
from cinema.social.schemas import ReportOut

REPORTS = f"""
SELECT f.id, c.id AS comment_id, c.movie_id, m.name AS movie, c.created_at AS written_at,
       CASE WHEN c.deleted_at IS NULL THEN {AUTHOR} END AS author,
       CASE WHEN c.deleted_at IS NULL THEN c.text END AS text,
       f.resolution::text, f.resolved_at,
       (SELECT {AUTHOR} FROM users u LEFT JOIN user_profiles p ON p.user_id = u.id
         WHERE u.id = f.resolved_by_id) AS resolved_by,
       (SELECT json_agg(json_build_object('reason', r.reason, 'reporter', {AUTHOR},
                                          'at', r.created_at) ORDER BY r.id)
          FROM comment_reports r JOIN users u ON u.id = r.user_id
               LEFT JOIN user_profiles p ON p.user_id = u.id
         WHERE r.comment_id = f.comment_id
           AND r.resolved_at IS NOT DISTINCT FROM f.resolved_at) AS reports
  FROM comment_reports f JOIN comments c ON c.id = f.comment_id
       JOIN movies m ON m.id = c.movie_id JOIN users u ON u.id = c.user_id
       LEFT JOIN user_profiles p ON p.user_id = c.user_id
 WHERE NOT EXISTS (SELECT FROM comment_reports e WHERE e.comment_id = f.comment_id
                   AND e.id < f.id AND e.resolved_at IS NOT DISTINCT FROM f.resolved_at)
"""  # noqa: S608 - composed of constants
OPEN = "f.resolved_at IS NULL"
RESOLVED = "f.resolved_at IS NOT NULL"


async def list_reports(limit: int, offset: int, *, waiting: bool) -> tuple[list[ReportOut], int]:
    """Return a page of the comments that wait, the oldest report first, or that are done with,
    the newest first; and how many there are."""
    [counted] = await fetch(
        "SELECT count(*) AS n FROM (SELECT DISTINCT f.comment_id, f.resolved_at"  # noqa: S608
        f" FROM comment_reports f WHERE {OPEN if waiting else RESOLVED}) AS each"
    )
    order = f"{OPEN} ORDER BY f.id" if waiting else f"{RESOLVED} ORDER BY f.id DESC"
    rows = await fetch(f"{REPORTS} AND {order} LIMIT $1 OFFSET $2", limit, offset)
    return [_report(row) for row in rows], counted["n"]


async def list_reports_from(report_id: int | None, limit: int, *, waiting: bool) -> list[ReportOut]:
    """Return the same behind a report."""
    order = (
        f"{OPEN} AND f.id > $1 ORDER BY f.id"
        if waiting
        else f"{RESOLVED} AND f.id < $1 ORDER BY f.id DESC"
    )
    beginning = 0 if waiting else NEWEST
    start = beginning if report_id is None else report_id
    return [_report(row) for row in await fetch(f"{REPORTS} AND {order} LIMIT $2", start, limit)]


async def count_open_reports() -> int:
    """Return how many comments wait for a moderator."""
    [row] = await fetch(
        "SELECT count(DISTINCT comment_id) AS n FROM comment_reports WHERE resolved_at IS NULL"
    )
    return int(row["n"])


def _report(row: dict[str, Any]) -> ReportOut:
    return ReportOut(**row | {"reports": json.loads(row["reports"])})
