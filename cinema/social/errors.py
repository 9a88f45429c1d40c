from cinema.errors import Conflict, Forbidden, NotFound


class CommentNotFound(NotFound):
    """Also for a reply to a comment of another movie."""

    code, title = "comment_not_found", "There is no such comment"


class NotTheAuthor(Forbidden):
    code, title = "not_the_author", "The comment is somebody else's"


class OwnComment(Conflict):
    code, title = "own_comment", "A comment of your own needs no report"


class AlreadyReported(Conflict):
    code, title = "already_reported", "You have reported this comment before"


class ReportNotFound(NotFound):
    code, title = "report_not_found", "There is no such report"


class ReportResolved(Conflict):
    code, title = "report_resolved", "The report is resolved already"
