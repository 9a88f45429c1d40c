"""The development mailbox: what the SMTP catcher of `cinema dev` has received."""

import asyncio
import json
from pathlib import Path
from typing import Any

from aiohttp import web

from cinema.http.identity import Access
from cinema.resources import RESOURCES
from cinema.web.page import Context, page
from cinema.web.route import declare

routes = web.RouteTableDef()

KEPT = 200
"""How many mails are shown, the newest first."""


@routes.get("/dev/mail")
@page("dev/mail.html")
async def mailbox(request: web.Request) -> Context:
    """Show the mails that this copy has sent."""
    return {"mails": await _mails(request)}


@routes.get("/dev/mail.json")
@declare(Access.PUBLIC)
async def mailbox_json(request: web.Request) -> web.Response:
    """Answer the mails, newest first; `?to=` keeps those of one address."""
    return web.json_response(await _mails(request))


async def _mails(request: web.Request) -> list[dict[str, Any]]:
    folder = request.app[RESOURCES].settings.mailbox_dir
    assert folder is not None, "the route exists only where there is a mailbox"
    mails = await asyncio.to_thread(_read, folder)
    wanted = request.query.get("to", "").lower()
    return [mail for mail in mails if not wanted or wanted in mail["to"]][:KEPT]


def _read(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(path.read_text()) for path in sorted(folder.glob("*.json"), reverse=True)]
