"""Each request is answered once: in order, by one of the documented words, and again the same when it is sent again."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any, Final

from rallypoint_protocol.codec import encode
from rallypoint_protocol.messages import (
    Accept,
    Answer,
    Block,
    CancelQueue,
    Create,
    Describe,
    Enqueue,
    Explain,
    Join,
    Kick,
    Leaderboard,
    Listen,
    Locate,
    Lock,
    PartyCreate,
    PartyJoin,
    PartyKick,
    PartyLead,
    PartyLeave,
    PartyReady,
    QuickMatch,
    Rematch,
    Say,
    Spectate,
    Unlisten,
    Unwatch,
    Watch,
)

from .stays import LobbyObserver, Stay

if TYPE_CHECKING:
    from rallypoint_simulation.wire import Wire
    from rallypoint_simulation.world import World

__all__ = ["ERRORS", "Requests"]

NEVER_ASKED: Final = "no answer to what was never asked"
IN_ORDER: Final = "answers come in the order of the requests"
SAME_AGAIN: Final = "a request that is sent again is answered the same again"
TOO_OLD: Final = "the newest 64 answers are remembered"
IN_TIME: Final = "a request is answered while its connection lives"
DOCUMENTED: Final = "an answer is one of those that are documented"
CLIENT_HEARS: Final = "what a client has asked is answered while it is connected"

_REMEMBERED: Final = 64
_ANSWERED_S: Final = 1.0
_CLIENT_S: Final = 20.0

ERRORS: Final[dict[type, frozenset[str]]] = {
    QuickMatch: frozenset(
        {
            *("unknown_game", "already_queued", "already_seated", "queue_full", "bad_ticket"),
            *("party_too_large", "not_leader", "not_ready"),
        }
    ),
    CancelQueue: frozenset({"not_queued"}),
    Locate: frozenset({"unknown"}),
    Create: frozenset(
        {
            *("unknown_game", "already_queued", "already_seated", "node_full", "refused", "game_failed", "too_fast"),
            *("full", "locked"),
        }
    ),
    Join: frozenset({"unknown", "full", "locked", "kicked", "already_seated", "already_queued", "too_fast"}),
    Spectate: frozenset({"unknown", "full", "kicked", "already_seated", "not_allowed", "too_fast"}),
    Watch: frozenset({"unknown_game", "full"}),
    Unwatch: frozenset(),
    Lock: frozenset({"unknown", "not_allowed"}),
    Describe: frozenset({"unknown", "not_allowed"}),
    Kick: frozenset({"unknown", "not_allowed"}),
    Listen: frozenset({"unknown", "full"}),
    Unlisten: frozenset({"not_listening"}),
    Say: frozenset({"not_listening", "too_fast", "refused"}),
    Rematch: frozenset({"unknown", "not_over", "already_queued", "already_seated", "refused", "full"}),
    Enqueue: frozenset(
        {
            *("unknown_queue", "already_queued", "already_seated", "queue_full", "bad_ticket"),
            *("party_too_large", "not_leader", "not_ready"),
        }
    ),
    Accept: frozenset({"no_match"}),
    Explain: frozenset({"no_ticket"}),
    PartyCreate: frozenset({"already_in_party", "already_queued", "full"}),
    PartyJoin: frozenset({"unknown", "full", "kicked", "already_in_party", "already_queued", "too_fast"}),
    PartyLeave: frozenset({"not_in_party"}),
    PartyReady: frozenset({"not_in_party"}),
    PartyKick: frozenset({"not_in_party", "not_leader", "unknown", "refused"}),
    PartyLead: frozenset({"not_in_party", "not_leader", "unknown", "refused"}),
    Block: frozenset({"refused", "full", "not_kept"}),
    Leaderboard: frozenset({"unknown_queue", "not_kept", "store_down"}),
}
"""What each request may be refused with, besides ``too_old``: the table of ``docs/protocol.md``."""
_SEAT: Final = frozenset({"game", "session", "seat", "url", "token", "schema"})
_PARTY: Final = frozenset({"code", "n", "leader", "members"})
_VALUES: Final[dict[type, tuple[frozenset[str], ...]]] = {
    Locate: (frozenset({"url"}),),
    Create: (_SEAT, _SEAT | {"code"}),
    Join: (_SEAT, _SEAT | {"code"}),
    Spectate: (frozenset({"game", "session", "url", "token", "schema", "delay_s"}),),
    Explain: (frozenset({"queues"}),),
    PartyCreate: (_PARTY,),
    PartyJoin: (_PARTY,),
    Leaderboard: (frozenset({"queue", "rows", "total", "me"}),),
}
"""What is in the answer's value; of all others that is nil."""


