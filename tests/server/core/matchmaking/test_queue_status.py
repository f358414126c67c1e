"""How a queue is doing, for operators."""

from __future__ import annotations

from rallypoint.core.matchmaking.queue import MatchQueue
from rallypoint.core.matchmaking.queue_status import QueueStatus, queue_status
from rallypoint.core.matchmaking.rules import QueueRules, TeamSize
from rallypoint.core.matchmaking.ticket import Member, Ticket
from rallypoint_protocol.ids import PlayerId

NOW = 1000.0


def queue_of(*waits_s: float) -> MatchQueue:
    queue = MatchQueue(QueueRules(name="ranked", game="arena", teams=(TeamSize(1, 1),) * 2), 100)
    for number, wait_s in enumerate(waits_s):
        queue.add(Ticket(f"t{number}", (Member(PlayerId(f"p{number}")),), NOW - wait_s, number))
    return queue


def test_an_empty_queue() -> None:
    assert queue_status(queue_of(), NOW) == QueueStatus(0, 0, 0.0, 15, 0, 0.0, None, None, None)


def test_a_queue_that_has_made_matches() -> None:
    queue = queue_of(40.0, 30.0, 20.0, 10.0, 5.5)
    for match in queue.work(NOW, 10_000):
        queue.settled(match, NOW)
    assert queue_status(queue, NOW) == QueueStatus(1, 1, 5.5, 15, 2, 0.13, 20.0, 40.0, 1.0)


def test_who_is_found_waits_until_the_seats_are_reserved() -> None:
    queue = queue_of(40.0, 30.0)
    assert len(queue.work(NOW, 10_000)) == 1
    assert queue_status(queue, NOW).waiting == 2
