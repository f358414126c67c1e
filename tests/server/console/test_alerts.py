"""Alerts in words: what lasts is said, what comes and goes is not, and what is said does not flicker."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from rallypoint.console.alerts import AlertFigures, Alerts, GameLateness, QueueWait
from rallypoint.core.lobby import Entered
from rallypoint.core.lobby_ticket import Entrant
from rallypoint_protocol.limits import PROTOCOL_VERSION
from rallypoint_protocol.messages import Hello
from tests.server.backend_house import ANN, BOB
from tests.server.console.overview_house import OverviewHouse

AT = 1_700_000_000.0


def late(ms: float, sessions: int = 31) -> AlertFigures:
    return AlertFigures(games=(GameLateness("orbit", ms, 50.0, sessions),))


def texts(alerts: Alerts, seconds: range, figures: AlertFigures) -> list[list[str]]:
    return [[alert.text for alert in alerts.look(figures, AT + second)] for second in seconds]


def test_late_ticks_are_said_with_how_late_since_when_and_who_is_concerned() -> None:
    alerts = Alerts()
    said = texts(alerts, range(7), late(18.3))
    assert said[:6] == [[]] * 6
    assert said[6] == ["ticks 18 ms late, 31 sessions of orbit"]
    (alert,) = alerts.look(late(18.3, 1), AT + 7)
    assert (alert.text, alert.since_at, alert.level) == ("ticks 18 ms late, 1 session of orbit", AT, "warn")
    assert alert.link == "/sessions?game=orbit&sort=step_max&desc=1"


def test_one_late_moment_is_not_worth_a_word() -> None:
    alerts = Alerts()
    assert texts(alerts, range(5), late(400.0)) == [[]] * 5
    assert texts(alerts, range(5, 20), late(3.0)) == [[]] * 15


def test_what_is_said_does_not_come_and_go_at_the_limit() -> None:
    alerts = Alerts()
    texts(alerts, range(7), late(10.5))
    said = [texts(alerts, range(7 + n, 8 + n), late(10.5 if n % 2 else 9.5)) for n in range(20)]
    assert all(one[0] for one in said)


def test_it_is_unsaid_when_it_has_been_gone_for_a_while() -> None:
    alerts = Alerts()
    texts(alerts, range(10), late(18.0))
    said = texts(alerts, range(10, 25), late(2.0))
    assert [bool(one) for one in said] == [True] * 10 + [False] * 5


def test_ticks_later_than_half_a_tick_are_bad() -> None:
    alerts = Alerts()
    texts(alerts, range(7), late(26.0))
    assert alerts.look(late(26.0), AT + 7)[0].level == "bad"


@pytest.mark.parametrize(
    ("figures", "level", "text"),
    [
        ({"stopping": True}, "warn", "the node is stopping"),
        ({"cordoned": "draining"}, "warn", "the node is draining: it takes no new sessions"),
        ({"journal_failure": "the journal cannot be written: no space"}, "bad", "do not survive this process"),
        ({"quarantined": {"s1": "it killed the server twice"}}, "bad", "session s1 is quarantined: it killed"),
        ({"store_lost": 1}, "bad", "database: 1 write given up"),
        ({"store_refused": 4}, "bad", "database: 4 writes refused"),
        ({"webhooks_failed": 6}, "warn", "webhooks: 6 given up"),
        ({"sessions_failed": 2}, "bad", "2 sessions failed in the last ten minutes"),
    ],
)
def test_what_does_not_pass_by_itself_is_said_at_once(figures: dict[str, Any], level: str, text: str) -> None:
    (alert,) = Alerts().look(AlertFigures(**figures), AT)
    assert alert.level == level
    assert text in alert.text


@pytest.mark.parametrize(
    ("figures", "text"),
    [
        ({"journal_pressure": "quarter"}, "snapshots are left out"),
        ({"journal_pressure": "steps"}, "steps are left out"),
        ({"store_error": "locked", "store_pending": 3}, "database: locked (3 writes to make; games go on)"),
        ({"webhooks_error": "timeout"}, "webhooks: timeout"),
        ({"loop_lag_p90_ms": 240.0}, "the event loop is 240 ms late"),
    ],
)
def test_what_may_pass_is_said_when_it_lasts(figures: dict[str, Any], text: str) -> None:
    alerts = Alerts()
    assert alerts.look(AlertFigures(**figures), AT) == []
    said = texts(alerts, range(1, 8), AlertFigures(**figures))[-1]
    assert len(said) == 1
    assert text in said[0]


def waits(oldest_s: float, players: int = 4, usual_s: float = 0.0) -> AlertFigures:
    return AlertFigures(queues=(QueueWait("ranked", players, 4, oldest_s, usual_s),))


def test_a_queue_is_worth_a_word_when_somebody_waits_much_longer_than_usual_and_need_not() -> None:
    assert texts(Alerts(), range(1), waits(59.0)) == [[]]
    assert texts(Alerts(), range(1), waits(67.0)) == [["somebody has waited for 60 s in ranked"]]
    assert texts(Alerts(), range(1), waits(200.0, players=3)) == [[]]  # too few for a match
    assert texts(Alerts(), range(1), waits(200.0, usual_s=90.0)) == [[]]
    said = texts(Alerts(), range(1), waits(300.0, usual_s=90.0))
    assert said == [["somebody has waited for 5 min in ranked, where 90 s is usual"]]


def test_the_worst_comes_first_and_then_the_oldest() -> None:
    alerts = Alerts()
    alerts.look(AlertFigures(webhooks_failed=1), AT)
    found = alerts.look(AlertFigures(webhooks_failed=1, stopping=True, store_lost=1), AT + 1)
    assert [alert.level for alert in found] == ["bad", "warn", "warn"]
    assert [alert.since_at for alert in found[1:]] == [AT, AT + 1]


def test_nothing_is_wrong_on_a_node_that_is_well() -> None:
    assert Alerts().look(AlertFigures(games=(GameLateness("orbit", 3.1, 50.0, 9),)), AT) == []


@pytest.fixture
async def house() -> AsyncIterator[OverviewHouse]:
    made = OverviewHouse()
    yield made
    made.node.ticker.stop()


async def test_a_node_s_alerts_are_made_of_its_figures(house: OverviewHouse) -> None:
    house.create(ANN, BOB)
    await house.seconds(20, late_s=0.0012)
    assert house.sampler.alerts == []
    began = house.unix_s
    await house.seconds(15, late_s=0.040)
    (alert,) = house.sampler.alerts
    assert alert.text == "ticks 40 ms late, 0 sessions of duel"
    assert began < alert.since_at < began + 5
    await house.seconds(20, late_s=0.0012)
    assert house.sampler.alerts == []


async def test_a_loop_that_is_late_for_long_makes_the_node_unready_until_it_is_not(house: OverviewHouse) -> None:
    for _ in range(20):
        for _ in range(7):
            house.sampler.lag.timings.record(0.2)
        await house.seconds()
    assert (await house.desk.overview()).reasons == ["the event loop is late: the node has too much to do"]
    for _ in range(40):
        house.sampler.lag.timings.record(0.001)
        await house.seconds()
    assert (await house.desk.overview()).ready


async def test_what_the_store_says_and_failed_sessions_are_said(house: OverviewHouse) -> None:
    await house.seconds()
    house.trouble(error="disk full")
    house.node.counts.sessions_failed += 1
    await house.seconds(3)
    assert [alert.text for alert in house.sampler.alerts] == [
        "1 session failed in the last ten minutes: the log has the errors",
        "database: disk full (2 writes to make; games go on)",
    ]
    await house.seconds(601)
    assert len(house.sampler.alerts) == 1


def test_a_paused_queue_is_said_at_once_and_until_it_is_resumed() -> None:
    alerts = Alerts()
    assert (
        texts(alerts, range(3), AlertFigures(paused=("ranked",)))
        == [["the queue ranked is paused: nobody is matched"]] * 3
    )
    assert alerts.look(AlertFigures(), AT + 3) == []


async def test_of_a_paused_queue_it_is_not_said_as_well_that_somebody_waits(house: OverviewHouse) -> None:
    for name in ("Ann", "Bob"):
        entered = house.lobby.hello(Hello(PROTOCOL_VERSION, name), house.now)
        assert isinstance(entered, Entered)
        assert house.lobby.queues.enter((Entrant(entered.session),), ("duel",), house.now - 600) is None
    await house.seconds(2)
    assert "somebody has waited" in house.sampler.alerts[0].text
    house.lobby.queues.pause("duel", house.now)
    await house.seconds(20)
    assert [alert.text for alert in house.sampler.alerts] == ["the queue duel is paused: nobody is matched"]
    assert [one.paused for one in (await house.desk.overview()).queues] == [True, False]
