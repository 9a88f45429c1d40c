"""Addresses of what belongs to the movie `m`, as SQL: the same in every list, and made without a
request. Nothing in them needs to be escaped, in JSON or in HTML."""

POSTER_WIDTHS = {"small": 160, "medium": 400, "large": 800}
"""Pixels; a poster is half as high again as it is wide."""

POSTER = (
    f"coalesce('/' || m.poster_key || '/{POSTER_WIDTHS['medium']}.webp',"
    " '/posters/' || m.uuid || '.svg')"
)
"""The medium poster: the drawn one where none was sent in. A key is random and names one picture
for ever, so a browser may keep what it got."""


def _posters(address: str) -> str:
    """Write the JSON of the poster's three sizes; `{width}` stands for the pixels."""
    sizes = {size: address.format(width=width) for size, width in POSTER_WIDTHS.items()}
    members = ",".join(f'"{size}":"{made}"' for size, made in sizes.items())
    return f'"poster":"{sizes["medium"]}","posters":{{{members}}}'


POSTERS = (
    "CASE WHEN m.poster_key IS NULL"
    f" THEN replace('{_posters('/posters/@.svg')}', '@', m.uuid::text)"
    f" ELSE replace('{_posters('/@/{width}.webp')}', '@', m.poster_key) END"
)
"""The members `poster` and `posters` of the movie's JSON."""
TRAILER = (
    """CASE WHEN m.trailer_key IS NULL THEN 'null'"""
    """ ELSE concat('"/api/v1/movies/', m.id, '/trailer"') END"""
)
"""Where the trailer is played from, as JSON."""
