"""From COMMIT to the frame at a client: `python -m bench.realtime_latency`.

200 events a second for 15 seconds, 1,000 other sockets idle, one web process and one relay. The
clock starts when COMMIT is sent, so the time of the commit itself is in it.
"""

import asyncio
import re
import time

import asyncpg
import uvloop

from bench.realtime_stage import Stage, connect, percentile, stage
from cinema.database import credentials

IDLE = 1000
RATE = 200
SECONDS = 15
EMIT = """
INSERT INTO outbox (type, topics, data)
VALUES ('bench.happened', '{movie:1}', jsonb_build_object('number', $1::int))
"""
NUMBER = re.compile(rb'"number":(\d+)')


async def measure(stage: Stage) -> list[float]:
    """Return the latency of each event, in milliseconds."""
    started: dict[int, float] = {}
    latencies: list[float] = []

    def received(data: bytes) -> None:
        now = time.perf_counter()
        latencies.extend((now - started[int(each)]) * 1000 for each in NUMBER.findall(data))

    await connect(stage.port, IDLE, "movie:2", lambda _: None)
    await connect(stage.port, 1, "movie:1", received, first_address=3)
    connection = await asyncpg.connect(**credentials(stage.settings.database_url))
    begin = time.perf_counter()
    for number in range(RATE * SECONDS):
        await asyncio.sleep(max(0.0, begin + number / RATE - time.perf_counter()))
        transaction = connection.transaction()
        await transaction.start()
        await connection.execute(EMIT, number)
        await connection.execute("SELECT pg_notify('outbox', '')")
        started[number] = time.perf_counter()
        await transaction.commit()
    await asyncio.sleep(2)
    await connection.close()
    return latencies


async def main() -> None:
    async with stage() as running:
        latencies = await measure(running)
    print(
        f"{len(latencies)} of {RATE * SECONDS} events at {RATE}/s beside {IDLE} idle sockets:"
        f" p50 {percentile(latencies, 0.5):.1f} ms, p99 {percentile(latencies, 0.99):.1f} ms,"
        f" max {max(latencies):.1f} ms"
    )


if __name__ == "__main__":
    uvloop.run(main())
