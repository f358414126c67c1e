"""A session's whole state at one tick, by its fields' names: for people and for programs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rallypoint.core.game_image import KeptSchema, named_state
from rallypoint.core.past_image import named_past
from rallypoint.core.replay_format import ReplayHeader
from rallypoint.core.session_image import SessionImage
from rallypoint.replay_text import brief, clock, plain_json

__all__ = ["state_json", "state_lines"]


def state_json(image: SessionImage, header: ReplayHeader) -> dict[str, Any]:
    """All of it as one object. Hashes of tokens are left out."""
    game, standing, schema = image.game, image.standing, KeptSchema.decode(header.schema)
    told = {
        "tick": image.tick,
        "ms": image.now_ms,
        "epoch": image.epoch,
        "state": standing.state,
        "seats": _seats(image),
        **named_state(schema, game),
        "timers": [
            {"due_ms": due_ms, "number": number, "method": method, "args": args}
            for due_ms, number, method, args in game.timers
        ],
        "asks": [{"id": number, "method": method, "args": args} for number, method, args, _ in game.asks],
        "random": game.random,
        "meta": game.meta,
        "locked": game.locked or standing.locked,
        "finished": game.finished,
        "result": game.result,
    }
    if game.saved is not None:
        told["saved"] = {"tick": game.saved_tick, "data": game.saved}
    if image.order.match is not None:
        match = image.order.match
        told["match"] = {"id": match.id, "queue": match.queue, "teams": match.teams, "backfill": game.backfill}
    if game.past is not None:
        told["past"] = named_past(schema, game.past, game.entities)
    shown: dict[str, Any] = plain_json(told)
    return shown


def _seats(image: SessionImage) -> list[dict[str, Any]]:
    return [
        {
            "seat": index,
            "name": seat.name,
            "player": seat.player_id,
            "bot": seat.bot,
            "state": seat.state,
            "applied": seat.applied,
            "events": seat.event_last,
            "unacknowledged": len(seat.events),
        }
        for index, seat in enumerate(image.seats)
        if seat is not None
    ]


def state_lines(image: SessionImage, header: ReplayHeader) -> Iterator[str]:
    """The same for people."""
    told = state_json(image, header)
    when = f"after tick {image.tick}, {clock(image.now_ms)}, epoch {image.epoch}"
    yield f"{header.game}, session {header.session}: {when}"
    yield f"  {told['state']}{', locked' if told['locked'] else ''}{', finished' if told['finished'] else ''}"
    yield "seats"
    for seat in told["seats"]:
        bot = ", a bot" if seat["bot"] else ""
        yield f"  {seat['seat']} {seat['name']}{bot}: {seat['state']}, input {seat['applied']}, event {seat['events']}"
    yield "game"
    yield from _fields(told["game"], "  ")
    for player in told["players"]:
        yield f"player {player['seat']}"
        yield from _fields({name: value for name, value in player.items() if name != "seat"}, "  ")
    for kind, entities in told["entities"].items():
        for entity in entities:
            yield f"{kind} {entity['id']}"
            yield from _fields({name: value for name, value in entity.items() if name != "id"}, "  ")
    for timer in told["timers"]:
        call = f"{timer['method']}({', '.join(map(brief, timer['args']))})"
        yield f"timer {timer['number']}: {call} at {clock(timer['due_ms'])}"
    for ask in told["asks"]:
        yield f"ask {ask['id']}: {ask['method']}({', '.join(map(brief, ask['args']))})"
    yield f"random {brief(told['random'])}"
    if told.get("past"):
        ticks = list(told["past"])
        yield f"past of ticks {ticks[0]} to {ticks[-1]}"
    if "match" in told:
        yield f"match {told['match']['id']} of {told['match']['queue']}: {brief(told['match']['teams'])}"
    if told["meta"]:
        yield f"meta {brief(told['meta'])}"
    if told["result"] is not None:
        yield f"result {brief(told['result'])}"
    if "saved" in told:
        yield f"saved at tick {told['saved']['tick']}: {brief(told['saved']['data'])}"


def _fields(fields: Mapping[str, Any], indent: str) -> Iterator[str]:
    width = max((len(name) for name in fields), default=0)
    for name, value in fields.items():
        yield f"{indent}{name:<{width}}  {brief(value) if not isinstance(value, float) else repr(value)}"
