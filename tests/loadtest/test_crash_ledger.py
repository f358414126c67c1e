"""What a player did and was told, against what the server says after a crash: each kind of lie is found, and named."""

from rallypoint_loadtest.crash_ledger import RECENT, OwnLedger, Verdict, chained


def digest(*numbers: int) -> int:
    value = 0
    for number in numbers:
        value = chained(value, number)
    return value


def up_to(count: int) -> int:
    return digest(*range(1, count + 1))


def played(made: int, *, answered: int, kept: int) -> OwnLedger:
    """A ledger of so many actions; events answered some, and the client still keeps some."""
    ledger = OwnLedger()
    for _ in range(made):
        ledger.act()
    for number in range(1, answered + 1):
        ledger.numbered(number)
        ledger.noted(number, number, up_to(number))
    ledger.kept(kept)
    return ledger


def found(ledger: OwnLedger) -> list[Verdict]:
    return [verdict for verdict, _ in ledger.take_problems()]


def test_a_right_server_is_not_accused():
    ledger = played(40, answered=38, kept=3)
    assert (ledger.durable, ledger.told) == (37, 38)
    ledger.recovered(38, up_to(38))
    for number in (39, 40):
        ledger.numbered(number)
        ledger.noted(number, number, up_to(number))
    ledger.shown(40, up_to(40), list(range(40 - RECENT + 1, 41)))
    assert found(ledger) == []


def test_a_recovered_state_may_be_ahead_of_what_was_told():
    ledger = played(10, answered=6, kept=5)
    ledger.recovered(9, up_to(9))
    assert found(ledger) == []


def test_a_durable_action_that_is_not_recovered_is_found():
    ledger = played(10, answered=7, kept=2)
    ledger.recovered(7, up_to(7))
    assert found(ledger) == [Verdict.DURABLE]


def test_an_event_that_was_told_and_un_happened_is_found():
    ledger = played(10, answered=9, kept=10)
    ledger.recovered(8, up_to(8))
    assert found(ledger) == [Verdict.EVENTS]


def test_recovered_actions_in_another_order_are_found():
    ledger = played(4, answered=0, kept=2)
    ledger.recovered(3, digest(1, 3, 2))
    assert found(ledger) == [Verdict.DURABLE]


def test_an_action_that_was_applied_twice_is_found_by_its_second_answer():
    ledger = played(5, answered=5, kept=0)
    ledger.numbered(6)
    ledger.noted(5, 6, digest(1, 2, 3, 4, 5, 5))
    assert found(ledger) == [Verdict.ONCE, Verdict.ONCE]


def test_an_action_that_was_lost_is_found_by_the_next_answer_and_at_the_end():
    ledger = played(5, answered=3, kept=0)
    ledger.numbered(4)
    ledger.noted(5, 4, digest(1, 2, 3, 5))
    ledger.shown(4, digest(1, 2, 3, 5), [1, 2, 3, 5])
    assert found(ledger) == [Verdict.ONCE, Verdict.ONCE, Verdict.ONCE]


def test_private_fields_that_do_not_agree_with_the_hash_are_found():
    ledger = played(3, answered=3, kept=0)
    ledger.shown(3, up_to(3), [1, 3, 2])
    assert found(ledger) == [Verdict.ONCE]


def test_an_action_without_an_answer_is_found_at_the_end():
    ledger = played(3, answered=2, kept=0)
    ledger.shown(3, up_to(3), [1, 2, 3])
    assert found(ledger) == [Verdict.EVENTS]


def test_gaps_and_repeats_of_event_numbers_are_found():
    ledger = OwnLedger()
    ledger.numbered(1)
    ledger.numbered(3)
    ledger.numbered(3)
    assert found(ledger) == [Verdict.EVENTS, Verdict.EVENTS]


def test_what_was_durable_stays_so_whatever_the_client_keeps_later():
    ledger = played(10, answered=0, kept=2)
    ledger.kept(10)
    assert ledger.durable == 8


def test_problems_are_told_once():
    ledger = played(2, answered=0, kept=0)
    ledger.recovered(0, 0)
    assert found(ledger)
    assert not found(ledger)
