"""What a generated population is like: the defaults, and the TOML file that says otherwise."""

from __future__ import annotations

import math
import tomllib
from pathlib import Path
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta, Struct

__all__ = ["AttributeSettings", "Population", "PopulationRefused", "RegionSettings", "read_population"]

Share = Annotated[float, Meta(ge=0, le=1)]
Positive = Annotated[float, Meta(gt=0, le=1e6)]
Count = Annotated[float, Meta(ge=0, le=1e9)]


class PopulationRefused(ValueError):
    """A population that cannot be. The message says where, and what to write."""


class RegionSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where some of the players live."""

    share: Count
    """Of the players, against the other regions' shares."""
    latency_ms: dict[str, Annotated[float, Meta(ge=0, le=10_000)]]
    """Round trip from here to each region's servers, for somebody with a perfect line."""


class AttributeSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What players bring in one attribute: one of some values, several of them, or a number."""

    one_of: dict[str, Count] | None = None
    """Values and how often each is wanted."""
    some_of: list[str] | None = None
    least: Annotated[int, Meta(ge=1, le=64)] = 1
    """Of ``some_of``: how many each player names, at least and at most."""
    most: Annotated[int, Meta(ge=1, le=64)] = 64
    mean: float | None = None
    """Of a number, normally distributed."""
    deviation: Annotated[float, Meta(ge=0)] = 1.0


_REGIONS: Final = {
    "eu": RegionSettings(share=0.40, latency_ms={"eu": 12, "us-east": 85, "us-west": 145, "asia": 190, "sa": 190}),
    "us-east": RegionSettings(share=0.26, latency_ms={"eu": 85, "us-east": 12, "us-west": 62, "asia": 200, "sa": 120}),
    "us-west": RegionSettings(share=0.14, latency_ms={"eu": 145, "us-east": 62, "us-west": 12, "asia": 115, "sa": 175}),
    "asia": RegionSettings(share=0.14, latency_ms={"eu": 190, "us-east": 200, "us-west": 115, "asia": 18, "sa": 300}),
    "sa": RegionSettings(share=0.06, latency_ms={"eu": 190, "us-east": 120, "us-west": 175, "asia": 300, "sa": 18}),
}
_DAY: Final = [
    62,
    55,
    50,
    48,
    48,
    52,
    60,
    70,
    80,
    88,
    94,
    98,
    102,
    105,
    108,
    112,
    120,
    130,
    142,
    150,
    152,
    146,
    126,
    92,
]
"""How many come in each hour of the day, against the others."""


class Population(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything about the players that a seed does not say."""

    skill_mean: float = 25.0
    skill_deviation: Annotated[float, Meta(ge=0, le=1e6)] = 6.0
    """True skill is normally distributed. What the server knows of it is a rating, more or less certain."""
    games_median: Positive = 30.0
    """Rated matches that a player has behind: many make a rating certain."""
    parties: Annotated[list[Count], Meta(min_length=1, max_length=64)] = msgspec.field(
        default_factory=lambda: [0.80, 0.12, 0.05, 0.02, 0.01]
    )
    """How often a ticket is one player, two, three, ... The queue's own limit cuts the tail off."""
    patience_s: Positive = 240.0
    """The median: half of the tickets give up earlier than that."""
    match_s: Positive = 100.0
    """Mean length of a match. Its players come again some time after."""
    pause_s: Annotated[float, Meta(ge=0, le=1e6)] = 8.0
    """How long nobody comes again after a match, or after giving up, at least."""
    answer_s: Positive = 3.0
    """How long a player takes to accept a ready check: the median."""
    decliners: Share = 0.05
    """How many of the players decline ready checks now and then."""
    declines: Share = 0.2
    """How many of their checks these decline."""
    misses: Share = 0.005
    """How many checks anybody misses, without a word."""
    line_ms: Annotated[float, Meta(ge=0, le=10_000)] = 14.0
    """What a player's own line adds to each round trip: the median."""
    day: Annotated[list[Count], Meta(min_length=1, max_length=1440)] = msgspec.field(default_factory=lambda: list(_DAY))
    """How busy each part of the day is, against the others. The simulated hours hold the whole of it."""
    regions: Annotated[dict[str, RegionSettings], Meta(min_length=1, max_length=64)] = msgspec.field(
        default_factory=lambda: dict(_REGIONS)
    )
    attributes: dict[str, AttributeSettings] = {}
    """Of those that rules ask for and that are not here, plausible values are made up."""


def read_population(path: Path) -> Population:
    """The table ``population`` of a file, or its defaults where it has none.

    Raises:
        PopulationRefused: the file is no TOML, or says what cannot be.
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise PopulationRefused(f"{path}: cannot be read: {getattr(error, 'strerror', None) or error}") from None
    except tomllib.TOMLDecodeError as error:
        raise PopulationRefused(f"{path}: {error}") from None
    try:
        population = msgspec.convert(data.get("population", {}), Population)
        _check(population, data.get("population", {}))
    except (msgspec.ValidationError, PopulationRefused) as error:
        raise PopulationRefused(f"{path}: [population] {error}") from None
    return population


def _check(population: Population, data: dict[str, Any]) -> None:
    for name in ("parties", "day"):
        if not sum(getattr(population, name)) > 0:
            raise PopulationRefused(f"{name}: write some number that is not 0")
    if not sum(region.share for region in population.regions.values()) > 0:
        raise PopulationRefused("regions: write a share that is not 0")
    for name, region in population.regions.items():
        if not region.latency_ms:
            raise PopulationRefused(f"regions.{name}: write a latency, as latency_ms = {{{name} = 12}}")
    for name, attribute in population.attributes.items():
        _check_attribute(name, attribute)
    if not _finite(data):
        raise PopulationRefused("numbers have to be finite")


def _finite(value: Any) -> bool:
    """Whether all numbers in it are; bounds of the fields do not say so."""
    if isinstance(value, dict):
        return all(map(_finite, value.values()))
    if isinstance(value, list):
        return all(map(_finite, value))
    return not isinstance(value, float) or math.isfinite(value)


def _check_attribute(name: str, attribute: AttributeSettings) -> None:
    kinds = [attribute.one_of, attribute.some_of, attribute.mean]
    if sum(kind is not None for kind in kinds) != 1:
        raise PopulationRefused(
            f"attributes.{name}: write one of one_of = {{ice = 2, dune = 1}}, some_of = ['ice', 'dune'], mean = 10"
        )
    if attribute.one_of is not None and not sum(attribute.one_of.values()) > 0:
        raise PopulationRefused(f"attributes.{name}: write a value with a share that is not 0")
    if attribute.some_of is not None and not (
        len(set(attribute.some_of)) == len(attribute.some_of) >= attribute.least <= attribute.most
    ):
        raise PopulationRefused(f"attributes.{name}: some_of needs at least `least` different values, least <= most")
