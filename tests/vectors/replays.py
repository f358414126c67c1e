"""Replays as pages get them: whole streams, and what can be seen at some of their ticks."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from rallypoint.storage.replay_file import read_replay
from rallypoint.web.replay_stream import framed, head_of, passes
from rallypoint.web.replay_summary import summary_of
from rallypoint_protocol.codec import decode_session_reply, encode
from rallypoint_protocol.messages import Pass
from rallypoint_protocol.replica import Replica
from tests.server.replay_house import Recorded
from tests.vectors.notation import to_json, unpacked
from tests.vectors.skirmish import Fire, Skirmish, Steer

__all__ = ["replays"]

_SHOWN = (1, 2, 3, 40, 60, 61, 62, 100, 101, 102, 103, 150, 199, 200, 201, 229, 230)


def replays() -> list[dict[str, Any]]:
    """All of them."""
    about = (
        "two ships turn; at tick 60 their server dies and another goes on; one player leaves, another comes; all leave"
    )
    return [_vector("a server that dies", about, _played())]


def _played() -> Recorded[Skirmish]:
    recorded = Recorded(Skirmish, session="s1")
    match = recorded.match
    for name in ("Ann", "Bob"):
        match.join(name)
    match.step(10)
    match.hold(0, Steer(turn=1, thrust=False))
    match.hold(1, Steer(turn=-1, thrust=False))
    match.step(30)
    match.act(0, Fire())
    match.step(20)
    recorded.recover()
    match.hold(1, Steer(turn=1, thrust=False))
    match.step(60)
    match.leave(1)
    match.step(10)
    match.join("Cid")
    match.step(98)
    for seat in range(2):
        match.leave(seat)
    match.step(2)
    assert match.ended
    return recorded


def _vector(name: str, about: str, recorded: Recorded[Any]) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        found = read_replay(recorded.write(Path(folder)))
    head = encode(head_of(found.header, summary_of(found.header, found.records)))
    messages = list(passes(found.header, found.records))
    told = {key: value for key, value in unpacked(head).items() if key != "schema"}
    stream = b"".join(map(framed, [head, *messages]))
    states = list(_states(Replica(recorded.match.definition.schema), messages))
    return {"name": name, "about": about, "header": to_json(told), "passes": len(messages), "states": states,
            "hex": stream.hex()}  # fmt: skip


def _states(replica: Replica, messages: list[bytes]) -> Any:
    for data in messages:
        message = decode_session_reply(data)
        assert isinstance(message, Pass)
        if message.head.epoch != replica.epoch:
            replica.clear()
        replica.apply(message)
        if replica.tick in _SHOWN:
            entities = {str(id_): [item.class_index, item.owner, *item.wire] for id_, item in replica.items.items()}
            yield {"tick": replica.tick, "epoch": replica.epoch, "now_ms": replica.now_ms, "entities": entities}
