"""What happens in a simulated world, as data: it can be drawn from a seed, written down, cut down and played again."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from .network import Weather

__all__ = ["Act", "Fault", "PlayerPlan", "Scenario", "ServerPlan", "Trigger", "WriteTrigger"]


class Act(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Something that a player does: the name of a method of :class:`~rallypoint_simulation.players.Player`."""

    at: float
    """Seconds since the world began. What takes longer than until the next act goes on beside it."""
    do: str
    args: dict[str, Any] = {}


class PlayerPlan(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A player with a device."""

    name: str
    """Also its host's; unique."""
    weather: Weather = Weather()
    """Of the way between the device and the server."""
    acts: tuple[Act, ...] = ()
    bot: str = ""
    """``module:Class`` of the bot that plays this player's seats; empty: the one that is known for the game."""


class Trigger(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Strikes when a message of that kind is on the wire: so that faults hit the moments that last no time."""

    message: str
    """A class of :mod:`rallypoint_protocol.messages`: ``Resume``... or ``Push:matched``, ``Pass``, ``input``."""
    nth: int = 1
    """Which one of those to or from the target, counted from 1."""
    when: str = "sent"
    """``sent`` or ``received``: just before it is on its way, or just after it has arrived."""


class WriteTrigger(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Strikes at a write of the server's journal: before, within or after it, and so between a write and a send."""

    nth: int = 1
    """Which write from ``Fault.at`` on, counted from 1; those of a recovery included."""
    when: Literal["before", "within", "after"] = "after"


class Fault(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Something that goes wrong: the name of a function of :mod:`rallypoint_simulation.faults`."""

    do: str
    at: float = 0.0
    """Seconds since the world began; with ``on``, not before that."""
    target: str = ""
    """A player's name; empty: the server, or everybody; ``*``, with ``on``: whoever's message it is."""
    on: Trigger | None = None
    after_s: float = 0.0
    """So long after the trigger."""
    args: dict[str, Any] = {}
    write: WriteTrigger | None = None
    """Only for what ends the server: ``crash_server`` and ``power_loss``."""


class ServerPlan(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """How the server is set. Seconds."""

    lobby_grace_s: float = 30.0
    durability: Literal["off", "process", "disk"] = "off"
    """What survives: nothing, a crash of the process, or one of the machine."""
    journal_s: float = 0.0
    """How long the disk takes to sync, at most; with ``disk``, nothing is committed sooner."""
    checkpoint_s: float = 5.0
    segment_bytes: int = 1_048_576
    """Of the journal."""
    recovery_wait_s: float = 3.0
    """How long recovered sessions wait for their players, at most."""
    store: bool = True
    """Guests are known again, results are kept."""
    store_s: float = 0.01
    """How long the store takes to answer, at most."""
    bots: bool = True
    """The games' own bots may fill seats."""
    limits: dict[str, Any] = {}
    """Of :class:`rallypoint.config.Limits`."""


class Scenario(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A whole run. The same scenario gives the same run, in any process."""

    seed: int
    """Of everything that is random while it runs: each player, connection, game and the scheduler have their own."""
    games: tuple[str, ...]
    """``module:Class`` each."""
    duration_s: float
    """Then everybody leaves, and the world has to come to rest."""
    until_over: bool = False
    """Everybody leaves as soon as there have been sessions and none is left."""
    players: tuple[PlayerPlan, ...] = ()
    faults: tuple[Fault, ...] = ()
    server: ServerPlan = ServerPlan()

    def to_json(self) -> str:
        """To be kept in a file."""
        return msgspec.json.format(msgspec.json.encode(self), indent=1).decode()

    @staticmethod
    def from_json(text: str | bytes) -> Scenario:
        """Raises ``msgspec.ValidationError`` with the place for what is none."""
        return msgspec.json.decode(text, type=Scenario)
