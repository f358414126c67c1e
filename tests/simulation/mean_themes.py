"""What a mean world is about, if anything: evenings go on, and one kind of trouble comes again and again.

Chance alone hardly ever puts two rare things into the same second. Each theme here does that for one of the pairs that
software breaks at: a connection that is half open when the next one comes, a server that stands still when somebody is
due, a room that gets free while a queue rests.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final

from rallypoint_simulation.network import Weather
from rallypoint_simulation.scenario import Act, Fault, Trigger
from rallypoint_simulation.triggers import WHOSE

__all__ = ["THEMES", "Theme", "theme"]

_OWN: Final = "tests.simulation.games."
_BOOKS, _PARK, _PAIRS = f"{_OWN}ledgers:Books", f"{_OWN}ledgers:Park", f"{_OWN}ledgers:Pairs"
_TURNS, _TROUBLE = f"{_OWN}turns:Turns", f"{_OWN}trouble:Trouble"
_HERALD, _HOARD = f"{_OWN}herald:Herald", f"{_OWN}hoard:Hoard"


@dataclass
class Theme:
    """What it changes in a world."""

    games: tuple[str, ...] = ()
    """These come first."""
    players_max: int = 5
    duration_min_s: float = 0.0
    acts: dict[str, list[Act]] = field(default_factory=dict)
    """Besides those that are drawn for each, or, of the ``devoted``, in their place."""
    devoted: set[str] = field(default_factory=set)
    faults: list[Fault] = field(default_factory=list)
    limits: dict[str, Any] = field(default_factory=dict)
    bots: bool | None = None
    weather: Weather | None = None
    """Everybody's."""


_Make = Callable[[Random, list[str], float], Theme]


def theme(dice: Random, names: list[str], duration_s: float) -> Theme:
    """One of :data:`THEMES`."""
    return dice.choices(list(THEMES), list(THEMES.values()))[0](dice, names, duration_s)


def _times(dice: Random, duration_s: float, every_s: float, first_s: float = 2.0) -> Iterator[float]:
    at = first_s + dice.uniform(0.0, every_s)
    while at < duration_s - 1.0:
        yield round(at, 3)
        at += every_s * dice.uniform(0.5, 1.5)


def _absence(dice: Random, name: str, at: float, seconds: float) -> list[Fault]:
    """The player is away for about so long. The server knows at once, or has to find out."""
    match dice.randrange(4):
        case 0:
            return [Fault("darken", at, name, args={"seconds": seconds})]
        case 1:
            return [Fault("cut", at, name, args={"which": "all"}), _later("darken", at + 0.1, name, seconds)]
        case _:
            stops = dice.random() < 0.5
            frozen = Fault("freeze", at, name, args={"seconds": seconds, "clock_stops": stops})
            return [frozen, Fault("reset", round(at + 0.001, 3), name, args={"which": "all"})]


def _later(do: str, at: float, name: str, seconds: float) -> Fault:
    return Fault(do, round(at, 3), name, args={"seconds": round(seconds, 3)})


# --- themes -----------------------------------------------------------------------------------------------------------


def half_open(dice: Random, names: list[str], duration_s: float) -> Theme:
    """Ways forget connections, and the next one comes before the server has missed the former."""
    made = Theme()
    for at in _times(dice, duration_s, 4.0):
        name = dice.choice(names)
        which = dice.choice(("all", "newest", "oldest"))
        made.faults.append(Fault("vanish", at, name, args={"which": which}))
        after = round(at + dice.choice((0.01, 0.1, 0.5, 2.0)), 3)
        if dice.random() < 0.7:
            made.faults.append(Fault("cut", after, name, args={"which": which}))
        else:
            made.acts.setdefault(name, []).append(Act(after, dice.choice(("second_tab", "back_to_seat", "open_app"))))
    return made


def away(dice: Random, names: list[str], duration_s: float) -> Theme:
    """One or two are away again and again: more than their budget of grace allows."""
    game = dice.choice((_BOOKS, _PAIRS, _TURNS, _TROUBLE, _HERALD))
    made = Theme((game,), bots=False)
    _sit(dice, made, names, game)
    for name in names[: dice.randint(1, 2)]:
        for at in _times(dice, duration_s, dice.choice((4.0, 6.0, 9.0)), 4.0):
            made.faults += _absence(dice, name, at, round(dice.choice((0.5, 1.5, 2.5, 3.2, 4.0, 4.6, 6.0)), 3))
    return made


