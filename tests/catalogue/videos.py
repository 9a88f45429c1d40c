"""Video files as small as they can be: the frame of an MP4 or WebM around bytes of no meaning."""


def box(kind: bytes, content: bytes) -> bytes:
    return (8 + len(content)).to_bytes(4) + kind + content


def mp4(size: int = 2000) -> bytes:
    """An MP4 of `size` bytes and a little: its type, its index, its pictures."""
    return box(b"ftyp", b"isom\0\0\0\0isom") + box(b"moov", b"\0" * 100) + box(b"mdat", b"x" * size)


def large_mp4(size: int = 2000) -> bytes:
    """The same with a length of 64 bits, as films over 4 GiB have."""
    pictures = (1).to_bytes(4) + b"mdat" + (16 + size).to_bytes(8) + b"x" * size
    return box(b"ftyp", b"isom\0\0\0\0isom") + pictures + box(b"moov", b"\0" * 100)


def element(name: bytes, content: bytes) -> bytes:
    return name + (0x0100_0000_0000_0000 | len(content)).to_bytes(8) + content


def webm(size: int = 2000, kind: bytes = b"webm") -> bytes:
    header = element(b"\x1a\x45\xdf\xa3", b"\x42\x82" + bytes([0x80 | len(kind)]) + kind)
    return header + element(b"\x18\x53\x80\x67", b"x" * size)


def live_webm(size: int = 2000) -> bytes:
    """A recording whose length was not known when it began."""
    header = element(b"\x1a\x45\xdf\xa3", b"\x42\x82\x84webm")
    return header + b"\x18\x53\x80\x67" + b"\x01" + b"\xff" * 7 + b"x" * size
