from dataclasses import dataclass
from pathlib import Path

API_VERSION = "2026-10-28.endive"


@dataclass(frozen=True)
class SimulatorConfig:
    """What a simulator needs to know of the shop it stands in for.

    `data_dir` is made when missing. An empty `webhook_url` means that events are only stored.
    Every one of `webhook_secrets` signs each webhook, the first one first. `public_url` is the
    simulator's own address, without a path; `run_simulator` derives it from the bound port
    when it is empty.
    """

    data_dir: Path
    api_key: str
    webhook_url: str
    webhook_secrets: tuple[str, ...]
    public_url: str = ""
    merchant: str = "Cinema"
    async_refund_seconds: float = 1.0
    """How long after its creation an asynchronous refund (by its test card) changes state."""
