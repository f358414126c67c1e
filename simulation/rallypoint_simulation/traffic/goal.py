"""What somebody wants of a queue, in a sentence, and which of two sets of rules is nearer to it.

A goal is one or more conditions, and then what shall be best: ``p95 wait < 60 s, gave up < 2%, then quality``. Rules
that keep all conditions are better than others; if both sets do, what shall be best decides; if neither does, the one
that misses its worst condition by the smaller part of it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

__all__ = ["GOAL", "Condition", "Goal", "GoalRefused", "Metric", "Verdict", "parse_goal"]

GOAL: Final = "p95 wait < 60 s, gave up < 2%, then quality"
_FORM: Final = (
    f'write conditions and then what shall be best, as "{GOAL}". Known are wait, quality, rating spread, team gap,'
    " favourite, latency (each with mean, p5, p50, p90, p95, p99 or max before it), gave up, failed checks, matches"
)


class GoalRefused(ValueError):
    """A goal that nobody understands. The message says what to write."""


@dataclass(frozen=True, slots=True)
class Metric:
    """One figure."""

    name: str
    path: tuple[str, ...]
    unit: str = ""
    """``s``, ``ms``, ``%`` (of a share) or nothing."""
    more_is_better: bool = False

    def of(self, figures: Mapping[str, Any]) -> float | None:
        """Its value; ``None`` if these rules have no such thing."""
        value: Any = figures
        for key in self.path:
            value = value[key]
        return None if value is None else float(value)

    def text(self, value: float | None) -> str:
        """For people."""
        if value is None:
            return "-"
        if self.unit == "%":
            return f"{value:.2%}"
        digits = 3 if self.unit == "" and abs(value) < 10 else 1
        return f"{value:,.{digits}f}" + (f" {self.unit}" if self.unit else "")


@dataclass(frozen=True, slots=True)
class Condition:
    """A figure has to be under (or over) something."""

    metric: Metric
    below: bool
    value: float

    def missed_by(self, figures: Mapping[str, Any]) -> float:
        """0: it is kept. Else by which part of the value it is not."""
        found = self.metric.of(figures)
        if found is None:
            return math.inf
        beyond = found - self.value if self.below else self.value - found
        return max(0.0, beyond) / abs(self.value or 1.0)

    @property
    def text(self) -> str:
        return f"{self.metric.name} {'<' if self.below else '>'} {self.metric.text(self.value)}"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a goal says of two sets of rules."""

    better: int | None
    """0: the first, 1: the second; ``None``: neither."""
    text: str


@dataclass(frozen=True, slots=True)
class Goal:
    """Conditions, and what shall be best among those that keep them."""

    conditions: tuple[Condition, ...]
    best: Metric | None

    @property
    def text(self) -> str:
        parts = [each.text for each in self.conditions]
        if self.best is not None:
            parts.append(
                ("then " if parts else "") + f"{'most' if self.best.more_is_better else 'least'} {self.best.name}"
            )
        return ", ".join(parts)

    def verdict(self, figures: Sequence[Mapping[str, Any]], names: Sequence[str]) -> Verdict:
        """Of exactly two."""
        misses = [max((each.missed_by(one) for each in self.conditions), default=0.0) for one in figures]
        kept = [miss == 0 for miss in misses]
        if kept[0] != kept[1]:
            better = kept.index(True)
            worst = max(self.conditions, key=lambda each: each.missed_by(figures[1 - better]))
            missed = f"{worst.metric.name} is {worst.metric.text(worst.metric.of(figures[1 - better]))}"
            return Verdict(
                better, f"{names[better]} is better: it keeps {self._kept()}; with {names[1 - better]}, {missed}"
            )
        if not kept[0]:
            if misses[0] == misses[1]:
                return Verdict(None, "neither keeps the goal, and both miss it by as much")
            better = int(misses[1] < misses[0])
            worst = max(self.conditions, key=lambda each: each.missed_by(figures[better]))
            nearer = f"{worst.metric.name} is {worst.metric.text(worst.metric.of(figures[better]))}"
            return Verdict(better, f"neither keeps the goal; {names[better]} is nearer: {nearer} there")
        both = f"both keep {self._kept()}" if self.conditions else ""
        if self.best is None:
            return Verdict(None, both)
        values = [self.best.of(one) for one in figures]
        if values[0] is None or values[1] is None or values[0] == values[1]:
            return Verdict(None, f"{both}{'; ' * bool(both)}{self.best.name} is the same")
        better = int((values[1] > values[0]) == self.best.more_is_better)
        one, other = self.best.text(values[better]), self.best.text(values[1 - better])
        shown = f"{self.best.name} is {one}, with {names[1 - better]} {other}"
        return Verdict(better, f"{names[better]} is better: {both}{', and ' * bool(both)}{shown}")

    def _kept(self) -> str:
        return " and ".join(each.text for each in self.conditions)


