from http import HTTPStatus
from urllib.parse import urlencode

from aiohttp import web

from cinema.http.body import path_id
from cinema.http.endpoint import endpoint
from cinema.http.identity import Access, current_identity
from cinema.http.pagination import CursorPage, Page, page_of
from cinema.notifications import preferences, queries, service
from cinema.notifications.errors import (
    NotificationMandatory,
    NotificationNotFound,
    UnsubscribeLinkInvalid,
)
from cinema.notifications.schemas import (
    ChangeSettings,
    NotificationOut,
    NotificationQuery,
    ReadAll,
    SettingsOut,
    UnreadCount,
    UnsubscribeQuery,
)
from cinema.notifications.unsubscribing import unsubscribe
from cinema.resources import RESOURCES

routes = web.RouteTableDef()


@routes.get("/api/v1/notifications")
@endpoint(query=NotificationQuery)
async def list_notifications(
    request: web.Request, query: NotificationQuery
) -> Page[NotificationOut] | CursorPage[NotificationOut]:
    """List the caller's notifications, newest first.

    A walk by cursor shows each once, where it stood when the walk began: also what more of the
    same has brought to the top of the list since.
    """
    user_id = current_identity(request).user_id
    if query.cursor is None:
        items, total = await queries.list_notifications(user_id, query)
        return page_of(request, query, items, total)
    items, more = await queries.walk_notifications(user_id, query)
    return CursorPage(items=items, per_page=query.per_page, next_cursor=more)


@routes.get("/api/v1/notifications/unread-count")
@endpoint()
async def unread_count(request: web.Request) -> UnreadCount:
    """Count the caller's unread notifications."""
    return UnreadCount(unread=await queries.unread_count(current_identity(request).user_id))


@routes.post("/api/v1/notifications/{notification_id:[0-9]{1,18}}/read")
@endpoint(errors=(NotificationNotFound,))
async def mark_read(request: web.Request) -> NotificationOut:
    """Mark a notification as read; again it changes nothing."""
    user_id = current_identity(request).user_id
    return await service.mark_read(user_id, path_id(request, "notification_id"))


@routes.post("/api/v1/notifications/read-all")
@endpoint()
async def mark_all_read(request: web.Request) -> ReadAll:
    """Mark every notification as read."""
    return ReadAll(read=await service.mark_all_read(current_identity(request).user_id))


@routes.get("/api/v1/notifications/settings")
@endpoint()
async def get_settings(request: web.Request) -> SettingsOut:
    """Show how the caller hears of each kind of news."""
    return await preferences.get_settings(current_identity(request).user_id)


@routes.put("/api/v1/notifications/settings")
@endpoint(ChangeSettings, errors=(NotificationMandatory,))
async def change_settings(request: web.Request, body: ChangeSettings) -> SettingsOut:
    """Choose how to hear of news.

    Kinds that are not named stay as they are. What is about money, and what moderators did, cannot
    be turned off.
    """
    return await preferences.change_settings(current_identity(request).user_id, body)


@routes.get("/api/v1/notifications/unsubscribe")
@endpoint(query=UnsubscribeQuery, access=Access.PUBLIC, status=HTTPStatus.SEE_OTHER)
async def ask_before_unsubscribing(request: web.Request, query: UnsubscribeQuery) -> web.Response:
    """Lead a reader to the page that asks: opening the link of a mail changes nothing."""
    location = f"/unsubscribe?{urlencode({'token': query.token})}"
    return web.Response(status=HTTPStatus.SEE_OTHER, headers={"Location": location})


@routes.post("/api/v1/notifications/unsubscribe")
@endpoint(
    query=UnsubscribeQuery,
    access=Access.PUBLIC,
    status=HTTPStatus.NO_CONTENT,
    errors=(UnsubscribeLinkInvalid,),
)
async def one_click_unsubscribe(request: web.Request, query: UnsubscribeQuery) -> None:
    """End mails of a kind in one click, without a login.

    What a mail program sends to the address in `List-Unsubscribe` (RFC 8058). The token says whose
    mails of which kind; the bell is not touched.
    """
    await unsubscribe(request.app[RESOURCES].settings, query.token)
