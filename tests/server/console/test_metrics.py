"""What monitoring gets: well-formed, documented, bounded, only growing where it says so, and nothing of players."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample

from rallypoint.console.metrics import Metrics
from rallypoint.console.ops import ops_app
from rallypoint.console.vitals import Vitals
from rallypoint.core.lobby import Entered
from rallypoint.runtime.queue_figures import QueueFigures
from rallypoint_protocol.limits import PROTOCOL_VERSION
from rallypoint_protocol.messages import Hello
from tests.server.backend_house import ANN, BOB
from tests.server.console.overview_house import OverviewHouse

ROOT = Path(__file__).parents[3]
LABELS = {
    "node": 1,
    "version": 1,
    "game": 2,
    "queue": 2,
    "state": 5,
    "outcome": 7,
    "level": 2,
    "generation": 3,
    "le": 40,
}
"""All labels that there may be, and how many values each has in this house."""


@pytest.fixture
async def house() -> AsyncIterator[OverviewHouse]:
    made = OverviewHouse()
    figures = QueueFigures()
    figures.quality.record(0.83)
    figures.waits.record(42.0)
    made.queue_figures["duel"] = figures
    made.sampler.garbage.timings.record(0.004)
    yield made
    made.node.ticker.stop()


async def text_of(house: OverviewHouse) -> str:
    return (await Metrics(house.server, house.sampler, "here").text()).decode()


async def exposed(house: OverviewHouse) -> dict[str, Any]:
    families = text_string_to_metric_families(await text_of(house))
    return {family.name + ("_total" if family.type == "counter" else ""): family for family in families}


def samples(families: dict[str, Any]) -> Iterator[Sample]:
    for family in families.values():
        yield from family.samples


async def test_the_documents_name_every_metric_with_its_type_and_labels(house: OverviewHouse) -> None:
    text = (ROOT / "docs/metrics.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \| (\w+) \| ([^|]*) \| .+ \|$", text, re.MULTILINE)
    written = {name: (kind, set(re.findall(r"`(\w+)`", labels))) for name, kind, labels in rows}
    found = {
        name: (family.type, {key for sample in family.samples for key in sample.labels} - {"le"})
        for name, family in (await exposed(house)).items()
    }
    assert written == found


async def test_names_are_as_prometheus_wants_them(house: OverviewHouse) -> None:
    for name, family in (await exposed(house)).items():
        assert re.fullmatch(r"(rallypoint|process)_[a-z_]+", name)
        assert family.documentation
        assert not re.search(r"_(ms|kb|mb|minutes|percent)(_|$)", name), f"{name} has no base unit"
        if family.type == "histogram":
            assert name.endswith(("_seconds", "_ratio"))


async def test_every_label_is_one_of_few_and_never_a_player_or_a_session(house: OverviewHouse) -> None:
    entered = house.lobby.hello(Hello(PROTOCOL_VERSION, "Planted Name"), house.now)
    assert isinstance(entered, Entered)
    created = house.create(ANN, BOB)
    seen: dict[str, set[str]] = {}
    for sample in samples(await exposed(house)):
        for key, value in sample.labels.items():
            seen.setdefault(key, set()).add(value)
    assert set(seen) <= set(LABELS)
    assert all(len(values) <= LABELS[key] for key, values in seen.items()), seen
    text = await text_of(house)
    for secret in ("Planted", ANN, entered.session.id, entered.session.player, created.session.id):
        assert not re.search(rf"\b{secret}\b", text)


async def test_histograms_are_cumulative_and_end_with_all(house: OverviewHouse) -> None:
    for late_s in (0.0002, 0.018, 0.018, 9.0):
        house.node.ticker.games["duel"].late.current.record(late_s)
    family = (await exposed(house))["rallypoint_tick_lateness_seconds"]
    mine = [sample for sample in family.samples if sample.labels["game"] == "duel"]
    buckets = {sample.labels["le"]: sample.value for sample in mine if sample.name.endswith("_bucket")}
    assert (buckets["0.0005"], buckets["0.015"], buckets["0.02"], buckets["2.5"], buckets["+Inf"]) == (1, 1, 3, 3, 4)
    assert list(buckets.values()) == sorted(buckets.values())
    (count,) = [sample.value for sample in mine if sample.name.endswith("_count")]
    (total,) = [sample.value for sample in mine if sample.name.endswith("_sum")]
    assert (count, total) == (4, pytest.approx(9.0362))


async def test_what_counts_only_grows_whatever_becomes_of_sessions(house: OverviewHouse) -> None:
    before: dict[Any, float] = {}
    session = None
    for second in range(80):
        if second % 10 == 0:
            session = house.session(ANN)
            host = house.node.hosts[session]
            host.bytes_out = 100
            host.figures.steps.current.record(0.001 * second)
        elif second % 10 == 8:
            assert session is not None
            house.backend.end(session, "over")
            house.settle(session)
        await house.seconds(late_s=0.003)
        for family in (await exposed(house)).values():
            if family.type not in ("counter", "histogram"):
                continue
            for sample in family.samples:
                if sample.name.endswith("_created"):
                    continue
                key = sample.name, *sample.labels.values()
                assert sample.value >= before.get(key, 0.0), key
                before[key] = sample.value
    assert before["rallypoint_snapshots_sent_bytes_total", "duel"] == 800
    assert before["rallypoint_tick_lateness_seconds_count", "duel"] == 80 * 20


async def test_the_dashboard_asks_for_metrics_and_labels_that_there_are(house: OverviewHouse) -> None:
    board = json.loads((ROOT / "deploy/grafana/rallypoint.json").read_text(encoding="utf-8"))
    found = await exposed(house)
    names = {sample.name for sample in samples(found)} | set(found)
    labels = {key for sample in samples(found) for key in sample.labels} | {"instance"}
    asked = [target["expr"] for panel in board["panels"] for target in panel.get("targets", [])]
    asked += [one["definition"] for one in board["templating"]["list"] if one["type"] == "query"]
    assert len(asked) > 40
    used = set()
    for expression in asked:
        used |= set(re.findall(r"\b(?:rallypoint|process)_\w+", expression))
        assert set(re.findall(r"(\w+)=~?\"", expression)) <= labels, expression
        for by in re.findall(r"by \(([\w, ]+)\)", expression):
            assert set(by.split(", ")) <= labels, expression
        assert expression.count("(") == expression.count(")")
    assert used <= names
    bases = {re.sub(r"_(bucket|sum|count)$", "", name) for name in used}
    histograms = {name for name, family in found.items() if family.type == "histogram"}
    assert histograms <= bases, "each histogram has a panel"


def test_the_dashboard_s_panels_lie_beside_each_other() -> None:
    board = json.loads((ROOT / "deploy/grafana/rallypoint.json").read_text(encoding="utf-8"))
    taken: dict[tuple[int, int], str] = {}
    ids = [panel["id"] for panel in board["panels"]]
    assert len(set(ids)) == len(ids)
    for panel in board["panels"]:
        at = panel["gridPos"]
        assert 0 <= at["x"] <= 24 - at["w"]
        for x in range(at["x"], at["x"] + at["w"]):
            for y in range(at["y"], at["y"] + at["h"]):
                assert taken.setdefault((x, y), panel["title"]) == panel["title"]


def test_prometheus_is_told_where_the_metrics_are() -> None:
    text = (ROOT / "deploy/prometheus.yml").read_text(encoding="utf-8")
    assert '"127.0.0.1:8081"' in text
    assert "metrics_path" not in text  # it is the usual one


async def test_it_is_served_without_a_login(house: OverviewHouse) -> None:
    app = ops_app(SimpleNamespace(), vitals=Vitals(house.server, house.sampler, "here"))  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://ops") as client:
        answer = await client.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert 'rallypoint_node_info{node="here"' in answer.text


async def test_writing_it_lets_others_have_their_turns(house: OverviewHouse) -> None:
    metrics, turns = Metrics(house.server, house.sampler, "here"), []

    async def others() -> None:
        while True:
            before = time.perf_counter()
            await asyncio.sleep(0)
            turns.append(time.perf_counter() - before)

    meanwhile = asyncio.create_task(others())
    await metrics.text()
    meanwhile.cancel()
    assert len(turns) > 30
    assert sorted(turns)[-3] < 0.002
