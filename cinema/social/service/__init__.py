"""What the community does: one function is one use case and one transaction."""

from cinema.social.service.comments import delete_comment, edit_comment, post_comment
from cinema.social.service.counters import repair_counters, wrong_counters
from cinema.social.service.erasure import forget_votes
from cinema.social.service.favorites import add_favorite, remove_favorite
from cinema.social.service.likes import like_comment, unlike_comment
from cinema.social.service.reports import report_comment, resolve_report
from cinema.social.service.votes import clear_rating, clear_reaction, set_rating, set_reaction

__all__ = [
    "add_favorite",
    "clear_rating",
    "clear_reaction",
    "delete_comment",
    "edit_comment",
    "forget_votes",
    "like_comment",
    "post_comment",
    "remove_favorite",
    "repair_counters",
    "report_comment",
    "resolve_report",
    "set_rating",
    "set_reaction",
    "unlike_comment",
    "wrong_counters",
]
