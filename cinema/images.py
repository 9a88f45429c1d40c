"""Pictures that strangers send: read with suspicion, drawn anew, nothing of the file survives."""

import asyncio
import warnings
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO

from PIL import Image, ImageOps, UnidentifiedImageError

from cinema.errors import InvalidRequest, TooLarge, Unavailable

MAX_BYTES = 5 * 1024 * 1024
MAX_SIDE = 4096
MAX_PIXELS = 16_000_000
FORMATS = ("JPEG", "PNG", "WEBP")
CONTENT_TYPE = "image/webp"
QUALITY = 85
QUEUE = 10
"""Pictures that wait; one at a time is drawn, at up to 150 MiB of memory."""


Size = tuple[int, int]


class ImageRefused(InvalidRequest):
    code, title = "image_refused", "The image is not accepted"


class ImageTooLarge(TooLarge):
    code, title = "image_too_large", "The image is larger than 5 MiB"


class ImagesBusy(Unavailable):
    code, title = "too_many_images", "Too many images at once"


class _Studio:
    """The one thread that draws, and how many wait for it."""

    def __init__(self) -> None:
        self._executor = ThreadPoolExecutor(1, "pillow")
        self._callers = 0

    async def draw(self, data: bytes, sizes: Sequence[Size]) -> dict[int, bytes]:
        if self._callers > QUEUE:
            raise ImagesBusy
        self._callers += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(
                self._executor, _draw, data, sizes
            )
        finally:
            self._callers -= 1


_STUDIO = _Studio()


async def redraw(data: bytes, sizes: Sequence[Size]) -> dict[int, bytes]:
    """Return WebP pictures by their width, cut from the middle of a picture.

    `sizes`: widths and heights in pixels, the largest first, all of one shape.
    Raises ImageRefused for what is no single JPEG, PNG or WebP within the bounds, ImagesBusy.
    """
    return await _STUDIO.draw(data, sizes)


def _draw(data: bytes, sizes: Sequence[Size]) -> dict[int, bytes]:
    width, height = sizes[0]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(BytesIO(data), formats=FORMATS) as image:
                _check(image)
                # A JPEG can be decoded at a fraction of its size; others ignore it.
                image.draft("RGB", (2 * width, 2 * height))
                image.load()
                largest = _cut(image, sizes[0])
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise ImageRefused(f"The image has more than {MAX_PIXELS:,} pixels.") from None
    except UnidentifiedImageError:
        raise ImageRefused("The file is no JPEG, PNG or WebP image.") from None
    except (OSError, ValueError, SyntaxError, EOFError, MemoryError):
        raise ImageRefused("The image is damaged.") from None
    smaller = {size[0]: _encode(largest.resize(size)) for size in sizes[1:]}
    return {width: _encode(largest), **smaller}


def _check(image: Image.Image) -> None:
    if max(image.size) > MAX_SIDE:
        raise ImageRefused(f"The image has a side of more than {MAX_SIDE} pixels.")
    if image.width * image.height > MAX_PIXELS:
        raise ImageRefused(f"The image has more than {MAX_PIXELS:,} pixels.")
    if getattr(image, "n_frames", 1) > 1:
        raise ImageRefused("The image is animated.")


def _cut(image: Image.Image, size: Size) -> Image.Image:
    upright = ImageOps.exif_transpose(image)
    has_alpha = upright.mode in {"RGBA", "LA", "PA"} or "transparency" in upright.info
    mode = "RGBA" if has_alpha else "RGB"
    if upright.mode not in {"RGB", "RGBA"}:
        upright = upright.convert(mode)
    fitted = ImageOps.fit(upright, size)
    # What was read beside the pixels (Exif, ICC, XMP, text) stays behind with the old image.
    clean = Image.new(fitted.mode, fitted.size)
    clean.paste(fitted)
    return clean


def _encode(image: Image.Image) -> bytes:
    out = BytesIO()
    image.save(out, "WEBP", quality=QUALITY)
    return out.getvalue()
