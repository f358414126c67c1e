"""How the limit of a rule changes with the wait of a match."""

from __future__ import annotations

from bisect import bisect_right

from rallypoint.core.matchmaking.rules import Avoid, Equal, Rule

__all__ = ["limit_at", "next_change", "steps"]


def steps(rule: Rule) -> tuple[tuple[float, float | None], ...]:
    """From which wait on (seconds, ascending, the first is 0) which limit is in force; ``None``: the rule is optional.

    ``Equal`` has no limit of its own: it is 0, as that of an ``Avoid`` which does not count dodges.
    """
    found: list[tuple[float, float | None]] = [(0.0, _first_limit(rule))]
    if not isinstance(rule, Equal | Avoid):
        found += [(expansion.after_s, expansion.limit) for expansion in rule.expansions]
    end = rule.optional_after_s
    if end is not None:
        found = [step for step in found if step[0] < end or step[0] == 0.0] + [(max(end, 0.0), None)]
    return tuple(found)


def _first_limit(rule: Rule) -> float:
    if isinstance(rule, Equal) or (isinstance(rule, Avoid) and rule.what != "dodgers"):
        return 0.0
    return rule.limit


def limit_at(rule: Rule, wait: float) -> float | None:
    """The limit in force after ``wait`` seconds; ``None``: the rule does not count any more."""
    all_steps = steps(rule)
    return all_steps[max(0, bisect_right(all_steps, wait, key=lambda step: step[0]) - 1)][1]


def next_change(rule: Rule, wait: float) -> tuple[float, float | None] | None:
    """The wait at which the limit changes next, and to what; ``None``: it stays as it is."""
    return next((step for step in steps(rule) if step[0] > max(wait, 0.0)), None)
