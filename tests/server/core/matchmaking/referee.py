"""Judges matches from the rules alone, one by one and slowly. Shares no code with the search."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations, product
from math import inf, sqrt

from rallypoint.core.matchmaking.rules import Avoid, Balance, Distance, Equal, Latency, Overlap, QueueRules, Rule
from rallypoint.core.matchmaking.ticket import Match, Member, Ticket

Teams = tuple[tuple[Ticket, ...], ...]
SLACK = 1e-9


def limit_of(rule: Rule, wait: float) -> float | None:
    """In force after so long; ``None``: it is optional."""
    if rule.optional_after_s is not None and wait >= rule.optional_after_s:
        return None
    limit = 0.0 if isinstance(rule, Equal) else rule.limit
    if not isinstance(rule, Equal | Avoid):
        for expansion in rule.expansions:
            if wait >= expansion.after_s:
                limit = expansion.limit
    return limit


def wait_of(rules: QueueRules, tickets: Sequence[Ticket], now: float) -> float:
    """The one that the limits of a match with these go by."""
    waits = [max(0.0, now - ticket.queued_at) for ticket in tickets]
    return max(waits) if rules.age == "oldest" else min(waits)


def fault(rules: QueueRules, match: Match, now: float) -> str:
    """What is wrong with a match that is no backfill; "" if nothing is."""
    tickets = match.tickets
    oldest = max(max(0.0, now - ticket.queued_at) for ticket in tickets)
    if len(match.teams) != len(rules.teams):
        return "not as many teams"
    bots = match.bots or (0,) * len(rules.teams)
    if any(bots) and (rules.bots_after_s is None or oldest < rules.bots_after_s):
        return "bots too early"
    counts = [sum(len(ticket.members) for ticket in team) for team in match.teams]
    for size, count, more in zip(rules.teams, counts, bots, strict=True):
        if not size.least <= count + more <= size.most:
            return f"a team of {count} and {more} bots"
        if more and count + more != size.least:
            return "more bots than needed"
    small = sum(counts) < rules.seats_max and not any(bots)
    if small and oldest < min(rules.fill_after_s, inf if rules.bots_after_s is None else rules.bots_after_s):
        return "small too early"
    wait = wait_of(rules, tickets, now)
    for rule in rules.rules:
        limit = limit_of(rule, wait)
        if limit is not None and not _holds(rule, match.teams, limit):
            return f"rule {rule.name} at {limit}"
    return ""


def _holds(rule: Rule, teams: Teams, limit: float) -> bool:
    tickets = [ticket for team in teams for ticket in team]
    match rule:
        case Distance():
            return all(_distance(rule, a, b) <= limit + SLACK for a, b in combinations(tickets, 2))
        case Equal():
            values = [member.attributes.get(rule.attribute, rule.default) for member in _members(tickets)]
            return all(value == values[0] and type(value) is type(values[0]) for value in values)
        case Overlap():
            lists = [set(_list(member.attributes.get(rule.attribute, rule.default))) for member in _members(tickets)]
            return len(set.intersection(*lists)) >= limit
        case Latency():
            return any(
                all(_latency(rule, ticket, region) <= limit for ticket in tickets)
                for region in tickets[0].members[0].latency_ms
            )
        case Avoid():
            return not any(_avoid(rule, a, b, limit) for a, b in combinations(tickets, 2))
        case Balance():
            return gap(rule, teams) <= limit + SLACK


def gap(rule: Balance, teams: Teams) -> float:
    """Between the means of the best and the worst team."""
    means = []
    for team in teams:
        values = [_number(member, rule.attribute) for member in _members(team)]
        if values:
            means.append(sum(values) / len(values))
    return max(means) - min(means)


def _members(tickets: Sequence[Ticket]) -> list[Member]:
    return [member for ticket in tickets for member in ticket.members]


def _number(member: Member, attribute: str) -> float:
    if attribute == "rating":
        return member.rating.mu
    value = member.attributes[attribute]
    assert isinstance(value, int | float)
    return value


def _list(value: object) -> tuple[str, ...]:
    assert isinstance(value, tuple)
    return value


def _distance(rule: Distance, a: Ticket, b: Ticket) -> float:
    found = []
    spread = 0.0
    for ticket in (a, b):
        if rule.attribute == "party_size":
            found.append(float(len(ticket.members)))
            continue
        values = [_number(member, rule.attribute) for member in ticket.members]
        sigmas = [member.rating.sigma for member in ticket.members]
        if rule.party == "mean":
            found.append(sum(values) / len(values))
            spread += sum(sigma**2 for sigma in sigmas) / len(sigmas) ** 2
        else:
            found.append(max(values) if rule.party == "max" else min(values))
            spread += sigmas[values.index(found[-1])] ** 2
    u = rule.uncertainty if rule.attribute == "rating" else 0.0
    return abs(found[0] - found[1]) - u * sqrt(spread)


def _latency(rule: Latency, ticket: Ticket, region: str) -> float:
    if not all(region in member.latency_ms for member in ticket.members):
        return inf
    values = [member.latency_ms[region] for member in ticket.members]
    return {"max": max(values), "min": min(values), "mean": sum(values) / len(values)}[rule.party]


def _avoid(rule: Avoid, a: Ticket, b: Ticket, limit: float) -> bool:
    if rule.what == "dodgers":
        bad = [any(member.dodges >= limit for member in ticket.members) for ticket in (a, b)]
        return bad[0] != bad[1]
    for mine, theirs in ((a, b), (b, a)):
        others = {member.player for member in theirs.members}
        for member in mine.members:
            sets = [member.blocked] if rule.what == "blocked" else member.recent[: rule.matches]
            if any(others.intersection(one) for one in sets):
                return True
    return False


def divisions(rules: QueueRules, tickets: Sequence[Ticket], *, bots: bool) -> Iterator[Teams]:
    """All into teams; with ``bots`` those too that have fewer than they need."""
    for choice in product(range(len(rules.teams)), repeat=len(tickets)):
        teams = tuple(
            tuple(t for t, n in zip(tickets, choice, strict=True) if n == team) for team in range(len(rules.teams))
        )
        counts = [sum(len(ticket.members) for ticket in team) for team in teams]
        fits = zip(counts, rules.teams, strict=True)
        if all((0 if bots else size.least) <= count <= size.most for count, size in fits):
            yield teams


def best_division(rules: QueueRules, tickets: Sequence[Ticket], *, bots: bool = False) -> Teams | None:
    """The most even numbers of free seats first, then the least gap of the first balance rule (or rating)."""
    balance = next((rule for rule in rules.rules if isinstance(rule, Balance)), Balance(name=""))

    def worth(teams: Teams) -> tuple[int, float]:
        counts = [sum(len(ticket.members) for ticket in team) for team in teams]
        free = [size.most - count for size, count in zip(rules.teams, counts, strict=True)]
        return max(free) - min(free), gap(balance, teams)

    return min(divisions(rules, tickets, bots=bots), key=worth, default=None)


def possible(rules: QueueRules, tickets: Sequence[Ticket], now: float, must: Ticket | None = None) -> Match | None:
    """Some match among these tickets (with ``must`` in it), by trying all; ``None``: there is none."""
    for count in range(1, len(tickets) + 1):
        for group in combinations(tickets, count):
            if must is not None and must not in group:
                continue
            players = sum(len(ticket.members) for ticket in group)
            if players > rules.seats_max or (players < rules.seats_min and rules.bots_after_s is None):
                continue
            # the cheap rules first: most groups are out without a division
            whole = Match(rules.name, (group,), (), 0.0, now)
            wait = wait_of(rules, group, now)
            counting = [(rule, limit_of(rule, wait)) for rule in rules.rules if not isinstance(rule, Balance)]
            if not all(limit is None or _holds(rule, whole.teams, limit) for rule, limit in counting):
                continue
            for bots in (False, True):
                teams = best_division(rules, group, bots=bots)
                if teams is not None:
                    found = _with_bots(rules, teams, now)
                    if not fault(rules, found, now):
                        return found
    return None


def _with_bots(rules: QueueRules, teams: Teams, now: float) -> Match:
    counts = [sum(len(ticket.members) for ticket in team) for team in teams]
    bots = tuple(max(0, size.least - count) for size, count in zip(rules.teams, counts, strict=True))
    return Match(rules.name, teams, (), 0.0, now, bots=bots if any(bots) else ())
