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

A renderer calls ``seat.view()`` once a frame; a program that plays is a :class:`Bot`. Other ways to a seat:

    seat = await lobby.create("fourline", meta={"map": "desert"}, private=True)   # others join with seat.code
    seat = await lobby.join(code="K7M2QX")
    async with lobby.sessions("orbit", where=["free > 0"]) as listing:
        seat = await lobby.join(listing.rows[0])
    seat = await seat.rematch()
    seat = await lobby.play("ranked", on_wait=lambda waiting: print(waiting.text))    # a queue with rules
    party = await lobby.create_party()                                           # others join with party.code
"""

from rallypoint_protocol.inputs import Input
from rallypoint_protocol.messages import SessionRow

from .bot import Bot, drive, play, play_seat
from .chat import Room
from .chat_log import Line
from .connect import connect
from .errors import (
    Closed,
    ConnectFailed,
    InvalidInput,
    Kicked,
    LobbyClosed,
    NotConnected,
    OnlyWatching,
    RallypointError,
    RequestRefused,
    SeatClosed,
    SessionGone,
    TakenOver,
    TooManyOutstanding,
    UpdateRequired,
)
from .events import Ended, Event, Refused
from .explanation import Basis, Explanation, QueueExplanation, RuleExplanation
from .heartbeat import Timing
from .identity import Identity
from .leaderboard import Leaderboard, LeaderboardRow
from .listing import Change
from .lobby import Lobby
from .lobby_core import LobbyState
from .lobby_seat import LobbySeat
from .notice import Notice
from .party import Party
from .party_state import PartyMember
from .predicted import Predicted
from .ready_check import ReadyCheck
from .seat import Seat, take_seat
from .seat_core import SeatState, SeatStats
from .seat_offer import SeatOffer
from .session_id import MySeat
from .session_list import SessionList
from .updates import Update
from .view import EntityView, PlayerView, View
from .waiting import Waiting

__all__ = [
    "Basis",
    "Bot",
    "Change",
    "Closed",
    "ConnectFailed",
    "Ended",
    "EntityView",
    "Event",
    "Explanation",
    "Identity",
    "Input",
    "InvalidInput",
    "Kicked",
    "Leaderboard",
    "LeaderboardRow",
    "Line",
    "Lobby",
    "LobbyClosed",
    "LobbySeat",
    "LobbyState",
    "MySeat",
    "NotConnected",
    "Notice",
    "OnlyWatching",
    "Party",
    "PartyMember",
    "PlayerView",
    "Predicted",
    "QueueExplanation",
    "RallypointError",
    "ReadyCheck",
    "Refused",
    "RequestRefused",
    "Room",
    "RuleExplanation",
    "Seat",
    "SeatClosed",
    "SeatOffer",
    "SeatState",
    "SeatStats",
    "SessionGone",
    "SessionList",
    "SessionRow",
    "TakenOver",
    "Timing",
    "TooManyOutstanding",
    "Update",
    "UpdateRequired",
    "View",
    "Waiting",
    "connect",
    "drive",
    "play",
    "play_seat",
    "take_seat",
]
