"""Where a request came from."""

from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from aiohttp import web

Networks = tuple[IPv4Network | IPv6Network, ...]
TRUSTED_PROXIES: web.AppKey[Networks] = web.AppKey("trusted_proxies", tuple)


def parse_networks(texts: tuple[str, ...]) -> Networks:
    """Read networks in CIDR form; raises ValueError naming the one that is none."""
    return tuple(ip_network(text) for text in texts)


def client_ip(request: web.Request) -> str:
    """Return the caller's address: the nearest hop that is not a proxy of ours.

    `X-Forwarded-For` is believed only as far as configured proxies wrote it.
    """
    trusted = request.app[TRUSTED_PROXIES]
    address = request.remote or ""
    hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",")]
    while trusted and hops and _within(address, trusted):
        hop = hops.pop()
        if not _is_address(hop):
            break
        address = hop
    return address


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _within(address: str, networks: Networks) -> bool:
    return _is_address(address) and any(ip_address(address) in network for network in networks)
