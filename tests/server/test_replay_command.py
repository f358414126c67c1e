"""``rallypoint replay``: what it shows of sessions, and what it finds in them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from games.cards import Cards
from games.fourline import FourLine
from games.orbit import Orbit
from rallypoint import Game
from rallypoint.core.game_image import named_state
from rallypoint.core.replay import image_at
from rallypoint.core.replay_format import BadReplay
from rallypoint.replay_command import replay
from rallypoint.replay_verify import HASH_SEEDS, verify, verify_here
from rallypoint.runtime.bots import bot_class
from rallypoint.storage.replay_file import read_replay
from tests.server.replay_games import Mood, Planted, Push, Say, Tale
from tests.server.replay_house import Recorded

TALE = "tests.server.replay_games:Tale"


def tell(recorded: Recorded[Any], *, steps: int = 120, speed: float = 3.0) -> None:
    """Two walk, speak, drop and come back; one wins."""
    match = recorded.match
    match.join("Ann")
    match.join("Bob")
    match.step(5)
    match.act(0, Say(text="hello", mood=Mood.WILD))
    match.act(1, Say(text="", mood=Mood.CALM))
    for _ in range(40):
        match.hold(0, Push(speed=speed))
        match.step()
    match.act(0, Say(text="later", mood=Mood.CALM))
    match.act(1, Say(text="ask", mood=Mood.CALM))
    match.step()
    match.answer(match.asks[-1], "an answer")
    match.drop(1)
    match.step(20)
    match.come_back(1)
    match.signal("storm", {"force": 8})
    match.step(steps - match.session.tick)


@pytest.fixture
def told(tmp_path: Path) -> tuple[Recorded[Tale], Path]:
    recorded = Recorded(Tale)
    tell(recorded)
    recorded.match.act(0, Say(text="win", mood=Mood.CALM))
    recorded.match.step()
    assert recorded.match.ended
    return recorded, recorded.write(tmp_path)


def run(*arguments: str, code: int = 0, env: dict[str, str] | None = None) -> str:
    """The command, as a process."""
    command = [sys.executable, "-m", "rallypoint", "replay", *arguments]
    made = subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=100, env={**os.environ, **(env or {})}
    )
    assert made.returncode == code, made.stdout + made.stderr
    return made.stdout if code < 2 else made.stderr


app = typer.Typer()
app.command()(replay)


def call(*, code: int = 0, **options: Any) -> str:
    """The same in this process."""
    arguments = [str(options.pop("file"))]
    for name, value in options.items():
        option = "--" + name.replace("_", "-")
        arguments += [option] if value is True else [option, str(value)]
    made = CliRunner().invoke(app, arguments, catch_exceptions=False)
    assert made.exit_code == code, made.output
    return made.stdout if code < 2 else made.stderr


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


# --- what happened ----------------------------------------------------------------------------------------------------


def test_the_timeline_tells_what_happened(told: tuple[Recorded[Tale], Path]) -> None:
    text = call(file=str(told[1]))
    for part in (
        "tale (tests.server.replay_games:Tale), 20 ticks a second",
        "session s1, created 2026-",
        'Say(text="hello", mood="WILD")',
        'Heard(text="hello", mood="WILD")',
        "say something",
        "Ann 14",
        "remember(args=[0])",
        'outside("what") -> "an answer"',
        "storm(data={force: 8})",
        "away, the seat is kept until 0:07",
        "return    Bob",
        "ended: the session has ended",
        "ticks 0 to 121, 0:06.050 of session time, epoch 1",
    ):
        assert part in text, text
    assert text.count("  holds ") < 5
    assert " hold " not in text.split("in it:")[0]
    assert "not whole" not in text


def test_all_shows_each_hold(told: tuple[Recorded[Tale], Path]) -> None:
    text = call(file=str(told[1]), all=True)
    assert text.count("Push(speed=3)") == 40


def test_as_json_there_is_one_object_a_line(told: tuple[Recorded[Tale], Path]) -> None:
    header, *items, summary = lines(call(file=str(told[1]), json=True))
    assert header["what"] == "header"
    assert header["session"] == "s1"
    assert header["replayable"] is True
    said = [item for item in items if item.get("name") == "Say"]
    assert said[0] == {
        "tick": 6,
        "ms": 300,
        "epoch": 1,
        "what": "action",
        "seat": 0,
        "player": "Ann",
        "name": "Say",
        "fields": {"text": "hello", "mood": "WILD"},
    }
    assert sum(item["what"] == "hold" for item in items) == 40
    assert [item["what"] for item in items if item["what"] in ("join", "drop", "return", "end")] == [
        "join",
        "join",
        "drop",
        "return",
        "end",
    ]
    assert summary["complete"] is True
    assert summary["last_tick"] == 121


def test_as_a_process_it_prints_plain_lines(told: tuple[Recorded[Tale], Path]) -> None:
    text = run(str(told[1]))
    assert "\x1b" not in text
    assert text.startswith(str(told[1]))


def test_a_session_is_found_by_its_id(told: tuple[Recorded[Tale], Path], tmp_path: Path) -> None:
    (tmp_path / "data" / "replays").mkdir(parents=True)
    told[1].rename(tmp_path / "data" / "replays" / "s1.rpr")
    assert "session s1" in run("s1", "--data-dir", str(tmp_path / "data"))
    assert "no replay of a session s2" in run("s2", "--data-dir", str(tmp_path / "data"), code=2)


def test_a_replay_without_an_end_says_so(tmp_path: Path) -> None:
    recorded = Recorded(Tale)
    tell(recorded)
    path = recorded.write(tmp_path)
    assert "does not tell the end" in call(file=str(path))
    path.write_bytes(path.read_bytes()[:-3])
    text = call(file=str(path))
    assert "The file is not whole: the last" in text
    assert "ticks 0 to 119" in text


@pytest.mark.parametrize("data", [b"", b"something else", b"\x89RPR\r\n\x1a\n"])
def test_what_is_no_replay_is_refused_with_a_sentence(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "x.rpr"
    path.write_bytes(data)
    assert "is no replay" in call(file=str(path), code=2)


def test_only_one_thing_at_a_time(told: tuple[Recorded[Tale], Path]) -> None:
    assert "give one of" in call(file=str(told[1]), state_at=3, verify=True, code=2)


# --- a state ----------------------------------------------------------------------------------------------------------


def test_the_state_at_a_tick_is_the_state_of_that_tick(tmp_path: Path) -> None:
    recorded = Recorded(Tale, checkpoint_every=7)
    match, states = recorded.match, {}
    match.join("Ann")
    match.join("Bob")
    for _ in range(30):
        match.step()
        states[match.session.tick] = named_state(match.definition.kept_schema, match._driver.image())
    found = read_replay(recorded.write(tmp_path))
    for tick, state in states.items():
        image = image_at(found.records, tick)
        assert image.tick == tick
        assert named_state(match.definition.kept_schema, image.game) == state
    assert image_at(found.records, 0).game.entities == {}
    with pytest.raises(BadReplay, match="there is no tick 31 in this replay: it has 0 to 30"):
        image_at(found.records, 31)


def test_a_state_is_shown_whole_with_private_fields(told: tuple[Recorded[Tale], Path]) -> None:
    text = call(file=str(told[1]), state_at=60)
    for part in ("after tick 60, 0:03.000", "told", "Stone 1", "exact", "luck", "trees", "random", "0 Ann: connected"):
        assert part in text, text
    (state,) = lines(call(file=str(told[1]), state_at=60, json=True))
    assert state["tick"] == 60
    assert state["game"]["told"] == "remembered by 0"
    assert state["entities"]["Stone"][0]["exact"] == pytest.approx(55 * 3.0 / 20)  # 55 ticks since the first hold
    assert "token" not in str(state)


def test_a_state_needs_no_code_of_the_game(told: tuple[Recorded[Tale], Path], tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path\n"
        "sys.modules['tests.server.replay_games'] = None\n"
        f"sys.argv = ['rallypoint', 'replay', {str(told[1])!r}, '--state-at', '60']\n"
        "from rallypoint.cli import main; main()"
    )
    made = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60)
    assert "exact" in made.stdout, made.stderr


def test_a_fork_of_another_game_is_refused_with_a_sentence(told: tuple[Recorded[Tale], Path]) -> None:
    text = run(str(told[1]), "--fork", "60", "--port", "0", "--game", "games.orbit:Orbit", code=2)
    assert "rallypoint: " in text
    assert "migrate" in text or "Orbit" in text


def test_a_tick_that_is_not_there_is_said_to_be_missing(told: tuple[Recorded[Tale], Path]) -> None:
    assert "it has 0 to 121" in call(file=str(told[1]), state_at=5000, code=2)


# --- gaps, recoveries -------------------------------------------------------------------------------------------------


def recovered(tmp_path: Path, game: type[Tale] = Tale) -> Recorded[Any]:
    recorded = Recorded(game, checkpoint_every=10)
    tell(recorded, steps=100)
    recorded.match.hold(0, Push(speed=7.0))
    recorded.match.act(1, Say(text="ask", mood=Mood.CALM))
    recorded.match.step(5)
    recorded.recover()
    recorded.match.step(20)
    recorded.match.hold(1, Push(speed=2.0))
    recorded.match.step(20)
    return recorded


def test_a_recovery_is_shown_and_verified(tmp_path: Path) -> None:
    path = recovered(tmp_path).write(tmp_path)
    text = call(file=str(path))
    assert "another server goes on, epoch 2" in text
    assert "error lost" in text
    verdict = verify_here(path, TALE)
    assert (verdict.difference, verdict.steps, verdict.skipped) == (None, 145, [])


def test_a_gap_is_shown_and_bridged(tmp_path: Path) -> None:
    """A server was killed before it had written the last second, in which there was a checkpoint."""
    recorded = recovered(tmp_path)
    ticks = [n for n, (kind, _) in enumerate(recorded.records) if kind == 1]
    whole = ticks[-6]  # a checkpoint before the recovery
    path = recorded.write(tmp_path, gap=(whole - 4, whole))
    text = call(file=str(path))
    assert " are missing" in text
    verdict = verify_here(path, TALE)
    assert verdict.difference is None
    assert [why for _, _, why in verdict.skipped] == [
        "the replay does not have these steps",
        "what players held after the gap is not known",
    ]
    assert 0 < verdict.steps < 145
    first, last, _ = verdict.skipped[0]
    assert f"without {first} to {last}" in call(file=str(path), state_at=first, code=2)
    call(file=str(path), state_at=last)


def test_a_game_without_holds_goes_on_after_a_gap(tmp_path: Path) -> None:
    recorded = Recorded(FourLine, checkpoint_every=8)
    play(FourLine, 10.0)(recorded)
    wholes = [n for n, (kind, _) in enumerate(recorded.records) if kind == 1]
    path = recorded.write(tmp_path, gap=(wholes[1] - 2, wholes[1]))
    verdict = verify_here(path, recorded.header.game_class)
    assert verdict.difference is None
    assert [(first, last) for first, last, _ in verdict.skipped] == [(7, 8)]
    assert verdict.steps == recorded.match.session.tick - 2


# --- two of them ------------------------------------------------------------------------------------------------------


def test_two_that_are_the_same_have_no_difference(told: tuple[Recorded[Tale], Path], tmp_path: Path) -> None:
    again = Recorded(Tale, checkpoint_every=13, session="s2")
    tell(again)
    again.match.act(0, Say(text="win", mood=Mood.CALM))
    again.match.step()
    text = call(file=str(told[1]), diff=str(again.write(tmp_path)))
    assert text == "The two are the same, to the last tick 121.\n"


def test_the_first_stimulus_and_the_first_field_that_differ_are_found(
    told: tuple[Recorded[Tale], Path], tmp_path: Path
) -> None:
    other = Recorded(Tale, session="s2")
    tell(other, speed=4.0)
    path = str(other.write(tmp_path))
    text = call(file=str(told[1]), diff=path, code=1)
    assert "The first stimuli that differ are those of tick 6:" in text
    assert "Push(speed=3)" in text
    assert "Push(speed=4)" in text
    assert "The state differs first at tick 6 (0:00.300): Stone 1." in text
    (found,) = lines(call(file=str(told[1]), diff=path, code=1, json=True))
    assert found["same"] is False
    assert found["state"]["tick"] == 6
    assert found["state"]["field"] in ("Stone 1.x", "Stone 1.exact")
    assert (found["state"]["a"], found["state"]["b"]) == (0.15, 0.2)


def test_the_same_stimuli_and_another_state_are_the_games_doing(tmp_path: Path) -> None:
    one, other = Recorded(Tale, seed=1), Recorded(Tale, seed=2, session="s2")
    for each in (one, other):
        tell(each)
    text = call(file=str(one.write(tmp_path)), diff=str(other.write(tmp_path)), code=1)
    assert "differs first at tick 0" in text or "Nothing from outside was different before" in text


def test_one_that_ends_earlier_is_said_to(told: tuple[Recorded[Tale], Path], tmp_path: Path) -> None:
    shorter = Recorded(Tale, session="s2")
    tell(shorter, steps=100)
    text = call(file=str(told[1]), diff=str(shorter.write(tmp_path)), code=1)
    assert "A ends at tick 121, B at tick 100" in text


def test_replays_of_two_games_cannot_be_compared(told: tuple[Recorded[Tale], Path], tmp_path: Path) -> None:
    other = Recorded(Orbit, session="s2")
    text = call(file=str(told[1]), diff=str(other.write(tmp_path)), code=2)
    assert "one is a replay of tale, the other of orbit" in text


# --- again ------------------------------------------------------------------------------------------------------------


def play(game: type[Game[Any]], seconds: float) -> Callable[[Recorded[Any]], None]:
    def play_it(recorded: Recorded[Any]) -> None:
        match = recorded.match
        own = match.definition.options
        assert own.bot is not None
        for seat in range(max(own.seats_min, 3 if own.seats_max > 2 else 2)):
            match.join(f"player{seat}")
            match.bot(seat, bot_class(own.bot), seed=seat)
        match.run(seconds)

    return play_it


GAMES: list[Any] = [
    pytest.param(Orbit, 30.0, 600, id="orbit"),
    pytest.param(FourLine, 300.0, 10, id="fourline"),
    pytest.param(Cards, 900.0, 200, id="cards"),
]


@pytest.mark.parametrize(("game", "seconds", "steps"), GAMES)
def test_the_example_games_do_the_same_again_under_two_hash_seeds(
    game: type[Game[Any]], seconds: float, steps: int, tmp_path: Path
) -> None:
    assert game.definition().options.replayable
    recorded = Recorded(game)
    play(game, seconds)(recorded)
    verdicts = verify(recorded.write(tmp_path), recorded.header.game_class, lambda text: None)
    assert list(verdicts) == list(HASH_SEEDS)
    for verdict in verdicts.values():
        assert verdict.difference is None
        assert verdict.skipped == []
        assert verdict.steps == recorded.match.session.tick >= steps


def test_a_game_that_iterates_over_a_set_is_found_with_tick_and_field(tmp_path: Path) -> None:
    recorded = Recorded(Planted)
    tell(recorded)
    path = str(recorded.write(tmp_path))
    text = run(path, "--verify", code=1)
    assert ", tick 5" in text
    assert "is another: game.trees" in text
    assert "the order of a set" in text
    told = lines(run(path, "--verify", "--json", code=1))
    assert [each["hash_seed"] for each in told] == list(HASH_SEEDS)
    where = {each["difference"]["where"] for each in told if each["difference"] is not None}
    assert where == {"game.trees"}


def test_a_game_that_does_the_same_is_said_to(told: tuple[Recorded[Tale], Path]) -> None:
    assert run(str(told[1]), "--verify") == "All 121 steps are the same again, under hash seeds 1 and 2.\n"


def test_a_game_that_raises_now_is_shown_with_its_traceback(
    told: tuple[Recorded[Tale], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    def tick(self: Tale) -> None:
        raise ZeroDivisionError("a mistake")

    monkeypatch.setattr(Tale, "tick", tick)
    verdict = verify_here(told[1], TALE)
    assert verdict.difference is not None
    assert verdict.difference.where == "error"
    assert verdict.difference.again == "ZeroDivisionError: a mistake"
    assert "in tick" in verdict.details


def test_an_event_that_is_another_is_found(told: tuple[Recorded[Tale], Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Tale, "dropped", lambda self, player: None)
    verdict = verify_here(told[1], TALE)
    assert verdict.difference is not None
    assert verdict.difference.where == "event"
    assert verdict.difference.recorded["fields"] == ["gone", 0]
    assert verdict.difference.again is None


def test_a_game_that_promises_nothing_is_not_verified(told: tuple[Recorded[Tale], Path]) -> None:
    text = call(file=str(told[1]), verify=True, game="tests.server.replay_games:Honest", code=2)
    assert "does not promise to do the same again" in text
    assert "replayable=True" in text


def test_a_game_with_other_fields_is_not_verified(told: tuple[Recorded[Tale], Path]) -> None:
    text = call(file=str(told[1]), verify=True, game="games.orbit:Orbit", code=2)
    assert "has other fields now" in text
