"""A match is made of those who wait for it, once, in one session, in teams of the right sizes; parties stay whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from rallypoint.core.matchmaking.rules import Avoid
from rallypoint_protocol.ids import SessionId
from rallypoint_protocol.messages import Answer, Block, Enqueue, Push, QuickMatch

from .stays import LobbyObserver, Stay

if TYPE_CHECKING:
    from rallypoint.core.matchmaking.rules import QueueRules
    from rallypoint.core.orders import MatchOrder
    from rallypoint_simulation.wire import Wire
    from rallypoint_simulation.world import World

__all__ = ["BLOCKED", "IN_QUEUE", "ONCE", "OVER", "SIZES", "TEAM", "TWICE", "WHOLE", "Matches"]

IN_QUEUE: Final = "a match of a queue is for who waits in it"
OVER: Final = "who was told to be out of a queue is not matched there"
ONCE: Final = "a match is made once, in one session"
TWICE: Final = "no player is in two matches at a time"
SIZES: Final = "teams have the sizes that the rules say"
TEAM: Final = "a player has the team that was told"
WHOLE: Final = "a party plays together, in one team"
BLOCKED: Final = "who has blocked somebody is not matched with them by a queue that looks at it"

_KEPT: Final = 200
_SOON_S: Final = 1.0
"""A store that answers so soon, at the latest, is not given up."""


class Matches(LobbyObserver):
    """Looks at each match when its players are told, and at running sessions."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        games = getattr(world, "games", ())
        self._rules: dict[str, QueueRules] = {one.name: one for game in games for one in game.options.queues}
        self._waits: dict[str, tuple[str, ...]] = {}
        """By lobby session of somebody in no party: the queues of its ticket."""
        self._out: dict[str, None] = {}
        """Lobby sessions that were told that their ticket is gone, until somebody queues for them again."""
        self._made: dict[str, tuple[str, str]] = {}
        """By match: its queue and its session."""
        self._replayed: dict[str, int] = {}
        """The last push that there was when a lobby session got its present connection."""
        self._blocks: dict[str, dict[str, None]] = {}
        """By player: whom the player has blocked."""
        self._enemies: dict[str, frozenset[str]] = {}
        """By player who has queued alone: the same, as it was then."""
        self._knows = self.world.plan.store_s < _SOON_S
        """What a player has said is looked up in time."""

    # --- the wire ---------------------------------------------------------------------------------------------------

    def welcomed(self, stay: Stay, wire: Wire, first: Any, welcome: Any, before: Wire | None) -> None:
        """What is replayed says nothing of now."""
        self._replayed[stay.lobby] = welcome.event

    def asked(self, stay: Stay, wire: Wire, request: Any) -> None:
        """Somebody queues: for the party, if it is one."""
        if isinstance(request, Enqueue | QuickMatch):
            self._out.pop(stay.lobby, None)
            if self.in_party(stay):
                self._out.clear()
            self._enemies[stay.player] = frozenset(() if self.in_party(stay) else self._blocks.get(stay.player, ()))

    def answered(self, stay: Stay, wire: Wire, request: Any, answer: Answer, *, news: bool) -> None:
        """A ticket begins; or somebody does not want to meet somebody."""
        if news and not answer.error and isinstance(request, Block):
            theirs = self._blocks.setdefault(stay.player, {})
            theirs.pop(request.player, None)
            self._enemies[stay.player] = self._enemies.get(stay.player, frozenset()) - {request.player}
            if request.blocked and answer.id not in stay.doubtful:
                theirs[request.player] = None
        if news and not answer.error and isinstance(request, Enqueue | QuickMatch):
            queues = (request.game,) if isinstance(request, QuickMatch) else tuple(request.queues)
            self._waits[stay.lobby] = queues

    def pushed(self, stay: Stay, wire: Wire, push: Push, *, news: bool) -> None:
        """Its end."""
        if not news:
            return
        if push.kind == "queued":
            self._waits[stay.lobby] = tuple(push.data["queues"])
        elif push.kind == "unqueued":
            self._waits.pop(stay.lobby, None)
            self._out[stay.lobby] = None
        elif push.kind == "matched":
            waits, out = self._waits.pop(stay.lobby, None), self._out.pop(stay.lobby, "") is None
            if push.data.get("queue") and not push.data.get("rematch"):
                self._look_at_match(stay, push, waits, out=out)

    def over(self, stay: Stay) -> None:
        """It waits for nothing."""
        self._waits.pop(stay.lobby, None)
        self._out.pop(stay.lobby, None)
        self._replayed.pop(stay.lobby, None)

    def _look_at_match(self, stay: Stay, push: Push, waits: tuple[str, ...] | None, *, out: bool) -> None:
        data = push.data
        queue, match, session = str(data["queue"]), str(data["match"]), str(data["session"])
        what = f"{stay} is matched in {queue}, match {match} (push {push.n})"
        if not stay.doubtful and not self.in_party(stay) and queue not in (waits or (queue if out else "",)):
            self.violate(IN_QUEUE, f"{what}, and waits for {waits or 'nothing'}")
        if out:
            self.violate(OVER, f"{what}, and was told before that the ticket is gone")
        known = self._made.setdefault(match, (queue, session))
        if known != (queue, session):
            self.violate(ONCE, f"{what} in session {session}, and others are in {known}")
        if len(self._made) > _KEPT:
            del self._made[next(iter(self._made))]
        port = self.world.port
        host = None if port is None else port.node.hosts.get(SessionId(session))
        if host is None or self.world.plan.durability == "disk" or push.n <= self._replayed.get(stay.lobby, 0):
            return  # it may be over by now
        order = host.core.order.match
        if order is None or order.queue != queue:
            self.violate(ONCE, f"{what}, and session {session} is for {order and order.queue}")
            return
        self._look_at_team(stay, data, order, what)
        met = self._enemies.get(stay.player, frozenset()).intersection(*[sum(order.teams, ())])
        rules = self._rules.get(queue)
        if met and order.id == match and self._knows and rules is not None and _looks_at_blocks(rules):
            self.violate(BLOCKED, f"{what} with {order.teams}, and had blocked {sorted(met)} before")
        if order.id == match and rules is not None:
            self._look_at_sizes(order, rules, what)

    def _look_at_team(self, stay: Stay, data: dict[str, Any], order: MatchOrder, what: str) -> None:
        team = next((index for index, team in enumerate(order.teams) if stay.player in team), None)
        told = data.get("team")
        if team is None or (told != team if len(order.sizes) > 1 else told is not None):
            self.violate(TEAM, f"{what} for team {told}, and the teams are {order.teams}")
            return
        session = self.session(stay)
        if session is not None and session.party is not None:
            apart = [member.player for member in session.party.party.members if member.player not in order.teams[team]]
            if apart:
                self.violate(WHOLE, f"{what} with {order.teams}, and {apart} of the same party are not in the team")

    def _look_at_sizes(self, order: MatchOrder, rules: QueueRules, what: str) -> None:
        sizes = [len(team) for team in order.teams]
        least = [0 if rules.bots_after_s is not None else team.least for team in rules.teams]
        if len(sizes) != len(rules.teams) or any(
            not low <= size <= team.most for low, size, team in zip(least, sizes, rules.teams, strict=True)
        ):
            self.violate(SIZES, f"{what}: the teams are {order.teams}")
        players = [player for team in order.teams for player in team]
        if len(set(players)) < len(players):
            self.violate(TWICE, f"{what}: the teams are {order.teams}")

    # --- the server -------------------------------------------------------------------------------------------------

    def server_gone(self, crashed: bool) -> None:
        """What is not kept is forgotten."""
        super().server_gone(crashed)
        if not self.world.kept:
            self._waits.clear()
            self._out.clear()
            self._made.clear()

    def inspect(self, now: float) -> None:
        """Nobody is in two matches; no team of a running session is larger than it may be."""
        port = self.world.port
        if port is None:
            return
        if self.world.store.down:
            self._knows = False
        found: dict[Any, None] = {}
        for stay in self.stays.values():
            session = self.session(stay)
            if session is not None and session.ticket is not None and session.ticket.found is not None:
                found[session.ticket.found] = None
        players = [player for one in found for ticket in one.tickets for player in ticket.players]
        for player in players:
            if players.count(player) > 1:
                self.violate(TWICE, f"player {player} is in {players.count(player)} matches that are being made")
        for host in port.node.hosts.values():
            order = host.core.order.match
            rules = None if order is None else self._rules.get(order.queue)
            if order is None or rules is None:
                continue
            seated = [seat.player_id for seat in host.core.seated() if not seat.is_given_up]
            for team, size in zip(order.teams, rules.teams, strict=False):
                there = [player for player in seated if player in team]
                if len(there) > size.most:
                    text = f"{there} sit in one team of {host.core.id}, which has {size.most} at most"
                    self.violate(SIZES, f"{text} by the rules of {rules.name}")


def _looks_at_blocks(rules: QueueRules) -> bool:
    return any(isinstance(rule, Avoid) and rule.what == "blocked" for rule in rules.rules)
