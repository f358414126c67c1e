"""A time that is the sum of two others may be there when the wait, their difference, is not over by its last bit."""

from __future__ import annotations

from rallypoint.core.matchmaking.rules import Distance, Expansion
from tests.server.core.matchmaking.queue_house import Hall, member

SINCE, AFTER_S = 1193.992, 0.1


def test_a_queue_does_not_wake_for_ever_at_a_time_that_was_rounded():
    assert (SINCE + AFTER_S) - SINCE < AFTER_S
    rule = Distance(name="level", attribute="level", limit=1.0, expansions=(Expansion(AFTER_S, 5.0),))
    hall = Hall(rule)
    hall.add(member("ann", level=1), at=SINCE)
    hall.add(member("bob", level=4), at=SINCE)
    queue, now = hall.queue, SINCE
    for _ in range(10):
        queue.work(now, 10**6)
        assert not queue.busy
        due = queue.due
        if due is None:
            break
        assert due > now, "it would be woken at once again"
        now = due
    assert now < SINCE + AFTER_S + 1e-9
