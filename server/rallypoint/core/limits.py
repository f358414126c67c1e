"""How much a stranger may do: token buckets that hardly cost anything while they are kept to.

A token bucket holds up to ``burst`` tokens and earns ``per_second`` of them a second. The usual one reads the clock at
each use. :class:`Allowance` only counts down, and earns what is due when it has run out. So one that was full and long
unused gives its burst, then earns a burst at once and gives that too: **in any stretch of t seconds it lets at most
``2 * burst + per_second * t`` through.** Whoever keeps to what an exact bucket allows is never refused.
"""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import IPv6Address, ip_address

__all__ = ["AddressAllowances", "Allowance", "origin_network"]

Clock = Callable[[], float]
"""Seconds on any clock that never goes back."""


class Allowance:
    """A token bucket that reads the clock only when it is empty.

    A hot path may count ``left`` down itself, and call :meth:`refill` when it is below 0.
    """

    __slots__ = ("_burst", "_clock", "_earned_at", "_per_second", "left")

    def __init__(self, per_second: float, burst: int, clock: Clock) -> None:
        if per_second <= 0 or burst < 1:
            raise ValueError("an allowance needs a rate above 0 and a burst of at least 1")
        self._per_second = per_second
        self._burst = burst
        self._clock = clock
        self._earned_at = clock()
        self.left = burst
        """Tokens left by the last count; what was earned since then is not in it. Below 0: overdrawn."""

    def spend(self, amount: int = 1) -> bool:
        """Take tokens. ``False``: there were not enough; they are taken all the same, so trying on does not pay."""
        self.left -= amount
        return self.left >= 0 or self.refill()

    def refill(self) -> bool:
        """Add the tokens earned since the last time. ``False``: it is still overdrawn."""
        now = self._clock()
        earned = int((now - self._earned_at) * self._per_second)
        if earned >= self._burst:
            earned = self._burst
            self._earned_at = now
        else:
            self._earned_at += earned / self._per_second  # not `now`: the fraction of a token is not lost
        self.left = min(self.left + earned, self._burst)
        return self.left >= 0


class AddressAllowances:
    """One :class:`Allowance` per network address, for as many addresses as fit.

    When the table is full, the address that was quiet for longest is forgotten: it starts with a full bucket again.
    """

    def __init__(self, per_second: float, burst: int, addresses_max: int, clock: Clock) -> None:
        if addresses_max < 1:
            raise ValueError("a table of addresses needs room for one at least")
        self._per_second = per_second
        self._burst = burst
        self._addresses_max = addresses_max
        self._clock = clock
        self._table: dict[str, Allowance] = {}  # in order of last use

    def __len__(self) -> int:
        return len(self._table)

    def spend(self, address: str) -> bool:
        """Take one token of ``address``. ``False``: it has none. Refusals are not held against it."""
        network = origin_network(address)
        allowance = self._table.pop(network, None)
        if allowance is None:
            if len(self._table) >= self._addresses_max:
                del self._table[next(iter(self._table))]
            allowance = Allowance(self._per_second, self._burst, self._clock)
        self._table[network] = allowance
        if allowance.spend():
            return True
        allowance.left += 1
        return False

    def give_back(self, address: str) -> None:
        """Return the token that :meth:`spend` just took: what it was for does not count after all."""
        self._table[origin_network(address)].left += 1


def origin_network(address: str) -> str:
    """Whom an address stands for: IPv4 itself, IPv6 its /64 (one customer has all of it); anything else itself."""
    try:
        ip = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if not isinstance(ip, IPv6Address):
        return str(ip)
    if ip.ipv4_mapped is not None:
        return str(ip.ipv4_mapped)
    return str(IPv6Address(int(ip) >> 64 << 64)) + "/64"
