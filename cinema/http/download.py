"""Files that are made while they are sent."""

from collections.abc import AsyncIterator

from aiohttp import web


async def send_csv(
    request: web.Request, name: str, chunks: AsyncIterator[bytes]
) -> web.StreamResponse:
    """Send a CSV file of any length piece by piece, as fast as it is read.

    What fails before the first piece is an ordinary refusal. What fails later cuts the
    connection: a file without its end must not look whole.
    """
    first = await anext(chunks)
    response = web.StreamResponse(
        headers={
            "Content-Type": "text/csv; charset=utf-8",
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "no-store",
        }
    )
    second = await anext(chunks, b"")
    await response.prepare(request)
    await response.write(first + second)
    async for chunk in chunks:
        await response.write(chunk)
    await response.write_eof()
    return response