def deadline(dice: Random, names: list[str], duration_s: float) -> Theme:
    """The server stands still while somebody is on the way back, for about as long as the seat is kept."""
    game = dice.choice((_BOOKS, _PAIRS, _TURNS, _TROUBLE))
    made = Theme((game,), bots=False)
    _sit(dice, made, names, game)
    for at in _times(dice, duration_s, 9.0, 4.0):
        name = dice.choice(names)
        made.faults.append(Fault("cut", at, name, args={"which": "all"}))
        trigger = Trigger(dice.choice(("Resume", "TakeSeat")), 1, "sent")
        seconds = round(dice.choice((3.0, 4.0, 5.0, 10.0)) + dice.uniform(-0.5, 2.0), 3)
        made.faults.append(Fault("freeze", at, "", trigger, 0.0, {"seconds": seconds}))
    return made


def stalls(dice: Random, names: list[str], duration_s: float) -> Theme:
    """The server stands still for longer than it can catch up, with players away or with grace that ends meanwhile."""
    game = dice.choice((_BOOKS, _BOOKS, _PAIRS, _TROUBLE, _HOARD))
    made = Theme((game,))
    _sit(dice, made, names, game)
    for at in _times(dice, duration_s, 4.0, 3.0):
        made.faults.append(_later("freeze", at, "", dice.choice((0.15, 0.3, 0.7, 1.5, 3.0))))
        if dice.random() < 0.6:
            name = dice.choice(names)
            before = max(0.0, round(at - dice.choice((0.2, 1.0, 2.5)), 3))
            made.faults += _absence(dice, name, before, dice.choice((1.0, 2.0, 4.0, 6.0)))
    return made


def full(dice: Random, names: list[str], duration_s: float) -> Theme:
    """There is room for one session or two: some are refused, and then there is room again."""
    game = dice.choice((_BOOKS, _PAIRS, _TURNS))
    made = Theme((game,), players_max=6, limits={"sessions_max": dice.choice((1, 1, 2))}, bots=False)
    called = _called(game)
    first, leaves = names[0], dice.uniform(3.0, 7.0)
    options = {"moves": 200} if game == _TURNS else {"ends_s": 0.0}
    made.acts[first] = [
        Act(0.2, "create", {"game": called, "private": dice.random() < 0.8, "options": options, "patience_s": 5.0}),
        Act(round(leaves, 3), "leave_seat"),
    ]
    made.devoted.update(names if dice.random() < 0.7 else (first,))
    for name in names[1:]:
        before_s = dice.uniform(0.05, 1.0) if dice.random() < 0.7 else dice.uniform(0.0, 3.0)
        at = round(leaves - before_s, 3)
        made.acts[name] = [Act(0.3, "enter"), Act(at, "quick_match", {"game": called, "patience_s": 20.0})]
    if dice.random() < 0.5:
        return made
    for at in _times(dice, duration_s, 6.0, 5.0):
        made.faults.append(Fault(dice.choice(("end", "end", "lock")), at))
    return made


def slow(dice: Random, names: list[str], duration_s: float) -> Theme:
    """Receivers stop for a while and then read on, in games that have much to say."""
    game = dice.choice((_HOARD, _HOARD, _HERALD, _BOOKS))
    made = Theme((game,), players_max=4)
    if dice.random() < 0.7:
        made.limits = {"outbox_bytes_max": 65536}
    _sit(dice, made, names, game, ends_s=dice.choice((0.0, 0.0, 7.0, 12.0)))
    for at in _times(dice, duration_s, 15.0, 6.0):
        made.faults.append(Fault("end", at))
    if dice.random() < 0.5:
        window_bytes = dice.choice((8192, 16384))
        made.weather = Weather(latency_s=0.03, bytes_per_s=dice.choice((0, 20_000, 60_000)), window_bytes=window_bytes)
    for at in _times(dice, duration_s, 5.0, 3.0):
        seconds = round(dice.choice((0.3, 1.0, 3.0, 6.0, 9.0, 14.0, 20.0)) * dice.uniform(0.7, 1.2), 3)
        args = {"seconds": seconds, "which": dice.choice(("newest", "all"))}
        made.faults.append(Fault("stop_reading", at, dice.choice(names), args=args))
    return made


def heralds(dice: Random, names: list[str], duration_s: float) -> Theme:
    """More happens while somebody is away than is kept for them."""
    made = Theme((_HERALD,), players_max=3, bots=False)
    _sit(dice, made, names, _HERALD)
    for name in names[:2]:
        for at in _times(dice, duration_s, 9.0, 3.0):
            made.faults += _absence(dice, name, at, round(dice.uniform(2.0, 6.5), 3))
    return made


