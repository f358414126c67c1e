"""Rules that each make sense, and together can never make a match, or never count: they are refused with the reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rallypoint.core.matchmaking.rules import Avoid, Balance, Equal, Latency, Overlap, QueueRules, Rule
from rallypoint_protocol.limits import BAG_KEYS_MAX, PARTY_MAX

from .kinds import BUILT_IN
from .table import Table
from .words import shape

__all__ = ["GameFacts", "check_queue"]


@dataclass(frozen=True, slots=True)
class GameFacts:
    """What a queue has to know of the game that it is for."""

    name: str
    seats_min: int
    seats_max: int
    has_bot: bool


def check_queue(queue: QueueRules, game: GameFacts | None, table: Table, rules: Sequence[Table]) -> None:
    """``table`` and ``rules`` are what the queue and its rules were read from; without a ``game``, any would do.

    Raises:
        RulesError: such rules can never match, or some never count.
    """
    _check_parties(queue, table)
    if game is not None:
        _check_game(queue, game, table)
    if queue.rated and queue.seats_max == 1:
        table.fail("rated: a match of one player has no winner. Leave rated out, or let more play", "rated")
    if "fill_after_s" in table.data and queue.seats_min == queue.seats_max:
        table.fail(
            f"fill_after_s is for teams with a least and a most, and {shape(queue.teams)} is always full."
            ' Leave it out, or write teams = "3-4v3-4"',
            "fill_after_s",
        )
    if "fill_after_s" in table.data and queue.bots_after_s is not None and queue.fill_after_s > queue.bots_after_s:
        table.fail(
            f"fill_after_s = {queue.fill_after_s:g}: after bots_after_s = {queue.bots_after_s:g} nobody is waited for"
            " any more. Write less",
            "fill_after_s",
        )
    _check_names(queue.rules, rules)
    _check_attributes(queue.rules, rules)
    for rule, at in zip(queue.rules, rules, strict=True):
        if isinstance(rule, Balance) and len(queue.teams) == 1:
            at.fail("balance compares teams, and a free-for-all has none. Leave the rule out", "balance")
        _check_default(rule, at)
        if rule.optional_after_s == 0 and rule.weight == 0:
            at.fail("the rule is optional from the start, and has no weight: it does nothing. Leave it out", "weight")
    latencies = [at for rule, at in zip(queue.rules, rules, strict=True) if isinstance(rule, Latency)]
    if len(latencies) > 1:
        first = latencies[0]
        latencies[1].fail(
            f"a match is in one region, and another rule (at {first.where(first.path)}) chooses it. Write one rule"
            " `latency`",
            "latency",
        )


def _check_parties(queue: QueueRules, table: Table) -> None:
    largest = max(team.most for team in queue.teams)
    if queue.party_max > largest:
        table.fail(
            f"party_max = {queue.party_max}: a party plays in one team, and the largest has {largest} players."
            f" Write at most {largest}",
            "party_max",
        )
    if queue.party_max > PARTY_MAX:
        table.fail(f"party_max = {queue.party_max}: parties have at most {PARTY_MAX} players", "party_max")
    if "parties" in queue.priority and queue.largest_party == 1:
        table.fail("priority: no party comes into this queue. Leave `parties` out", "priority")
    after_oldest = queue.priority[queue.priority.index("oldest") :] if "oldest" in queue.priority else ()
    if "parties" in after_oldest:
        table.fail(
            'priority: no two tickets are equally old: write "parties" before "oldest", or leave it out', "priority"
        )


def _check_game(queue: QueueRules, game: GameFacts, table: Table) -> None:
    seats = f"seats for {game.seats_min}" + (f" to {game.seats_max}" if game.seats_max > game.seats_min else "")
    if queue.seats_max > game.seats_max:
        table.fail(
            f"{shape(queue.teams)} has {queue.seats_max} players, and {game.name} has {seats}. Write smaller teams",
            "teams",
        )
    if queue.seats_min < game.seats_min:
        table.fail(
            f"{shape(queue.teams)} may be {queue.seats_min} players, and {game.name} has {seats}. Write larger teams",
            "teams",
        )
    if queue.bots_after_s is not None and not game.has_bot:
        table.fail(
            f"bots_after_s: {game.name} has no bot. Leave it out, or name the game's bot, as in"
            f' bot="games.{game.name}.bot:Bot"',
            "bots_after_s",
        )


def _check_names(rules: Sequence[Rule], tables: Sequence[Table]) -> None:
    names: list[str] = []
    for rule, at in zip(rules, tables, strict=True):
        if rule.name in names:
            told = "name" if "name" in at.data else ""
            other = tables[names.index(rule.name)]
            at.fail(
                f"two rules are named `{rule.name}` (the other is at {other.where(other.path)})."
                " Give this one a name of its own: `name = ...`",
                *([told] if told else []),
            )
        names.append(rule.name)


def _check_attributes(rules: Sequence[Rule], tables: Sequence[Table]) -> None:
    """A ticket has one value of an attribute, and not more attributes than a message can have."""
    first: dict[tuple[str, bool], Rule] = {}
    needed: set[str] = set()
    for rule, at in zip(rules, tables, strict=True):
        if isinstance(rule, Latency | Avoid) or rule.attribute in BUILT_IN:
            continue
        if not isinstance(rule, Equal):  # which takes anything
            listed = isinstance(rule, Overlap)
            first.setdefault((rule.attribute, listed), rule)
            if other := first.get((rule.attribute, not listed)):
                is_this, is_other = ("a list", "a number") if listed else ("a number", "a list")
                at.fail(
                    f"`{rule.attribute}` is {is_this} for the rule `{rule.name}` and {is_other} for `{other.name}`:"
                    " no ticket has both. Name another attribute"
                )
        if rule.default is None:
            needed.add(rule.attribute)
        if len(needed) > BAG_KEYS_MAX:
            at.fail(
                f"a ticket has at most {BAG_KEYS_MAX} attributes, and the rules need more. Give some rules a default"
            )


def _check_default(rule: Rule, at: Table) -> None:
    """A default that can never pass is none."""
    if rule.optional_after_s is not None or not isinstance(rule, Overlap | Latency) or rule.default is None:
        return
    widest = rule.expansions[-1].limit if rule.expansions else rule.limit
    if isinstance(rule, Overlap) and len(rule.default) < widest:
        at.fail(f"default has {len(rule.default)} values, and {widest:g} in common are needed. Write more", "default")
    if isinstance(rule, Latency) and min(rule.default.values()) > widest:
        at.fail(f"default: none of its regions is within {widest:g} ms, so who has it is never matched", "default")
