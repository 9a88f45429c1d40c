"""From where, and with what, a session is used."""

from dataclasses import dataclass

from aiohttp import web

from cinema.http.network import client_ip


@dataclass(frozen=True, slots=True)
class Device:
    user_agent: str = ""
    ip: str = ""

    @property
    def name(self) -> str:
        """The user agent as it is stored: printable, at most 255 characters."""
        return "".join(char for char in self.user_agent if char.isprintable())[:255]


def device_of(request: web.Request) -> Device:
    return Device(request.headers.get("User-Agent", ""), client_ip(request))
