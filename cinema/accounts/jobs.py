"""What follows from what happened to accounts."""

from cinema.accounts.avatars import delete_avatar_objects
from cinema.accounts.events import AvatarReplaced, UserDeleted
from cinema.jobs import RunContext
from cinema.resources import Resources


async def delete_old_avatar(resources: Resources, event: AvatarReplaced, run: RunContext) -> None:
    """Delete the objects that no profile names any more."""
    await delete_avatar_objects(resources.storage, event.old_key)


async def delete_last_avatar(resources: Resources, event: UserDeleted, run: RunContext) -> None:
    """Delete the picture of a user who has left."""
    if event.avatar_key is not None:
        await delete_avatar_objects(resources.storage, event.avatar_key)
