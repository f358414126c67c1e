"""A ticket is a place in a queue: it ends once, in a seat or in a word, and the seat that it ends in is there.

Of a party's tickets only the seats are looked at here: who of it has asked is not who is told. See ``parties``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from rallypoint_protocol.messages import (
    Ack,
    Answer,
    CancelQueue,
    Create,
    Enqueue,
    Join,
    Push,
    QuickMatch,
    Resume,
    Spectate,
)

from .stays import LobbyObserver, Stay

if TYPE_CHECKING:
    from rallypoint_simulation.wire import Wire
    from rallypoint_simulation.world import World

__all__ = ["Ticket", "Tickets"]

ONE_TICKET: Final = "a player has one ticket at a time"
CANCEL_TOOK_ONE: Final = "a cancel that succeeds has taken a ticket away"
ASKED_FOR: Final = "a match is for who waits for one"
NOT_CANCELLED: Final = "who has cancelled is not matched"
ENDS_IN_A_WORD: Final = "a ticket ends in a match, a cancel or a word"
WAITED: Final = "who is told of a queue waits in it"
PLACE_HEARD: Final = "a newer place is told after the older one was acknowledged"
SEAT_IS_THERE: Final = "a seat that is offered is there, and its token takes it"
CLIENT_KNOWS: Final = "a quick match of a client ends when its ticket does"

_CLIENT_S: Final = 5.0
"""How long a client may take to see that its ticket is gone, while nothing is in the way."""


class Ticket:
    """A place in these queues: what is told of it names the first, as ``game``."""

    def __init__(self, queues: tuple[str, ...], doubtful: bool) -> None:
        self.queues = queues
        self.game = queues[0]
        self.doubtful = doubtful
        """Perhaps it was made when nobody saw it, and has ended already."""
        self.cancelled = False
        """By request; the push that says so has not come yet."""
        self.place_push = 0
        """Number of the last push that told its place."""


class Tickets(LobbyObserver):
    """Follows each ticket from its request to its end."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.tickets: dict[str, Ticket] = {}
        """By lobby session."""
        self._cancelled: dict[str, str] = {}
        """Lobby sessions whose last ticket ended with a cancel, and its game."""
        self._acked: dict[str, int] = {}
        self._replayed: dict[str, int] = {}
        """The last push that there was when a lobby session got its present connection."""
        self._stuck: dict[str, float] = {}
        """Since when a player's client waits without a ticket."""

    # --- the wire ---------------------------------------------------------------------------------------------------

    def answered(self, stay: Stay, wire: Wire, request: Any, answer: Answer, *, news: bool) -> None:
        """A ticket begins, or is given up; or a seat is offered."""
        if not news or answer.error:
            return
        doubtful = answer.id in stay.doubtful
        ticket = self.tickets.get(stay.lobby)
        match request:
            case QuickMatch() | Enqueue():
                queues = (request.game,) if isinstance(request, QuickMatch) else tuple(request.queues)
                if ticket is not None and not doubtful and not ticket.doubtful:
                    self.violate(ONE_TICKET, f"{stay} waits for {ticket.queues}, and now for {queues}, too")
                if ticket is None or not doubtful:
                    self.tickets[stay.lobby] = Ticket(queues, doubtful or self.in_party(stay))
                    self._cancelled.pop(stay.lobby, None)
            case CancelQueue():
                if doubtful or self.in_party(stay):
                    return
                if ticket is None or ticket.cancelled:
                    self.violate(CANCEL_TOOK_ONE, f"{stay} has cancelled (request {answer.id}) and was in no queue")
                else:
                    ticket.cancelled = True
            case Create() | Join() | Spectate():
                if not doubtful and isinstance(answer.value, dict):
                    self._look_for_seat(stay, answer.value, f"answer {answer.id}")

    def pushed(self, stay: Stay, wire: Wire, push: Push, *, news: bool) -> None:
        """A place is told, or a ticket ends. What is told again was looked at the first time."""
        if not news:
            return
        match push.kind:
            case "queued":
                self._queued(stay, push)
            case "unqueued":
                self._unqueued(stay, push)
            case "matched":
                self._matched(stay, push)

    def _queued(self, stay: Stay, push: Push) -> None:
        ticket = self.tickets.get(stay.lobby)
        game = push.data.get("game")
        if (stay.doubtful or self.in_party(stay)) and (ticket is None or ticket.game != game):
            ticket = self.tickets[stay.lobby] = Ticket(_queues(push), True)
        if ticket is None or ticket.cancelled or ticket.game != game:
            where = "in no queue" if ticket is None else f"in that of {ticket.game}, cancelled: {ticket.cancelled}"
            self.violate(WAITED, f"{stay} is told a place for {game} (push {push.n}), and is {where}")
            return
        place, waiting = push.data.get("place"), push.data.get("waiting")
        least = 1 if any(queue in self.world.node.games for queue in _queues(push)) else 0
        if not (isinstance(place, int) and isinstance(waiting, int) and least <= place <= waiting):
            self.violate(WAITED, f"{stay} is told place {place} of {waiting} for {game}")
        if ticket.place_push > self._acked.get(stay.lobby, 0):
            text = f"{stay} is told a place with push {push.n}, and has not acknowledged push {ticket.place_push}"
            self.violate(PLACE_HEARD, text)
        ticket.place_push = push.n

    def _unqueued(self, stay: Stay, push: Push) -> None:
        ticket = self.tickets.pop(stay.lobby, None)
        game, reason = push.data.get("game"), push.data.get("reason")
        if ticket is None and not stay.doubtful and not self.in_party(stay) and reason != "party_changed":
            self.violate(WAITED, f"{stay} is told to be out of the queue for {game} ({reason}), and was not in it")
        elif ticket is not None and ticket.game != game and not ticket.doubtful:
            self.violate(WAITED, f"{stay} is told to be out of the queue for {game}, and was in that for {ticket.game}")
        if reason == "cancelled":
            self._cancelled[stay.lobby] = str(game)

    def _matched(self, stay: Stay, push: Push) -> None:
        data = push.data
        ticket = self.tickets.pop(stay.lobby, None)
        no_ticket = (ticket is None or ticket.cancelled) and not self.in_party(stay)
        if no_ticket and not data.get("rematch") and not self.by_backend(stay, data):
            if ticket is not None or self._cancelled.get(stay.lobby) == data.get("game"):
                text = f"{stay} has cancelled, and is matched for {data.get('game')} (push {push.n}) all the same"
                self.violate(NOT_CANCELLED, text)
            elif not stay.doubtful:
                text = f"{stay} waits for nothing, and is matched for {data.get('game')} (push {push.n})"
                self.violate(ASKED_FOR, text)
        session = self.session(stay)
        wire = stay.wire
        if session is not None and wire is not None and push.n > self._replayed.get(stay.lobby, 0):
            self._look_for_seat(stay, data, f"push {push.n}")

    def welcomed(self, stay: Stay, wire: Wire, first: Any, welcome: Any, before: Wire | None) -> None:
        """Pushes up to there are replayed: what they tell of may be over."""
        self._replayed[stay.lobby] = welcome.event
        if welcome.resumed:
            self.said(stay, wire, first)

    def said(self, stay: Stay, wire: Wire, message: Any) -> None:
        """Acknowledgements, and what a resume says to have."""
        if isinstance(message, Ack | Resume) and message.event <= max(stay.pushed, self._replayed[stay.lobby]):
            self._acked[stay.lobby] = max(self._acked.get(stay.lobby, 0), message.event)

    # --- the server -------------------------------------------------------------------------------------------------

    def _look_for_seat(self, stay: Stay, data: dict[str, Any], where: str) -> None:
        """At the very moment when it is offered."""
        port = self.world.port
        if port is None or self.world.plan.durability == "disk":
            return  # with a journal that takes its time, it is offered a while after it was reserved
        host = port.node.find(data.get("session", ""))
        what = f"{stay} is offered seat {data.get('seat', 'of a spectator')} of {data.get('session')} ({where})"
        if host is None:
            self.violate(SEAT_IS_THERE, f"{what}, and there is no such session")
            return
        core, token = host.core, data.get("token", b"")
        if "seat" not in data:
            if not any(watcher == stay.player for watcher in core.spectators.all):
                self.violate(SEAT_IS_THERE, f"{what}, and does not watch there")
            return
        index = data["seat"]
        seat = core.seats[index] if 0 <= index < len(core.seats) else None
        if seat is None or seat.player_id != stay.player:
            has = "nobody" if seat is None else seat.player_id
            self.violate(SEAT_IS_THERE, f"{what}, and {has} has it")
        elif not seat.is_over(self.server_now) and not core.seating.knows(token, self.server_now):
            self.violate(SEAT_IS_THERE, f"{what}, and the token does not take it")

    def over(self, stay: Stay) -> None:
        """With the lobby session its ticket ends."""
        self.tickets.pop(stay.lobby, None)
        for table in (self._cancelled, self._acked, self._replayed):
            table.pop(stay.lobby, None)

    def inspect(self, now: float) -> None:
        """The server's queues and the words on the wire say the same."""
        for stay in self.stays.values():
            session = self.session(stay)
            if session is None or session.pushed != stay.pushed or stay.doubtful or session.party is not None:
                continue  # it is to be told something still
            ticket = self.tickets.get(stay.lobby)
            if ticket is not None and ticket.doubtful:
                continue
            known = None if ticket is None or ticket.cancelled else ticket.game
            if session.queue != known:
                text = f"{stay} waits for {known or 'nothing'} by what was told, at the server for"
                self.violate(ENDS_IN_A_WORD, f"{text} {session.queue or 'nothing'}")
        self._look_at_clients(now)

    def _look_at_clients(self, now: float) -> None:
        players = getattr(self.world, "players", {})
        for name, player in players.items():
            process = player.process
            lobby = process.lobbies[-1] if process is not None and process.lobbies else None
            if lobby is None or not self._waits_for_nothing(lobby):
                self._stuck.pop(name, None)
                continue
            device = process.host
            since = self._stuck.setdefault(name, now)
            if not device.alive or device.frozen_until > since:
                self._stuck[name] = now
            elif self.steady(since) > _CLIENT_S:
                self.violate(CLIENT_KNOWS, f"{name} waits for a quick match since {now - since:.1f} s without a ticket")

    def _waits_for_nothing(self, lobby: Any) -> bool:
        core = lobby._core
        waits = lobby._queueing
        if waits is None or waits.offer.done() or waits.follows or core.state.value != "connected" or core._requests:
            return False
        stay = self.stays.get(core.welcome.lobby)
        session = None if stay is None else self.session(stay)
        if stay is None or session is None or stay.wire is None:
            return False
        return session.queue is None and core._last_push == session.pushed


def _queues(push: Push) -> tuple[str, ...]:
    """Those that it tells of."""
    return tuple(push.data.get("queues") or [push.data.get("game", "")])