# --- reading ----------------------------------------------------------------------------------------------------------

_WORDS: Final[Mapping[str, tuple[str, str, str, bool, str]]] = {
    # word: (name, figure, unit, more is better, which of them if none is said)
    "wait": ("wait", "wait_s", "s", False, "p95"),
    "quality": ("quality", "quality", "", True, "mean"),
    "rating spread": ("rating spread", "rating_spread", "", False, "mean"),
    "spread": ("rating spread", "rating_spread", "", False, "mean"),
    "team gap": ("team gap", "team_gap", "", False, "mean"),
    "gap": ("team gap", "team_gap", "", False, "mean"),
    "favourite": ("favourite's chance", "favourite", "%", False, "mean"),
    "latency": ("latency", "latency_ms", "ms", False, "p95"),
}
_SHARES: Final[Mapping[str, Metric]] = {
    "gave up": Metric("gave up", ("tickets", "gave_up_share"), "%"),
    "give up": Metric("gave up", ("tickets", "gave_up_share"), "%"),
    "failed checks": Metric("failed checks", ("checks", "failed_share"), "%"),
    "matches": Metric("matches a minute", ("matches", "a_minute"), "", True),
}
_METRIC: Final = re.compile(
    r"(?:the )?(?:(least|lowest|smallest|most|best|highest|greatest) )?"
    rf"(?:(mean|median|p5|p50|p90|p95|p99|max) )?({'|'.join((*_WORDS, *_SHARES))})(?: a minute|'s chance)?"
)
_CONDITION: Final = re.compile(
    r"(.+?) ?(<=?|>=?|(?:is )?(?:under|below|at most|over|above|at least)) ?([0-9]+(?:\.[0-9]+)?) ?(s|ms|min|%)?"
)


def parse_goal(text: str) -> Goal:
    """Reads one.

    Raises:
        GoalRefused: it is none.
    """
    whole = " ".join(text.lower().split())
    if not whole:
        raise GoalRefused(_FORM)
    for word in (", then ", " then ", " at the "):
        before, found, after = whole.partition(word)
        if found:
            whole, best = before, after
            break
    else:
        best = "" if _CONDITION.fullmatch(re.split(r",| and ", whole)[0].strip()) else whole
        whole = "" if best else whole
    parts = [part.strip() for part in re.split(r",| and ", whole) if part.strip()]
    return Goal(tuple(_condition(part) for part in parts), _metric(best) if best else None)


def _condition(text: str) -> Condition:
    found = _CONDITION.fullmatch(text)
    if found is None:
        raise GoalRefused(f"`{text}` is no condition: {_FORM}")
    metric, unit = _metric(found[1]), found[4] or ""
    value = float(found[3]) * (60 if unit == "min" else 1)
    if {"min": "s"}.get(unit, unit) not in ("", metric.unit):
        raise GoalRefused(
            f"`{text}`: {metric.name} is not in {unit}" + (f" but in {metric.unit}" if metric.unit else "")
        )
    if metric.unit == "%":
        value = value / 100 if unit == "%" else value
        if value > 1:
            raise GoalRefused(f"`{text}`: {metric.name} is a share, which is never more than 100%: write {found[3]}%")
    return Condition(metric, found[2].split()[-1] in ("<", "<=", "under", "below", "most"), value)


def _metric(text: str) -> Metric:
    found = _METRIC.fullmatch(text.strip())
    if found is None:
        raise GoalRefused(f"`{text.strip()}` is no figure: {_FORM}")
    direction, which, word = found[1], found[2], found[3]
    if word in _SHARES:
        if which:
            raise GoalRefused(f"`{text}`: {word} has no {which}: write {word} alone")
        metric = _SHARES[word]
    else:
        name, figure, unit, more, usual = _WORDS[word]
        which = {"median": "p50"}.get(which, which) or usual
        metric = Metric(f"{which} {name}", (figure, which), unit, more)
    if direction and direction != "best":
        more = direction in ("most", "highest", "greatest")
        metric = Metric(metric.name, metric.path, metric.unit, more)
    return metric
