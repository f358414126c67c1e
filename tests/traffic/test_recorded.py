"""Tickets that a server has recorded, again."""

from __future__ import annotations

import json

import pytest

from rallypoint_simulation.traffic.figures import figures_of
from rallypoint_simulation.traffic.play import play
from rallypoint_simulation.traffic.record import Outcome
from rallypoint_simulation.traffic.recorded import RecordedTraffic, TicketsRefused, read_tickets
from rallypoint_simulation.traffic.settings import Population
from tests.traffic.days import DUEL
from tests.traffic.simple_queue import SimpleQueue


def line(at, *players, queues=("duel",), waited_s=5.0, outcome="matched"):
    people = [{"id": name, "rating": [25 + place, 2], "latency_ms": {"eu": 20}} for place, name in enumerate(players)]
    ticket = {"at": at, "players": people, "queues": queues, "waited_s": waited_s, "outcome": outcome}
    return json.dumps(ticket)


@pytest.fixture
def written(tmp_path):
    def write(*lines):
        file = tmp_path / "tickets.jsonl"
        file.write_text("\n".join(lines) + "\n")
        return file

    return write


def played(file):
    traffic = RecordedTraffic(read_tickets(file, "duel"), Population(), 7)
    return play(DUEL, traffic, SimpleQueue(DUEL))


def test_recorded_tickets_come_when_they_came(written):
    record = played(written(line(1010.0, "bea"), line(1000.0, "ada"), line(1030.0, "cem"), line(1031.0, "dov")))
    assert list(record.tickets.at) == [0.0, 10.0, 30.0, 31.0]
    assert list(record.tickets.wait) == [10.0, 0.0, 1.0, 0.0]
    assert record.regions == ("eu",)


def test_who_gave_up_then_gives_up_after_the_same_wait(written):
    record = played(written(line(0.0, "ada", waited_s=12.0, outcome="cancelled"), line(60.0, "bea", waited_s=1.0)))
    assert [Outcome(each) for each in record.tickets.outcome] == [Outcome.GAVE_UP, Outcome.WAITING]
    assert record.tickets.wait[0] == 12.0


def test_who_still_waits_does_not_come_twice(written):
    record = played(written(line(0.0, "ada", waited_s=50.0), line(10.0, "ada"), line(20.0, "bea")))
    assert len(record.tickets) == 2
    assert record.nobody_free == 1


def test_who_was_seated_may_come_again_at_once(written):
    record = played(written(line(0.0, "ada"), line(1.0, "bea"), line(2.0, "ada"), line(3.0, "bea")))
    assert len(record.matches) == 2


def test_other_queues_tickets_are_left_out(written):
    tickets = read_tickets(
        written(line(0, "ada"), line(1, "bea", queues=["casual"]), "", line(2, "cem", queues=[])), "duel"
    )
    assert [ticket.players[0].id for ticket in tickets] == ["ada", "cem"]


def test_the_same_recording_gives_the_same_figures(written):
    file = written(*(line(number, f"p{number % 7}") for number in range(50)))
    assert figures_of(played(file)) == figures_of(played(file))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{", "tickets.jsonl:1: "),
        ("[]", "tickets.jsonl:1: Expected `object`"),
        ('{"at": 1}', "missing required field `players`"),
        ('{"at": 1, "players": []}', "length >= 1"),
        ('{"at": 1, "players": [{"id": "a"}, {"id": "a"}]}', "the same player is there twice"),
        ('{"at": 1, "players": [{"id": "a"}], "queues": ["other"]}', "it has some of other: choose one with --queue"),
        ('{"at": "soon", "players": [{"id": "a"}]}', "Expected `float`"),
        ("", "there is no ticket of the queue `duel`"),
        ("\x00\xff", "tickets.jsonl:1: "),
    ],
)
def test_what_is_no_recording_is_refused_with_its_place(written, text, says):
    with pytest.raises(TicketsRefused, match=r"tickets\.jsonl") as refused:
        read_tickets(written(text), "duel")
    assert says in str(refused.value)


def test_a_file_that_is_not_there_is_said(tmp_path):
    with pytest.raises(TicketsRefused, match="No such file"):
        read_tickets(tmp_path / "none.jsonl", "duel")
