"""``lobby.json``: the list of sessions, chats and pushes, message by message, and what a client then has."""

from __future__ import annotations

from typing import Any

from rallypoint_protocol.codec import encode
from rallypoint_protocol.messages import Ack, Answer, Chat, ChatLine, Listing, Push, SessionRow, Welcome
from tests.vectors.case import LOBBY_ID, NEXT_TOKEN, PLAYER_ID, TOKEN
from tests.vectors.notation import to_json, unpacked

__all__ = ["lobby"]

_UNIX_MS = 1_790_000_000_000


class _Client:
    """Writes one sequence: what the server says, and what the client has after it."""

    def __init__(self, name: str, meaning: str) -> None:
        self.vector: dict[str, Any] = {"name": name, "meaning": meaning, "steps": []}
        self._rows: list[SessionRow] = []
        self._counts: dict[str, int] = {}
        self._total = 0
        self._chats: dict[str, list[ChatLine]] = {}
        self._listing = 0
        self._push = 0

    def welcome(self, meaning: str, *, resumed: bool, event: int | None = None) -> _Client:
        """A connection begins. ``event``: the number of the last push that was made, if it is another."""
        self._listing = 0
        if not resumed:
            self._push = 0
        token = NEXT_TOKEN if resumed else TOKEN
        made = self._push if event is None else event
        return self._add(
            "welcome", meaning, Welcome(LOBBY_ID, token, PLAYER_ID, "Ann", ["orbit"], resumed, made, 30.0), {}
        )

    def listing(
        self,
        meaning: str,
        rows: list[SessionRow],
        *,
        total: int,
        has: list[SessionRow],
        gone: tuple[str, ...] = (),
        whole: bool = False,
        counts: dict[str, int] | None = None,
    ) -> _Client:
        """A listing; ``has`` is the list after it."""
        self._listing += 1
        self._rows, self._total, self._counts = has, total, counts or self._counts
        then = {
            "rows": [to_json(unpacked(encode(row))) for row in has],
            "total": total,
            "counts": self._counts,
            "ack": encode(Ack(0, self._listing, self._push)).hex(),
        }
        return self._add("listing", meaning, Listing(self._listing, whole, rows, list(gone), total, counts), then)

    def chat(self, meaning: str, room: str, lines: list[ChatLine], *, has: list[ChatLine]) -> _Client:
        """Lines; ``has`` are those of the room after them."""
        then = {"room": room, "lines": [to_json(unpacked(encode(line))) for line in has]}
        return self._add("chat", meaning, Chat(room, lines), then)

    def push(self, meaning: str, n: int, kind: str, data: dict[str, Any], *, news: bool = True, **more: Any) -> _Client:
        """A push; not ``news`` if it came before. ``more`` that the client has after it."""
        self._push = max(self._push, n)
        then = {"news": news, "last": self._push, "ack": encode(Ack(0, self._listing, self._push)).hex()} | more
        return self._add("push", meaning, Push(n, kind, data), then)

    def party(self, meaning: str, n: int, data: dict[str, Any]) -> _Client:
        """A push that brings the party, which the client then has."""
        return self.push(meaning, n, "party", data, party=data)

    def answer(self, meaning: str, request: int, value: dict[str, Any], *, party: dict[str, Any]) -> _Client:
        """The answer to a request that brings a party; ``party`` is what the client has after it."""
        return self._add("answer", meaning, Answer(request, value), {"party": party})

    def _add(self, kind: str, meaning: str, message: Any, then: dict[str, Any]) -> _Client:
        step: dict[str, Any] = {"is": kind, "meaning": meaning, "hex": encode(message).hex()}
        if then:
            step["then"] = then
        self.vector["steps"].append(step)
        return self


def _row(session: str, players: int = 1, state: str = "waiting", **meta: Any) -> SessionRow:
    return SessionRow(session, "orbit", state, players, 8, 8 - players, 0, "Ann", meta, _UNIX_MS)


def _line(n: int, text: str, name: str = "Ann") -> ChatLine:
    return ChatLine(n, PLAYER_ID, name, text, _UNIX_MS + n)


def _listings() -> _Client:
    a, b, c, d = (_row(session) for session in "abcd")
    b2, b3 = _row("b", 2), _row("b", 3, "running", title="finals")
    counts = {"lobby": 5, "playing": 3, "sessions": 3}
    return (
        _Client("listings", "the whole list, then what changes: gone ones go, changed ones stay where they are")
        .welcome("a connection", resumed=False)
        .listing("whole", [a, b, c], total=3, has=[a, b, c], whole=True, counts=counts)
        .listing("b changed: the row is replaced where it is; counts are as before", [b2], total=3, has=[a, b2, c])
        .listing("a and c are gone, b changed, d is new: at the end", [b3, d], total=2, has=[b3, d], gone=("a", "c"))
        .listing("only the totals changed", [], total=7, has=[b3, d], counts=counts | {"lobby": 6})
        .listing("a listing replaces everything when it is whole", [d, a], total=7, has=[d, a], whole=True)
        .listing("a session that is gone and unknown is no error", [], total=6, has=[d, a], gone=("x",))
        .listing("none are left", [], total=0, has=[], gone=("a", "d"))
    )


