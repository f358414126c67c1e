"""A person's evening: a random walk from act to act, with more of what makes trouble than people really do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random
from typing import Any, Final

from rallypoint_simulation.scenario import Act
from rallypoint_simulation.strangers import MANNERS

__all__ = ["evening"]

_LOOKING: Final = {
    "sit": 10,
    "quick_match": 5,
    "create": 3,
    "join": 4,
    "spectate": 1.5,
    "cancel_queue": 2,
    "rematch": 2,
    "back_to_seat": 1,
    "watch_list": 1,
    "chat": 1,
    "cut": 2,
    "close_app": 0.5,
    "open_app": 0.5,
    "sleep": 0.5,
    "second_tab": 0.6,
    "old_token": 0.8,
    "hostile": 0.5,
    "decline": 0.3,
    "leave_lobby": 0.3,
}
_PLAYING: Final = {
    "sit": 6,
    "cut": 9,
    "close_app": 1.5,
    "open_app": 1.5,
    "reload": 0.8,
    "second_tab": 1.5,
    "sleep": 2,
    "leave_seat": 1.5,
    "close_seat": 0.7,
    "back_to_seat": 1.5,
    "leave_lobby": 0.2,
    "old_token": 1.5,
    "hostile": 0.4,
    "chat": 1,
    "watch_list": 0.6,
    "kick": 0.6,
    "lock": 0.6,
    "describe": 0.6,
    "rematch": 1.5,
    "decline": 0.2,
    "quick_match": 0.5,
    "create": 0.3,
    "join": 0.7,
    "spectate": 0.4,
    "cancel_queue": 0.3,
}
_SITS_DOWN: Final = ("sit", "quick_match", "create", "join", "rematch", "back_to_seat", "open_app", "second_tab")
_GETS_UP: Final = ("leave_seat", "leave_lobby", "close_app")
_ASLEEP_S: Final = (0.1, 0.5, 0.5, 2.0, 2.0, 4.0, 7.0, 15.0)
_AWAY_S: Final = (0.05, 0.5, 0.5, 2.0, 2.0, 4.0, 6.0, 12.0)


def evening(dice: Random, friends: list[str], games: list[str], duration_s: float) -> Iterator[Act]:
    """The acts of one player. Whether the player sits anywhere is only guessed."""
    at, playing = dice.uniform(0.0, 3.0), False
    pace_s = dice.choice((1.0, 2.0, 4.0))
    do = dice.choice(("sit", "sit", "quick_match", "quick_match", "create", "join", "enter"))
    while at < duration_s:
        args = _ARGS[do](dice, friends, games) if do in _ARGS else {}
        yield Act(round(at, 3), do, args)
        if do in _SITS_DOWN:
            playing = True
        elif do in _GETS_UP:
            playing = False
        if do == "close_app":
            at += dice.choice(_AWAY_S) * dice.uniform(0.5, 1.5)
            do = "open_app"
            continue
        at += dice.uniform(0.0, 0.15) if dice.random() < 0.25 else dice.expovariate(1 / pace_s)
        chances = _PLAYING if playing else _LOOKING
        do = dice.choices(list(chances), list(chances.values()))[0]


def _friend(dice: Random, friends: list[str]) -> str:
    return dice.choice(friends) if friends else ""


def _game(dice: Random, games: list[str]) -> str:
    """The first one mostly, so that people meet."""
    return games[0] if dice.random() < 0.7 else dice.choice(games)


def _create(dice: Random, friends: list[str], games: list[str]) -> dict[str, Any]:
    args: dict[str, Any] = {"game": _game(dice, games), "private": dice.random() < 0.3, **_patience(dice)}
    if args["game"] in ("books", "pairs", "hoard") and dice.random() < 0.5:
        args["options"] = {"no": True} if dice.random() < 0.1 else {"ends_s": dice.choice((0.0, 1.0, 5.0, 12.0))}
    if dice.random() < 0.3:
        args["meta"] = {"map": dice.choice(("desert", "ice")), "level": dice.randrange(3)}
    return args


def _patience(dice: Random) -> dict[str, Any]:
    """Some do not wait."""
    return {"patience_s": dice.choice((0.02, 0.1, 0.4))} if dice.random() < 0.15 else {}


def _join(dice: Random, friends: list[str], games: list[str]) -> dict[str, Any]:
    if dice.random() < 0.05:
        return {"code": "AAAAAA"}
    if friends and dice.random() < 0.7:
        return {"friend": _friend(dice, friends), **_patience(dice)}
    return {"game": _game(dice, games), **_patience(dice)}


def _watch(dice: Random, friends: list[str], games: list[str]) -> dict[str, Any]:
    where = dice.choice(([], ["free > 0"], ["meta.map = desert"], ["state = running", "players >= 2"]))
    seconds = dice.choice((0.2, 3.0, 12.0))
    return {"game": dice.choice(["", *games]), "where": where, "limit": dice.choice((1, 5, 50)), "seconds": seconds}


def _old(dice: Random, friends: list[str], games: list[str]) -> dict[str, Any]:
    return {
        "which": dice.choice((-1, -2, -3, 0, 1)),
        "lobby": dice.random() < 0.25,
        "resume": dice.random() < 0.6,
        "prove": dice.random() < 0.5,
        "stay_s": dice.choice((0.3, 3.0)),
    }


_Args = Callable[[Random, list[str], list[str]], dict[str, Any]]
_ARGS: Final[dict[str, _Args]] = {
    "sit": lambda dice, friends, games: {
        "game": _game(dice, games),
        "friend": _friend(dice, friends) if dice.random() < 0.6 else "",
        "patience_s": dice.choice((4.0, 12.0, 20.0)),
    },
    "quick_match": lambda dice, friends, games: {
        "game": _game(dice, games),
        "patience_s": dice.choice((0.05, 0.5, 4.0, 12.0, 20.0)),
    },
    "enter": lambda dice, friends, games: _patience(dice),
    "create": _create,
    "join": _join,
    "spectate": lambda dice, friends, games: (
        {"friend": _friend(dice, friends)} if dice.random() < 0.7 else {"game": _game(dice, games)}
    ),
    "watch_list": _watch,
    "chat": lambda dice, friends, games: {
        "room": dice.choice(("lobby", "seat", "seat")),
        "lines": dice.choice((0, 1, 3, 12)),
        "seconds": dice.choice((0.1, 2.0, 10.0)),
        "close": dice.random() < 0.6,
    },
    "cut": lambda dice, friends, games: {"what": dice.choice(("seat", "seat", "lobby", "both"))},
    "reload": lambda dice, friends, games: {"times": dice.randint(2, 5), "pause_s": dice.choice((0.02, 0.2, 1.0))},
    "sleep": lambda dice, friends, games: {
        "seconds": dice.choice(_ASLEEP_S) * dice.uniform(0.7, 1.3),
        "clock_stops": dice.random() < 0.5,
    },
    "rematch": lambda dice, friends, games: {"patience_s": dice.choice((0.3, 5.0, 12.0))},
    "kick": lambda dice, friends, games: {"friend": _friend(dice, friends)},
    "lock": lambda dice, friends, games: {"locked": dice.random() < 0.6},
    "describe": lambda dice, friends, games: {"meta": {"map": dice.choice(("desert", "ice")), "n": dice.randrange(9)}},
    "old_token": _old,
    "hostile": lambda dice, friends, games: {"manner": dice.choice(MANNERS), "session": dice.random() < 0.5},
}
