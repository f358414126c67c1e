"""Queues in words, for people who check what they have written."""

from __future__ import annotations

from collections.abc import Sequence
from typing import assert_never

from rallypoint.core.matchmaking.rules import (
    Avoid,
    Balance,
    Distance,
    Equal,
    Latency,
    Overlap,
    QueueRules,
    Rule,
    TeamSize,
)

__all__ = ["changes", "describe", "shape"]


def shape(teams: Sequence[TeamSize]) -> str:
    """The teams of a match: ``4v4``, ``1 hunter v 3-4``, ``a free-for-all of 2 to 8``."""
    if len(teams) == 1:
        return f"a free-for-all of {_range(teams[0], ' to ')}"
    if any(team.name for team in teams):
        return " v ".join(f"{_range(team)} {team.name}".rstrip() for team in teams)
    return "v".join(_range(team) for team in teams)


def describe(queue: QueueRules) -> str:
    """Some lines, the first about the queue and one for each rule."""
    lines = [f"{queue.name}{f' ({queue.game})' if queue.game else ''}: {', '.join(_parts(queue))}"]
    lines += [f"  {rule.name}: {_rule(rule)}" for rule in queue.rules]
    return "\n".join(lines)


def changes(before: QueueRules, after: QueueRules) -> list[str]:
    """What is different, a line each, the queue itself first; nothing: they are the same."""
    former, later = _parts(before), _parts(after)
    gone, come = [part for part in former if part not in later], [part for part in later if part not in former]
    lines = [f"{before.name}: {_instead(gone, come)}"] if gone or come else []
    if before.priority != after.priority:
        lines.append(f"priority: {', '.join(after.priority)} instead of {', '.join(before.priority)}")
    if before.options != after.options:
        lines.append("options of the game are others")
    old, new = {rule.name: rule for rule in before.rules}, {rule.name: rule for rule in after.rules}
    for name in dict.fromkeys((*old, *new)):
        if name not in new:
            lines.append(f"{name}: no such rule any more (it was: {_rule(old[name])})")
        elif name not in old:
            lines.append(f"{name}: a new rule: {_rule(new[name])}")
        elif old[name] != new[name]:
            was, is_ = _rule(old[name]), _rule(new[name])
            lines.append(f"{name}: {_instead([was], [is_]) if was != is_ else 'another default, or of parties'}")
    return lines


def _instead(gone: Sequence[str], come: Sequence[str]) -> str:
    if not gone:
        return f"now also {', '.join(come)}"
    return f"no longer {', '.join(gone)}" if not come else f"{', '.join(come)} instead of {', '.join(gone)}"


def _parts(queue: QueueRules) -> list[str]:
    parts = [shape(queue.teams)]
    if queue.seats_min < queue.seats_max:
        parts.append(f"full, or after {queue.fill_after_s:g} s with fewer")
    largest = queue.largest_party
    parts.append("no parties" if largest == 1 else f"parties of up to {largest}")
    parts.append("nobody is asked" if queue.ready_s is None else f"{queue.ready_s:g} s to accept")
    if queue.rated:
        parts.append("rated")
    if not queue.backfill:
        parts.append("no backfill")
    if queue.bots_after_s is not None:
        parts.append(f"bots after {queue.bots_after_s:g} s")
    if queue.age == "newest":
        parts.append("newest wait")
    return parts


def _rule(rule: Rule) -> str:
    text = _wish(rule)
    for expansion in () if isinstance(rule, Equal | Avoid) else rule.expansions:
        text += f", after {expansion.after_s:g} s {'' if isinstance(rule, Overlap) else 'within '}{expansion.limit:g}"
    if rule.optional_after_s is not None:
        text += f", after {rule.optional_after_s:g} s optional" if rule.optional_after_s else ", only preferred"
    if rule.weight != 1:
        text += f" (weight {rule.weight:g})"
    return text


def _wish(rule: Rule) -> str:
    match rule:
        case Distance():
            unsure = f" plus {rule.uncertainty:g} times the uncertainty" if rule.uncertainty else ""
            attribute = "" if rule.attribute == rule.name else f"{rule.attribute} "
            return f"{attribute}within {rule.limit:g}{unsure}"
        case Equal():
            return "the same for all" if rule.attribute == rule.name else f"the same {rule.attribute} for all"
        case Overlap():
            of = "" if rule.attribute == rule.name else f"of {rule.attribute} "
            return f"{rule.limit:g} {of}in common"
        case Latency():
            return f"a region within {rule.limit:g} ms for all"
        case Avoid():
            return _avoided(rule)
        case Balance():
            within = "as close as can be" if rule.limit == float("inf") else f"within {rule.limit:g}"
            return f"the teams' means of {rule.attribute} {within}"
        case _:
            assert_never(rule)


def _avoided(rule: Avoid) -> str:
    if rule.what == "recent":
        return f"nobody of the last {rule.matches:d} matches" if rule.matches > 1 else "nobody of the last match"
    if rule.what == "blocked":
        return "nobody who is blocked, or has blocked"
    return f"who declined {rule.limit:g} ready checks within an hour meets only others like that"


def _range(team: TeamSize, to: str = "-") -> str:
    return f"{team.least}" if team.least == team.most else f"{team.least}{to}{team.most}"
