"""What the community has said, as it is read."""

from cinema.social.queries.comments import (
    get_comment,
    latest_replies,
    list_comments,
    list_comments_before,
    list_replies,
    list_replies_after,
    read_comments_before,
)
from cinema.social.queries.reports import count_open_reports, list_reports, list_reports_from
from cinema.social.queries.votes import get_ratings

__all__ = [
    "count_open_reports",
    "get_comment",
    "get_ratings",
    "latest_replies",
    "list_comments",
    "list_comments_before",
    "list_replies",
    "list_replies_after",
    "list_reports",
    "list_reports_from",
    "read_comments_before",
]
