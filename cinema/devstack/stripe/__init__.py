"""A simulator of Stripe, for development and tests: its wire protocol, its hosted payment page
and its webhooks, so that the real SDK is used with only its base address set."""

from .app import create_app, run_simulator
from .config import SimulatorConfig

__all__ = ["SimulatorConfig", "create_app", "run_simulator"]
