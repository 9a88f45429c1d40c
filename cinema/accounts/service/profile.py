"""What users say about themselves."""

from cinema.accounts.errors import UserNotFound
from cinema.accounts.events import AvatarReplaced, ProfileChanged
from cinema.accounts.models import UserProfile
from cinema.accounts.schemas import UpdateProfile
from cinema.database import atomic
from cinema.outbox import emit


@atomic
async def update_profile(user_id: int, command: UpdateProfile) -> None:
    """Change the fields that were sent; the others stay."""
    changes = command.model_dump(include=command.model_fields_set)
    if changes:
        await UserProfile.filter(user_id=user_id).update(**changes)
        await emit(ProfileChanged(user_id=user_id))


@atomic
async def set_avatar_key(user_id: int, key: str | None) -> str | None:
    """Point the profile at other objects, or at none; returns the key that it had.

    Raises UserNotFound when the user has gone meanwhile.
    """
    profile = await UserProfile.select_for_update().get_or_none(user_id=user_id)
    if profile is None:
        raise UserNotFound
    old_key: str | None = profile.avatar_key
    if old_key == key:
        return old_key
    profile.avatar_key = key
    await profile.save(update_fields=["avatar_key"])
    await emit(ProfileChanged(user_id=user_id))
    if old_key is not None:
        await emit(AvatarReplaced(user_id=user_id, old_key=old_key))
    return old_key
