"""A queue that is easy to see through: who comes first is matched first, and rules do not matter."""

from __future__ import annotations

from dataclasses import dataclass

from rallypoint.core.matchmaking.rules import QueueRules
from rallypoint.core.matchmaking.ticket import Match, Ticket


@dataclass(frozen=True)
class Told:
    text: str

    @property
    def data(self):
        return {"rules": [], "estimate_s": 10.0}


class SimpleQueue:
    """Has the methods of the real one that the simulation calls, and checks that they are called as agreed."""

    def __init__(self, rules: QueueRules, quality: float = 0.5) -> None:
        self.rules, self.quality = rules, quality
        self.tickets: dict[str, Ticket] = {}
        self.held: set[str] = set()
        self.due: float | None = None
        self.busy = False

    def refusal(self, members):
        return "" if len(members) <= self.rules.largest_party else "too large"

    def add(self, ticket):
        assert ticket.id not in self.tickets
        self.tickets[ticket.id] = ticket
        self.busy = True

    def remove(self, ticket_id):
        assert ticket_id not in self.held, "it is in a match"
        del self.tickets[ticket_id]

    def work(self, now, units):
        """Teams are filled one after the other; whoever does not fit waits."""
        self.busy = False
        found = []
        while (teams := self._teams()) is not None:
            self.held.update(ticket.id for team in teams for ticket in team)
            found.append(Match(self.rules.name, teams, (), self.quality, now, "eu"))
        return found

    def _teams(self):
        teams: list[list[Ticket]] = [[] for _ in self.rules.teams]
        free = [size.most for size in self.rules.teams]
        for ticket in self.tickets.values():
            if ticket.id not in self.held:
                for place, room in enumerate(free):
                    if len(ticket.members) <= room:
                        teams[place].append(ticket)
                        free[place] -= len(ticket.members)
                        break
        return None if any(free) else tuple(map(tuple, teams))

    def settled(self, match, now):
        for ticket in match.tickets:
            self.held.remove(ticket.id)
            del self.tickets[ticket.id]

    def refused(self, match, now):
        self.held.difference_update(ticket.id for ticket in match.tickets)
        self.busy = True

    def explain(self, ticket_id, now):
        assert ticket_id in self.tickets
        return Told(f"{len(self.tickets)} wait here")
