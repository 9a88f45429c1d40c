"""The app's own stylesheets and scripts, held in memory, each under an address of its content."""

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from aiohttp import web

from cinema.errors import NotFound
from cinema.http.identity import Access
from cinema.web.route import declare

FOLDER = Path(__file__).parent / "static"
FOREVER = "public, max-age=31536000, immutable"

routes = web.RouteTableDef()


@dataclass(frozen=True, slots=True)
class Asset:
    content: bytes
    packed: bytes
    content_type: str
    digest: str


@cache
def assets() -> dict[str, Asset]:
    return {path.name: _read(path) for path in FOLDER.iterdir() if path.is_file()}


def _read(path: Path) -> Asset:
    content = path.read_bytes()
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    digest = hashlib.sha256(content).hexdigest()[:12]
    return Asset(content, gzip.compress(content, mtime=0), kind, digest)


def static_url(name: str) -> str:
    """Return the address of an asset; KeyError where there is none of this name."""
    return f"/static/{assets()[name].digest}/{name}"


@routes.get("/static/{digest}/{name}")
@declare(Access.PUBLIC)
async def static(request: web.Request) -> web.Response:
    """Serve a stylesheet, a script or an icon."""
    asset = assets().get(request.match_info["name"])
    if asset is None:
        raise NotFound
    packed = "gzip" in request.headers.get("Accept-Encoding", "")
    # A page of the release before asks by the old digest: it gets what there is, for once only.
    current = request.match_info["digest"] == asset.digest
    headers = {"Cache-Control": FOREVER if current else "no-store", "Vary": "Accept-Encoding"}
    if packed:
        headers["Content-Encoding"] = "gzip"
    return web.Response(
        body=asset.packed if packed else asset.content,
        content_type=asset.content_type,
        charset="utf-8" if asset.content_type.startswith("text/") else None,
        headers=headers,
    )
