"""An answer whose head is written once and sent many times.

Most of what aiohttp does for a small answer is to put its head together: to copy the headers, to
ask every signal, to write each line. None of it depends on who reads a kept answer.
"""

from collections.abc import Mapping
from email.utils import formatdate
from functools import lru_cache
from time import time

from aiohttp import HttpVersion11, web
from aiohttp.abc import AbstractStreamWriter


def write_head(headers: Mapping[str, str], length: int) -> bytes:
    """Write the head of a 200 as far as it is always the same; the last line is left open."""
    lines = [f"{name}: {value}\r\n" for name, value in headers.items()]
    return f"HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n{''.join(lines)}".encode()


class Ready(web.StreamResponse):
    """A whole answer to a request that `fits`; no signal sees it.

    `headers` are those of this answer alone, beside the ones in its head.
    """

    def __init__(self, head: bytes, body: bytes) -> None:
        super().__init__()
        self._sent = False
        self._parts = (head, body)

    @staticmethod
    def fits(request: web.Request) -> bool:
        """Say whether a plain 200 with a body, on a connection that stays, is what to send."""
        return bool(
            request.method == "GET" and request.version == HttpVersion11 and request.keep_alive
        )

    @property
    def prepared(self) -> bool:
        return self._sent

    @property
    def keep_alive(self) -> bool:
        return True

    async def prepare(self, request: web.BaseRequest) -> AbstractStreamWriter:
        self._sent = True
        head, body = self._parts
        own = "".join(f"{name}: {value}\r\n" for name, value in self.headers.items())
        date = _date(int(time()))
        await request.writer.write(b"%bDate: %b\r\n%b\r\n%b" % (head, date, own.encode(), body))
        return request.writer

    async def write_eof(self, data: bytes = b"") -> None:
        """There is nothing left to send."""


@lru_cache(maxsize=1)
def _date(second: int) -> bytes:
    return formatdate(second, usegmt=True).encode()
