"""A real node of the reference work whose clock is moved by hand: sessions of 8, an input a seat and tick."""

from __future__ import annotations

import asyncio
import random
import time
from pathlib import Path
from typing import Any

from bench.arena import Arena
from bench.session import SEATS
from rallypoint import logs
from rallypoint.core.orders import Denial
from rallypoint.core.session import Taken
from rallypoint.ports import Journal
from rallypoint.runtime.ambient import Ambient
from rallypoint.runtime.node import Node, NodeSettings
from rallypoint.runtime.session_host import SessionHost
from rallypoint.runtime.ticker import BUCKET_S
from rallypoint_protocol.codec import encode
from rallypoint_protocol.ids import PlayerId
from rallypoint_protocol.messages import TakeSeat

__all__ = ["BUCKETS", "HZ", "DrivenNode", "folder_bytes"]

HZ = 20
BUCKETS = round(1 / HZ / BUCKET_S)


class DrivenNode:
    """To be made on a running event loop, and driven without waiting there: its own timer finds nothing to do."""

    def __init__(
        self, journal: Journal, sessions: int, settings: NodeSettings | None = None, at: float = 1000.0
    ) -> None:
        self.now = at
        self.inputs = self.steps = 0
        self.step_s = 0.0
        """Processor time in the ticker."""
        self._dice = random.Random(2)
        logs.set_up("console", "error")
        ambient = Ambient(clock=lambda: self.now, random=random.Random(1))
        self._definition = Arena.definition()
        self.node = Node([self._definition], settings or NodeSettings(), journal, asyncio.get_running_loop(), ambient)
        for number in range(sessions):
            self._fill(number)

    def _fill(self, number: int) -> None:
        session = self.node.create("arena", self.now)
        assert not isinstance(session, Denial)
        for place in range(SEATS):
            reserved = self.node.seat(session, PlayerId(f"p{number}-{place}"), f"Player {place}", self.now)
            assert not isinstance(reserved, Denial)
            assert isinstance(self.node.hosts[session].core.take(TakeSeat(1, session, reserved[1]), self.now), Taken)

    def bucket(self, hosts: list[SessionHost]) -> None:
        """Inputs for these sessions, and then 5 ms later."""
        decode: Any = self._definition.decode
        uniform = self._dice.uniform
        for host in hosts:
            core = host.core
            for seat in core.seated():
                self.inputs += 1
                number = seat.received + 1
                data = encode((64, number, max(0, core.tick), uniform(-10, 10), uniform(-10, 10), number))
                core.input(seat, decode(data))
        self.now += BUCKET_S
        ticks, began = self.node.ticker.ticks, time.process_time()
        self.node.ticker._wake()
        self.step_s += time.process_time() - began
        self.steps += self.node.ticker.ticks - ticks
        for host in hosts:
            for seat in host.core.seated():
                seat.acked = host.core.tick

    def groups(self) -> list[list[SessionHost]]:
        """The sessions by the buckets of a tick, all as many."""
        hosts = list(self.node.hosts.values())
        return [hosts[place::BUCKETS] for place in range(BUCKETS)]


def folder_bytes(folder: Path) -> int:
    """What the files of a folder hold."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
