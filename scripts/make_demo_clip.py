"""Make the clip that the films of the demo catalogue share: `python scripts/make_demo_clip.py`.

A countdown leader, drawn here and written as WebM by hand, so that no encoder is needed: each
frame of a lossy WebP is a key frame of VP8 (RFC 6386), and a file of key frames alone can be
entered anywhere. Its index (Cues) stands before the pictures, where a player finds it at once.
"""

import math
import struct
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

TARGET = Path(__file__).parents[1] / "cinema/devstack/demo_clip.webm"
WIDTH, HEIGHT, RATE, SECONDS = 384, 216, 5, 20
QUALITY = 12
CENTRE = (WIDTH / 2, HEIGHT / 2)
GROUND, SHADE, INK, LIGHT = (24, 20, 28), (40, 33, 45), (232, 220, 200), (224, 150, 70)

EBML, SEGMENT, INFO, TRACKS, CUES, CLUSTER = (
    0x1A45DFA3, 0x18538067, 0x1549A966, 0x1654AE6B, 0x1C53BB6B, 0x1F43B675,
)  # fmt: skip


def draw(number: int) -> Image.Image:
    """Draw a frame: a hand that goes round once a second, and the seconds since the beginning."""
    image = Image.new("RGB", (WIDTH, HEIGHT), GROUND)
    pen = ImageDraw.Draw(image)
    turn = number % RATE / RATE
    reach = WIDTH
    box = [CENTRE[0] - reach, CENTRE[1] - reach, CENTRE[0] + reach, CENTRE[1] + reach]
    pen.pieslice(box, -90, -90 + 360 * turn, fill=SHADE)
    pen.line([(0, CENTRE[1]), (WIDTH, CENTRE[1])], fill=INK, width=1)
    pen.line([(CENTRE[0], 0), (CENTRE[0], HEIGHT)], fill=INK, width=1)
    for radius in (90, 78):
        around = [CENTRE[0] - radius, CENTRE[1] - radius, CENTRE[0] + radius, CENTRE[1] + radius]
        pen.ellipse(around, outline=INK, width=3)
    angle = 2 * math.pi * turn - math.pi / 2
    end = (CENTRE[0] + reach * math.cos(angle), CENTRE[1] + reach * math.sin(angle))
    pen.line([CENTRE, end], fill=LIGHT, width=3)
    font = ImageFont.load_default(104)
    pen.text(CENTRE, str(number // RATE), font=font, fill=INK, anchor="mm")
    done = WIDTH * number / (RATE * SECONDS)
    pen.rectangle([0, HEIGHT - 5, done, HEIGHT], fill=LIGHT)
    return image


def key_frame(image: Image.Image) -> bytes:
    """Encode a picture as a key frame: the one chunk of a simple lossy WebP."""
    out = BytesIO()
    image.save(out, "WEBP", quality=QUALITY, method=6)
    data = out.getvalue()
    if data[12:16] != b"VP8 ":
        raise RuntimeError("this Pillow writes another kind of WebP")
    return data[20 : 20 + int.from_bytes(data[16:20], "little")]


def element(name: int, content: bytes) -> bytes:
    size = (0x1000_0000 | len(content)).to_bytes(4)
    return name.to_bytes((name.bit_length() + 7) // 8) + size + content


def unsigned(name: int, value: int, width: int = 4) -> bytes:
    return element(name, value.to_bytes(width))


def header() -> bytes:
    versions = [(0x4286, 1), (0x42F7, 1), (0x42F2, 4), (0x42F3, 8)]
    content = b"".join(unsigned(name, value, 1) for name, value in versions)
    content += element(0x4282, b"webm") + unsigned(0x4287, 2, 1) + unsigned(0x4285, 2, 1)
    return element(EBML, content)


def info() -> bytes:
    duration = element(0x4489, struct.pack(">d", SECONDS * 1000.0))
    maker = element(0x4D80, b"cinema") + element(0x5741, b"cinema")
    return element(INFO, unsigned(0x2AD7B1, 1_000_000) + duration + maker)


def tracks() -> bytes:
    video = element(0xE0, unsigned(0xB0, WIDTH, 2) + unsigned(0xBA, HEIGHT, 2))
    entry = unsigned(0xD7, 1, 1) + unsigned(0x73C5, 1, 1) + unsigned(0x83, 1, 1)
    return element(TRACKS, element(0xAE, entry + element(0x86, b"V_VP8") + video))


def cluster(second: int, frames: list[bytes]) -> bytes:
    content = unsigned(0xE7, second * 1000)
    for place, frame in enumerate(frames):
        head = b"\x81" + (place * 1000 // RATE).to_bytes(2) + b"\x80"
        content += element(0xA3, head + frame)
    return element(CLUSTER, content)


def cues(positions: list[int]) -> bytes:
    points = b""
    for second, position in enumerate(positions):
        place = element(0xB7, unsigned(0xF7, 1, 1) + unsigned(0xF1, position))
        points += element(0xBB, unsigned(0xB3, second * 1000) + place)
    return element(CUES, points)


def clip() -> bytes:
    frames = [key_frame(draw(number)) for number in range(RATE * SECONDS)]
    clusters = [
        cluster(second, frames[second * RATE : (second + 1) * RATE]) for second in range(SECONDS)
    ]
    before = info() + tracks()
    position = len(before) + len(cues([0] * SECONDS))
    positions = []
    for part in clusters:
        positions.append(position)
        position += len(part)
    return header() + element(SEGMENT, before + cues(positions) + b"".join(clusters))


if __name__ == "__main__":
    TARGET.write_bytes(clip())
