"""The comparison with the peers: when a number of clients holds, the search for the largest, the table."""

import json
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from bench.peers.install import build
from bench.peers.measure import Bench, Plan, Round
from bench.peers.processes import Failed, cores
from bench.peers.report import figures_of, table
from bench.peers.rules import MILD, STRICT, is_lower_bound, largest, next_count, overloaded
from bench.peers.servers import Server, limit, rallypoint


def measured(n=480, **changes):
    """A run that holds by every rule."""
    good = {
        "n": n,
        "joined": n,
        "dead": 0,
        "bad": 0,
        "why_dead": "",
        "why_bad": "",
        "snapshot_ratio": 1.0,
        "late_p99_ms": 3.0,
        "shown_p99_ms": 50.0,
        "lag_p99_ms": 0.1,
        "server_cpu": 0.5,
        "generator_cpu": 0.4,
        "us_per_pair": 30.0,
        "bytes_per_client_s": 2300.0,
        "join_s": 0.5,
        "join_p50_ms": 80.0,
        "join_p99_ms": 120.0,
        "rss_before_kib": 50_000,
        "rss_kib": 60_000,
    }
    return {**good, **changes, "joined": changes.get("joined", n)}


class TestRules:
    def test_a_run_in_which_nothing_is_wrong_holds_by_both_rules(self):
        assert STRICT.holds(measured())
        assert MILD.holds(measured())

    @pytest.mark.parametrize(
        "wrong",
        [
            {"joined": 479},
            {"dead": 1},
            {"bad": 1},
            {"snapshot_ratio": 0.969},
            {"late_p99_ms": 25.0},
        ],
    )
    def test_neither_rule_forgives_lost_clients_malformed_messages_or_late_ticks(self, wrong):
        assert not STRICT.holds(measured(**wrong))
        assert not MILD.holds(measured(**wrong))

    @pytest.mark.parametrize("wrong", [{"snapshot_ratio": 0.98}, {"shown_p99_ms": 75.0}])
    def test_the_mild_rule_forgives_a_drifting_timer(self, wrong):
        assert not STRICT.holds(measured(**wrong))
        assert MILD.holds(measured(**wrong))

    def test_a_generator_that_ran_out_of_time_proves_nothing(self):
        assert not MILD.holds({"n": 480, "error": "out of time"})
        assert not overloaded({"n": 480, "error": "out of time"})


class TestSearch:
    def search(self, holds_to, start=480, **options):
        runs = {start: [self.server(start, holds_to)]}
        made = 1
        while (count := next_count(runs, STRICT, runs_max=100, **options)) is not None:
            runs.setdefault(count, []).append(self.server(count, holds_to))
            made += 1
            assert made < 100
        return runs, made

    @staticmethod
    def server(n, holds_to):
        return measured(n, late_p99_ms=3.0 if n <= holds_to else 80.0, server_cpu=min(1.0, n / (holds_to * 1.1)))

    @pytest.mark.parametrize("holds_to", [16, 100, 480, 500, 1200, 4000])
    def test_the_largest_count_is_found_within_a_twentieth(self, holds_to):
        runs, made = self.search(holds_to)
        assert holds_to / 1.06 - 8 <= largest(runs, STRICT) <= holds_to
        assert made <= 20
        assert not is_lower_bound(runs, STRICT)

    def test_only_whole_sessions_are_tried(self):
        runs, _ = self.search(777)
        assert all(n % 8 == 0 for n in runs)

    def test_a_failure_is_confirmed_once_before_it_counts(self):
        failed = measured(480, late_p99_ms=60.0)
        assert next_count({480: [failed]}, STRICT) == 480
        assert next_count({480: [failed, failed]}, STRICT) == 288

    def test_a_count_that_held_the_second_time_holds(self):
        runs = {480: [measured(late_p99_ms=60.0), measured()]}
        assert largest(runs, STRICT) == 480
        assert (next_count(runs, STRICT) or 0) > 480

    def test_the_search_ends_after_as_many_runs_as_are_allowed(self):
        runs = {480: [measured()], 960: [measured(960)]}
        assert next_count(runs, STRICT, runs_max=2) is None
        assert is_lower_bound(runs, STRICT)

    def test_a_saturated_generator_gives_a_lower_bound(self):
        late = measured(4000, late_p99_ms=60.0, lag_p99_ms=60.0, server_cpu=0.6)
        assert is_lower_bound({3800: [measured(3800)], 4000: [late, late]}, STRICT)


