"""Ports of a node in words: which one cannot listen, and where this machine reaches those that do."""

from __future__ import annotations

import contextlib
import errno
from collections.abc import Iterator
from ipaddress import ip_address

__all__ = ["CannotListen", "everywhere", "listening", "local_host"]


class CannotListen(OSError):
    """A port is taken, or the address is none of this machine. The sentence says which port it is."""

    def __init__(self, name: str, host: str, port: int, error: OSError) -> None:
        why = (error.strerror or str(error)).partition(" (while ")[0]
        where = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        super().__init__(error.errno, f"the {name}, {where}: {why}")
        self.name = name
        """As ``web port``."""
        self.taken = error.errno == errno.EADDRINUSE


@contextlib.contextmanager
def listening(name: str, host: str, port: int) -> Iterator[None]:
    """What fails in it is that port's. Raises :class:`CannotListen`."""
    try:
        yield
    except OSError as error:
        raise CannotListen(name, host, port, error) from error


def everywhere(host: str) -> bool:
    """Whether who listens on ``host``, a name or an address, does so on all networks of this machine."""
    try:
        return ip_address(host).is_unspecified
    except ValueError:  # a name
        return False


def local_host(host: str) -> str:
    """Where this machine itself reaches who listens on the address ``host``, as in a URL."""
    address = ip_address(host.partition("%")[0])
    if address.is_unspecified:  # listening everywhere: this machine is one of the places
        host = "127.0.0.1" if address.version == 4 else "::1"  # what listens on :: does not on 0.0.0.0
    return f"[{host}]" if ":" in host else host
