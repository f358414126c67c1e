"""Mean worlds: a whole scenario from a number. Short, crowded, and full of what people do and networks do to them.

Each is drawn from one stream of its own, so that what happens while it runs changes nothing here.
"""

from __future__ import annotations

from random import Random
from typing import Any, Final

from msgspec import structs

from rallypoint_simulation.network import Weather
from rallypoint_simulation.scenario import Act, PlayerPlan, Scenario, ServerPlan
from tests.simulation.mean_acts import evening
from tests.simulation.mean_durability import made_durable
from tests.simulation.mean_faults import faults
from tests.simulation.mean_matchmaking import has_matchmaking, matchmaking_scenario
from tests.simulation.mean_netcode import with_netcode
from tests.simulation.mean_pauses import FROM as PAUSES_FROM, has_pauses, with_pauses
from tests.simulation.mean_themes import Theme, theme

__all__ = ["GAMES", "mean_scenario"]

_OWN: Final = "tests.simulation.games."
GAMES: Final[dict[str, float]] = {
    f"{_OWN}ledgers:Books": 6,
    f"{_OWN}turns:Turns": 4,
    f"{_OWN}ledgers:Pairs": 4,
    f"{_OWN}trouble:Trouble": 3,
    f"{_OWN}ledgers:Park": 2,
    f"{_OWN}herald:Herald": 0.6,
    f"{_OWN}hoard:Hoard": 0.4,
    "games.orbit.game:Orbit": 1,
    "games.fourline.game:FourLine": 1,
    "games.cards.game:Cards": 1,
}
"""With how often each is among those of a world."""
_NAMES: Final = ("ann", "bob", "cat", "dan", "eve", "fay", "gus", "hal", "ida", "jon")
_PLAYERS: Final = {1: 1, 2: 5, 3: 5, 4: 4, 5: 3, 6: 2, 8: 2, 10: 1}
_THEMED: Final = 0.6
"""How many worlds have a theme."""
_THEME_FIRST_S: Final = 6.0
_PLAYER_SECONDS_MAX: Final = 150
"""Players times duration: what a seed costs goes with it."""
_WEATHERS: Final = (
    Weather(latency_s=0.003),  # fibre
    Weather(latency_s=0.02, jitter_s=0.01),
    Weather(latency_s=0.01, jitter_s=0.05, stall_every_s=6.0, stall_s=0.4),  # a full wireless network
    Weather(latency_s=0.04, jitter_s=0.06, stall_every_s=8.0, stall_s=1.0),  # a phone
    Weather(latency_s=0.08, jitter_s=0.3, stall_every_s=3.0, stall_s=2.5, bytes_per_s=60_000, split=0.2),  # a train
    Weather(latency_s=0.3, jitter_s=0.02),  # a satellite
    Weather(latency_s=0.03, jitter_s=0.02, bytes_per_s=12_000, window_bytes=8192, split=0.3),  # a thin line
)


def mean_scenario(seed: int) -> Scenario:
    """The scenario of that number."""
    if has_pauses(seed):
        return with_pauses(seed, mean_scenario(seed - PAUSES_FROM))
    if has_matchmaking(seed):
        return matchmaking_scenario(seed)
    dice = Random(f"{seed}/scenario")
    games = _games(dice)
    names = _NAMES[: dice.choices(list(_PLAYERS), list(_PLAYERS.values()))[0]]
    about = Theme()
    duration_s = _duration_s(dice, len(names))
    if dice.random() < _THEMED:
        names = names[: max(2, min(len(names), dice.randint(2, 5)))]
        duration_s = _duration_s(dice, len(names))
        about = theme(dice, list(names), duration_s)
        names = names[: about.players_max]
        duration_s = max(duration_s, about.duration_min_s)
        games = tuple(dict.fromkeys((*about.games, *games)))[:3]
    players = tuple(
        PlayerPlan(name, about.weather or _weather(dice), _acts(dice, name, names, games, duration_s, about))
        for name in names
    )
    here = [fault for fault in about.faults if fault.target not in _NAMES or fault.target in names]
    besides = faults(dice, names, duration_s)
    if about.faults:
        besides = besides[-3:]
    drawn = Scenario(seed, games, duration_s, players=players, faults=(*here, *besides), server=_server(dice, about))
    return with_netcode(made_durable(drawn))


def _duration_s(dice: Random, players: int) -> float:
    return round(max(15.0, min(dice.uniform(20.0, 60.0), _PLAYER_SECONDS_MAX / players)), 1)


def _games(dice: Random) -> tuple[str, ...]:
    wanted = dice.choice((1, 2, 2, 3))
    games: dict[str, None] = {}
    while len(games) < wanted:
        games[dice.choices(list(GAMES), list(GAMES.values()))[0]] = None
    return tuple(games)


def _weather(dice: Random) -> Weather:
    return dice.choice(_WEATHERS)


def _acts(
    dice: Random, name: str, names: tuple[str, ...], games: tuple[str, ...], duration_s: float, about: Theme
) -> tuple[Act, ...]:
    called = [game.partition(":")[2].lower() for game in games]
    friends = [other for other in names if other != name]
    own = about.acts.get(name, [])
    if name in about.devoted and own:
        return tuple(sorted(own, key=lambda act: act.at))
    drawn = list(evening(dice, friends, called, duration_s))
    if own:  # it begins with the theme
        drawn = [act for act in drawn if act.at > _THEME_FIRST_S]
    return tuple(sorted((*own, *drawn), key=lambda act: act.at))


def _server(dice: Random, about: Theme) -> ServerPlan:
    limits: dict[str, Any] = {}
    if dice.random() < 0.3:
        limits = dice.choice(
            (
                {"sessions_max": 2},
                {"outbox_bytes_max": 65536},
                {"tickets_max": 1},
                {"lobbies_max": 3},
                {"connections_max": 6},
                {"messages_per_s": 20.0, "messages_burst": 60},
                {"ack_deadline_s": 2.0},
                {"write_deadline_s": 1.0, "outbox_bytes_max": 65536},
                {"first_frame_s": 0.3},
            )
        )
    plan = ServerPlan(
        lobby_grace_s=round(dice.uniform(3.0, 10.0), 1),
        journal_s=round(dice.choice((0.005, 0.05, 0.4)), 3) if dice.random() < 0.33 else 0.0,
        store=dice.random() < 0.85,
        store_s=dice.choice((0.01, 0.01, 0.2, 2.0)),
        bots=dice.random() < 0.7,
        limits=limits,
    )
    if about.limits:
        plan = structs.replace(plan, limits=about.limits)
    return plan if about.bots is None else structs.replace(plan, bots=about.bots)
