"""What a video file says of itself, read while it streams by: MP4 and WebM, whole or not.

Only the outermost frame is read: the boxes of ISO/IEC 14496-12 (4.2) and the elements of EBML
(RFC 8794). It tells the format, and a file that was cut off; whether the pictures in it are good
is the browser's to find out.
"""

from collections.abc import AsyncIterator
from typing import Protocol

from cinema.catalogue.media_errors import VideoDamaged, VideoRefused

CONTENT_TYPES = {"mp4": "video/mp4", "webm": "video/webm"}
SNIFFED = 12
"""Bytes from the beginning that tell the format."""
MOST_HEADER = 1024
"""Bytes of an EBML header; real ones have some 40."""
EBML_ID = b"\x1a\x45\xdf\xa3"
SEGMENT_ID = b"\x18\x53\x80\x67"
UNKNOWN = 2**56 - 1


def content_type_of(key: str) -> str:
    """Return the content type of a stored video; its key ends in its format."""
    return CONTENT_TYPES[key.rpartition(".")[2]]


class Walker(Protocol):
    def feed(self, data: bytes) -> None:
        """Read on; raises VideoRefused, VideoDamaged."""

    def finish(self) -> None:
        """Raises VideoDamaged where the file should have gone on."""


async def sniff(chunks: AsyncIterator[bytes]) -> tuple[str, AsyncIterator[bytes]]:
    """Return the format, `mp4` or `webm`, and all chunks again, checked as they pass.

    Raises VideoRefused; and VideoDamaged at the end of a file that was cut off.
    """
    head = b""
    async for chunk in chunks:
        head += chunk
        if len(head) >= SNIFFED:
            break
    if head[4:8] == b"ftyp" and head[8:12] != b"qt  ":
        return "mp4", _checked(head, chunks, _Boxes())
    if head.startswith(EBML_ID):
        return "webm", _checked(head, chunks, _Elements())
    raise VideoRefused


async def _checked(
    head: bytes, chunks: AsyncIterator[bytes], walker: Walker
) -> AsyncIterator[bytes]:
    walker.feed(head)
    yield head
    async for chunk in chunks:
        walker.feed(chunk)
        yield chunk
    walker.finish()


class _Boxes:
    """An MP4: boxes in a row, each with its length before it; one of them is the index."""

    def __init__(self) -> None:
        self._skip = 0
        self._head = b""
        self._is_open = False
        self._has_index = False

    def feed(self, data: bytes) -> None:
        while data and not self._is_open:
            if self._skip:
                taken = min(self._skip, len(data))
                self._skip -= taken
                data = data[taken:]
                continue
            wanted = 16 if self._head[:4] == b"\0\0\0\1" else 8
            missing = wanted - len(self._head)
            self._head, data = self._head + data[:missing], data[missing:]
            if len(self._head) == (16 if self._head[:4] == b"\0\0\0\1" else 8):
                self._enter()

    def _enter(self) -> None:
        head, self._head = self._head, b""
        size, kind = int.from_bytes(head[:4]), head[4:8]
        if size == 1:
            size = int.from_bytes(head[8:])
        self._has_index = self._has_index or kind == b"moov"
        self._is_open = size == 0
        if not self._is_open and size < len(head):
            raise VideoDamaged("The file is not made of whole boxes.")
        self._skip = max(0, size - len(head))

    def finish(self) -> None:
        if self._skip or self._head:
            raise VideoDamaged
        if not self._has_index:
            raise VideoDamaged("The file has no index (`moov`).")


class _Elements:
    """A WebM: a header that says so, and one segment, whose length may be left open."""

    def __init__(self) -> None:
        self._start: bytes | None = b""
        self._left = 0

    def feed(self, data: bytes) -> None:
        if self._start is None:
            self._left -= len(data)
            return
        self._start += data
        segment = self._segment(self._start)
        if segment is not None:
            self._left = segment - len(self._start)
            self._start = None
        elif len(self._start) > MOST_HEADER:
            raise VideoDamaged("The file has no segment where one belongs.")

    def _segment(self, start: bytes) -> int | None:
        """Return where the segment ends, in bytes from the beginning; None: read on first."""
        header = _size(start, len(EBML_ID))
        if header is None:
            return None
        begin = header[1] + header[0]
        if header[0] < MOST_HEADER and len(start) < begin + 4:
            return None
        if b"webm" not in start[header[1] : begin]:
            raise VideoRefused
        if start[begin : begin + 4] != SEGMENT_ID:
            raise VideoDamaged("The file has no segment where one belongs.")
        segment = _size(start, begin + 4)
        return None if segment is None else segment[0] + segment[1]

    def finish(self) -> None:
        # What is left open counts as so long that nothing ever reaches its end.
        if self._start is not None or 0 < self._left < UNKNOWN // 2:
            raise VideoDamaged


def _size(data: bytes, at: int) -> tuple[int, int] | None:
    """Read an EBML size: its value, and where what it counts begins; None: read on first."""
    if len(data) <= at:
        return None
    length = 9 - data[at].bit_length()
    if length > 8:
        raise VideoDamaged("The file is not made of whole elements.")
    if len(data) < at + length:
        return None
    value = int.from_bytes(data[at : at + length]) & ((1 << 7 * length) - 1)
    return (UNKNOWN if value == (1 << 7 * length) - 1 else value), at + length
