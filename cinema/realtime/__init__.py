"""Live pages: the log of events, one hub in each web process, and the sockets on it."""

from cinema.realtime.feeding import close_sockets, feed
from cinema.realtime.hub import HUB, Hub

__all__ = ["HUB", "Hub", "close_sockets", "feed"]
