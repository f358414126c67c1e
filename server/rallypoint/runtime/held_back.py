"""Recovered sessions wait for the players who were connected, so that all of them go on at the same moment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rallypoint.core.schedule import phase
from rallypoint.ports import BotOffer
from rallypoint_protocol.ids import SessionId

if TYPE_CHECKING:
    from rallypoint.runtime.node import Node
    from rallypoint.runtime.session_host import SessionHost

__all__ = ["HeldBack"]


class HeldBack:
    """The sessions of one node that wait. They make no steps."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._hosts: dict[SessionId, SessionHost] = {}
        self._gone_on = 0

    def hold(self, host: SessionHost) -> None:
        """A session was built again."""
        host.held_back = True
        self._hosts[host.core.id] = host

    def forget(self, host: SessionHost) -> None:
        """It has ended."""
        self._hosts.pop(host.core.id, None)

    def came_back(self, host: SessionHost) -> None:
        """All who were connected to it are back."""
        if self._hosts.pop(host.core.id, None) is not None:
            self._go_on(host)

    def release(self) -> None:
        """Nobody else is waited for: all of them go on; who is not back has lost the connection."""
        hosts, self._hosts = self._hosts, {}
        for host in hosts.values():
            self._go_on(host)

    def release_those_of_nobody(self) -> None:
        """Sessions that nobody was connected to need not wait, and bots come by themselves."""
        for host in list(self._hosts.values()):
            self._man(host)
            if not host.core.missing():
                self.came_back(host)

    def _man(self, host: SessionHost) -> None:
        """Its bots were of the process that is gone: others take their seats."""
        node, core, own = self._node, host.core, host.definition.options
        if own.bot is None or node.bots is None:
            return
        for seat in core.seated():
            if seat.bot and not seat.is_given_up:
                token = core.seating.reissue(seat)
                node.bots.play(BotOffer(own.name, own.bot, core.id, node.url(core.id), token, seat.name))
        host.stir()

    def _go_on(self, host: SessionHost) -> None:
        host.go_on(self._node.now(), phase(self._gone_on, 1 / max(1, host.definition.options.tick_hz)))
        self._gone_on += 1
        self._node.ticker.add(host, host.core.id)
