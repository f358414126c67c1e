"""Rallypoint's Python client: come in, get a seat, play; lost connections resume by themselves.

    import asyncio
    from rallypoint_client import connect

    async def main():
        async with connect("ws://localhost:8000", name="Ann") as lobby:
            seat = await lobby.quick_match("orbit")
            async for update in seat:
                print(update.tick, update.view.me.one("Ship"), update.events)
                seat.hold(seat.inputs.Steer(turn=1, thrust=True))
            print(seat.result)

    asyncio.run(main())

A renderer calls ``seat.view()`` once a frame; a program that plays is a :class:`Bot`.
"""

from rallypoint_protocol.inputs import Input

from .bot import Bot, drive, play, play_seat
from .errors import (
    Closed,
    ConnectFailed,
    InvalidInput,
    Kicked,
    LobbyClosed,
    NotConnected,
    RallypointError,
    RequestRefused,
    SeatClosed,
    SessionGone,
    TakenOver,
    TooManyOutstanding,
    UpdateRequired,
)
from .events import Ended, Event, Refused
from .heartbeat import Timing
from .lobby import Lobby, connect
from .lobby_core import LobbyState
from .seat import Seat, Update, take_seat
from .seat_core import SeatState, SeatStats
from .view import EntityView, PlayerView, View

__all__ = [
    "Bot",
    "Closed",
    "ConnectFailed",
    "Ended",
    "EntityView",
    "Event",
    "Input",
    "InvalidInput",
    "Kicked",
    "Lobby",
    "LobbyClosed",
    "LobbyState",
    "NotConnected",
    "PlayerView",
    "RallypointError",
    "Refused",
    "RequestRefused",
    "Seat",
    "SeatClosed",
    "SeatState",
    "SeatStats",
    "SessionGone",
    "TakenOver",
    "Timing",
    "TooManyOutstanding",
    "Update",
    "UpdateRequired",
    "View",
    "connect",
    "drive",
    "play",
    "play_seat",
    "take_seat",
]
