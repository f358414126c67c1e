"""The kinds of rules: each a table with one key that says which it is, as ``distance = "rating"``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, Literal, cast

from rallypoint.core.matchmaking.rules import (
    Aggregate,
    Avoid,
    Balance,
    Distance,
    Equal,
    Expansion,
    Latency,
    Overlap,
    Rule,
)
from rallypoint_protocol.limits import KEY_CHARS_MAX, LIST_VALUES_MAX, REGIONS_MAX, VALUE_CHARS_MAX

from .table import NUMBER_MAX, WAIT_S_MAX, Table, shown

__all__ = ["BUILT_IN", "KINDS", "read_rule"]

BUILT_IN: Final = ("rating", "party_size")
"""Numbers that every ticket has."""
_LATENCY_MS_MAX: Final = 10_000
_WEIGHT_MAX: Final = 1000
_NAME_CHARS_MAX: Final = 48
_UNCERTAINTY_MAX: Final = 10
_MATCHES_MAX: Final = 20
_DODGES_MAX: Final = 100
_AGGREGATES: Final = ("min", "max", "mean")


def read_rule(table: Table) -> Rule:
    """Makes a rule of a table.

    Raises:
        RulesError: it is of no kind, or one of its values cannot be.
    """
    kinds = [kind for kind in KINDS if kind in table.data]
    if not kinds:
        known = (*KINDS, *sorted({key for keys, _ in KINDS.values() for key in keys}))
        table.check_keys(known)
        table.fail(f'a rule needs its kind: one of {", ".join(KINDS)}, as in `distance = "rating"`')
    if len(kinds) > 1:
        table.fail(f"a rule is of one kind, and this one has {' and '.join(kinds)}. Write two rules", kinds[1])
    keys, read = KINDS[kinds[0]]
    table.what = f"a rule `{kinds[0]}`"
    table.check_keys((kinds[0], *keys))
    return read(table)


def _distance(table: Table) -> Distance:
    attribute = _attribute(table, "distance")
    if attribute != "rating" and "uncertainty" in table.data:
        table.fail(f"uncertainty is that of ratings: {attribute} has none. Leave it out", "uncertainty")
    limit = table.number("limit", 0, NUMBER_MAX)
    return Distance(
        name=_name(table, attribute),
        attribute=attribute,
        limit=limit,
        uncertainty=table.number("uncertainty", 0, _UNCERTAINTY_MAX, 0.0),
        party=_party(table, "mean"),
        default=_default_number(table, attribute),
        weight=_weight(table),
        expansions=_expansions(table, limit, 0, NUMBER_MAX),
        optional_after_s=_optional(table),
    )


def _equal(table: Table) -> Equal:
    attribute = _attribute(table, "equal")
    if attribute in BUILT_IN:
        table.fail(f'equal = "{attribute}" is a number: write `distance = "{attribute}"` with a limit', "equal")
    default = table.data.get("default")
    if isinstance(default, str):
        if len(default) > VALUE_CHARS_MAX:
            table.wrong("default", f"a text of at most {VALUE_CHARS_MAX} characters, as tickets have")
    elif default is not None and not isinstance(default, bool):
        default = table.number("default", -NUMBER_MAX, NUMBER_MAX) if isinstance(default, int | float) else None
        if default is None:
            table.wrong("default", "a text, a number, true or false")
    return Equal(
        name=_name(table, attribute),
        attribute=attribute,
        default=default,
        weight=_weight(table),
        optional_after_s=_optional(table),
    )


def _overlap(table: Table) -> Overlap:
    attribute = _attribute(table, "overlap")
    if attribute in BUILT_IN:
        table.fail(f"{attribute} is a number, and overlap needs a list, as of the maps that a player likes", "overlap")
    limit = table.number("limit", 1, LIST_VALUES_MAX, 1.0, whole=True)
    return Overlap(
        name=_name(table, attribute),
        attribute=attribute,
        limit=limit,
        default=_default_list(table),
        weight=_weight(table),
        expansions=_expansions(table, limit, 1, LIST_VALUES_MAX, fewer=True),
        optional_after_s=_optional(table),
    )


def _latency(table: Table) -> Latency:
    limit = table.number("latency", 0, _LATENCY_MS_MAX)
    if limit == 0:
        table.wrong("latency", f"how many milliseconds a region may be away, up to {_LATENCY_MS_MAX}; nobody has 0")
    default = None
    if "default" in table.data:
        regions = table.table("default", "regions, with the latency that is assumed in ms, as {eu = 60}")
        if not 1 <= len(regions.data) <= REGIONS_MAX:
            table.fail(f"default has {len(regions.data)} regions. Write 1 to {REGIONS_MAX}", "default")
        default = {str(region): regions.number(region, 0, _LATENCY_MS_MAX) for region in regions.data}
    return Latency(
        name=_name(table, "latency"),
        limit=limit,
        party=_party(table, "max"),
        default=default,
        weight=_weight(table),
        expansions=_expansions(table, limit, 0, _LATENCY_MS_MAX),
        optional_after_s=_optional(table),
    )


def _avoid(table: Table) -> Avoid:
    what = cast('Literal["recent", "blocked", "dodgers"]', table.choice("avoid", "", ("recent", "blocked", "dodgers")))
    for key, only in (("matches", "recent"), ("limit", "dodgers")):
        if key in table.data and what != only:
            table.fail(f'{key} belongs to `avoid = "{only}"`. Leave it out', key)
    return Avoid(
        name=_name(table, what),
        what=what,
        matches=int(table.number("matches", 1, _MATCHES_MAX, 3, whole=True)),
        limit=table.number("limit", 1, _DODGES_MAX, 3.0, whole=True),
        weight=_weight(table),
        optional_after_s=_optional(table),
    )


def _balance(table: Table) -> Balance:
    attribute = _attribute(table, "balance")
    if attribute == "party_size":
        table.fail("party_size is a number of tickets, and balance compares players. Balance another one", "balance")
    limit = table.number("limit", 0, NUMBER_MAX) if "limit" in table.data else float("inf")
    if limit == float("inf") and ("expand" in table.data or "optional_after_s" in table.data):
        key = "expand" if "expand" in table.data else "optional_after_s"
        table.fail(f"without a limit any teams will do, and {key} changes nothing. Write a limit, too", key)
    return Balance(
        name=_name(table, "balance" if attribute == "rating" else f"balance of {attribute}"),
        attribute=attribute,
        limit=limit,
        default=_default_number(table, attribute),
        weight=_weight(table),
        expansions=_expansions(table, limit, 0, NUMBER_MAX),
        optional_after_s=_optional(table),
    )


_LIMITED: Final = ("name", "limit", "default", "weight", "expand", "optional_after_s")
KINDS: Final[Mapping[str, tuple[tuple[str, ...], Callable[[Table], Rule]]]] = {
    "distance": ((*_LIMITED, "uncertainty", "party"), _distance),
    "equal": (("name", "default", "weight", "optional_after_s"), _equal),
    "overlap": (_LIMITED, _overlap),
    "latency": (("name", "party", "default", "weight", "expand", "optional_after_s"), _latency),
    "avoid": (("name", "matches", "limit", "weight", "optional_after_s"), _avoid),
    "balance": (_LIMITED, _balance),
}
"""Kind to its other keys, and what makes a rule of a table."""


# --- what several kinds have ------------------------------------------------------------------------------------------


def _attribute(table: Table, kind: str) -> str:
    value = table.data[kind]
    fits = isinstance(value, str) and 0 < len(value) <= KEY_CHARS_MAX and value.isprintable()
    if not fits or value != value.strip():
        table.wrong(kind, f'the name of an attribute, 1 to {KEY_CHARS_MAX} characters, as in `{kind} = "level"`')
    return str(value)


def _name(table: Table, usual: str) -> str:
    return table.text("name", usual, _NAME_CHARS_MAX)


def _party(table: Table, usual: Aggregate) -> Aggregate:
    return cast(Aggregate, table.choice("party", usual, _AGGREGATES))


def _weight(table: Table) -> float:
    return table.number("weight", 0, _WEIGHT_MAX, 1.0)


def _default_number(table: Table, attribute: str) -> float | None:
    if attribute in BUILT_IN and "default" in table.data:
        table.fail(f"everybody has a {attribute}: no default is needed. Leave it out", "default")
    return table.number("default", -NUMBER_MAX, NUMBER_MAX, None)


def _default_list(table: Table) -> tuple[str, ...] | None:
    values: Any = table.data.get("default")
    if values is None:
        return None
    if not isinstance(values, list | tuple) or not 1 <= len(values) <= LIST_VALUES_MAX:
        table.wrong("default", f'a list of 1 to {LIST_VALUES_MAX} texts, as in default = ["ice", "dune"]')
    for place, value in enumerate(values):
        if not isinstance(value, str) or len(value) > KEY_CHARS_MAX:
            wanted = f"texts of at most {KEY_CHARS_MAX} characters"
            table.fail(f"default has {shown(value)}. Write {wanted}", "default", place)
    return tuple(dict.fromkeys(values))


def _optional(table: Table) -> float | None:
    optional_after_s = table.number("optional_after_s", 0, WAIT_S_MAX, None)
    if optional_after_s is not None:
        for place, step in enumerate(table.data.get("expand", ())):
            if step["after_s"] >= optional_after_s:
                table.fail(
                    f"after {step['after_s']:g} s the rule is optional (optional_after_s = {optional_after_s:g}):"
                    " this expansion never counts. Leave it out, or let optional_after_s come later",
                    *("expand", place),
                )
    return optional_after_s


def _expansions(table: Table, limit: float, least: float, most: float, *, fewer: bool = False) -> tuple[Expansion, ...]:
    """In order of time, each wider than the one before; ``fewer``: wider is a smaller number."""
    expansions: list[Expansion] = []
    after_s = 0.0
    for step in table.tables("expand", "{after_s = 10, limit = 6}"):
        step.what = "an expansion"
        step.check_keys(("after_s", "limit"))
        then_s = step.number("after_s", 0, WAIT_S_MAX)
        if then_s <= after_s:
            before = f"later than {after_s:g}, as expansions are in order" if expansions else "more than 0"
            step.wrong("after_s", f"a number of seconds that is {before}")
        value = step.number("limit", least, most, whole=fewer)
        if not (value < limit if fewer else value > limit):
            order = "fewer" if fewer else "wider"
            than = "smaller" if fewer else "larger"
            step.wrong("limit", f"a {than} number than {limit:g}: each expansion is {order} than what was before")
        expansions.append(Expansion(then_s, value))
        after_s, limit = then_s, value
    return tuple(expansions)
