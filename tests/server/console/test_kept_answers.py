"""Answers that are given again: once kept, always the same; bounded in time, number and bytes."""

from __future__ import annotations

import re

import pytest

from rallypoint.console.kept_answers import DAY_S, KeptAnswer, KeptAnswers, KeyUse
from rallypoint.ports import Entry, EntryKind

ANSWER = KeptAnswer(201, ((b"a", b"b"),), b"{}")


def kept(answers: KeptAnswers, key: str, now: float = 0.0, answer: KeptAnswer = ANSWER) -> None:
    assert answers.begin(key, b"f", now) is KeyUse.NEW
    answers.keep(key, answer)


def test_the_same_key_gives_the_same_answer_for_a_day_and_no_longer() -> None:
    answers = KeptAnswers()
    kept(answers, "k")
    assert answers.begin("k", b"f", DAY_S - 0.001) is ANSWER
    assert answers.begin("k", b"f", DAY_S) is KeyUse.NEW


def test_another_request_with_the_same_key_is_told_apart() -> None:
    answers = KeptAnswers()
    kept(answers, "k")
    assert answers.begin("k", b"g", 1.0) is KeyUse.OTHER
    assert answers.begin("k", b"f", 1.0) is ANSWER


def test_while_the_first_is_executed_the_same_request_is_not_executed_again() -> None:
    answers = KeptAnswers()
    assert answers.begin("k", b"f", 0.0) is KeyUse.NEW
    assert answers.begin("k", b"f", 0.0) is KeyUse.RUNNING
    assert answers.begin("k", b"g", 0.0) is KeyUse.OTHER
    answers.forget("k")
    assert answers.begin("k", b"g", 0.0) is KeyUse.NEW


def test_beyond_so_many_the_oldest_is_forgotten() -> None:
    answers = KeptAnswers(answers_max=3)
    for number in range(5):
        kept(answers, str(number), float(number))
    assert len(answers) == 3
    assert answers.begin("4", b"f", 5.0) is ANSWER
    assert answers.begin("1", b"f", 5.0) is KeyUse.NEW


def test_beyond_so_many_bytes_the_oldest_are_forgotten() -> None:
    answers = KeptAnswers(bytes_max=10_000)
    for number in range(20):
        kept(answers, str(number), answer=KeptAnswer(201, (), bytes(1000)))
    assert len(answers) == 6
    kept(answers, "large", answer=KeptAnswer(201, (), bytes(20_000)))
    assert len(answers) == 0
    kept(answers, "small")
    assert answers.begin("small", b"f", 0.0) is ANSWER  # what was forgotten is not counted any more


def test_what_was_forgotten_while_it_was_executed_is_not_kept() -> None:
    answers = KeptAnswers(answers_max=1)
    assert answers.begin("a", b"f", 0.0) is KeyUse.NEW
    assert answers.begin("b", b"f", 0.0) is KeyUse.NEW
    answers.keep("a", ANSWER)
    answers.keep("b", ANSWER)
    assert len(answers) == 1
    assert answers.begin("b", b"f", 0.0) is ANSWER


# --- with a journal -------------------------------------------------------------------------------------------------


class Journal:
    """What of the answers a server that dies now would leave."""

    def __init__(self) -> None:
        self.held: dict[str, list[bytes]] = {}

    def take(self, entries: list[Entry]) -> list[EntryKind]:
        for key, kind, data in entries:
            if kind is EntryKind.GONE:
                self.held.pop(key, None)
            else:
                self.held[key] = [data]
        return [entry.kind for entry in entries]


def restored(journal: Journal, shift_s: float = 0.0, now: float = 0.0) -> KeptAnswers:
    answers = KeptAnswers(keep_entries=True)
    answers.restore({"session/x": [b"?"], **journal.held}, shift_s, now)
    return answers


def test_an_answer_outlives_the_server_and_the_clock_stands_still_meanwhile() -> None:
    journal, answers = Journal(), KeptAnswers(keep_entries=True)
    kept(answers, "k", 100.0)
    assert journal.take(answers.take_entries()) == [EntryKind.WHOLE]
    assert answers.take_entries() == []
    later = restored(journal, shift_s=-90.0, now=11.0)
    assert later.begin("k", b"f", 12.0) == ANSWER
    assert later.begin("k", b"g", 12.0) is KeyUse.OTHER
    assert later.begin("k", b"f", 10.0 + DAY_S - 0.001) == ANSWER
    assert later.begin("k", b"f", 10.0 + DAY_S) is KeyUse.NEW


def test_what_was_being_executed_when_the_server_died_is_new() -> None:
    journal, answers = Journal(), KeptAnswers(keep_entries=True)
    answers.begin("k", b"f", 0.0)
    assert journal.take(answers.take_entries()) == []
    assert answers.wholes() == []
    assert restored(journal).begin("k", b"f", 0.0) is KeyUse.NEW


def test_what_is_forgotten_is_gone_from_the_journal() -> None:
    journal, answers = Journal(), KeptAnswers(keep_entries=True, answers_max=2, bytes_max=5000)
    for number in range(4):
        kept(answers, str(number), float(number))
        journal.take(answers.take_entries())
        assert journal.held == {entry.key: [entry.data] for entry in answers.wholes()}
    assert len(journal.held) == 2
    kept(answers, "large", 4.0, KeptAnswer(201, (), bytes(10_000)))
    journal.take(answers.take_entries())
    assert journal.held == {}
    kept(answers, "last", 5.0)
    journal.take(answers.take_entries())
    answers.begin("another", b"f", 5.0 + DAY_S)
    journal.take(answers.take_entries())
    assert journal.held == {}


def test_what_is_restored_counts_and_the_oldest_goes_first() -> None:
    journal, answers = Journal(), KeptAnswers(keep_entries=True)
    for number in range(3):
        kept(answers, str(number), float(number), KeptAnswer(201, (), bytes(6 * 2**20 if number else 10)))
    journal.take(answers.take_entries()[::-1])  # as if older ones had been written again since
    later = restored(journal)
    kept(later, "new", 3.0, KeptAnswer(201, (), bytes(6 * 2**20)))
    assert later.begin("0", b"f", 3.0) is KeyUse.NEW
    assert later.begin("1", b"f", 3.0) is KeyUse.NEW
    assert later.begin("2", b"f", 3.0) != KeyUse.NEW


@pytest.mark.parametrize("key", ["k", "x" * 128, "a\nb", "\u00e4" * 100])
def test_whatever_a_key_is_the_journal_s_is_short_plain_and_does_not_show_it(key: str) -> None:
    answers = KeptAnswers(keep_entries=True)
    kept(answers, key)
    [entry] = answers.take_entries()
    assert re.fullmatch("answer/[0-9a-f]{64}", entry.key)
    assert answers.whole(entry.key) == entry
    assert answers.whole("answer/another") is None


def test_without_a_journal_no_entries_pile_up() -> None:
    answers = KeptAnswers()
    kept(answers, "k")
    assert answers.take_entries() == []
