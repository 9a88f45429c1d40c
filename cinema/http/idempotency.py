"""`Idempotency-Key`: the same request twice has one effect and one answer.

A key is claimed before the work and answered after it; both are rows of PostgreSQL, so that a
process that died holds its key no longer than LOCK.
"""

import hashlib
import json
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any

from aiohttp import web
from tortoise import fields
from tortoise.fields.db_defaults import Now
from tortoise.models import Model

from cinema.database import fetch
from cinema.errors import CinemaError, Conflict, InvalidRequest
from cinema.http.identity import current_identity

LOCK = "30 seconds"
KEPT = "24 hours"
MAX_LENGTH = 255


class IdempotencyKey(Model):
    id = fields.BigIntField(primary_key=True)
    user: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "cinema.User", related_name="idempotency_keys", on_delete=fields.CASCADE
    )
    key = fields.CharField(max_length=255)
    route = fields.CharField(max_length=255)
    body_hash = fields.CharField(max_length=64)
    status = fields.SmallIntField(null=True)
    answer = fields.TextField(default="")
    locked_until = fields.DatetimeField()
    created_at = fields.DatetimeField(db_default=Now(), db_index=True)

    class Meta:
        table = "idempotency_keys"
        unique_together = (("user", "key"),)


class KeyInUse(Conflict):
    code, title = "idempotency_key_in_use", "The first request with this key still runs"

    def __init__(self) -> None:
        super().__init__(headers={"Retry-After": "1"})


class KeyReused(InvalidRequest):
    code, title = "idempotency_key_reused", "The key was used for another request"


CLAIM = f"""
INSERT INTO idempotency_keys AS held (user_id, key, route, body_hash, locked_until)
VALUES ($1, $2, $3, $4, now() + interval '{LOCK}')
ON CONFLICT (user_id, key) DO UPDATE
   SET route = excluded.route, body_hash = excluded.body_hash, status = NULL, answer = '',
       locked_until = excluded.locked_until, created_at = now()
 WHERE held.created_at < now() - interval '{KEPT}'
    OR (held.status IS NULL AND held.locked_until < now()
        AND held.route = excluded.route AND held.body_hash = excluded.body_hash)
RETURNING id
"""  # noqa: S608 - no value of a caller's is in it


async def once(
    request: web.Request,
    key: str,
    body: bytes,
    answer: Callable[[], Awaitable[web.StreamResponse]],
) -> web.StreamResponse:
    """Answer the request, or replay the stored answer of the same one byte for byte.

    Raises KeyInUse (409) while the first runs and KeyReused (422) for another request.
    A refusal (4xx) is an answer and is stored; a failure (5xx) is not, so it can be tried again.
    """
    if not key.isascii() or not key.isprintable() or not 0 < len(key) <= MAX_LENGTH:
        raise InvalidRequest.at("header", "Idempotency-Key", msg="1 to 255 ASCII characters.")
    user_id, route = current_identity(request).user_id, f"{request.method} {request.path}"
    body_hash = hashlib.sha256(body).hexdigest()
    claimed = await fetch(CLAIM, user_id, key, route, body_hash)
    if not claimed:
        return await _replay(user_id, key, route, body_hash)
    [row] = claimed
    try:
        response = await answer()
    except CinemaError as error:
        if error.status < HTTPStatus.INTERNAL_SERVER_ERROR:
            await _store(row["id"], error.status, json.dumps(error.problem(), default=str))
        else:
            await _release(row["id"])
        raise
    except BaseException:
        await _release(row["id"])
        raise
    if isinstance(response, web.Response):
        await _store(row["id"], response.status, response.text or "")
    return response


async def _replay(user_id: int, key: str, route: str, body_hash: str) -> web.Response:
    rows = await fetch(
        "SELECT route, body_hash, status, answer FROM idempotency_keys"
        " WHERE user_id = $1 AND key = $2",
        user_id,
        key,
    )
    held: dict[str, Any] = rows[0] if rows else {"status": None}
    if rows and (held["route"], held["body_hash"]) != (route, body_hash):
        raise KeyReused
    if held["status"] is None:
        raise KeyInUse
    is_problem = held["status"] >= HTTPStatus.BAD_REQUEST
    return web.Response(
        text=held["answer"],
        status=held["status"],
        content_type="application/problem+json" if is_problem else "application/json",
        headers={"Idempotent-Replayed": "true"},
    )


async def _store(row_id: int, status: int, text: str) -> None:
    await fetch(
        "UPDATE idempotency_keys SET status = $2, answer = $3 WHERE id = $1", row_id, status, text
    )


async def _release(row_id: int) -> None:
    await fetch("DELETE FROM idempotency_keys WHERE id = $1 AND status IS NULL", row_id)
