"""The page: all of it is in the file, and what came from files is text in it."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest

from rallypoint_simulation.traffic.figures import figures_of
from rallypoint_simulation.traffic.goal import Verdict
from rallypoint_simulation.traffic.record import Starving
from rallypoint_simulation.traffic.report import page
from rallypoint_simulation.traffic.shown import Run, rows_of, starving_text
from tests.traffic.days import DUEL, PAIRS, a_day

EVIL = '<script>alert("x")</script>&'


@pytest.fixture(scope="module")
def runs():
    return [Run("default", figures_of(a_day())), Run("wider", figures_of(a_day(replace(PAIRS, ready_s=None))))]


def test_the_page_refers_to_nothing_else(runs):
    whole = page(runs, "p95 wait < 60 s", Verdict(1, "wider is better"), "rallypoint matchmaker simulate a.toml")
    assert not re.search(r"https?://|src=|href=|@import|url\(|<script|<link|<img|<iframe", whole)
    assert len(whole) < 400_000
    assert "prefers-color-scheme: dark" in whole


def test_its_pictures_are_well_formed(runs):
    pictures = re.findall(r"<svg.*?</svg>", page(runs, "", None, ""), re.DOTALL)
    assert len(pictures) >= 6
    for picture in pictures:
        assert ET.fromstring(picture).get("role") == "img"
        assert "nan" not in picture
        assert "inf" not in picture


def test_names_are_escaped_wherever_they_stand():
    rules = replace(DUEL, name=EVIL, rules=(replace(DUEL.rules[0], name=EVIL),))
    record = a_day(rules)
    record.regions = tuple(EVIL + region for region in record.regions)
    told = ({"rule": EVIL, "limit": None, "passes": 0, "of": 1, "excludes": 1},)
    record.starving = Starving(60.0, 100.0, (EVIL,), 25.0, EVIL, EVIL, told)
    whole = page([Run(EVIL, figures_of(record))], EVIL, Verdict(None, EVIL), EVIL)
    assert "<script" not in whole
    assert "&lt;script&gt;" in whole
    assert not re.search(r"&(?!amp;|lt;|gt;|quot;|#x27;)", whole)


def test_a_day_without_tickets_has_a_page():
    empty = figures_of(a_day(rate=0.0001, span_s=60))
    assert empty["tickets"]["came"] == 0
    assert "<h1>" in page([Run("empty", empty)], "", None, "")


def test_rows_of_two_runs_say_the_difference_and_which_is_better(runs):
    rows = {row.name: row for row in rows_of(runs)}
    wait = rows["wait, p50"]
    first, second = (run.figures["wait_s"]["p50"] for run in runs)
    assert second < first
    assert wait.better == 1
    assert wait.difference == f"-{first - second:.1f} s" or wait.difference.startswith("-")
    assert wait.ratio == f"{second / first:.2f}x"
    assert rows["matches a minute"].better == int(
        runs[1].figures["matches"]["a_minute"] > runs[0].figures["matches"]["a_minute"]
    )
    assert rows["quality, mean"].better is None
    assert rows_of(runs[:1])[0].difference == ""


def test_who_waited_longest_is_told_in_a_sentence(runs):
    assert "had waited" in starving_text(runs[0].figures)
    assert starving_text({"starving": None}) == ""
