"""``rallypoint replay --verify``: runs a session again in processes of its own, each with another order of sets.

Python orders a set of texts by a hash that is another in each process. A game that iterates over one plays on as
recorded only by luck: under two hash seeds it does not.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

from rallypoint.core.game_image import KeptSchema
from rallypoint.core.replay import stages
from rallypoint.core.replay_format import BadReplay
from rallypoint.games import find_game
from rallypoint.replay_rerun import StepDifference, Verdict, rerun
from rallypoint.replay_text import brief, plain_json
from rallypoint.storage.replay_file import read_replay

__all__ = ["HASH_SEEDS", "lines_of", "verify", "verify_here"]

HASH_SEEDS: Final = (1, 2)


def verify_here(path: Path, game: str, progress: Callable[[int], None] = lambda tick: None) -> Verdict:
    """Runs a replay again in this process. ``game`` is its class, as ``module:Class``."""
    found = read_replay(path)
    return rerun(find_game(game).definition(), KeptSchema.decode(found.header.schema), stages(found.records), progress)


def verify(path: Path, game: str, say: Callable[[str], None]) -> dict[int, Verdict]:
    """The same in a process for each of :data:`HASH_SEEDS`, side by side. ``say`` is told how far they are.

    Raises :class:`BadReplay` if one of them cannot.
    """
    workers = {seed: _Worker(path, game, seed) for seed in HASH_SEEDS}
    try:
        return {
            seed: worker.verdict(lambda tick: say(f"running it again: tick {tick}")) for seed, worker in workers.items()
        }
    finally:
        for worker in workers.values():
            worker.end()


class _Worker:
    def __init__(self, path: Path, game: str, seed: int) -> None:
        command = [sys.executable, "-m", __name__, str(path), game]
        self._seed = seed
        self._process = subprocess.Popen(  # noqa: S603  # this very program
            command, env={**os.environ, "PYTHONHASHSEED": str(seed)}, stdout=subprocess.PIPE, text=True
        )

    def verdict(self, progress: Callable[[int], None]) -> Verdict:
        """What it says in the end."""
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if not line.startswith(_MARK):
                continue  # the game prints something
            said = json.loads(line.removeprefix(_MARK))
            if "tick" in said:
                progress(said["tick"])
            elif "bad" in said:
                raise BadReplay(said["bad"])
            else:
                return _verdict(said)
        code = self._process.wait()
        raise BadReplay(f"the process that ran it again, with hash seed {self._seed}, ended with exit code {code}")

    def end(self) -> None:
        """Now."""
        self._process.kill()
        self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()


_MARK: Final = "\x1erallypoint "


def _say(told: dict[str, Any]) -> None:
    print(_MARK + json.dumps(told), flush=True)


def _verdict(said: dict[str, Any]) -> Verdict:
    difference = said["difference"]
    return Verdict(
        said["steps"],
        [(first, last, why) for first, last, why in said["skipped"]],
        None if difference is None else StepDifference(**difference),
        said["details"],
    )


def lines_of(verdicts: dict[int, Verdict]) -> Iterator[str]:
    """What came of it, for people."""
    any_ = next(iter(verdicts.values()))
    for first, last, why in any_.skipped:
        yield f"Not compared: ticks {first} to {last}: {why}."
    parted = {seed: verdict for seed, verdict in verdicts.items() if verdict.difference is not None}
    if not parted:
        seeds = " and ".join(map(str, verdicts))
        yield f"All {any_.steps} steps are the same again, under hash seeds {seeds}."
        return
    for seed, verdict in parted.items():
        difference = verdict.difference
        assert difference is not None
        yield f"Under hash seed {seed}, tick {difference.tick} is another: {difference.where}"
        yield f"  recorded {brief(difference.recorded)}"
        yield f"  again    {brief(difference.again)}"
        if verdict.details:
            yield verdict.details.rstrip()
    yield (
        "Something that is not in the replay has decided it: the order of a set, the random module (draw from"
        " self.random), a clock (ask self.now_ms), or what another session has left behind in a module."
    )


def _main(path: str, game: str) -> None:
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]  # of a process, it is a text file
    try:
        verdict = verify_here(Path(path), game, lambda tick: _say({"tick": tick}))
    except BadReplay as error:
        _say({"bad": str(error)})
        return
    _say(plain_json(verdict.to_json()))


if __name__ == "__main__":
    _main(*sys.argv[1:])
