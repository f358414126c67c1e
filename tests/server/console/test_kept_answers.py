"""Answers that are given again: once kept, always the same; bounded in time, number and bytes."""

from __future__ import annotations

from rallypoint.console.kept_answers import DAY_S, KeptAnswer, KeptAnswers, KeyUse

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
