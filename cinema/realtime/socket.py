"""The doors to the live events: the WebSocket and the tickets for it."""

from http import HTTPStatus

from aiohttp import web
from pydantic import BaseModel

from cinema.errors import Forbidden, MalformedRequest, Unauthenticated
from cinema.http.endpoint import endpoint
from cinema.http.identity import (
    AUTHENTICATE,
    IDENTITY,
    Access,
    Credential,
    Identity,
    current_identity,
)
from cinema.http.network import client_ip
from cinema.realtime.connection import Connection
from cinema.realtime.conversation import Conversation
from cinema.realtime.feeding import HEARTBEAT
from cinema.realtime.hub import HUB
from cinema.realtime.tickets import LIFETIME, issue_ticket, redeem_ticket
from cinema.resources import RESOURCES

MAX_FRAME = 16 * 1024
CLOSE_TIMEOUT = 2.0

routes = web.RouteTableDef()


class TicketOut(BaseModel):
    ticket: str
    expires_in: int


@routes.post("/api/v1/realtime/ticket")
@endpoint(access=Access.USER, status=HTTPStatus.CREATED)
async def make_ticket(request: web.Request) -> TicketOut:
    """Make a ticket that opens one WebSocket within 30 seconds.

    For clients that can send neither an `Authorization` header nor a cookie with the handshake:
    `GET /api/v1/realtime?ticket=...`.
    """
    ticket = await issue_ticket(request.app[RESOURCES], current_identity(request))
    return TicketOut(ticket=ticket, expires_in=LIFETIME)


@routes.get("/api/v1/realtime")
@endpoint(access=Access.PUBLIC, errors=(Forbidden, MalformedRequest, Unauthenticated))
async def open_socket(request: web.Request) -> web.WebSocketResponse:
    """Open the WebSocket on which the live events arrive.

    Authenticate by the session cookie (from a page of ours), a Bearer token, a ticket, or a first
    frame `{"type": "authenticate", "token": "..."}`; without, the public channels can be heard.
    """
    _check_origin(request)
    identity = await _identify(request)
    socket = web.WebSocketResponse(
        heartbeat=HEARTBEAT,
        compress=False,
        autoclose=False,
        max_msg_size=MAX_FRAME,
        timeout=CLOSE_TIMEOUT,
    )
    writer = await socket.prepare(request)
    hub, wire = request.app[HUB], request.transport
    if wire is None:
        return socket
    connection = Connection(wire, hub.turn, client_ip(request), identity)
    try:
        hub.join(connection)
        read_token = request.app[AUTHENTICATE]
        await Conversation(hub, connection, socket, writer, read_token).run()
    finally:
        hub.audience.leave(connection)
        if connection.close_code is None:
            connection.cut()
        else:
            wire.close()
    return socket


def _check_origin(request: web.Request) -> None:
    """Admit only pages of ours: a browser sends its cookies from any page (CWE-1385)."""
    origin = request.headers.get("Origin")
    if origin is not None:
        if origin not in request.app[RESOURCES].settings.origins:
            raise Forbidden("This origin may not open a socket.")
        return
    identity = request.get(IDENTITY)
    if identity is not None and identity.credential is Credential.COOKIE:
        raise Forbidden("A cookie needs an Origin beside it.")


async def _identify(request: web.Request) -> Identity | None:
    ticket = request.query.get("ticket")
    if ticket is not None:
        return await redeem_ticket(request.app[RESOURCES], ticket)
    return request.get(IDENTITY)
