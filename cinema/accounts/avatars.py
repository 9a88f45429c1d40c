"""Avatars: objects in the storage and their key in the profile, changed together.

The storage has no transactions, so the order is: store the new objects, commit the key, and let
a job delete the old ones after the commit. Whatever fails, no key names a missing object.
"""

from contextlib import suppress
from datetime import timedelta
from uuid import uuid4

from cinema.accounts.errors import UserNotFound
from cinema.accounts.schemas import AvatarOut, ProfileOut
from cinema.accounts.service.profile import set_avatar_key
from cinema.database import fetch
from cinema.errors import Unavailable
from cinema.images import CONTENT_TYPE, redraw
from cinema.storage import Storage

FOLDER = "avatars"
LARGE, SMALL = 512, 128
"""Pixels of the two squares that are made."""
ORPHAN_AGE = timedelta(hours=1)
LINK_LIFETIME = 300
"""Seconds that the link to an avatar is good for."""


async def replace_avatar(storage: Storage, user_id: int, data: bytes) -> None:
    """Make an avatar of a picture; the old one's objects go after the commit.

    Raises ImageRefused, ImagesBusy, StorageUnavailable; then nothing of the new one is left.
    """
    squares = await redraw(data, ((LARGE, LARGE), (SMALL, SMALL)))
    key = f"{FOLDER}/{uuid4().hex}"
    try:
        for side, picture in squares.items():
            await storage.put(_object(key, side), picture, CONTENT_TYPE)
        await set_avatar_key(user_id, key)
    except BaseException:
        with suppress(Unavailable):
            await delete_avatar_objects(storage, key)
        raise


async def remove_avatar(user_id: int) -> None:
    """Take the avatar off the profile; its objects go after the commit."""
    await set_avatar_key(user_id, None)


async def delete_avatar_objects(storage: Storage, key: str) -> None:
    """Delete both sizes: what follows `avatar.replaced` and `user.deleted`; twice is as once."""
    await storage.delete(_object(key, LARGE), _object(key, SMALL))


async def sweep_avatars(storage: Storage, age: timedelta = ORPHAN_AGE) -> int:
    """Delete the objects that no profile names, as a killed process leaves them; returns how many.

    What is younger than `age` may belong to an upload that has not committed yet.
    """
    total = 0
    async for keys in storage.old_keys(f"{FOLDER}/", age):
        named = await fetch(
            "SELECT avatar_key FROM user_profiles WHERE avatar_key = ANY($1::text[])",
            list({key.rpartition("/")[0] for key in keys}),
        )
        kept = {row["avatar_key"] for row in named}
        orphans = [key for key in keys if key.rpartition("/")[0] not in kept]
        await storage.delete(*orphans)
        total += len(orphans)
    return total


async def get_profile(storage: Storage, user_id: int) -> ProfileOut:
    """Raises UserNotFound, also for a deleted user."""
    rows = await fetch(
        "SELECT p.user_id, p.first_name, p.last_name, p.gender::text, p.date_of_birth, p.info,"
        " p.avatar_key FROM user_profiles p JOIN users u ON u.id = p.user_id"
        " WHERE p.user_id = $1 AND u.deleted_at IS NULL",
        user_id,
    )
    if not rows:
        raise UserNotFound
    row = rows[0]
    key = row.pop("avatar_key")
    return ProfileOut(**row, avatar=await _links(storage, key) if key else None)


async def _links(storage: Storage, key: str) -> AvatarOut:
    return AvatarOut(
        large=await storage.presigned_get(_object(key, LARGE), LINK_LIFETIME),
        small=await storage.presigned_get(_object(key, SMALL), LINK_LIFETIME),
    )


def _object(key: str, side: int) -> str:
    return f"{key}/{side}.webp"
