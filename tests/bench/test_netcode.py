"""A predicted ship on a bad network: the real server and clients, in virtual time."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bench.netcode import BAD, CLEAN, SETTINGS, Flight, Setting, fly_for, percentile, table
from bench.netcode_charts import Chart

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture(scope="module")
def predicted() -> Flight:
    return fly_for(Setting("predicted"), 60.0, 1)


def test_ninety_nine_of_a_hundred_predictions_are_right_within_two_units(predicted):
    corrections = [off for _, off in predicted.corrections]
    assert len(corrections) > 1000
    assert percentile(corrections, 0.5) < 0.05
    assert percentile(corrections, 0.99) < 2.0


def test_it_is_drawn_without_a_visible_jump(predicted):
    jumps = predicted.jumps()
    assert len(jumps) > 1500
    assert percentile(jumps, 0.99) < 0.5
    assert max(jumps) < 3.0  # ships fly up to ten units in a frame


def test_inputs_were_late_and_the_lead_has_learned_from_it(predicted):
    assert 0 < len(predicted.late) < 0.1 * predicted.inputs
    leads = [lead for _, lead in predicted.leads]
    assert max(leads) > min(leads) + 50
    assert max(leads) < 60 + 30 + 5 * 50  # the way there, its jitter, and what the buffer allows


def test_it_answers_at_once_and_others_see_it_later(predicted):
    assert predicted.answer_s(predicted.own) < 0.02
    assert 0.2 < predicted.answer_s(predicted.others) < 0.6


def test_without_a_prediction_it_answers_when_the_network_does():
    plain = fly_for(Setting("plain", CLEAN, predict=False), 20.0, 1)
    assert plain.answer_s(plain.own) > 0.12
    assert plain.corrections == []


def test_the_same_seed_gives_the_same_flight():
    flights = [fly_for(Setting("predicted", BAD), 5.0, 7) for _ in range(2)]
    assert flights[0] == flights[1]
    assert flights[0] != fly_for(Setting("predicted", BAD), 5.0, 8)


def test_the_document_has_a_row_for_each_setting_and_shows_each_picture():
    text = (DOCS / "netcode.md").read_text(encoding="utf-8")
    rows = [line for line in text.splitlines() if line.startswith(("| bad |", "| clean |"))]
    assert [row.split(" | ")[1] for row in rows] == [setting.label for setting in SETTINGS]
    head = table(2.0, (1,)).splitlines()[0]
    assert head in text
    for name in re.findall(r"\(pictures/(.*?)\)", text):
        assert (DOCS / "pictures" / name).read_text(encoding="utf-8").startswith("<svg")


def test_a_chart_puts_things_where_they_belong():
    chart = Chart("A & B", (0, 10), (0, 100))
    assert chart.at(0, 0) == (chart.left, 260 - chart.bottom)
    assert chart.at(10, 100) == (chart.width - chart.right, chart.top)
    chart.line([(0, 0), (10, 100)], "a", "up")
    assert "A &amp; B" in chart.svg()
    assert 'd="M56.0 220.0L696.0 52.0"' in chart.svg()
