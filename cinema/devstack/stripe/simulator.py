import asyncio
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from . import objects
from .clock import Clock
from .config import SimulatorConfig
from .errors import resource_missing
from .faults import Faults
from .outgoing import Outgoing
from .store import Object, Store

# Webhooks of one operation wait this long while they are to be reordered, to be sent as a batch.
REORDER_WINDOW_SECONDS = 0.2


@dataclass(frozen=True)
class Cause:
    """The API request an event is blamed on; a payment on the hosted page has none."""

    request_id: str | None = None
    idempotency_key: str | None = None


@dataclass
class SeenRequest:
    """An API request as `GET /_requests` tells of it; `status` is None until it is answered."""

    method: str
    path: str
    route: str
    idempotency_key: str | None
    status: int | None = None


NOBODY = Cause()
cause: ContextVar[Cause] = ContextVar("stripe_simulator_cause", default=NOBODY)


class Simulator:
    def __init__(self, config: SimulatorConfig) -> None:
        self.config = config
        self.webhook_url = config.webhook_url
        self.clock = Clock()
        self.faults = Faults()
        self.store = Store(config.data_dir / "stripe.sqlite3")
        self.outgoing = Outgoing(self.store.connection)
        self.wake = asyncio.Event()
        # The webhooks of one transaction are due at one moment, so that they can be reordered.
        self._moment = 0.0
        self.requests: deque[SeenRequest] = deque(maxlen=10_000)
        self.keys_in_flight: set[str] = set()

    def close(self) -> None:
        self.store.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        self._moment = time.time()
        with self.store.transaction():
            yield
        self.wake.set()

    def require(self, kind: str, object_id: str, param: str) -> Object:
        found = self.store.find(object_id, kind)
        if found is None:
            raise resource_missing(kind, object_id, param)
        return found

    def emit(self, kind: str, subject: Object) -> Object:
        """Within a transaction, store an event about `subject` as it is now, and its webhooks."""
        event = objects.event(kind, public(subject), self.clock.now())
        blamed = cause.get()
        event["request"] = {
            "id": blamed.request_id,
            "idempotency_key": blamed.idempotency_key,
        }
        self.store.save(event)
        self._post(event)
        return event

    def _post(self, event: Object) -> None:
        if not self.webhook_url:
            return
        now = self._moment
        due = now + self.faults.delay + (REORDER_WINDOW_SECONDS if self.faults.reorder else 0)
        named = (event["id"], event["type"])
        for _ in range(1 + self.faults.copies):
            self.outgoing.add(named, due, now, dropped=self.faults.drops(event["type"]))


def public(item: Object) -> dict[str, Any]:
    """The object as Stripe shows it, without the simulator's own keys."""
    return {key: value for key, value in item.items() if not key.startswith("_")}
