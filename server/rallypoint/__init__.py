"""Rallypoint: multiplayer game sessions that outlive their connections, and their servers.

A game is one class:

    from rallypoint import Game, Entity, Hold, fixed

    class Steer(Hold):
        dx: float
        dy: float

    class Blob(Entity):
        x: float = fixed(0.01, 50)
        y: float = fixed(0.01, 50)

    class Blobs(Game, seats=(1, 8), tick_hz=20):
        def joined(self, player):
            self.spawn(Blob, owner=player)

        def tick(self):
            for player in self.players:
                blob, steer = player.one(Blob), player.held(Steer)
                blob.x += steer.dx * self.dt
                blob.y += steer.dy * self.dt

Serve it with ``rallypoint serve blobs:Blobs``; test it without a network with :mod:`rallypoint.testing`.
"""

from msgspec import Meta

from rallypoint.core.game_like import Answer
from rallypoint.core.match_teams import MatchInfo
from rallypoint.game.entity import Entity
from rallypoint.game.errors import DefinitionError, Refused
from rallypoint.game.fields import field, fixed, private, transient
from rallypoint.game.game import Game, SessionStatus
from rallypoint.game.hooks import on
from rallypoint.game.inputs import Action, Event, Hold
from rallypoint.game.player import Player, PlayerState
from rallypoint.game.result import Result
from rallypoint.version import VERSION

__version__ = VERSION
__all__ = [
    "Action",
    "Answer",
    "DefinitionError",
    "Entity",
    "Event",
    "Game",
    "Hold",
    "MatchInfo",
    "Meta",
    "Player",
    "PlayerState",
    "Refused",
    "Result",
    "SessionStatus",
    "field",
    "fixed",
    "on",
    "private",
    "transient",
]
