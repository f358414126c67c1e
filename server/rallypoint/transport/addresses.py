"""Whose connection it is: the client's own address behind proxies of ours, and how many connections each has."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from rallypoint.core.limits import origin_network

__all__ = ["Census", "Networks", "client_ip", "networks", "within"]

Networks = tuple[IPv4Network | IPv6Network, ...]


def networks(names: Sequence[str]) -> Networks:
    """Networks as ``10.0.0.0/8``, or single addresses. Raises ``ValueError`` for what is none."""
    return tuple(ip_network(name) for name in names)


@functools.lru_cache(maxsize=1024)
def within(ip: str, among: Networks) -> bool:
    """Whether the address is in one of the networks. What is no address is in none."""
    try:
        address = ip_address(ip.partition("%")[0])
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return any((mapped or address) in network for network in among)


def client_ip(peer: str, forwarded: str, proxies: Networks) -> str:
    """The address of the client itself: behind proxies of ours, the last one that they did not add for each other."""
    if not proxies or not within(peer, proxies):
        return peer
    for hop in reversed(forwarded.split(",")):
        try:
            peer = str(ip_address(hop.strip()))
        except ValueError:
            break
        if not within(peer, proxies):
            break
    return peer


class Census:
    """How many connections each address has (IPv6: each /64), so that none takes all the places."""

    def __init__(self, per_address_max: int, uncounted: Networks) -> None:
        """``uncounted``: networks whose connections are not counted."""
        self._per_address_max = per_address_max
        self._uncounted = uncounted
        self._counts: dict[str, int] = {}

    def enter(self, ip: str) -> bool:
        """One more. ``False``, and it is not counted: the address has as many as it may."""
        if not ip or within(ip, self._uncounted):
            return True
        network = origin_network(ip)
        count = self._counts.get(network, 0)
        if count >= self._per_address_max:
            return False
        self._counts[network] = count + 1
        return True

    def leave(self, ip: str) -> None:
        """One less, of an address that :meth:`enter` let in."""
        if not ip or within(ip, self._uncounted):
            return
        network = origin_network(ip)
        count = self._counts.get(network, 0)
        if count > 1:
            self._counts[network] = count - 1
        else:
            self._counts.pop(network, None)

    def __len__(self) -> int:
        """How many addresses are counted."""
        return len(self._counts)
