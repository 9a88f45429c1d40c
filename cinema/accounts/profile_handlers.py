from http import HTTPStatus

from aiohttp import web

from cinema.accounts import avatars, service
from cinema.accounts.errors import UserNotFound
from cinema.accounts.schemas import ProfileOut, UpdateProfile
from cinema.errors import TooLarge
from cinema.http.body import path_id
from cinema.http.endpoint import endpoint
from cinema.http.identity import current_identity
from cinema.http.ratelimit import AVATAR
from cinema.http.upload import read_file
from cinema.images import MAX_BYTES, ImageRefused, ImagesBusy, ImageTooLarge
from cinema.resources import RESOURCES
from cinema.roles import Role
from cinema.storage import StorageUnavailable

routes = web.RouteTableDef()


async def _profile(request: web.Request, user_id: int) -> ProfileOut:
    return await avatars.get_profile(request.app[RESOURCES].storage, user_id)


@routes.get("/api/v1/profiles/me")
@endpoint()
async def get_own_profile(request: web.Request) -> ProfileOut:
    """Show one's own profile."""
    return await _profile(request, current_identity(request).user_id)


@routes.patch("/api/v1/profiles/me")
@endpoint(UpdateProfile)
async def update_profile(request: web.Request, body: UpdateProfile) -> ProfileOut:
    """Change one's own profile: the fields that are sent, and no others."""
    user_id = current_identity(request).user_id
    await service.update_profile(user_id, body)
    return await _profile(request, user_id)


@routes.put("/api/v1/profiles/me/avatar")
@endpoint(
    errors=(ImageRefused, ImageTooLarge, ImagesBusy, StorageUnavailable, UserNotFound),
    limit=AVATAR,
)
async def set_avatar(request: web.Request) -> ProfileOut:
    """Upload an avatar: the file field `avatar` of a multipart form.

    JPEG, PNG or WebP of at most 5 MiB and 4096 pixels a side, not animated. It is cut to a square
    and drawn anew, so nothing of the file but its picture is kept.
    """
    user_id = current_identity(request).user_id
    try:
        data = await read_file(request, "avatar", MAX_BYTES)
    except TooLarge:
        raise ImageTooLarge from None
    await avatars.replace_avatar(request.app[RESOURCES].storage, user_id, data)
    return await _profile(request, user_id)


@routes.delete("/api/v1/profiles/me/avatar")
@endpoint(status=HTTPStatus.NO_CONTENT)
async def remove_avatar(request: web.Request) -> None:
    """Remove one's own avatar."""
    await avatars.remove_avatar(current_identity(request).user_id)


@routes.get("/api/v1/profiles/{user_id}")
@endpoint(errors=(UserNotFound,))
async def get_profile(request: web.Request) -> ProfileOut:
    """Show a profile to its owner or to an administrator; to others there is none."""
    caller, user_id = current_identity(request), path_id(request, "user_id")
    if user_id != caller.user_id and not caller.role.includes(Role.ADMIN):
        raise UserNotFound
    return await _profile(request, user_id)
