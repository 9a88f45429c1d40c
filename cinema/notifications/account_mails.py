"""The mails that follow what happens to an account."""

from urllib.parse import urlencode

from cinema.accounts.events import (
    ActivationRequested,
    PasswordChanged,
    PasswordResetRequested,
    SessionStolen,
    UserActivated,
    UserRegistered,
)
from cinema.accounts.models import ActivationToken, PasswordResetToken
from cinema.accounts.tokens import activation_token, reset_token
from cinema.jobs import RunContext
from cinema.notifications.mails import moment, send
from cinema.resources import Resources


async def mail_activation(
    resources: Resources, event: UserRegistered | ActivationRequested, run: RunContext
) -> None:
    token = await ActivationToken.get_or_none(user_id=event.user_id)
    if token is None:  # used, or cleaned away while the mail server was down
        return
    query = urlencode({"token": activation_token(resources.settings, token)})
    await send(
        resources,
        run,
        "activation",
        user_id=event.user_id,
        path=f"/activate?{query}",
        values={"expires": moment(token.expires_at)},
    )


async def mail_activated(resources: Resources, event: UserActivated, run: RunContext) -> None:
    await send(resources, run, "activated", user_id=event.user_id, path="/")


async def mail_password_reset(
    resources: Resources, event: PasswordResetRequested, run: RunContext
) -> None:
    token = await PasswordResetToken.get_or_none(user_id=event.user_id)
    if token is None:
        return
    query = urlencode({"token": reset_token(resources.settings, token)})
    await send(
        resources,
        run,
        "password_reset",
        user_id=event.user_id,
        path=f"/password/reset?{query}",
        values={"expires": moment(token.expires_at)},
    )


async def mail_password_changed(
    resources: Resources, event: PasswordChanged, run: RunContext
) -> None:
    await send(
        resources,
        run,
        "password_changed",
        user_id=event.user_id,
        path="/password/forgot",
        values={"at": moment(run.at)},
    )


async def mail_session_stolen(resources: Resources, event: SessionStolen, run: RunContext) -> None:
    await send(
        resources,
        run,
        "session_stolen",
        user_id=event.user_id,
        path="/profile",
        values={"at": moment(run.at)},
    )
