"""What happens to accounts. No event holds a token, an address or a password: mails look them up.

The activation mail follows `user.registered` and `activation.requested`, never both for one act.
"""

from cinema.events import Event, user_topic
from cinema.roles import Role


class _UserEvent(Event):
    """A fact for jobs alone."""

    user_id: int


class _OwnEvent(_UserEvent):
    """A fact that the user's own pages hear."""

    def topics(self) -> tuple[str, ...]:
        return (user_topic(self.user_id),)


class UserRegistered(_UserEvent):
    type = "user.registered"


class ActivationRequested(_UserEvent):
    """Another activation link was asked for; the one before it is dead."""

    type = "activation.requested"


class UserActivated(_UserEvent):
    type = "user.activated"


class PasswordChanged(_UserEvent):
    """By the old password or by a reset."""

    type = "password.changed"


class PasswordResetRequested(_UserEvent):
    type = "password_reset.requested"


class SessionRevoked(_OwnEvent):
    """These sessions are over: their access tokens are refused and their sockets close."""

    type = "session.revoked"
    session_ids: list[int]


class SessionStolen(_UserEvent):
    """A spent refresh token came back, so its session was revoked."""

    type = "session.stolen"
    session_id: int


class UserDeactivated(_OwnEvent):
    type = "user.deactivated"


class UserRoleChanged(_OwnEvent):
    type = "user.role_changed"
    role: Role


class UserDeleted(_OwnEvent):
    """The user's personal data are gone; its avatar's objects still wait to be removed."""

    type = "user.deleted"
    avatar_key: str | None


class ProfileChanged(_OwnEvent):
    type = "profile.changed"


class AvatarReplaced(_UserEvent):
    """The objects under the old key belong to nobody any more."""

    type = "avatar.replaced"
    old_key: str
