"""Worlds of matchmaking: small crowds that queue for matches by rules, alone and in parties, and misbehave.

They are seeds of their own, so that all others stay what they are: from ``FROM`` on each fourth, and from ``ALL_FROM``
on all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random
from typing import Any, Final

from rallypoint_simulation.network import Weather
from rallypoint_simulation.scenario import Act, Fault, PlayerPlan, Scenario, ServerPlan, Trigger
from rallypoint_simulation.triggers import WHOSE
from tests.simulation.mean_durability import made_durable
from tests.simulation.mean_faults import faults

__all__ = ["ALL_FROM", "FROM", "SKIRMISH", "THEMES", "has_matchmaking", "matchmaking_scenario"]

FROM: Final = 1000
ALL_FROM: Final = 100_000
SKIRMISH: Final = "tests.simulation.games.skirmish:Skirmish"
QUEUES: Final = ("teams", "duel", "brawl", "skirmish")
MOMENTS: Final = {
    "Enqueue": 3,
    "Accept": 4,
    "CancelQueue": 2,
    "Push:queued": 4,
    "Push:unqueued": 2,
    "Push:ready_check": 6,
    "Push:ready_check_off": 2,
    "Push:matched": 4,
    "Push:party": 6,
    "Push:party_off": 2,
    "PartyCreate": 1,
    "PartyJoin": 3,
    "PartyReady": 3,
    "Answer": 12,
    "TakeSeat": 3,
}
"""Where faults strike, with how many of them to let pass at most."""
_NAMES: Final = ("ann", "bob", "cat", "dan", "eve", "fay", "gus", "hal")
_WEATHERS: Final = (
    Weather(latency_s=0.003),
    Weather(latency_s=0.02, jitter_s=0.01),
    Weather(latency_s=0.04, jitter_s=0.06, stall_every_s=8.0, stall_s=1.0),
    Weather(latency_s=0.3, jitter_s=0.02),
)
_MANNERS: Final = ("accept", "accept", "accept", "any", "any", "late", "decline", "silent")
_Acts = dict[str, list[Act]]
_Theme = Callable[[Random, list[str], float], tuple[_Acts, list[Fault]]]


def has_matchmaking(seed: int) -> bool:
    """Whether the world of that number is one of these."""
    return seed >= ALL_FROM or (seed > FROM and seed % 4 == 0)


def matchmaking_scenario(seed: int) -> Scenario:
    """The scenario of that number."""
    dice = Random(f"{seed}/matchmaking")
    names = list(_NAMES[: dice.choice((3, 4, 4, 5, 6, 6, 8))])
    duration_s = round(dice.uniform(20.0, 32.0), 1)
    acts, own = dice.choices(list(THEMES), list(THEMES.values()))[0](dice, names, duration_s)
    players = tuple(
        PlayerPlan(name, dice.choice(_WEATHERS), tuple(sorted(acts.get(name, ()), key=lambda act: act.at)))
        for name in names
    )
    besides = faults(dice, tuple(names), duration_s)[-2:] if dice.random() < 0.5 else ()
    server = ServerPlan(
        lobby_grace_s=round(dice.uniform(3.0, 8.0), 1),
        store_s=dice.choice((0.01, 0.01, 0.2, 2.5)),
        store=dice.random() < 0.85,
        bots=dice.random() < 0.7,
        limits={"sessions_max": 1} if dice.random() < 0.06 else {},
    )
    drawn = Scenario(seed, (SKIRMISH,), duration_s, players=players, faults=(*own, *besides), server=server)
    return made_durable(drawn, MOMENTS)


# --- themes -----------------------------------------------------------------------------------------------------------


def alone(dice: Random, names: list[str], duration_s: float) -> tuple[_Acts, list[Fault]]:
    """Single players who queue again and again, and think better of it."""
    acts: _Acts = {name: [Act(round(dice.uniform(0.0, 0.5), 3), "enter")] for name in names}
    for name in names:
        for at in _times(dice, duration_s, dice.choice((3.0, 5.0, 8.0)), 0.5):
            acts[name].append(_queue(dice, at))
            acts[name] += _besides(dice, at, name, names)
    return acts, _drops(dice, names, duration_s, 8.0)


def teams(dice: Random, names: list[str], duration_s: float) -> tuple[_Acts, list[Fault]]:
    """All want the same, with ready checks, and hardly anybody declines."""
    acts: _Acts = {name: [] for name in names}
    queue = dice.choice(("teams", "teams", "brawl"))
    for name in names:
        for at in _times(dice, duration_s, 7.0, 0.3):
            manner = dice.choice(("accept", "accept", "accept", "late", "any"))
            args = {"queues": [queue], "level": dice.randrange(9), "manner": manner, "patience_s": 25.0}
            acts[name].append(Act(at, "queue", args))
            if dice.random() < 0.3:
                acts[name].append(Act(round(at + dice.uniform(3.0, 6.0), 3), "leave_seat"))
    return acts, _strikes(dice, 3)


def parties(dice: Random, names: list[str], duration_s: float) -> tuple[_Acts, list[Fault]]:
    """Two or more parties of two, and somebody alone, who queue for the same; members who drop, leave and change."""
    acts: _Acts = {name: [] for name in names}
    queue = dice.choice((["teams"], ["teams"], ["teams", "brawl"], ["brawl"], ["skirmish", "teams"], ["skirmish"]))
    for leader, *mates in _split(dice, names):
        for at in _times(dice, duration_s, 9.0, 0.2):
            level, manner = dice.randrange(5), dice.choice(_MANNERS)
            args = {"queues": queue, "level": level, "manner": manner, "patience_s": dice.choice((8.0, 20.0))}
            acts[leader].append(Act(at, "lead_party", {**args, "members": 1 + len(mates)}))
            for mate in mates:
                along = {"friend": leader, "level": level, "manner": dice.choice(_MANNERS), "patience_s": 20.0}
                acts[mate].append(Act(round(at + dice.uniform(0.0, 1.0), 3), "come_along", along))
        for name in (leader, *mates):
            for at in _times(dice, duration_s, 9.0, 3.0):
                acts[name] += _besides(dice, at, name, names)
                if dice.random() < 0.4:
                    acts[name].append(_in_a_party(dice, at, names))
    return acts, [*_strikes(dice, 2), *_drops(dice, names, duration_s, 12.0)]


def couples(dice: Random, names: list[str], duration_s: float) -> tuple[_Acts, list[Fault]]:
    """Parties of two, and some alone, who all want to play in teams, again and again."""
    acts: _Acts = {name: [] for name in names}
    couples = dice.choice((1, 2, 2, 2))
    queue = dice.choice((["teams"], ["teams"], ["teams", "skirmish"], ["brawl", "teams"]))
    for at in _times(dice, duration_s, 10.0, 0.2):
        for number, name in enumerate(names):
            level, manner = dice.randrange(4), dice.choice(("accept", "accept", "accept", "accept", "late", "any"))
            args: dict[str, Any] = {"level": level, "manner": manner, "patience_s": 15.0}
            begins = round(at + dice.uniform(0.0, 1.5), 3)
            if number >= 2 * couples:
                acts[name].append(Act(begins, "queue", {**args, "queues": queue}))
            elif number % 2 == 0:
                acts[name].append(Act(begins, "lead_party", {**args, "queues": queue}))
            else:
                acts[name].append(Act(begins, "come_along", {**args, "friend": names[number - 1]}))
            if dice.random() < 0.1:
                acts[name].append(Act(round(begins + dice.uniform(0.5, 4.0), 3), "cancel_queue"))
            elif dice.random() < 0.1:
                acts[name].append(_in_a_party(dice, round(begins + dice.uniform(0.5, 4.0), 3), names))
    return acts, _strikes(dice, 2)


def enemies(dice: Random, names: list[str], duration_s: float) -> tuple[_Acts, list[Fault]]:
    """Some block others, and play whoever else there is."""
    acts: _Acts = {name: [Act(0.1, "enter")] for name in names}
    for name in names:
        if name == names[0] or dice.random() < 0.4:
            friend = dice.choice([other for other in names if other != name])
            acts[name].append(Act(round(dice.uniform(1.0, 2.0), 3), "block", {"friend": friend}))
        for at in _times(dice, duration_s, 5.0, 3.0):
            queue = dice.choice(("duel", "duel", "teams"))
            args = {"queues": [queue], "level": dice.randrange(4), "manner": "accept", "patience_s": 12.0}
            acts[name].append(Act(at, "queue", args))
    return acts, _drops(dice, names, duration_s, 15.0)


def coming_and_going(dice: Random, names: list[str], duration_s: float) -> tuple[_Acts, list[Fault]]:
    """Parties of all sizes that change all the time, and hardly ever queue. Who is kicked wants to come back."""
    acts: _Acts = {name: [] for name in names}
    first, *others = names
    acts[first].append(Act(0.1, "create_party"))
    for name in others:
        acts[name].append(Act(round(dice.uniform(0.5, 1.5), 3), "join_party", {"friend": first}))
    for at in _times(dice, duration_s, 8.0, 2.0):
        name = dice.choice(others)
        acts[first].append(Act(at, "kick_member", {"friend": name}))
        acts[name].append(Act(round(at + dice.uniform(0.3, 1.5), 3), "join_party", {"friend": first}))
    for name in names:
        for at in _times(dice, duration_s, 2.0, 0.4):
            acts[name].append(_in_a_party(dice, at, names))
            if dice.random() < 0.3:
                acts[name].append(_queue(dice, round(at + 0.2, 3)))
    return acts, [*_strikes(dice, 2), *_drops(dice, names, duration_s, 8.0)]


def asked(dice: Random, names: list[str], duration_s: float) -> tuple[_Acts, list[Fault]]:
    """Connections, devices and the server fail while ready checks run, or just after."""
    acts, _ = teams(dice, names, duration_s)
    made: list[Fault] = []
    for _ in range(dice.randint(2, 5)):
        moment = dice.choice(("Push:ready_check", "Push:ready_check", "Accept", "Push:matched", "Push:ready_check_off"))
        trigger = Trigger(moment, dice.randint(1, 12), dice.choice(("sent", "received")))
        do, args = dice.choice(
            (
                ("reset", {"which": "this"}),
                ("vanish", {"which": "this"}),
                ("crash_device", {"back_s": dice.choice((0.3, 2.0, 9.0))}),
                ("darken", {"seconds": dice.choice((0.5, 2.0, 5.0))}),
                ("freeze", {"seconds": dice.choice((0.5, 2.0, 5.0))}),
                ("crash_server", {"down_s": dice.choice((0.3, 1.0))}),
            )
        )
        target = "" if do == "crash_server" else WHOSE
        made.append(Fault(do, 0.0, target, trigger, dice.choice((0.0, 0.0, 0.05, 0.5)), args))
    return acts, made


THEMES: Final[dict[_Theme, int]] = {
    alone: 3,
    teams: 2,
    parties: 3,
    couples: 4,
    enemies: 1,
    coming_and_going: 2,
    asked: 3,
}
"""With how often each comes."""


# --- acts and faults --------------------------------------------------------------------------------------------------


def _times(dice: Random, duration_s: float, every_s: float, first_s: float) -> Iterator[float]:
    at = first_s + dice.uniform(0.0, min(every_s, 3.0))
    while at < duration_s - 1.0:
        yield round(at, 3)
        at += every_s * dice.uniform(0.5, 1.5)


def _split(dice: Random, names: list[str]) -> Iterator[list[str]]:
    """Into parties of two, mostly."""
    left = list(names)
    while left:
        size = dice.choice((1, 2, 2, 2, 3, 4))
        yield left[:size]
        left = left[size:]


def _queue(dice: Random, at: float) -> Act:
    queues = dice.sample(QUEUES, dice.choice((1, 1, 1, 2, 3)))
    args: dict[str, Any] = {"queues": queues, "manner": dice.choice(_MANNERS)}
    if dice.random() < 0.8:
        args["level"] = dice.randrange(9)
    return Act(at, "queue", {**args, "patience_s": dice.choice((0.1, 4.0, 12.0, 20.0))})


def _besides(dice: Random, at: float, name: str, names: list[str]) -> list[Act]:
    """What else somebody does who waits, or has just been seated."""
    after = round(at + dice.choice((0.02, 0.3, 1.0, 2.5, 4.0)), 3)
    what = dice.random()
    if what < 0.15:
        return [Act(after, "cancel_queue")]
    if what < 0.3:
        return [Act(after, "explain")]
    if what < 0.37:
        return [Act(after, "block", {"friend": dice.choice(names), "blocked": dice.random() < 0.8})]
    if what < 0.5:
        return [Act(after, "leave_seat")]
    if what < 0.55:
        return [Act(after, "rematch", {"patience_s": 5.0})]
    if what < 0.6:
        return [Act(after, "second_tab")]
    if what < 0.65:
        return [Act(after, "reload", {"times": 2, "pause_s": dice.choice((0.2, 1.0))})]
    return []


def _in_a_party(dice: Random, at: float, names: list[str]) -> Act:
    friend = {"friend": dice.choice(names)}
    return dice.choice(
        (
            Act(at, "create_party"),
            Act(at, "join_party", friend),
            Act(at, "join_party", friend),
            Act(at, "join_party", friend),
            Act(at, "ready", {"level": dice.randrange(9)}),
            Act(at, "ready"),
            Act(at, "unready"),
            Act(at, "kick_member", friend),
            Act(at, "pass_lead", friend),
            Act(at, "leave_party"),
            Act(at, "follow", {"manner": dice.choice(_MANNERS), "patience_s": 8.0}),
            Act(at, "leave_lobby"),
        )
    )


def _drops(dice: Random, names: list[str], duration_s: float, every_s: float) -> list[Fault]:
    """Connections that break at any time, and some devices that are gone for a while."""
    made: list[Fault] = []
    for at in _times(dice, duration_s, every_s, 2.0):
        name = dice.choice(names)
        do = dice.choice(("reset", "vanish", "cut", "darken", "crash_device"))
        args: dict[str, Any] = {"which": "all"}
        if do == "darken":
            args = {"seconds": dice.choice((0.5, 2.0, 5.0, 9.0))}
        elif do == "crash_device":
            args = {"back_s": dice.choice((None, 0.3, 2.0, 9.0))}
        made.append(Fault(do, at, name, args=args))
    return made


def _strikes(dice: Random, most: int) -> list[Fault]:
    """Connections that break at a message."""
    made = []
    for _ in range(dice.randint(0, most)):
        kind = dice.choice(list(MOMENTS))
        trigger = Trigger(kind, dice.randint(1, 2 * MOMENTS[kind]), dice.choice(("sent", "received")))
        do = dice.choice(("cut", "reset", "vanish"))
        made.append(Fault(do, 0.0, WHOSE, trigger, dice.choice((0.0, 0.0, 0.02)), {"which": "this"}))
    return made
