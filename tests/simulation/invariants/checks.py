"""Ready checks: nobody is seated before all have said yes, who says no is out, and all others keep their places.

What a client has said counts from when it reached the server (``said``), and for sure once that was answered.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from rallypoint_protocol.messages import Accept, Answer, Enqueue, Push, QuickMatch

from .stays import LobbyObserver, Stay

if TYPE_CHECKING:
    from rallypoint.core.lobby_ticket import LobbyTicket
    from rallypoint_simulation.wire import Wire
    from rallypoint_simulation.world import World

__all__ = ["BACK", "COUNTS", "ENDS", "IN_PLACE", "ONE", "OUT", "YES", "Checks"]

YES: Final = "nobody is seated before all of the match have accepted it"
ONE: Final = "a player is asked for one match at a time"
COUNTS: Final = "a ready check counts who has accepted"
OUT: Final = "who declines a match, or does not answer, is out of the queue"
BACK: Final = "who has accepted a match that others do not want is back in the queue"
IN_PLACE: Final = "a ticket keeps its place until it ends"
ENDS: Final = "a ready check ends in a match, or off, in time"

_SLACK_S: Final = 1.5
_EXACT_S: Final = 1e-6
_BEAT_S: Final = 1.5
"""So long before its end a server may have written that it lives."""


@dataclass(eq=False, slots=True)
class _Check:
    """One of them, as far as it was told."""

    queue: str
    told: dict[str, tuple[float, float]] = field(default_factory=dict)
    """Of each player: when it was told first, in the world's time, and how long there was."""
    said: dict[str, bool] = field(default_factory=dict)
    """What each player has said first, as it reached the server."""
    sure: dict[str, bool] = field(default_factory=dict)
    over: dict[str, None] = field(default_factory=dict)
    """Players who were told what became of it."""
    counted: int = 0
    """How many players it is, as was told."""

    @property
    def yes(self) -> int:
        """How many may have accepted."""
        return sum(self.said.values())


