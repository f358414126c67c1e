"""Parties, tickets and matches, on the stage of the lobby's observers."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from rallypoint.core.orders import MatchOrder
from rallypoint_protocol.messages import Enqueue
from tests.simulation.lobby_stage import Stage, Wire, host, seat


def enter_all(stage: Stage, *players: str) -> dict[str, Wire]:
    """New guests, by name."""
    return {player: stage.enter(player) for player in players}


def party_data(n: int, *players: str, code: str = "AAAAAA", leader: str = "") -> dict[str, Any]:
    """As it is told."""
    members = [{"player": it, "name": it, "ready": False, "here": True, "seated": False} for it in players]
    return {"code": code, "n": n, "leader": leader or players[0], "members": members}


def party(stage: Stage, *players: str, code: str = "AAAAAA", leader: str = "", n: int = 1) -> Any:
    """One that is there, whoever was told of it."""
    leader = leader or players[0]
    made = SimpleNamespace(code=code, leader=leader, members=[])
    for player in players:
        member = SimpleNamespace(player=player, ready=False, here=True, party=made)
        made.members.append(member)
        stage.sessions[f"L{player}"].party = member
    stage.parties.images[code] = SimpleNamespace(code=code, leader=leader, members=list(players), n=n)
    return made


def ticket(stage: Stage, *players: str, queue: str = "teams", number: int = 1, since: float = 1000.0) -> Any:
    """One that waits."""
    sessions = [stage.sessions[f"L{player}"] for player in players]
    facts = SimpleNamespace(
        id=f"L{players[0]}",
        number=number,
        queued_at=since,
        queues=(queue,),
        found=None,
        size=len(players),
        players=players,
        entrants=[SimpleNamespace(session=session) for session in sessions],
    )
    made = _Hashable(facts)
    for session in sessions:
        session.ticket, session.queue = made, queue
    return made


class _Hashable:
    """A ticket is known by what it is, not by what it says."""

    def __init__(self, facts: SimpleNamespace) -> None:
        self.__dict__.update(vars(facts))


def queue(stage: Stage, wire: Wire, *queues: str, level: int = 0, request: int = 1) -> None:
    """Somebody queues."""
    stage.done(wire, Enqueue(request, list(queues) or ["teams"], {"level": level}, {}))


def check(stage: Stage, player: str, wire: Wire, match: str = "M", **more: Any) -> None:
    """Somebody is asked."""
    data = {"match": match, "queue": "teams", "ready_s": 3.0, "accepted": 0, "players": 2, "mine": False}
    stage.push(player, wire, "ready_check", **data | more)


def off(stage: Stage, player: str, wire: Wire, reason: str, *, requeued: bool) -> None:
    """And is not to be seated."""
    stage.push(player, wire, "ready_check_off", match="M", reason=reason, requeued=requeued)


def seated(
    stage: Stage,
    player: str,
    wire: Wire,
    *teams: tuple[str, ...],
    session: str = "S",
    match: str = "M",
    queue: str = "teams",
    **more: Any,
) -> None:
    """A seat in a match with these teams."""
    if session not in stage.node.hosts:
        made = host(session, *(player for team in teams for player in team))
        order = MatchOrder(match, queue, teams, tuple(len(team) for team in teams), rated=True)  # type: ignore[arg-type]  # plain names
        made.core.order = SimpleNamespace(match=order)
        stage.node.hosts[session] = made
    team = next((index for index, each in enumerate(teams) if player in each), None)
    stage.sessions[f"L{player}"].ticket = stage.sessions[f"L{player}"].queue = None
    told = {"queue": queue, "match": match, "team": team, "region": ""} | more
    stage.push(player, wire, "matched", **seat(session, **told))
