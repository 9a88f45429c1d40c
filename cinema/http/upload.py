"""One file out of a multipart form, within its bound and its deadline."""

import asyncio

from aiohttp import BodyPartReader, web

from cinema.errors import MalformedRequest, TooLarge, UnsupportedType
from cinema.http.body import BODY_DEADLINE

OVERHEAD = 64 * 1024
"""Bytes of the form around the file."""


async def read_file(request: web.Request, field: str, limit: int) -> bytes:
    """Return the bytes of one file field, at most `limit`; its name and type are not believed.

    Raises TooLarge (413) as soon as it is known, UnsupportedType (415), MalformedRequest (400).
    """
    if request.content_type != "multipart/form-data":
        raise UnsupportedType("Send multipart/form-data.")
    if (request.content_length or 0) > limit + OVERHEAD:
        raise TooLarge(f"A file may have {limit:,} bytes.")
    try:
        async with asyncio.timeout(BODY_DEADLINE):
            return await _find(request, field, limit)
    except TimeoutError:
        raise MalformedRequest("The body did not arrive in time.") from None
    except (ValueError, LookupError, AssertionError, RuntimeError):
        raise MalformedRequest("The multipart form is malformed.") from None


async def _find(request: web.Request, field: str, limit: int) -> bytes:
    skipped = 0
    async for part in await request.multipart():
        if isinstance(part, BodyPartReader) and part.name == field:
            return await _read(part, limit)
        if isinstance(part, BodyPartReader):
            skipped += len(await _read(part, OVERHEAD))
        if skipped > OVERHEAD:
            raise TooLarge
    raise MalformedRequest(f"The form has no field {field!r}.")


async def _read(part: BodyPartReader, limit: int) -> bytes:
    data = bytearray()
    while chunk := await part.read_chunk():
        data += chunk
        if len(data) > limit:
            raise TooLarge(f"A file may have {limit:,} bytes.")
    return bytes(data)
