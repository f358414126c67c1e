"""Pauses between attempts."""

from __future__ import annotations

import pytest

from rallypoint.core.backoff import Backoff
from rallypoint.runtime.webhooks import WebhookRules


def test_each_pause_is_twice_the_one_before_up_to_the_bound():
    pauses = Backoff(first_s=5, most_s=60)
    assert [pauses.pause_s(n, 0.5) for n in range(1, 7)] == [5, 10, 20, 40, 60, 60]


def test_the_dice_spread_a_pause_to_both_sides():
    pauses = Backoff(first_s=10, most_s=60, spread=0.2)
    assert (pauses.pause_s(1, 0.0), pauses.pause_s(1, 1.0)) == (8, 12)


def test_a_very_long_series_is_as_bounded_as_a_short_one():
    assert Backoff(first_s=1, most_s=30).pause_s(10**9, 0.5) == 30


def test_a_webhook_is_tried_for_about_a_day():
    rules = WebhookRules()
    hours = sum(rules.pauses.pause_s(n, 0.5) for n in range(1, rules.attempts_max)) / 3600
    assert hours == pytest.approx(24, abs=1)
