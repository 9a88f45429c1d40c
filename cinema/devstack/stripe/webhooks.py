"""Sends the events: signed, retried with back-off until a 2xx, as Stripe does."""

import asyncio
import hashlib
import hmac
import json
import time
from collections.abc import Sequence

import aiohttp

from .outgoing import Delivery
from .simulator import Simulator
from .store import Object

ATTEMPT_SECONDS = 10.0
AT_ONCE = 16
IDLE_SECONDS = 5.0


def sign(body: bytes, timestamp: int, secrets: Sequence[str]) -> str:
    """The `Stripe-Signature` header: one v1 for each secret."""
    parts = [f"t={timestamp}"]
    for secret in secrets:
        mac = hmac.new(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256)
        parts.append(f"v1={mac.hexdigest()}")
    return ",".join(parts)


async def post(http: aiohttp.ClientSession, url: str, body: bytes, signature: str) -> int | None:
    """Post one webhook; return the status of the answer, None when there was none."""
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
        "Stripe-Signature": signature,
    }
    try:
        async with http.post(url, data=body, headers=headers, allow_redirects=False) as response:
            await response.read()
            return response.status
    except (aiohttp.ClientError, OSError, TimeoutError):
        return None


def new_http() -> aiohttp.ClientSession:
    # A kept connection to a shop that was restarted would cost the next webhook its attempt.
    connector = aiohttp.TCPConnector(force_close=True)
    timeout = aiohttp.ClientTimeout(total=ATTEMPT_SECONDS)
    return aiohttp.ClientSession(connector=connector, timeout=timeout)


class Courier:
    def __init__(self, simulator: Simulator, http: aiohttp.ClientSession) -> None:
        self.simulator = simulator
        self.http = http
        self.sending: dict[int, asyncio.Task[None]] = {}

    async def run(self) -> None:
        """Send what is due until cancelled; what is cut off is sent again after a restart."""
        try:
            while True:
                self.simulator.wake.clear()
                pause = await self._send_due()
                try:
                    async with asyncio.timeout(pause):
                        await self.simulator.wake.wait()
                except TimeoutError:
                    continue
        finally:
            for task in self.sending.values():
                task.cancel()
            await asyncio.gather(*self.sending.values(), return_exceptions=True)

    async def _send_due(self) -> float:
        """Start the attempts that are due; return the seconds until the next one may be."""
        now = time.time()
        faults = self.simulator.faults
        pending = self.simulator.outgoing.pending(excluding=self.sending.keys())
        waiting = [item for item in pending if not faults.holds(item.event_type)]
        due = [item for item in waiting if item.next_at <= now]
        if faults.reorder:
            for delivery in reversed(due):
                await self._attempt(delivery)
        else:
            for delivery in due[: AT_ONCE - len(self.sending)]:
                self._start(delivery)
        later = [item.next_at - now for item in waiting if item.next_at > now]
        return min([IDLE_SECONDS, *later])

    def _start(self, delivery: Delivery) -> None:
        task = asyncio.create_task(self._attempt(delivery))
        self.sending[delivery.seq] = task
        task.add_done_callback(lambda _: self._finished(delivery))

    def _finished(self, delivery: Delivery) -> None:
        self.sending.pop(delivery.seq, None)
        self.simulator.wake.set()

    async def _attempt(self, delivery: Delivery) -> None:
        event = self.simulator.store.find(delivery.event_id, "event")
        if event is None:
            self.simulator.outgoing.failed(delivery, time.time())
            return
        status = await self.send(event)
        if status is not None and 200 <= status < 300:
            self.simulator.outgoing.delivered(delivery)
        else:
            self.simulator.outgoing.failed(delivery, time.time())

    async def send(self, event: Object) -> int | None:
        body = json.dumps(event, indent=2).encode()
        config = self.simulator.config
        signature = sign(body, int(time.time()), config.webhook_secrets)
        return await post(self.http, self.simulator.webhook_url, body, signature)
