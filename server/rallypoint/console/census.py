"""Counts the sessions of a node, their players and who watches: tens of thousands of them between two steps."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from rallypoint.core.seat import SeatState
from rallypoint.core.session import SessionState
from rallypoint.runtime.session_host import SessionHost

__all__ = ["Census", "GameCensus", "census_of"]


@dataclass(slots=True)
class GameCensus:
    """The sessions of one game that go on."""

    waiting: int = 0
    running: int = 0
    players: int = 0
    """Seats that were taken, and are kept: connected or away."""


@dataclass(slots=True)
class Census:
    """All sessions that go on."""

    games: dict[str, GameCensus] = field(default_factory=dict)
    reserved: int = 0
    connected: int = 0
    away: int = 0
    spectators: int = 0
    conflated: int = 0
    skipped_ticks: int = 0
    bytes_out: int = 0


def census_of(games: Iterable[str], hosts: Iterable[SessionHost]) -> Census:
    """As of now. Plain loops and identities: hashing an enum for each seat would take longer than the rest."""
    census = Census({name: GameCensus() for name in games})
    reserved, connected, away, conflated = SeatState.RESERVED, SeatState.CONNECTED, SeatState.AWAY, 0
    for host in hosts:
        core = host.core
        game = census.games[host.definition.options.name]
        if core.state is SessionState.WAITING:
            game.waiting += 1
        else:
            game.running += 1
        census.spectators += len(core.spectators.all)
        census.bytes_out += host.bytes_out
        census.skipped_ticks += host.schedule.skipped
        for seat in core.seats:
            if seat is None:
                continue
            conflated += seat.conflated
            state = seat.state
            if state is connected:
                census.connected += 1
                game.players += 1
            elif state is away:
                census.away += 1
                game.players += 1
            elif state is reserved:
                census.reserved += 1
    census.conflated = conflated
    return census
