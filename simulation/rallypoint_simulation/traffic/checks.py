"""Ready checks of simulated players: how people answer is a model, what comes of it is decided by the lobby's code.

Everybody answers after a time of their own, or not at all. Nothing else happens to them meanwhile, so how a check ends
is known when it begins.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from rallypoint.core.matchmaking.ticket import Ticket
from rallypoint.core.ready_checks import CheckState, ReadyCheck
from rallypoint_protocol.ids import PlayerId

from .arrivals import Comer
from .settings import Population

__all__ = ["Asked", "ask"]


class Asked(NamedTuple):
    """How a check ends."""

    after_s: float
    check: ReadyCheck

    @property
    def passed(self) -> bool:
        """Whether all have accepted."""
        return self.check.state is CheckState.AGREED


class _Answer(NamedTuple):
    after_s: float
    player: PlayerId
    accepts: bool


def ask(
    queue: str, tickets: Sequence[tuple[Ticket, Comer]], now: float, ready_s: float, population: Population
) -> Asked:
    """Asks everybody; the answers are from the dice of their tickets. Who would answer after ``ready_s`` is silent."""
    players = {ticket.id: [person.id for person in comer.people] for ticket, comer in tickets}
    check = ReadyCheck(tickets[0][0].id, queue, players, now, ready_s)
    for answer in sorted(answer for _, comer in tickets for answer in _answers(comer, population)):
        if answer.after_s > ready_s:
            break
        check.answer(answer.player, accepts=answer.accepts)
        if check.state is not CheckState.ASKED:
            return Asked(answer.after_s, check)
    check.expire()
    return Asked(ready_s, check)


def _answers(comer: Comer, population: Population) -> list[_Answer]:
    answers = []
    for person in comer.people:
        mood = comer.dice.random()
        after_s = population.answer_s * comer.dice.lognormvariate(0, 0.5)
        if mood >= population.misses:
            answers.append(_Answer(after_s, person.id, accepts=mood >= population.misses + person.declines))
    return answers
