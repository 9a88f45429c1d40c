"""Files that are sent in: out of a multipart form or as the body itself, within their bounds.

A file is a stream of chunks. Nobody believes its name and its type.
"""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from aiohttp import BodyPartReader, MultipartReader, web

from cinema.errors import MalformedRequest, TooLarge, UnsupportedType
from cinema.http.body import BODY_DEADLINE, check_text

OVERHEAD = 64 * 1024
"""Bytes of the form around the file."""
CHUNK = 256 * 1024
MOST_FIELDS = 20


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that is still arriving; `fields` are those that stand before it in the form."""

    chunks: AsyncIterator[bytes]
    filename: str = ""
    fields: dict[str, str] = field(default_factory=dict)


async def open_upload(request: web.Request, name: str, limit: int) -> Upload:
    """Begin to read the file field `name` of a multipart form, or a body that is the file.

    No more than `limit` bytes are yielded. A body may take as long as it likes, but it may not
    stand still for BODY_DEADLINE seconds. Raises TooLarge (413) as soon as it is known,
    UnsupportedType (415), MalformedRequest (400); the same while the chunks are read.
    """
    if request.headers.get("Content-Encoding", "identity") != "identity":
        raise UnsupportedType("Send the body without a content encoding.")
    if (request.content_length or 0) > limit + OVERHEAD:
        raise too_large(limit)
    if not request.content_type.startswith("multipart/"):
        return Upload(_bounded(_body(request), limit))
    if request.content_type != "multipart/form-data":
        raise UnsupportedType("Send multipart/form-data.")
    try:
        async with asyncio.timeout(BODY_DEADLINE):
            return await _find(await request.multipart(), name, limit)
    except TimeoutError:
        raise MalformedRequest("The body did not arrive in time.") from None
    except (ValueError, LookupError, AssertionError, RuntimeError):
        raise MalformedRequest("The multipart form is malformed.") from None
    except (web.RequestPayloadError, ConnectionError):
        raise _cut_off() from None


async def read_file(request: web.Request, name: str, limit: int) -> bytes:
    """Return a small file of a multipart form whole, all of it within BODY_DEADLINE seconds."""
    if request.content_type != "multipart/form-data":
        raise UnsupportedType("Send multipart/form-data.")
    try:
        async with asyncio.timeout(BODY_DEADLINE):
            upload = await open_upload(request, name, limit)
            return await whole(upload)
    except TimeoutError:
        raise MalformedRequest("The body did not arrive in time.") from None


async def whole(upload: Upload) -> bytes:
    return b"".join([chunk async for chunk in upload.chunks])


def too_large(limit: int) -> TooLarge:
    return TooLarge(f"A file may have {limit:,} bytes.")


def _cut_off() -> MalformedRequest:
    return MalformedRequest("The body ended before its end.")


async def _find(form: MultipartReader, name: str, limit: int) -> Upload:
    fields: dict[str, str] = {}
    left = OVERHEAD
    while (part := await form.next()) is not None:
        if not isinstance(part, BodyPartReader):
            raise MalformedRequest("The form holds another form.")
        if part.name == name:
            return Upload(_bounded(_part(part), limit), part.filename or "", fields)
        text = await _text(part, left)
        left -= len(text)
        if len(fields) == MOST_FIELDS:
            raise TooLarge("The form has too many fields.")
        if part.name:
            fields[part.name] = text
    raise MalformedRequest(f"The form has no field {name!r}.")


async def _text(part: BodyPartReader, limit: int) -> str:
    data = bytearray()
    while chunk := await part.read_chunk():
        data += chunk
        if len(data) > limit:
            raise TooLarge
    text = data.decode("utf-8")
    check_text(text)
    return text


async def _body(request: web.Request) -> AsyncIterator[bytes]:
    while chunk := await request.content.read(CHUNK):
        yield chunk


async def _part(part: BodyPartReader) -> AsyncIterator[bytes]:
    while chunk := await part.read_chunk(CHUNK):
        yield chunk


async def _bounded(chunks: AsyncIterator[bytes], limit: int) -> AsyncIterator[bytes]:
    size = 0
    while True:
        try:
            async with asyncio.timeout(BODY_DEADLINE):
                chunk = await anext(chunks, b"")
        except TimeoutError:
            raise MalformedRequest("The body did not arrive in time.") from None
        except (ValueError, LookupError, AssertionError, RuntimeError):
            raise MalformedRequest("The multipart form is malformed.") from None
        except (web.RequestPayloadError, ConnectionError):
            raise _cut_off() from None
        if not chunk:
            return
        size += len(chunk)
        if size > limit:
            raise too_large(limit)
        yield chunk
