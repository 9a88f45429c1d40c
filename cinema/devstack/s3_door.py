"""The door through which browsers read the private S3.

`rclone serve s3` answers a Range request with the right bytes under the wrong status (200 with a
`Content-Range`), which browsers take for a whole file: nothing could be wound forward. Here the
status is put right; everything else passes through unchanged as it comes, `Host` above all,
which the signature of a link covers.
"""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from aiohttp import (
    ClientError,
    ClientResponse,
    ClientSession,
    ClientTimeout,
    DummyCookieJar,
    web,
)
from aiohttp.typedefs import Handler
from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

CONNECT_SECONDS = 3.0
SILENCE_SECONDS = 60.0
OF_ONE_CONNECTION = frozenset(
    {"connection", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade"}
)
"""RFC 9110, section 7.6.1: header fields that an intermediary does not pass on."""


class S3Door:
    """A proxy for GET in front of an S3, inside this process; bound to the loop it started in."""

    name = "s3 for browsers"

    def __init__(self, inner: str, *, port: int = 0) -> None:
        self._inner = inner
        self._running = AsyncExitStack()
        self.port = port
        self.running = False

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        """Raises OSError where the port is taken."""
        session = ClientSession(
            auto_decompress=False,
            cookie_jar=DummyCookieJar(),
            timeout=ClientTimeout(
                total=None, sock_connect=CONNECT_SECONDS, sock_read=SILENCE_SECONDS
            ),
        )
        await self._running.enter_async_context(session)
        app = web.Application()
        app.router.add_get("/{path:.*}", self._pass(session))
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await runner.setup()
        self._running.push_async_callback(runner.cleanup)
        await web.TCPSite(runner, "127.0.0.1", self.port).start()
        self.port = runner.addresses[0][1]
        self.running = True

    async def stop(self) -> None:
        self.running = False
        await self._running.aclose()

    def _pass(self, session: ClientSession) -> Handler:
        async def handle(request: web.Request) -> web.StreamResponse:
            try:
                answer = await session.request(
                    request.method,
                    URL(self._inner + request.raw_path, encoded=True),
                    headers=_passed(request.headers),
                    skip_auto_headers=("Accept", "Accept-Encoding", "User-Agent"),
                    allow_redirects=False,
                )
            except (ClientError, OSError):
                raise web.HTTPBadGateway from None
            async with answer:
                return await _pass_on(request, answer)

        return handle


async def _pass_on(request: web.Request, answer: ClientResponse) -> web.StreamResponse:
    is_part = answer.status == 200 and "Content-Range" in answer.headers
    passed = web.StreamResponse(
        status=206 if is_part else answer.status, headers=_passed(answer.headers)
    )
    await passed.prepare(request)
    try:
        async for chunk in answer.content.iter_any():
            await passed.write(chunk)
        await passed.write_eof()
    except (ClientError, OSError):
        # Half an answer has gone out; that it ends short is all that can still be said.
        if request.transport is not None:
            request.transport.abort()
    return passed


def _passed(headers: "CIMultiDictProxy[str]") -> "CIMultiDict[str]":
    kept = [(name, text) for name, text in headers.items() if name.lower() not in OF_ONE_CONNECTION]
    return CIMultiDict(kept)


@asynccontextmanager
async def open_door(inner: str) -> AsyncIterator[S3Door]:
    """Keep a door to the S3 at `inner` open for the time of the block."""
    door = S3Door(inner)
    await door.start()
    try:
        yield door
    finally:
        await door.stop()