def _resumed_listing() -> _Client:
    a, b = _row("a"), _row("b")
    return (
        _Client(
            "listings over two connections", "after a resume they are numbered from 1 again, and the first is whole"
        )
        .welcome("a connection", resumed=False)
        .listing("whole", [a], total=1, has=[a], whole=True, counts={"lobby": 1, "playing": 1, "sessions": 1})
        .welcome("resumed: the list stays as it is until the next listing", resumed=True)
        .listing("whole", [a, b], total=2, has=[a, b], whole=True, counts={"lobby": 2, "playing": 2, "sessions": 2})
        .listing("changes", [], total=1, has=[b], gone=("a",))
    )


def _chat() -> _Client:
    lines = [_line(n, text) for n, text in enumerate(["hello", "is anybody here?", "yes", "good", "bye"], 1)]
    late = _line(9, "much later")
    return (
        _Client("chat", "lines come once in order; those that are known are to be ignored")
        .welcome("a connection", resumed=False)
        .chat("the log", "", lines[:2], has=lines[:2])
        .chat("a new line", "", lines[2:3], has=lines[:3])
        .chat("another room: it has numbers of its own", "c2Vzc2lvbg", lines[:1], has=lines[:1])
        .chat("two lines at once", "", lines[3:5], has=lines)
        .welcome("resumed: the whole log comes again", resumed=True)
        .chat("1 to 5 are known", "", [*lines], has=lines)
        .chat("6 to 8 are not kept any more: there is a gap", "", [late], has=[*lines, late])
    )


def _pushes() -> _Client:
    queued = {"game": "orbit", "place": 2, "waiting": 2}
    cancelled = {"game": "orbit", "reason": "cancelled"}
    return (
        _Client("pushes", "each is acknowledged; those that were not received come after a resume")
        .welcome("a connection", resumed=False)
        .push("the place in the queue", 1, "queued", queued)
        .push("another", 2, "queued", queued | {"place": 1})
        .welcome("resumed; the acknowledgement of 2 may have been lost", resumed=True)
        .push("2 comes again: it is acknowledged again, and ignored", 2, "queued", queued | {"place": 1}, news=False)
        .push("3 is new", 3, "unqueued", cancelled)
        .push("an unknown kind is acknowledged, and ignored", 4, "guild", {"of": 3})
    )


def _known_guest() -> _Client:
    return (
        _Client("pushes after a hello", "a known guest came back to a lobby session: the first push need not be 1")
        .welcome("not resumed", resumed=False)
        .push("what was not acknowledged before", 7, "rematch_off", {"session": "s", "reason": "left"})
        .push("and what follows", 8, "queued", {"game": "orbit", "place": 1, "waiting": 1})
    )


def _hello_again() -> _Client:
    queued = {"game": "orbit", "place": 2, "waiting": 2}
    return (
        _Client(
            "pushes after another hello",
            "the client says hello once more (it was gone, or closed with 4020): the last push is 0 again, whatever"
            " `event` says",
        )
        .welcome("a connection", resumed=False)
        .push("the place in the queue", 1, "queued", queued)
        .push("a seat elsewhere", 2, "unqueued", {"game": "orbit", "reason": "already_seated"})
        .welcome(
            "back in the same lobby session with a hello: `event` is 2, of which 2 is not acknowledged",
            resumed=False,
            event=2,
        )
        .push("so 2 comes again, and is news", 2, "unqueued", {"game": "orbit", "reason": "already_seated"})
        .welcome("resumed", resumed=True)
        .push("2 once more: known now", 2, "unqueued", {"game": "orbit", "reason": "already_seated"}, news=False)
        .welcome("another hello, into a new lobby session", resumed=False)
        .push("which counts from 1", 1, "queued", queued)
    )


def _party(n: int, *members: tuple[str, bool, bool], leader: str = "p1") -> dict[str, Any]:
    """Each member is a player, whether it is ready, and whether it is here."""
    rows = [
        {"player": player, "name": player.upper(), "ready": ready, "here": here, "seated": False}
        for player, ready, here in members
    ]
    return {"code": "K7QX2M", "n": n, "leader": leader, "members": rows}


def _parties() -> _Client:
    alone, both = ("p1", False, True), (("p1", False, True), ("p2", True, True))
    return (
        _Client("parties", "what is pushed is the party, whole; `party` in `then` is what the client has of it")
        .welcome("a connection", resumed=False)
        .answer("of party create", 1, _party(1, alone), party=_party(1, alone))
        .party("somebody came", 1, _party(2, alone, ("p2", False, True)))
        .party("3 to 5 were told as one: p2 is ready", 2, _party(5, *both))
        .welcome("resumed", resumed=True)
        .answer(
            "the answer to party create was lost, and comes again: it is old",
            1,
            _party(1, alone),
            party=_party(5, *both),
        )
        .party("p2 has lost the connection", 3, _party(6, alone, ("p2", True, False)))
        .party("p1 is gone: p2 leads", 4, _party(7, ("p2", True, False), leader="p2"))
        .push("kicked", 5, "party_off", {"code": "K7QX2M", "n": 8, "reason": "kicked"}, party=None)
        .answer(
            "of party join, into another",
            2,
            _party(4, *both) | {"code": "B3WT9C"},
            party=_party(4, *both) | {"code": "B3WT9C"},
        )
        .welcome("the client says hello again: it knows no party until it is told", resumed=False, event=6)
        .party("told again", 6, _party(4, *both) | {"code": "B3WT9C"})
    )


def lobby() -> list[dict[str, Any]]:
    """``lobby.json``."""
    return [
        make().vector for make in (_listings, _resumed_listing, _chat, _pushes, _known_guest, _hello_again, _parties)
    ]
