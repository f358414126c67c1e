"""Once more: when all of the group want it, once, and everybody is told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from rallypoint_protocol.ids import SessionId
from rallypoint_protocol.messages import Answer, Push, Rematch

from .stays import LobbyObserver, Stay

if TYPE_CHECKING:
    from rallypoint_simulation.wire import Wire
    from rallypoint_simulation.world import World

__all__ = ["Rematches"]

WANTED: Final = "who is said to want a rematch has asked for it"
ALL_WANT_IT: Final = "a rematch is when all of its group want it"
ONCE: Final = "a rematch is once, and in one session"
OFF_IS_OFF: Final = "a rematch that is off stays off"
SAME_GROUP: Final = "a rematch is for those who played"
TOLD: Final = "all of the group are told what becomes of a rematch"
LEFT: Final = "a rematch is off when one of the group has left"
IN_TIME: Final = "a rematch is agreed within a minute, or off"
TURNED: Final = "in a rematch the seats are turned by one"

_REMATCH_S: Final = 60.0
_TOLD_S: Final = 1.0
_KEPT: Final = 256


class _Offer:
    """A rematch of one session."""

    def __init__(self, now: float) -> None:
        self.began = now
        self.game = ""
        self.group: tuple[str, ...] = ()
        """As it was told; empty before."""
        self.wants: dict[str, None] = {}
        self.declined = ""
        self.off = ""
        """The reason that was told, or ``declined`` as soon as somebody has."""
        self.decided: float | None = None
        """When it was off, or agreed by all."""
        self.told: dict[str, str] = {}
        """By player: the end that they were told, a reason or the session."""
        self.certain = True


class Rematches(LobbyObserver):
    """Follows each wish, and what came of it."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._offers: dict[str, _Offer] = {}
        """By the session that has ended."""

    # --- the wire ---------------------------------------------------------------------------------------------------

    def answered(self, stay: Stay, wire: Wire, request: Any, answer: Answer, *, news: bool) -> None:
        """A wish, or a no."""
        if not isinstance(request, Rematch) or not news or answer.error:
            return
        now = self.world.loop.now
        offer = self._offers.get(request.session)
        if offer is None:
            offer = self._offers[request.session] = _Offer(now)
            if len(self._offers) > _KEPT:
                del self._offers[next(iter(self._offers))]
        if answer.id in stay.doubtful:
            offer.certain = False
        if request.wanted:
            offer.wants[stay.player] = None
        elif offer.decided is None:
            offer.declined, offer.off, offer.decided = stay.player, "declined", now

    def pushed(self, stay: Stay, wire: Wire, push: Push, *, news: bool) -> None:
        """What becomes of it."""
        if not news:
            return
        data = push.data
        match push.kind:
            case "rematch":
                self._told_of_wishes(stay, data)
            case "rematch_off":
                self._told_off(stay, str(data.get("session")), str(data.get("reason")))
            case "matched" if data.get("rematch"):
                self._told_of_seat(stay, data)

    def _told_of_wishes(self, stay: Stay, data: dict[str, Any]) -> None:
        name = str(data.get("session"))
        offer = self._offers.setdefault(name, _Offer(self.world.loop.now))
        group, wanted = tuple(data.get("group", ())), data.get("wanted", [])
        unasked = [player for player in wanted if player not in offer.wants]
        if unasked and offer.certain and not self._in_doubt(unasked):
            self.violate(
                WANTED, f"{stay} is told that {unasked} want a rematch of {name}; {list(offer.wants)} have asked"
            )
        if offer.group and group != offer.group:
            self.violate(SAME_GROUP, f"{stay} is told the group {group} for a rematch of {name}; it was {offer.group}")
        if stay.player not in group or any(player not in group for player in wanted):
            self.violate(SAME_GROUP, f"{stay} is told of a rematch of {name} by {wanted} for {group}")
        if stay.player in offer.told:
            self.violate(OFF_IS_OFF, f"{stay} was told {offer.told[stay.player]} of {name}, and now of wishes")
        offer.group, offer.game = group, str(data.get("game"))
        if len(wanted) == len(group) and offer.decided is None:
            offer.decided = self.world.loop.now

    def _told_off(self, stay: Stay, name: str, reason: str) -> None:
        offer = self._offers.setdefault(name, _Offer(self.world.loop.now))
        if stay.player in offer.told:
            before = offer.told[stay.player]
            self.violate(ONCE, f"{stay} is told {reason} of a rematch of {name}, and was told {before} before")
        if reason not in ("declined", "left", "expired", "refused"):
            self.violate(OFF_IS_OFF, f"{stay} is told that a rematch of {name} is off: {reason}")
        if reason == "declined" and stay.player == offer.declined and offer.certain:
            self.violate(TOLD, f"{stay} has declined a rematch of {name}, and is told so")
        offer.told[stay.player] = reason
        if offer.decided is None:
            offer.decided = self.world.loop.now
        if reason != "refused":
            offer.off = offer.off or reason

    def _told_of_seat(self, stay: Stay, data: dict[str, Any]) -> None:
        name, session = str(data["rematch"]), str(data.get("session"))
        offer = self._offers.get(name)
        if offer is None:
            self.violate(ALL_WANT_IT, f"{stay} is seated in {session}, after {name}, and nobody wanted a rematch")
            return
        missing = [player for player in offer.group or (stay.player,) if player not in offer.wants]
        if missing and offer.certain and not self._in_doubt(missing):
            self.violate(ALL_WANT_IT, f"{stay} is seated in {session}, after {name}, and {missing} did not want it")
        if offer.off:
            self.violate(OFF_IS_OFF, f"{stay} is seated in {session}, after {name}, and that was off: {offer.off}")
        others = {told for player, told in offer.told.items() if told != session and told != "refused"}
        if stay.player in offer.told or others:
            text = f"{stay} is seated in {session}, after {name}, and others were told {sorted(others)}"
            self.violate(ONCE, f"{text}, and it itself {offer.told.get(stay.player, 'nothing')}")
        offer.told[stay.player] = session
        self._look_at_seats(stay, offer, name, session)

    def _look_at_seats(self, stay: Stay, offer: _Offer, name: str, session: str) -> None:
        """When the last has been told: who sits where?"""
        port = self.world.port
        host = None if port is None else port.node.hosts.get(SessionId(session))
        if host is None or len(offer.group) < 2 or any(offer.told.get(player) != session for player in offer.group):
            return
        seats = list(host.core.seated())
        if any(seat.bot for seat in seats):
            return
        players = tuple(seat.player_id for seat in seats)
        if set(players) == set(offer.group) and players != offer.group[1:] + offer.group[:1]:
            self.violate(TURNED, f"the rematch of {name} was to be for {offer.group}, turned by one; it has {players}")

    def _in_doubt(self, players: list[str]) -> bool:
        """True if one of them may have asked without anybody having seen the answer."""
        return any(stay.doubtful or stay.unanswered(Rematch) for stay in self.stays.values() if stay.player in players)

    # --- the server -------------------------------------------------------------------------------------------------

    def server_gone(self, crashed: bool) -> None:
        """Nobody remembers who has played, unless it is kept."""
        super().server_gone(crashed)
        if not self.world.kept:
            self._offers.clear()

    def inspect(self, now: float) -> None:
        """Who was not told, who has gone, what takes too long."""
        port = self.world.port
        assert port is not None
        for name, offer in list(self._offers.items()):
            if offer.decided is not None:
                self._look_who_knows(name, offer)
                if now - offer.decided > 2 * _REMATCH_S:
                    del self._offers[name]
            elif self.steady(offer.began) > _REMATCH_S + _TOLD_S and offer.wants:
                waiting = [player for player in offer.group or offer.wants if self._knows_all(player, offer)]
                if waiting:
                    text = f"a rematch of {name} was wanted {now - offer.began:.1f} s ago, and {waiting} wait still"
                    self.violate(IN_TIME, text)
                else:
                    del self._offers[name]  # whoever was to be told has gone
            elif offer.group and offer.certain and self.steady(offer.began) > _TOLD_S:
                self._look_who_left(name, offer)

    def _look_who_knows(self, name: str, offer: _Offer) -> None:
        if offer.decided is None or self.steady(offer.decided) < _TOLD_S or not offer.certain:
            return
        for player in offer.group:
            stay = self.stay_of(player)
            session = None if stay is None else self.session(stay)
            if stay is None or session is None or stay.began > offer.began or session.pushed != stay.pushed:
                continue
            if player not in offer.told and player != offer.declined:
                end = offer.off or sorted(set(offer.told.values()))
                self.violate(TOLD, f"{stay} was not told what became of a rematch of {name}: {end}")

    def _look_who_left(self, name: str, offer: _Offer) -> None:
        port = self.world.port
        assert port is not None
        if not self.knows_all:
            return
        for player in offer.group:
            stay = self.stay_of(player)
            session = None if stay is None else self.session(stay)
            where = ""
            if session is None:
                where = "not in the lobby"
            elif session.queue is not None:
                where = f"in the queue for {session.queue}"
            elif not port.node.may_sit(session.player, offer.game):
                where = "seated elsewhere"
            if where:
                waiting = [other for other in offer.group if other != player and self._knows_all(other, offer)]
                if waiting:
                    text = f"player {player} is {where}, and {waiting} wait for a rematch of {name} still"
                    self.violate(LEFT, text)

    def _knows_all(self, player: str, offer: _Offer) -> bool:
        """True for one who was there all the time, and was told all that there was to be told."""
        stay = self.stay_of(player)
        session = None if stay is None else self.session(stay)
        if stay is None or session is None:
            return False
        return stay.began <= offer.began and session.pushed == stay.pushed