class TestReport:
    def figures(self):
        servers = [
            Server("rallypoint", "Rallypoint", 1, 2, lambda core: pytest.fail("started")),
            Server("colyseus", "Colyseus", 1, 1, lambda core: pytest.fail("started")),
        ]
        failed = measured(1200, late_p99_ms=60.0, us_per_pair=40.0)
        rounds = [
            {
                "rallypoint": Round({480: [measured()], 1200: [measured(1200, us_per_pair=20.0)]}),
                "colyseus": Round({480: [measured(us_per_pair=60.0)], 1200: [failed, failed]}),
            }
        ]
        return figures_of(servers, rounds, True)

    def test_figures_are_flat_and_have_ratios(self):
        found = json.loads(json.dumps(self.figures()))
        assert found["rallypoint_1200_us_per_pair"] == 20.0
        assert found["rallypoint_to_colyseus_1200_us_per_pair"] == 0.5
        assert found["colyseus_capacity_strict"] == 480.0
        assert found["rallypoint_to_colyseus_capacity_strict"] == 2.5
        assert found["rallypoint_480_kib_per_connection"] == found["rallypoint_480_kib_per_client"] / 2
        assert all(isinstance(value, float | str) for value in found.values())

    def test_the_table_is_made_from_the_figures_alone(self):
        shown = table(json.loads(json.dumps(self.figures())))
        assert "| CPU us a pair, 480 clients | 30.0 | 60.0 | 0.50 |" in shown
        assert "| clients that hold, strict rule | 1,200 or more | 480 | 2.50 |" in shown

    def test_the_command_prints_the_table_of_a_file(self, tmp_path):
        file = tmp_path / "figures.json"
        file.write_text(json.dumps(self.figures()))
        command = [sys.executable, "-m", "bench.peers", "--table", str(file)]
        shown = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout
        assert shown.strip() == table(self.figures())


@pytest.fixture(scope="session")
def built(tmp_path_factory):
    """The folder with the generator and the C server."""
    if not cores() or not shutil.which("gcc"):
        pytest.skip("needs Linux, two cores and a C compiler")
    folder = tmp_path_factory.mktemp("peers")
    build(folder)
    return folder


class TestGenerator:
    @pytest.fixture
    def bench(self, built):
        where = cores()
        assert where is not None
        return Bench(built / "blast", where, Plan(measure_s=1.0, warm=0.1), lambda text: None)

    @pytest.mark.parametrize("server", [lambda folder: rallypoint(), limit], ids=["rallypoint", "limit"])
    def test_clients_join_play_and_understand_what_they_are_sent(self, bench, built, server):
        run = bench.run(server(built), 24)
        assert run["joined"] == 24
        assert run["dead"] == run["bad"] == 0, run["why_dead"] + run["why_bad"]
        assert run["snapshots"] > 0
        assert run["inputs"] > 0
        assert run["shown_n"] > 0  # the inputs came back in what was sent
        assert run["rss_kib"] > 0

    def test_a_server_that_ends_at_once_is_named_with_what_it_said(self, bench, built):
        broken = built / "broken"
        broken.mkdir(exist_ok=True)
        program = broken / "limit_epoll"
        program.write_text("#!/bin/sh\necho no such luck >&2\nexit 1\n")
        program.chmod(0o755)
        with pytest.raises(Failed, match="no such luck"):
            bench.run(replace(limit(broken)), 8)

    def test_without_a_compiler_it_says_so(self, monkeypatch, tmp_path):
        monkeypatch.setattr(shutil, "which", lambda name: None)
        with pytest.raises(Failed, match="no C compiler"):
            build(Path(tmp_path))