class Requests(LobbyObserver):
    """Follows each request on its connection, and each answer over all of them."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._open: dict[Wire, deque[tuple[Any, float]]] = {}
        """By connection: what the server has and has not answered, in order, and since when."""
        self._answers: dict[str, dict[int, bytes]] = {}
        """By lobby session, in its present life: the newest answers."""
        self._outstanding: dict[str, tuple[int, float]] = {}
        """By player: the oldest request of their client without an answer, and since when that could have come."""

    # --- the wire ---------------------------------------------------------------------------------------------------

    def welcomed(self, stay: Stay, wire: Wire, first: Any, welcome: Any, before: Wire | None) -> None:
        """Another connection; after a hello, another life."""
        self._open[wire] = deque()
        if not welcome.resumed:
            self._answers.pop(stay.lobby, None)

    def asked(self, stay: Stay, wire: Wire, request: Any) -> None:
        """To be answered on this connection, after those before it."""
        waiting = self._open.get(wire)
        if waiting is not None:
            waiting.append((request, self.world.loop.now))

    def answered(self, stay: Stay, wire: Wire, request: Any, answer: Answer, *, news: bool) -> None:
        """The answer to the oldest of them, and what it was before."""
        waiting = self._open.get(wire)
        if waiting is None:
            return
        if not waiting or all(one.id != answer.id for one, _ in waiting):
            self.violate(NEVER_ASKED, f"{stay} gets answer {answer.id} on {wire}, and has not asked there")
            return
        oldest, _ = waiting.popleft()
        if oldest.id != answer.id:
            self.violate(IN_ORDER, f"{stay} gets answer {answer.id} on {wire} before answer {oldest.id}")
            return
        self._compare(stay, answer)
        if news and type(oldest) is type(request):
            self._look_at_words(stay, oldest, answer)

    def _compare(self, stay: Stay, answer: Answer) -> None:
        kept = self._answers.setdefault(stay.lobby, {})
        content = encode(answer)
        before = kept.get(answer.id)
        if answer.error == "too_old":
            if before is not None:
                text = f"{stay} is told that answer {answer.id} is not remembered, and the newest is {max(kept)}"
                self.violate(TOO_OLD, text)
        elif before is None:
            kept[answer.id] = content
            if len(kept) > _REMEMBERED:
                del kept[min(kept)]
        elif before != content:
            text = f"{stay} got {before.hex()} as answer {answer.id}, and now {content.hex()}"
            self.violate(SAME_AGAIN, text)

    def _look_at_words(self, stay: Stay, request: Any, answer: Answer) -> None:
        kind = type(request)
        if answer.error:
            if answer.error != "too_old" and answer.error not in ERRORS.get(kind, frozenset()):
                self.violate(DOCUMENTED, f"{stay}: {kind.__name__} {answer.id} is answered {answer.error}")
            return
        shapes = _VALUES.get(kind)
        if shapes is None:
            fits = answer.value is None
        else:
            fits = isinstance(answer.value, dict) and frozenset(answer.value) in shapes
        if not fits:
            self.violate(DOCUMENTED, f"{stay}: {kind.__name__} {answer.id} is answered with {answer.value}")

    def _detach(self, wire: Wire) -> None:
        super()._detach(wire)
        self._open.pop(wire, None)

    def server_gone(self, crashed: bool) -> None:
        """Nothing is answered any more."""
        super().server_gone(crashed)
        self._open.clear()

    def over(self, stay: Stay) -> None:
        """Its answers are gone."""
        self._answers.pop(stay.lobby, None)

    # --- time -------------------------------------------------------------------------------------------------------

    def inspect(self, now: float) -> None:
        """What waits for too long."""
        for wire, waiting in self._open.items():
            if not waiting or not self.writable(wire):
                continue
            request, since = waiting[0]
            if self.steady(since) > _ANSWERED_S + self.world.storage.commits_s:
                stay = self.of_wire.get(wire)
                text = f"{stay} has asked {type(request).__name__} {request.id} on {wire}"
                self.violate(IN_TIME, f"{text}, and has no answer after {now - since:.2f} s")
        for name, player in getattr(self.world, "players", {}).items():
            self._look_at_client(name, player, now)

    def _look_at_client(self, name: str, player: Any, now: float) -> None:
        process = player.process
        core = process.lobbies[-1]._core if process is not None and process.lobbies else None
        if core is None or core.state.value != "connected" or not core._requests:
            self._outstanding.pop(name, None)
            return
        oldest = min(core._requests)
        known, since = self._outstanding.get(name, (oldest, now))
        device = process.host
        route = self.world.network.route(name)
        if known != oldest or not device.alive or max(device.frozen_until, route.dark_until) > since:
            since = now
        self._outstanding[name] = oldest, since
        if self.steady(since) > _CLIENT_S:
            text = f"{name}'s request {oldest} has no answer for {now - since:.1f} s, and the lobby is connected"
            self.violate(CLIENT_HEARS, text)