def watched(dice: Random, names: list[str], duration_s: float) -> Theme:
    """Somebody comes early to watch, and stays."""
    game = dice.choice((_PARK, _BOOKS, _TURNS))
    made = Theme((game,), players_max=3, duration_min_s=42.0, bots=game == _TURNS)
    called = _called(game)
    options = {"moves": 200} if game == _TURNS else {"ends_s": 0.0}
    made.acts[names[0]] = [Act(0.1, "create", {"game": called, "options": options})]
    if len(names) > 1:
        last = names[-1]
        made.devoted.update((names[0], last))
        made.acts[last] = [Act(at, "spectate", {"friend": names[0]}) for at in (1.5, 4.0)]
        for at in _times(dice, duration_s, 15.0, 6.0):
            made.acts[last].append(Act(at, "cut", {"what": dice.choice(("seat", "lobby"))}))
    for name in names[1:-1]:
        made.acts[name] = [Act(round(dice.uniform(1.0, 5.0), 3), "join", {"friend": names[0]})]
    return made


def rooms(dice: Random, names: list[str], duration_s: float) -> Theme:
    """Private rooms that are visited by people who sit elsewhere, and rooms that get locked."""
    game = dice.choice((_BOOKS, _PAIRS, _TURNS))
    made = Theme((game,), bots=False)
    for name in names:
        acts = [Act(round(dice.uniform(0.1, 1.0), 3), "create", _create(dice, game))] if dice.random() < 0.6 else []
        for at in _times(dice, duration_s, 4.0):
            if dice.random() < 0.2:
                acts.append(Act(at, "leave_seat"))
            acts.append(Act(at, "join", {"friend": dice.choice(names)}))
        made.acts[name] = acts
    for at in _times(dice, duration_s, 6.0):
        made.faults.append(Fault("lock", at, dice.choice(("", *names)), args={"locked": dice.random() < 0.7}))
    return made


def queues(dice: Random, names: list[str], duration_s: float) -> Theme:
    """People wait for each other, drop while they wait, think better of it, and come back."""
    game = dice.choice((_PAIRS, _TURNS))
    made = Theme((game,), bots=False if dice.random() < 0.7 else None)
    called = _called(game)
    for name in names:
        acts = made.acts.setdefault(name, [])
        for at in _times(dice, duration_s, 4.0, 0.0):
            patience_s = dice.choice((0.05, 0.5, 12.0, 12.0))
            acts.append(Act(at, "quick_match", {"game": called, "patience_s": patience_s}))
            after = round(at + dice.choice((0.02, 0.1, 0.5)), 3)
            if dice.random() < 0.4:
                acts.append(Act(after, "cancel_queue"))
            elif dice.random() < 0.4:
                made.faults += _absence(dice, name, after, round(dice.uniform(0.5, 5.0), 3))
            if dice.random() < 0.3:
                acts.append(Act(round(after + 2.0, 3), "leave_seat"))
    return made


def reunited(dice: Random, names: list[str], duration_s: float) -> Theme:
    """Who came first is away when the other comes, and then is back, or is not; and nothing else happens."""
    game = dice.choice((_PAIRS, _TURNS))
    made = Theme((game,), players_max=3, bots=False)
    called = _called(game)
    made.devoted.update(names)
    first = names[0]
    match = {"game": called, "patience_s": 40.0}
    made.acts[first] = [Act(0.5, "quick_match", match)]
    made.faults += _absence(dice, first, 1.5, round(dice.uniform(1.0, 3.0), 3))
    if dice.random() < 0.5:  # and again, soon or late in the grace of the first time
        made.faults += _absence(dice, first, round(dice.uniform(4.0, 9.0), 3), round(dice.uniform(1.0, 5.0), 3))
    for name in names[1:]:
        made.acts[name] = [Act(round(dice.uniform(1.7, 4.5), 3), "quick_match", match)]
        for at in _times(dice, duration_s, 12.0, 8.0):
            made.acts[name].append(Act(at, "leave_seat"))
            made.acts[name].append(Act(round(at + 0.5, 3), "quick_match", match))
    return made


def again(dice: Random, names: list[str], duration_s: float) -> Theme:
    """Short games, which all want to play again, and chat about, while connections break."""
    game = dice.choice((_BOOKS, _PAIRS, _TURNS))
    made = Theme((game,), players_max=4, bots=False)
    called, ends_s = _called(game), dice.choice((1.0, 4.0))
    options = {"moves": 4} if game == _TURNS else {"ends_s": ends_s}
    made.devoted.update(names if dice.random() < 0.5 else names[:2])
    for number, name in enumerate(names):
        first = Act(0.1, "create", {"game": called, "options": options})
        acts = [first if number == 0 else Act(0.8, "join", {"friend": names[0]})]
        for at in _times(dice, duration_s, 3.0, 3.0):
            acts.append(Act(at, "rematch", {"patience_s": dice.choice((5.0, 12.0))}))
            if dice.random() < 0.3:
                acts.append(Act(round(at + dice.choice((0.01, 0.3)), 3), "chat", {"room": "seat", "lines": 3}))
        made.acts[name] = acts
    moments = ("Push:rematch", "Push:matched", "Rematch", "Answer", "Chat", "Seated:fresh")
    for _ in range(4):
        trigger = Trigger(dice.choice(moments), dice.randint(1, 6), dice.choice(("sent", "received")))
        do = dice.choice(("cut", "reset", "vanish"))
        made.faults.append(Fault(do, 0.0, WHOSE, trigger, dice.choice((0.0, 0.0, 0.02)), {"which": "this"}))
    return made


