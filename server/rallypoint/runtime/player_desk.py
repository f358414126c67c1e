"""What operators see of players and do with them. A desk takes no request: it gives data, or a denial."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Final, Literal, Protocol, TypeAlias

import structlog
from pydantic import ConfigDict

from rallypoint.core.lobby import Lobby
from rallypoint.core.lobby_session import LobbySession, LobbyState
from rallypoint.core.mutes import Mute
from rallypoint.core.names import normalised, normalised_text
from rallypoint.core.orders import Denial
from rallypoint.core.seat import Seat, SeatState
from rallypoint.ports import Clock
from rallypoint.runtime.link_quality import link_of
from rallypoint.runtime.lobby_host import LobbyHost
from rallypoint.runtime.node import Node
from rallypoint.runtime.notices import Notices
from rallypoint.runtime.player_info import (
    HappeningInfo,
    MemberInfo,
    MuteInfo,
    PlayerFilter,
    PlayerLobby,
    PlayerLook,
    PlayerSeat,
    PlayerTablePage,
    PlayerTicket,
)
from rallypoint.runtime.player_table import PlayerTable
from rallypoint.runtime.session_host import SessionHost
from rallypoint_protocol.ids import PlayerId

__all__ = ["MUTE_MINUTES_MAX", "TEXT_CHARS_MAX", "MuteKeeper", "PlayerBulkDone", "PlayerBulkWord", "PlayerDesk"]

MUTE_MINUTES_MAX: Final = 525_600
"""A year."""
TEXT_CHARS_MAX: Final = 300
_BULK_TURN_S: Final = 0.001
"""For how long something is done to players before others have their turn, and the journal its batch."""

PlayerBulkWord: TypeAlias = Literal["kick", "mute", "unmute", "message"]
log: structlog.typing.FilteringBoundLogger = structlog.get_logger("rallypoint.players")

_UNKNOWN: Final = Denial("unknown", "there is no such player here")
_NOTHING_SAID: Final = Denial("invalid", "text: there is nothing in it that can be shown")


class MuteKeeper(Protocol):
    """Keeps mutes, so that a restart does not lift them. Nobody waits for it."""

    def mute(self, mute: Mute, /) -> None:
        """One more, in place of another of that player."""

    def unmute(self, player: PlayerId, /) -> None:
        """One less."""


@dataclass(frozen=True, slots=True)
class PlayerBulkDone:
    """What a bulk action came to."""

    matched: int
    """Players that the filter means."""
    done: int
    """Those to whom it was done; 0: it was only counted."""

    __pydantic_config__ = ConfigDict(use_attribute_docstrings=True)


class PlayerDesk:
    """The players of one node. ``wall`` is Unix time."""

    def __init__(
        self, node: Node, lobby: Lobby, lobby_host: LobbyHost, notices: Notices, keeper: MuteKeeper, wall: Clock
    ) -> None:
        self._node = node
        self._lobby = lobby
        self._lobby_host = lobby_host
        self._notices = notices
        self._keeper = keeper
        self._wall = wall
        self._wall_at_zero = wall() - node.now()  # once: what is told is not to waver with two clocks
        self._table = PlayerTable(node, lobby, lobby_host.stories, wall)

    # --- looking ----------------------------------------------------------------------------------------------------

    async def table(self, wanted: PlayerFilter, sort: str, desc: bool, offset: int, limit: int) -> PlayerTablePage:
        """A page of all players who are here; at most a second old."""
        return await self._table.page(wanted, sort, desc, offset, limit)

    def look(self, player: PlayerId) -> PlayerLook | Denial:
        """All that a player has here. Denied: ``unknown``, if nothing is known of the player, not even a mute."""
        session, mute = self._lobby.of(player), self._lobby.chats.mutes.of(player, self._wall())
        seats = self._seats_of(player)
        story = self._lobby_host.stories.of(player)
        if session is None and mute is None and not seats and not story:
            return _UNKNOWN
        name = self._name_of(player) or (mute.name if mute else "")
        now = self._node.now()
        return PlayerLook(
            player,
            name,
            any(seat.bot for _, seat in seats),
            None if session is None else self._lobby_of(session),
            [self._seat(host, seat, now) for host, seat in seats],
            [] if session is None else self._tickets(session),
            [] if session is None else _party(session),
            None if mute is None else MuteInfo(mute.until_at, mute.by, mute.reason),
            [HappeningInfo(at / 1000, text) for at, text in story],
        )

    # --- doing ------------------------------------------------------------------------------------------------------

    def kick(self, player: PlayerId, by: str, reason: str) -> int | Denial:
        """Removes a player from the lobby and from every seat, for good there, and from what they watch; gives how many
        places that were. It is no ban: who comes again is a newcomer. Denied: ``unknown``."""
        watched = sum(host.audience.kick((player,)) for host in self._node.all_hosts)
        return self._kick(player, by, normalised_text(reason, TEXT_CHARS_MAX), watched) or _UNKNOWN

    def mute(self, player: PlayerId, name: str, by: str, minutes: float, reason: str) -> Mute:
        """The player says nothing in chats for so long, from here and wherever they come back from. Also one who is
        not here."""
        return self._mute(player, name, by, minutes, normalised_text(reason, TEXT_CHARS_MAX))

    def unmute(self, player: PlayerId, by: str) -> bool:
        """The player may chat again. False: they might all the while."""
        lifted = self._unmute(player, by)
        if not lifted:
            self._keeper.unmute(player)  # it may be kept, and not known here: it was one of too many
        return lifted

    def message(self, player: PlayerId, by: str, text: str) -> bool | Denial:
        """Tells the player something. True: now; false: when they come back to the lobby. Denied: ``unknown`` (not in
        the lobby), ``invalid``, ``full`` (so much waits for them already that it would not be told)."""
        said = normalised_text(text, TEXT_CHARS_MAX)
        return self._message(player, by, said) if said else _NOTHING_SAID

    async def bulk(
        self, wanted: PlayerFilter, do: PlayerBulkWord, by: str, text: str, minutes: float, expect: int | None
    ) -> PlayerBulkDone | Denial:
        """Does something to all players that a filter means, if these are ``expect``; ``None``: only counts them. Bots
        of the server are never meant. Denied: ``changed``, ``invalid``."""
        said = normalised_text(text, TEXT_CHARS_MAX)
        if do == "message" and not said:
            return _NOTHING_SAID
        meant = await self._table.meant(wanted)
        if expect is None:
            return PlayerBulkDone(len(meant), 0)
        if expect != len(meant):
            return Denial("changed", f"{len(meant)} players match now, and not {expect}: nothing was done")
        loop, done = asyncio.get_running_loop(), 0
        until = loop.time() + _BULK_TURN_S
        for player in meant:
            done += self._do(do, player, by, said, minutes)
            if loop.time() >= until:
                await asyncio.sleep(0)
                until = loop.time() + _BULK_TURN_S
        if do == "kick":
            kicked = frozenset(meant)
            for host in self._node.all_hosts:
                host.audience.kick(kicked)
                if loop.time() >= until:
                    await asyncio.sleep(0)
                    until = loop.time() + _BULK_TURN_S
        return PlayerBulkDone(len(meant), done)

    # --- steps of the above, with texts that can be shown -----------------------------------------------------------

    def _do(self, do: PlayerBulkWord, player: PlayerId, by: str, said: str, minutes: float) -> bool:
        match do:
            case "kick":
                return self._kick(player, by, said) > 0
            case "mute":
                self._mute(player, "", by, minutes, said)
                return True
            case "unmute":
                return self._unmute(player, by)
            case "message":
                return not isinstance(self._message(player, by, said), Denial)

    def _mute(self, player: PlayerId, name: str, by: str, minutes: float, said: str) -> Mute:
        at = self._wall()
        known = self._name_of(player) or normalised(name)
        mute = Mute(player, known, round(at + minutes * 60, 3), by, said, round(at, 3))
        self._lobby.chats.mutes.set(mute)
        self._keeper.mute(mute)
        self._lobby_host.stories.add(player, f"muted by {by}" + (f": {said}" if said else ""))
        self._notices.tell(player, "muted", said, until_ms=round(mute.until_at * 1000))
        log.info("player muted", player=player, by=by, minutes=minutes)
        return mute

    def _unmute(self, player: PlayerId, by: str) -> bool:
        lifted = self._lobby.chats.mutes.lift(player, self._wall())
        if lifted:
            self._keeper.unmute(player)
            self._lobby_host.stories.add(player, f"unmuted by {by}")
            self._notices.tell(player, "unmuted", "")
            log.info("player unmuted", player=player, by=by)
        return lifted

    def _message(self, player: PlayerId, by: str, said: str) -> bool | Denial:
        session = self._lobby.of(player)
        if session is None:
            return Denial("unknown", "that player is not in the lobby, where messages are told")
        if not self._lobby.may_notify(session):
            return Denial("full", "that player has not taken what was told before: too much waits")
        self._lobby_host.stories.add(player, f"message by {by}: {said}")
        log.info("player told", player=player, by=by)
        return self._notices.tell(player, "message", said)

    def _kick(self, player: PlayerId, by: str, reason: str, watched: int = 0) -> int:
        seats = self._seats_of(player)
        if not seats and self._lobby.of(player) is None and not watched:
            return 0
        self._lobby_host.stories.add(player, f"kicked by {by}" + (f": {reason}" if reason else ""))
        # First from the lobby: it would find another match for who has no seat any more.
        done = watched + int(self._lobby_host.remove(player))
        for host, seat in seats:
            if host.running and not seat.is_given_up:  # one kick may end a session, and that another
                host.kick(seat, by)
                done += 1
        log.info("player kicked", player=player, by=by, places=done)
        return done

    # --- what there is ----------------------------------------------------------------------------------------------

    def _seats_of(self, player: PlayerId) -> list[tuple[SessionHost, Seat]]:
        found = []
        for session, _ in self._node.book.seats_of(player):
            host = self._node.find(session)
            seat = None if host is None else host.core.seating.of(player)
            if host is not None and host.running and seat is not None and not seat.is_given_up:
                found.append((host, seat))
        return found

    def _name_of(self, player: PlayerId) -> str:
        session = self._lobby.of(player)
        if session is not None:
            return session.name
        seats = self._seats_of(player)
        return seats[0][1].name if seats else ""

    def _lobby_of(self, session: LobbySession) -> PlayerLobby:
        first_ms = self._lobby_host.stories.first_ms(session.player)
        until = session.grace.deadline if session.state is LobbyState.AWAY else None
        return PlayerLobby(
            None if first_ms is None else first_ms / 1000,
            None if until is None else round(self._wall_at_zero + until, 1),
            self._lobby_host.address_of(session),
        )

    def _seat(self, host: SessionHost, seat: Seat, now: float) -> PlayerSeat:
        link = link_of(host, seat, now, self._wall_at_zero)
        own_s = host.core.clock(now) - now  # how far the session's own time is behind: it may be paused
        since = None if link is None else link.since_at
        if seat.state is SeatState.AWAY:
            since = round(self._wall_at_zero + seat.away_since - own_s, 1)
        until = None if seat.deadline is None else round(self._wall_at_zero + seat.deadline - own_s, 1)
        name = host.definition.options.name
        return PlayerSeat(host.core.id, name, seat.index, seat.state.value, since, until, link)

    def _tickets(self, session: LobbySession) -> list[PlayerTicket]:
        ticket = session.ticket
        if ticket is None:
            return []
        at = round(self._wall_at_zero + ticket.queued_at, 1)
        found = []
        for queue in ticket.queues:
            held = queue in ticket.held or ticket.found is not None
            state = "held" if held else "waiting" if ticket.here else "away"
            found.append(PlayerTicket(queue, ticket.id, at, state))
        return found


def _party(session: LobbySession) -> list[MemberInfo]:
    if session.party is None:
        return []
    party = session.party.party
    return [MemberInfo(one.player, one.session.name, one.player == party.leader) for one in party.members]
