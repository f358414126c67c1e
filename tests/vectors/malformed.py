"""``malformed.json``: what a server closes a connection for, and with which code."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal

from rallypoint_protocol.close import CloseCode
from tests.vectors.case import HASH, LOBBY_ID, SESSION_ID, TOKEN
from tests.vectors.notation import packed

__all__ = ["MALFORMED", "Bad", "malformed"]

_MALFORMED, _UNEXPECTED = CloseCode.MALFORMED, CloseCode.UNEXPECTED
_NAN: Final = bytes.fromhex("cb7ff8000000000000")
_INFINITE: Final = bytes.fromhex("cb7ff0000000000000")


@dataclass(frozen=True, slots=True)
class Bad:
    """A frame that ends its connection. ``when``: as the first frame, or after a welcome or seated."""

    name: str
    on: Literal["lobby", "session"]
    when: Literal["first", "later"]
    content: Any
    """A plain value to be packed, or the bytes themselves."""
    code: int = _MALFORMED
    frame: Literal["binary", "text"] = "binary"

    @property
    def data(self) -> bytes:
        """Its bytes."""
        return self.content if isinstance(self.content, bytes) else packed(self.content)

    def to_json(self) -> dict[str, Any]:
        """Its vector."""
        vector = {"name": self.name, "on": self.on, "when": self.when, "code": int(self.code)}
        if self.frame == "text":
            vector["frame"] = "text"
        return vector | {"hex": self.data.hex()}


def _lobby_first(name: str, content: Any, code: int = _MALFORMED) -> Bad:
    return Bad(name, "lobby", "first", content, code)


def _lobby(name: str, content: Any, code: int = _MALFORMED) -> Bad:
    return Bad(name, "lobby", "later", content, code)


def _session_first(name: str, content: Any, code: int = _MALFORMED) -> Bad:
    return Bad(name, "session", "first", content, code)


def _session(name: str, content: Any, code: int = _MALFORMED) -> Bad:
    return Bad(name, "session", "later", content, code)


_HELLO: Final = [1, 1, "Ann", "", "", b""]
_FRAMES: Final = [
    _lobby_first("no bytes at all", b""),
    _lobby_first("a byte that MessagePack never uses", b"\xc1"),
    _lobby_first("a map instead of an array", {"kind": 1}),
    _lobby_first("an array without a kind", []),
    _lobby_first("a kind that is text", ["hello", 1, "Ann"]),
    _lobby_first("an unknown kind", [99]),
    _lobby_first("a negative kind", [-1]),
    _lobby_first("the end is missing", packed(_HELLO)[:-1]),
    _lobby_first("a byte too much", packed(_HELLO) + b"\0"),
    _lobby_first("two messages in one frame", packed(_HELLO) + packed([4])),
    _lobby_first("arrays in arrays in arrays", b"\x91" * 3000),
    _lobby_first("more than 4096 bytes", [1, 1, "x" * 4096], 1009),
    Bad("a text frame", "lobby", "first", b'[1, 1, "Ann"]', 1003, "text"),
]
_FIRST_FRAMES: Final = [
    _lobby_first("hello: the name is missing", [1, 1]),
    _lobby_first("hello: an element too much", [*_HELLO, None]),
    _lobby_first("hello: the version is text", [1, "1", "Ann"]),
    _lobby_first("hello: the version is a float", [1, 1.0, "Ann"]),
    _lobby_first("hello: the version is above 65535", [1, 65536, "Ann"]),
    _lobby_first("hello: the name is nil", [1, 1, None]),
    _lobby_first("hello: the name is bytes", [1, 1, b"Ann"]),
    _lobby_first("hello: the name is no UTF-8", bytes.fromhex("930101a2c328")),
    _lobby_first("hello: the name has 257 code points", [1, 1, "x" * 257]),
    _lobby_first("hello: the secret is text", [1, 1, "Ann", "", "p", "secret"]),
    _lobby_first("hello: the secret has 65 bytes", [1, 1, "Ann", "", "p", bytes(65)]),
    _lobby_first("hello: an older version", [1, 0, "Ann"], CloseCode.UPDATE),
    _lobby_first("resume: a token of 65 bytes", [2, 1, LOBBY_ID, bytes(65), 0, 0, 0]),
    _lobby_first("resume: a negative epoch", [2, 1, LOBBY_ID, TOKEN, -1, 0, 0]),
    _lobby_first("resume: tick -2", [2, 1, LOBBY_ID, TOKEN, 0, -2, 0]),
    _lobby_first("resume: tick 2^53", [2, 1, LOBBY_ID, TOKEN, 0, 2**53, 0]),
    _lobby_first("resume: an older version", [2, 0, LOBBY_ID, TOKEN, 0, 0, 0], CloseCode.UPDATE),
    _lobby_first("resume: an unknown lobby session", [2, 1, "nobody", TOKEN, 0, 0, 0], CloseCode.UNKNOWN),
    _lobby_first("a ping before the hello", [6, 0.0], _UNEXPECTED),
    _lobby_first("a request before the hello", [16, 1, "orbit"], _UNEXPECTED),
    _lobby_first("a session's first frame on the lobby", [3, 1, SESSION_ID, TOKEN, b""]),
    _session_first("hello on a session", _HELLO),
    _session_first("proved before the seat", [4], _UNEXPECTED),
    _session_first("an ack before the seat", [5, 1, 1, 0], _UNEXPECTED),
    _session_first("an input before the seat", [64, 1, -1, 0, False], _UNEXPECTED),
    _session_first("take seat: an older version", [3, 0, SESSION_ID, TOKEN], CloseCode.UPDATE),
    _session_first("take seat: an unknown session or token", [3, 1, SESSION_ID, TOKEN, HASH], CloseCode.UNKNOWN),
    _session_first("resume: an unknown session or token", [2, 1, SESSION_ID, TOKEN, 1, 5, 0], CloseCode.UNKNOWN),
    _session_first("take seat: an element too much", [3, 1, SESSION_ID, TOKEN, HASH, None]),
]
_LATER: Final = [
    _lobby("a second hello", _HELLO, _UNEXPECTED),
    _lobby("a resume after the welcome", [2, 1, LOBBY_ID, TOKEN, 0, 0, 0], _UNEXPECTED),
    _lobby("an input on the lobby", [64, 1, -1, 0, False]),
    _lobby("a server's message", [33, 1, None, "", ""]),
    _lobby("proved: an element too much", [4, None]),
    _lobby("ack: an element is missing", [5, 0, 0]),
    _lobby("ping: not a number", b"\x92\x06" + _NAN),
    _lobby("ping: infinite", b"\x92\x06" + _INFINITE),
    _lobby("ping: text", [6, "now"]),
    _lobby("a request id below 0", [16, -1, "orbit"]),
    _lobby("a request id above 2^53 - 1", [16, 2**53, "orbit"]),
    _lobby("a request id that is a float", [16, 1.0, "orbit"]),
    _lobby("create: private is 1 instead of true", [19, 1, "orbit", {}, {}, 1]),
    _lobby("create: 17 options", [19, 1, "orbit", {f"k{i}": i for i in range(17)}, {}, False]),
    _lobby("create: an option without a name", [19, 1, "orbit", {"": 1}, {}, False]),
    _lobby("create: a name of 33 code points", [19, 1, "orbit", {"k" * 33: 1}, {}, False]),
    _lobby("create: a name that is a number", [19, 1, "orbit", {1: 1}, {}, False]),
    _lobby("create: a value that is a list", [19, 1, "orbit", {"k": [1]}, {}, False]),
    _lobby("create: a value that is bytes", [19, 1, "orbit", {}, {"k": b"1"}, False]),
    _lobby("create: a value of 129 code points", [19, 1, "orbit", {}, {"k": "x" * 129}, False]),
    _lobby("create: a value above 2^63 - 1", [19, 1, "orbit", {}, {"k": 2**63}, False]),
    _lobby("create: a value that is not a number", b"\x96\x13\x01\xa5orbit\x80\x81\xa1k" + _NAN + b"\xc2"),
    _lobby("join: the session is missing", [20, 1]),
    _lobby("watch: a limit of 0", [22, 1, "", [], 0]),
    _lobby("watch: a limit of 101", [22, 1, "", [], 101]),
    _lobby("watch: 9 conditions", [22, 1, "", [["players", "=", 1]] * 9, 10]),
    _lobby("watch: an unknown operator", [22, 1, "", [["players", "==", 1]], 10]),
    _lobby("watch: a condition without a value", [22, 1, "", [["players", "="]], 10]),
    _lobby("watch: a condition with an element too much", [22, 1, "", [["players", "=", 1, 1]], 10]),
    _lobby("watch: a field of 38 code points", [22, 1, "", [["f" * 38, "=", 1]], 10]),
    _lobby("say: no text", [29, 1, "", ""]),
    _lobby("say: 241 code points", [29, 1, "", "x" * 241]),
    _lobby("enqueue: no queue", [48, 1, [], {}, {}]),
    _lobby("enqueue: 9 queues", [48, 1, [f"q{i}" for i in range(9)], {}, {}]),
    _lobby("enqueue: text instead of a list", [48, 1, "ranked", {}, {}]),
    _lobby("enqueue: a queue without a name", [48, 1, [""], {}, {}]),
    _lobby("enqueue: a queue's name of 33 code points", [48, 1, ["q" * 33], {}, {}]),
    _lobby("enqueue: a queue that is a number", [48, 1, [1], {}, {}]),
    _lobby("enqueue: attributes are missing", [48, 1, ["ranked"]]),
    _lobby("enqueue: attributes are a list", [48, 1, ["ranked"], [], {}]),
    _lobby("enqueue: 17 attributes", [48, 1, ["ranked"], {f"k{i}": i for i in range(17)}, {}]),
    _lobby("enqueue: an attribute without a name", [48, 1, ["ranked"], {"": 1}, {}]),
    _lobby("enqueue: an attribute's name of 33 code points", [48, 1, ["ranked"], {"k" * 33: 1}, {}]),
    _lobby("enqueue: an attribute that is nil", [48, 1, ["ranked"], {"k": None}, {}]),
    _lobby("enqueue: an attribute that is bytes", [48, 1, ["ranked"], {"k": b"1"}, {}]),
    _lobby("enqueue: an attribute that is a map", [48, 1, ["ranked"], {"k": {"a": 1}}, {}]),
    _lobby("enqueue: lists in a list", [48, 1, ["ranked"], {"k": [["a"]]}, {}]),
    _lobby("enqueue: a list of numbers", [48, 1, ["ranked"], {"k": [1, 2]}, {}]),
    _lobby("enqueue: a list of 33 texts", [48, 1, ["ranked"], {"k": ["a"] * 33}, {}]),
    _lobby("enqueue: a text of 33 code points in a list", [48, 1, ["ranked"], {"k": ["a" * 33]}, {}]),
    _lobby("enqueue: an attribute of 129 code points", [48, 1, ["ranked"], {"k": "x" * 129}, {}]),
    _lobby("enqueue: an attribute above 2^63 - 1", [48, 1, ["ranked"], {"k": 2**63}, {}]),
    _lobby("enqueue: an attribute that is not a number", b"\x95\x30\x01\x91\xa1q\x81\xa1k" + _NAN + b"\x80"),
    _lobby("enqueue: an attribute that is infinite", b"\x95\x30\x01\x91\xa1q\x81\xa1k" + _INFINITE + b"\x80"),
    _lobby("enqueue: a latency below 0", [48, 1, ["ranked"], {}, {"eu": -0.5}]),
    _lobby("enqueue: a latency above 10,000", [48, 1, ["ranked"], {}, {"eu": 10_001.0}]),
    _lobby("enqueue: a latency that is not a number", b"\x95\x30\x01\x91\xa1q\x80\x81\xa2eu" + _NAN),
    _lobby("enqueue: a latency that is text", [48, 1, ["ranked"], {}, {"eu": "fast"}]),
    _lobby("enqueue: 17 regions", [48, 1, ["ranked"], {}, {f"r{i}": 1.0 for i in range(17)}]),
    _lobby(
        "enqueue: more than 4096 bytes", [48, 1, ["ranked"], {f"k{i}": ["v" * 32] * 32 for i in range(4)}, {}], 1009
    ),
    _lobby("accept: 1 instead of true", [49, 1, "m", 1]),
    _lobby("explain: an element too much", [50, 1, None]),
    _lobby("party join: the code is missing", [52, 1]),
    _lobby("party join: a code of 257 code points", [52, 1, "C" * 257]),
    _lobby("party ready: nil instead of a bool", [54, 1, None, {}, {}]),
    _lobby("party ready: 17 attributes", [54, 1, True, {f"k{i}": i for i in range(17)}, {}]),
    _lobby("party ready: lists in a list", [54, 1, True, {"k": [["a"]]}, {}]),
    _lobby("party ready: a latency that is infinite", b"\x95\x36\x01\xc3\x80\x81\xa2eu" + _INFINITE),
    _lobby("party kick: a player that is a list", [55, 1, ["p1", "p2"]]),
    _lobby("party lead: the player is missing", [56, 1]),
    _lobby("block: the player is a number", [57, 1, 7, True]),
    _lobby("leaderboard: a limit of 0", [58, 1, "ranked", 0, False]),
    _lobby("leaderboard: a limit of 101", [58, 1, "ranked", 101, False]),
    _session("a request of the lobby, of a party", [51, 1]),
    _session("a second first frame", [3, 1, SESSION_ID, TOKEN, b""], _UNEXPECTED),
    _session("a request of the lobby", [16, 1, "orbit"]),
    _session("an ack of a tick that was never sent", [5, 1, 2**53 - 1, 0], _UNEXPECTED),
    _session("an ack of an event that was never sent", [5, 1, 0, 2**53 - 1], _UNEXPECTED),
    _session("an input that the schema does not have", [68, 1, -1]),
    _session("input: a field is missing", [64, 1, -1, 0]),
    _session("input: a field too much", [65, 1, -1, 0]),
    _session("input: a negative sequence", [65, -1, -1]),
    _session("input: tick -2", [65, 1, -2]),
    _session("input: a bool for an int", [64, 1, -1, True, False]),
    _session("input: an int for a bool", [64, 1, -1, 0, 0]),
    _session("input: a float for an int", [64, 1, -1, 0.0, False]),
    _session("input: beyond the bounds that the game sets (-1 to 1)", [64, 1, -1, 2, False]),
    _session("input: nil for text", [66, 1, -1, 7, None]),
    _session("input: above 64 bits", [66, 1, -1, 2**63, ""]),
    _session("input: not a number", b"\x95\x43\x01\xff" + _NAN + b"\xc0"),
]
MALFORMED: Final = [*_FRAMES, *_FIRST_FRAMES, *_LATER]


def malformed() -> list[dict[str, Any]]:
    """``malformed.json``."""
    return [bad.to_json() for bad in MALFORMED]
