"""How a user wants to hear of news. Only what differs from the defaults is stored."""

from cinema.database import atomic, fetch
from cinema.errors import InvalidRequest
from cinema.notifications.errors import NotificationMandatory
from cinema.notifications.kinds import KINDS, Kind
from cinema.notifications.queries import chosen_settings
from cinema.notifications.ringing import lock_bells
from cinema.notifications.schemas import ChangeSetting, ChangeSettings, SettingOut, SettingsOut


async def get_settings(user_id: int) -> SettingsOut:
    """Return how the user hears of every kind of news."""
    chosen = await chosen_settings(user_id)
    return SettingsOut(
        items=[
            SettingOut(
                kind=name,
                label=kind.label,
                in_app=bell,
                email=mail,
                in_app_fixed=kind.bell.is_fixed,
                email_fixed=kind.mail.is_fixed,
            )
            for name, kind in KINDS.items()
            for bell, mail in [chosen.get(name, (kind.bell.is_on, kind.mail.is_on))]
        ]
    )


@atomic
async def turn_mail_off(user_id: int, name: str) -> None:
    """Send no more mails of this kind; the bell stays as it is."""
    await lock_bells([user_id])
    chosen = await chosen_settings(user_id)
    bell, _ = chosen.get(name, (KINDS[name].bell.is_on, False))
    await _store(user_id, name, bell=bell, mail=False)


@atomic
async def change_settings(user_id: int, command: ChangeSettings) -> SettingsOut:
    """Set the kinds that the command names, and leave the others as they are.

    Raises InvalidRequest for a kind that there is not, NotificationMandatory.
    """
    await lock_bells([user_id])
    chosen = await chosen_settings(user_id)
    for change in command.settings:
        kind = KINDS.get(change.kind)
        if kind is None:
            text = f"There is no kind of news called {change.kind!r}."
            raise InvalidRequest.at("body", "settings", msg=text)
        _refuse_fixed(kind, change)
        bell, mail = chosen.get(change.kind, (kind.bell.is_on, kind.mail.is_on))
        bell = bell if change.in_app is None else change.in_app
        mail = mail if change.email is None else change.email
        await _store(user_id, change.kind, bell=bell, mail=mail)
    return await get_settings(user_id)


def _refuse_fixed(kind: Kind, change: ChangeSetting) -> None:
    """Raises NotificationMandatory; saying again what holds anyway is no change."""
    for way, name, wanted in (
        (kind.bell, "the bell", change.in_app),
        (kind.mail, "mail", change.email),
    ):
        if way.is_fixed and wanted is not None and wanted is not way.is_on:
            rule = "always comes" if way.is_on else "never comes"
            raise NotificationMandatory(f'"{kind.label}" {rule} by {name}.', kind=change.kind)


async def _store(user_id: int, name: str, *, bell: bool, mail: bool) -> None:
    kind = KINDS[name]
    if (bell, mail) == (kind.bell.is_on, kind.mail.is_on):
        await fetch(
            "DELETE FROM notification_settings WHERE user_id = $1 AND kind = $2", user_id, name
        )
        return
    await fetch(
        "INSERT INTO notification_settings (user_id, kind, in_app, email)"
        " SELECT id, $2, $3, $4 FROM users WHERE id = $1 AND deleted_at IS NULL"
        " ON CONFLICT (user_id, kind) DO UPDATE SET in_app = $3, email = $4",
        user_id,
        name,
        bell,
        mail,
    )
