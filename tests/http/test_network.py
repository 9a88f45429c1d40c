"""Whose word about an address is believed."""

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from cinema.http.network import TRUSTED_PROXIES, client_ip, parse_networks

PROXY, OTHER = "10.0.0.1", "203.0.113.9"
NETWORKS = ("10.0.0.0/8", "fd00::/8")


def seen(remote: str, forwarded: str | None, networks: tuple[str, ...] = NETWORKS) -> str:
    app = web.Application()
    app[TRUSTED_PROXIES] = parse_networks(networks)
    headers = {} if forwarded is None else {"X-Forwarded-For": forwarded}
    request = make_mocked_request("GET", "/", headers=headers, app=app)
    return client_ip(request.clone(remote=remote))


@pytest.mark.parametrize(
    ("remote", "forwarded", "address"),
    [
        (OTHER, None, OTHER),
        (OTHER, "198.51.100.1", OTHER),  # not a proxy of ours: its word is nothing
        (PROXY, "198.51.100.1", "198.51.100.1"),
        (PROXY, "1.1.1.1, 198.51.100.1", "198.51.100.1"),  # the first was made up
        (PROXY, "198.51.100.1, 10.0.0.2", "198.51.100.1"),
        (PROXY, "198.51.100.1, not-an-address", PROXY),
        (PROXY, "", PROXY),
        (PROXY, None, PROXY),
        (PROXY, "10.0.0.3", "10.0.0.3"),
        ("fd00::1", "2001:db8::7", "2001:db8::7"),
    ],
)
def test_the_nearest_hop_that_is_not_ours_is_the_caller(
    remote: str, forwarded: str | None, address: str
) -> None:
    assert seen(remote, forwarded) == address


def test_without_proxies_nobody_is_believed() -> None:
    assert seen(PROXY, "198.51.100.1", ()) == PROXY


def test_a_network_that_is_none_is_named() -> None:
    with pytest.raises(ValueError, match=r"10\.0\.0\.0/99"):
        parse_networks(("10.0.0.0/99",))
