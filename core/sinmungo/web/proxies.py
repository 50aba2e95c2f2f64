"""Whom the request is from, when a proxy stands in front: only a known proxy is believed.

Anybody can write X-Forwarded-For. The list is read from the right, where the nearest proxy wrote,
and the first address that is no proxy of ours is the client; what stands left of it is hearsay.
The Host header is taken as it is: the proxy passes it on, since it chooses the city.
"""

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any

type Address = IPv4Address | IPv6Address
_SCHEMES = frozenset({"http", "https"})


class Proxies:
    """The proxies of the setting `trusted_proxies`: addresses or networks."""

    def __init__(self, trusted: Iterable[str]) -> None:
        """Raise ValueError when one is neither."""
        self._networks = [ip_network(one, strict=False) for one in trusted]

    def correct(self, scope: Any) -> None:
        """Put the client's address and scheme into an ASGI scope, if a known proxy tells them."""
        peer = scope.get("client")
        nearest = address_of(peer[0]) if peer and self._networks else None
        if nearest is None or not self._knows(nearest):
            return
        told = _values(scope, b"x-forwarded-for")
        if told:
            scope["client"] = (str(self._client(nearest, told)), 0)
        schemes = _values(scope, b"x-forwarded-proto")
        if schemes and schemes[-1].lower() in _SCHEMES:
            scope["scheme"] = schemes[-1].lower()

    def _knows(self, address: Address) -> bool:
        return any(address in network for network in self._networks)

    def _client(self, nearest: Address, told: list[str]) -> Address:
        """Return the right-most address that is no known proxy, else the one furthest away."""
        known = nearest
        for text in reversed(told):
            address = address_of(text)
            if address is None:  # from here on leftwards nothing can be believed
                return known
            known = address
            if not self._knows(address):
                break
        return known


def address_of(text: str) -> Address | None:
    """Return an address, without the port that some proxies add; None for anything else."""
    plain = text.strip()
    if plain.startswith("["):
        plain = plain[1:].partition("]")[0]
    elif plain.count(":") == 1:
        plain = plain.partition(":")[0]
    try:
        found = ip_address(plain)
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return mapped or found


def _values(scope: Any, name: bytes) -> list[str]:
    """Return the values of a header, which may be sent several times, from left to right."""
    found = [value.decode("latin-1") for header, value in scope["headers"] if header == name]
    return [part.strip() for part in ",".join(found).split(",") if part.strip()]
