from cinema.errors import Conflict, NotFound


class NotificationNotFound(NotFound):
    code, title = "notification_not_found", "There is no such notification"


class NotificationMandatory(Conflict):
    code, title = "notification_mandatory", "This cannot be turned on or off"


class UnsubscribeLinkInvalid(NotFound):
    code, title = "unsubscribe_link_invalid", "This is not a link of one of our mails"