class Checks(LobbyObserver):
    """Follows each from the first word to the last."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._checks: dict[str, _Check] = {}
        """By match."""
        self._places: dict[str, tuple[int, float]] = {}
        """By lobby session that has a ticket: its number, and since when it waits."""
        self._gone_at = 0.0
        self._was_frozen = False
        """The last server, when it went."""
        self._asks = {rules.name: rules.ready_s for game in self._games for rules in game.options.queues}

    @property
    def _games(self) -> list[Any]:
        return list(getattr(self.world, "games", ()))

    # --- the wire ---------------------------------------------------------------------------------------------------

    def asked(self, stay: Stay, wire: Wire, request: Any) -> None:
        """Somebody says whether to play; or begins to wait."""
        if isinstance(request, Accept):
            check = self._checks.get(request.match)
            if check is not None and stay.player in check.told:
                check.said.setdefault(stay.player, request.accepted)
                if not request.accepted:
                    check.said[stay.player] = False
        elif isinstance(request, Enqueue | QuickMatch):
            self._places.pop(stay.lobby, None)

    def answered(self, stay: Stay, wire: Wire, request: Any, answer: Answer, *, news: bool) -> None:
        """And the server has heard it."""
        if news and not answer.error and isinstance(request, Accept):
            check = self._checks.get(request.match)
            if check is not None:
                check.sure[stay.player] = request.accepted

    def pushed(self, stay: Stay, wire: Wire, push: Push, *, news: bool) -> None:
        """All that is told of it."""
        if not news:
            return
        match push.kind:
            case "ready_check":
                self._told(stay, push)
            case "ready_check_off":
                self._off(stay, push)
            case "matched":
                self._matched(stay, push)
                self._places.pop(stay.lobby, None)
            case "unqueued":
                self._places.pop(stay.lobby, None)

    def _told(self, stay: Stay, push: Push) -> None:
        data, player = push.data, stay.player
        others = [
            match
            for match, other in self._checks.items()
            if match != data["match"] and player in other.told and player not in other.over
        ]
        if others:
            self.violate(ONE, f"{stay} is asked for match {data['match']}, and for {others} still")
        check = self._checks.setdefault(data["match"], _Check(data["queue"]))
        check.told.setdefault(player, (self.world.loop.now, data["ready_s"]))
        check.counted = data["players"]
        what = f"{stay} is told of match {data['match']}: {data['accepted']} of {data['players']} (push {push.n})"
        if data["accepted"] > check.yes or data["players"] < len(check.told):
            self.violate(COUNTS, f"{what}, and {check.yes} have accepted of {len(check.told)} who were asked")
        elif data["mine"] and not check.said.get(player):
            self.violate(COUNTS, f"{what}, this player too, who has not")

    def _off(self, stay: Stay, push: Push) -> None:
        check, reason = self._checks.get(push.data["match"]), push.data["reason"]
        if check is None:
            return
        check.over[stay.player] = None
        if reason not in ("declined", "expired") or self.world.plan.durability == "disk":
            return  # with a journal that takes its time, the party may be another by now
        with_me = self._with(stay)
        what = f"{stay} is told that match {push.data['match']} is off ({reason}, push {push.n})"
        if reason == "declined":
            may_be_out = [player for player in with_me if check.said.get(player) is False]
            is_out = [player for player in with_me if check.sure.get(player) is False]
        else:
            may_be_out = [player for player in with_me if not check.sure.get(player)]
            is_out = [player for player in with_me if not check.said.get(player)]
        if push.data["requeued"] and is_out:
            self.violate(OUT, f"{what} and is back in the queue, and {is_out} did not accept")
        elif not push.data["requeued"] and not may_be_out:
            self.violate(BACK, f"{what} and is out of the queue, and all of {with_me} have accepted, or were not asked")

    def _with(self, stay: Stay) -> list[str]:
        """The player, and whoever is in the same party: their ticket is one."""
        session = self.session(stay)
        if session is None or session.party is None:
            return [stay.player]
        return [member.player for member in session.party.party.members]

    def _matched(self, stay: Stay, push: Push) -> None:
        data = push.data
        match, queue = data.get("match"), data.get("queue")
        if match is None or data.get("rematch") or self._asks.get(str(queue)) is None:
            return
        check = self._checks.get(match)
        if check is None or stay.player not in check.told:
            self.violate(YES, f"{stay} is seated for match {match} of {queue}, and was not asked (push {push.n})")
            return
        check.over[stay.player] = None
        if check.yes < check.counted:
            text = f"{check.said} of {check.counted} players have answered"
            self.violate(YES, f"{stay} is seated for match {match} (push {push.n}), and {text}")

    # --- the server -------------------------------------------------------------------------------------------------

    def server_gone(self, crashed: bool) -> None:
        """What is not kept is forgotten."""
        super().server_gone(crashed)
        self._gone_at = self.server_now
        self._was_frozen = self.world.server_host.frozen_until > self.world.loop.now - _BEAT_S
        if not self.world.kept:
            self._checks.clear()
            self._places.clear()

    def server_started(self) -> None:
        """Waits stand still while there is no server; places stay."""
        super().server_started()
        away_s = self.server_now - self._gone_at
        for lobby_id, (number, since) in self._places.items():
            stay = self.stays.get(lobby_id)
            session = None if stay is None else self.session(stay)
            ticket = None if session is None else session.ticket
            if ticket is None:
                continue
            late_s = ticket.queued_at - since - away_s
            if not -_EXACT_S < late_s < _BEAT_S + self.world.unwritten_s and not self._was_frozen:
                text = f"waited since {since:.3f} when the server went, and since {ticket.queued_at - away_s:.3f} now"
                self.violate(IN_PLACE, f"{stay} of {ticket.queues} {text}")
            self._places[lobby_id] = number, ticket.queued_at

    def over(self, stay: Stay) -> None:
        """Nobody is told any more."""
        self._places.pop(stay.lobby, None)
        for check in self._checks.values():
            check.over[stay.player] = None

    def inspect(self, now: float) -> None:
        """What should have ended, and who waits where."""
        for match, check in list(self._checks.items()):
            if all(player in check.over for player in check.told):
                late = max(at for at, _ in check.told.values()) + 30.0
                if now > late:
                    del self._checks[match]
                continue
            self._look_at_time(match, check, now)
        for stay in self.stays.values():
            session = self.session(stay)
            if session is None or session.ticket is None:
                self._places.pop(stay.lobby, None)
            else:
                self._look_at_place(stay, session.ticket)

    def _look_at_time(self, match: str, check: _Check, now: float) -> None:
        for player, (since, ready_s) in check.told.items():
            stay = self.stay_of(player)
            if player in check.over or stay is None or stay.wire is None:
                continue
            session = self.session(stay)
            if session is None or session.pushed > stay.pushed:
                continue  # it is to be told something still
            if self.steady(since) > ready_s + _SLACK_S + self.world.storage.commits_s:
                text = f"was asked for match {match} {now - since:.2f} s ago, with {ready_s} s to answer"
                self.violate(ENDS, f"{stay} {text}, and was told nothing since")

    def _look_at_place(self, stay: Stay, ticket: LobbyTicket) -> None:
        number, since = self._places.get(stay.lobby, (ticket.number, ticket.queued_at))
        if (number, since) != (ticket.number, ticket.queued_at):
            text = f"was number {number} since {since:.3f}, and is number {ticket.number} since {ticket.queued_at:.3f}"
            self.violate(IN_PLACE, f"{stay} waits in {ticket.queues}: {text}")
        self._places[stay.lobby] = ticket.number, ticket.queued_at
