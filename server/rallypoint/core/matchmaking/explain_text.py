"""One sentence for the player who waits: what is nearest to the truth, in few words."""

from __future__ import annotations

import math
from collections.abc import Sequence

from .rules import Avoid, Distance, Equal, Latency, Overlap, QueueRules, Rule

__all__ = ["duration", "sentence"]


def sentence(
    rules: QueueRules,
    *,
    size: int,
    waited_s: float,
    others: int,
    near: int,
    tightest: Rule | None,
    next_s: float | None,
    sampled: bool = False,
) -> str:
    """``others`` and ``near`` are players (not tickets): who waits there besides, and who of them passes all rules.

    ``next_s``: in how many seconds ``tightest`` relaxes; ``None``: never again.
    """
    bots = _bots(rules, waited_s)
    needed = max(0, rules.seats_min - size)
    if not others:
        return _join(["nobody else waits" if needed else "you need nobody else", bots])
    if near >= needed and needed:
        if near + size >= rules.seats_max or waited_s >= rules.fill_after_s:
            return _join([f"{_about(near, sampled)} {_fit(near)}: a match of them is looked for", bots])
        left = duration(rules.fill_after_s - waited_s)
        return _join([f"{_about(near, sampled)} {_fit(near)}, more are waited for {left}", bots])
    parts = [_where(rules, tightest, near, size, sampled)]
    if tightest is not None and next_s is not None:
        parts.append(f"{_relaxes(tightest)} in {duration(next_s)}")
    elif near < needed and not isinstance(tightest, Latency | None):  # these say it already
        parts.append(f"{needed - near} more {'is' if needed - near == 1 else 'are'} needed")
    return _join([*parts, bots])


def _where(rules: QueueRules, tightest: Rule | None, near: int, size: int, sampled: bool) -> str:
    """How many there are for this ticket, in words of the rule that excludes most."""
    count = _about(near, sampled)
    match tightest:
        case Distance(attribute="rating"):
            return f"{count} near your rating"
        case Distance(attribute="party_size"):
            return f"{count} in parties like yours"
        case Distance(attribute=attribute):
            return f"{count} near your {_word(attribute)}"
        case Latency():
            return f"your region has {near + size} of the {rules.seats_min} players needed"
        case Equal(attribute=attribute):
            return f"{count} with your {_word(attribute)}"
        case Overlap(attribute=attribute):
            return f"{count} who share your {_word(attribute)}"
        case Avoid(what="recent"):
            return f"{count} you have not just played with"
        case Avoid():
            return f"{count} you can be matched with"
        case _:
            return f"{near + size} of the {rules.seats_min} players needed wait"


def _relaxes(rule: Rule) -> str:
    match rule:
        case Distance() | Latency():
            return "widening"
        case _:
            return "less strict"


def _bots(rules: QueueRules, waited_s: float) -> str:
    if rules.bots_after_s is None:
        return ""
    left_s = rules.bots_after_s - waited_s
    return f"bots join in {duration(left_s)}" if left_s > 0 else "bots join now"


def _fit(near: int) -> str:
    return "fits you" if near == 1 else "fit you"


def _about(players: int, sampled: bool) -> str:
    if not players:
        return "no players"
    return f"{'about ' if sampled else ''}{players} {'player' if players == 1 else 'players'}"


def _word(attribute: str) -> str:
    return attribute.replace("_", " ")


def _join(parts: Sequence[str]) -> str:
    return ", ".join(part for part in parts if part)


def duration(seconds: float) -> str:
    """For people: ``8 s``, ``2 min``. Rounded up: it is never earlier than was said."""
    whole = max(1, math.ceil(seconds))
    return f"{whole} s" if whole < 90 else f"{math.ceil(whole / 60)} min"