def at_once(dice: Random, names: list[str], duration_s: float) -> Theme:
    """Several requests at the same moment, and connections that break under them."""
    made = Theme()
    for name in names:
        for at in _times(dice, duration_s, 6.0):
            made.acts.setdefault(name, []).extend(_requests(dice, at))
            if dice.random() < 0.7:
                do = dice.choice(("cut", "reset", "vanish", "reset"))
                soon = round(at + dice.choice((0.001, 0.02, 0.06)), 3)
                made.faults.append(Fault(do, soon, name, args={"which": dice.choice(("oldest", "all"))}))
                if do == "vanish":
                    later = round(soon + dice.choice((0.05, 0.5)), 3)
                    made.faults.append(Fault("cut", later, name, args={"which": "all"}))
    return made


def _requests(dice: Random, at: float) -> list[Act]:
    quick = Act(at, "quick_match", {"game": "books", "patience_s": 6.0})
    some = (
        Act(at, "chat", {"room": "lobby", "lines": 3, "seconds": 4.0}),
        Act(at, "watch_list", {"seconds": 4.0}),
        Act(at, "rematch", {"patience_s": 4.0}),
        Act(at, "cancel_queue"),
        Act(at, "decline"),
        quick,
    )
    return dice.sample(some, 3)


def impatient(dice: Random, names: list[str], duration_s: float) -> Theme:
    """Seats are given up while they are taken: the offer is there, and the way to the session is long."""
    made = Theme((_BOOKS,), players_max=4)
    latency_s = dice.choice((0.02, 0.1, 0.3))
    made.weather = Weather(latency_s=latency_s, jitter_s=latency_s / 4)
    for name in names:
        acts = made.acts.setdefault(name, [Act(0.1, "enter")])
        for at in _times(dice, duration_s, 4.0, 1.5):
            patience_s = round(latency_s * dice.uniform(1.0, 9.0), 3)
            what = dice.choice(("quick_match", "create", "join", "spectate"))
            acts.append(Act(at, what, {"game": "books", "patience_s": patience_s}))
            acts.append(Act(round(at + 2.5, 3), dice.choice(("back_to_seat", "leave_seat", "sit")), {}))
            if acts[-1].do == "sit":
                acts[-1] = Act(acts[-1].at, "sit", {"game": "books", "patience_s": 4.0})
    made.devoted.update(names)
    return made


def doors(dice: Random, names: list[str], duration_s: float) -> Theme:
    """Guests come again and again through a slow door, and many do not wait."""
    made = Theme(players_max=4)
    for name in names:
        acts = [Act(0.1, "enter")]
        for at in _times(dice, duration_s, 4.0, 0.5):
            acts.append(Act(at, "close_app"))
            patience_s = dice.choice((0.01, 0.05, 0.3, 5.0))
            acts.append(Act(round(at + 0.1, 3), "enter", {"patience_s": patience_s}))
            if dice.random() < 0.5:
                which = {"which": "all"}
                made.faults.append(Fault("cut", round(at + dice.choice((0.15, 0.2, 0.4, 1.0)), 3), name, args=which))
            acts.append(Act(round(at + dice.uniform(0.5, 2.5), 3), "sit", {"game": "books", "patience_s": 4.0}))
        made.acts[name] = acts
    made.devoted.update(names)
    return made


THEMES: Final[dict[_Make, int]] = {
    half_open: 4,
    away: 4,
    deadline: 3,
    stalls: 4,
    full: 4,
    slow: 5,
    heralds: 3,
    watched: 3,
    rooms: 3,
    queues: 3,
    reunited: 3,
    impatient: 3,
    again: 4,
    at_once: 4,
    doors: 2,
}
"""With how often each comes."""


def _sit(dice: Random, made: Theme, names: list[str], game: str, ends_s: float = 0.0) -> None:
    """Everybody sits down together, for long; half of them do nothing else."""
    called = _called(game)
    options = {"moves": 200} if game == _TURNS else {} if game in (_TROUBLE, _HERALD) else {"ends_s": ends_s}
    made.acts[names[0]] = [Act(0.1, "create", {"game": called, "options": options})]
    for name in names[1:]:
        made.acts[name] = [Act(round(dice.uniform(0.8, 2.0), 3), "join", {"friend": names[0]})]
    made.devoted.update(name for name in names if dice.random() < 0.6)


def _create(dice: Random, game: str) -> dict[str, Any]:
    return {"game": _called(game), "private": dice.random() < 0.7}


def _called(game: str) -> str:
    return game.partition(":")[2].lower()
