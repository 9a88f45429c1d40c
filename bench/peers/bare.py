"""The least that aiohttp can do: one handler that answers bytes it was given.

`python -m bench.peers.bare PORT FOLDER`: /list and /movie answer the files of those names.
"""

import sys
from pathlib import Path

import uvloop
from aiohttp import web


def make_app(folder: Path) -> web.Application:
    app = web.Application()
    for name in ("list", "movie"):
        body = (folder / name).read_bytes()

        async def answer(request: web.Request, body: bytes = body) -> web.Response:
            return web.Response(body=body, content_type="application/json", charset="utf-8")

        app.router.add_get(f"/{name}", answer)
    return app


if __name__ == "__main__":
    uvloop.install()
    web.run_app(make_app(Path(sys.argv[2])), port=int(sys.argv[1]), access_log=None, print=None)
