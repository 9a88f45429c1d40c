"""Answers that are kept, in the form in which they travel."""

import asyncio
import zlib
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b

from multidict import CIMultiDict

from cinema.http.headers import DATA
from cinema.http.ready import write_head

MAX_BYTES = 32 * 1024 * 1024
OVERHEAD = 1024
"""Bytes that an entry takes beside its key and its bodies; rather too many."""
VARY = "Authorization, Cookie, Accept-Encoding"
JSON = "application/json; charset=utf-8"


class Form:
    """A kept body as it travels, and what its answer says of it."""

    def __init__(self, body: bytes, own: dict[str, str]) -> None:
        self.body = body
        self.headers = CIMultiDict(DATA)
        self.headers.update(own)
        self.headers.update({"Vary": VARY, "Cache-Control": "no-cache", "Content-Type": JSON})

    @cached_property
    def head(self) -> bytes:
        return write_head(self.headers, len(self.body))


@dataclass(frozen=True)
class Kept:
    body: bytes

    @cached_property
    def tag(self) -> str:
        return blake2b(self.body, digest_size=16).hexdigest()

    @cached_property
    def plain(self) -> Form:
        return Form(self.body, {"ETag": f'"{self.tag}"'})

    @cached_property
    def zipped(self) -> Form:
        packer = zlib.compressobj(6, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
        body = packer.compress(self.body) + packer.flush()
        return Form(body, {"ETag": f'"{self.tag}-gzip"', "Content-Encoding": "gzip"})

    @property
    def size(self) -> int:
        """Bytes, as if it had been asked for compressed as well."""
        return 2 * len(self.body) + OVERHEAD


Making = asyncio.Future[Kept | None]
"""An answer that is being made for all who ask for it meanwhile; None where that failed."""


class Shelf:
    """The answers of one version, the least lately used of them dropped first, and those that are
    being made under it."""

    def __init__(self, max_bytes: int = MAX_BYTES) -> None:
        self.bytes = 0
        self.hits = 0
        self._max_bytes = max_bytes
        self._current: int | None = None
        self._kept: OrderedDict[str, Kept] = OrderedDict()
        self._making: dict[tuple[int, str], Making] = {}

    def __len__(self) -> int:
        return len(self._kept)

    def find(self, version: int, key: str) -> Kept | None:
        if version != self._current:
            self._kept.clear()
            self.bytes, self._current = 0, version
        kept = self._kept.get(key)
        if kept is not None:
            self.hits += 1
            self._kept.move_to_end(key)
        return kept

    def keep(self, version: int, key: str, kept: Kept) -> None:
        """Keep what was read after `version` was; a version that has passed is not kept."""
        size = kept.size + len(key)
        if version != self._current or key in self._kept or size > self._max_bytes:
            return
        self._kept[key] = kept
        self.bytes += size
        while self.bytes > self._max_bytes:
            dropped, old = self._kept.popitem(last=False)
            self.bytes -= old.size + len(dropped)

    def being_made(self, version: int, key: str) -> Making | None:
        return self._making.get((version, key))

    @contextmanager
    def making(self, version: int, key: str) -> Iterator[Making]:
        """Let others wait for an answer for the time of the block, which sets the result."""
        making: Making = asyncio.get_running_loop().create_future()
        self._making[version, key] = making
        try:
            yield making
        finally:
            # Where the first has failed, those who waited for it all try by themselves.
            if self._making.get((version, key)) is making:
                del self._making[version, key]
            if not making.done():
                making.set_result(None)
