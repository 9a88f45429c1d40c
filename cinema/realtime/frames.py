"""WebSocket frames as bytes, made once and written to any number of sockets (RFC 6455, 5.2)."""

from enum import IntEnum

from pydantic import BaseModel

FINAL_TEXT = 0x81
FINAL_CLOSE = 0x88
SHORT, MEDIUM = 126, 1 << 16


class CloseCode(IntEnum):
    """Why we end a socket; after GOING_AWAY and TOO_SLOW the client comes back by itself."""

    BAD_FRAME = 4400
    UNAUTHENTICATED = 4401
    FORBIDDEN = 4403
    TOO_SLOW = 4408
    TOO_MANY = 4429
    GOING_AWAY = 4503


def text_frame(payload: bytes) -> bytes:
    """Wrap UTF-8 into one final, unmasked text frame."""
    size = len(payload)
    if size < SHORT:
        return bytes((FINAL_TEXT, size)) + payload
    if size < MEDIUM:
        return bytes((FINAL_TEXT, SHORT)) + size.to_bytes(2, "big") + payload
    return bytes((FINAL_TEXT, SHORT + 1)) + size.to_bytes(8, "big") + payload


def close_frame(code: CloseCode) -> bytes:
    return bytes((FINAL_CLOSE, 2)) + code.to_bytes(2, "big")


def message_frame(message: BaseModel) -> bytes:
    """Encode a message; members that are None are left out."""
    return text_frame(message.model_dump_json(exclude_none=True).encode())
