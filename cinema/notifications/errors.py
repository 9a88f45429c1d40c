from cinema.errors import NotFound


class NotificationNotFound(NotFound):
    code, title = "notification_not_found", "There is no such notification"
