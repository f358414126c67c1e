"""Every command says what it does, with an example that can be typed."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from typing import Any

import pytest
import typer

from tests.server.commands.command_house import commands


def _all(command: Any, words: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    below = getattr(command, "commands", None)
    if below is None:
        yield words, command
        return
    for name, one in below.items():
        yield from _all(one, (*words, name))


EVERY = dict(_all(typer.main.get_command(commands)))


@pytest.mark.parametrize("words", EVERY, ids=" ".join)
def test_every_command_has_an_example_that_it_understands(words: tuple[str, ...]) -> None:
    command = EVERY[words]
    example = next(line for line in (command.help or "").splitlines() if line.startswith("Example: "))
    typed = shlex.split(example.removeprefix("Example: rallypoint ").split(" > ")[0])
    assert tuple(typed[: len(words)]) == words
    command.make_context(words[-1], typed[len(words) :]).close()
    assert {"url", "token_file", "json"} <= {one.name for one in command.params}


@pytest.mark.parametrize("words", EVERY, ids=" ".join)
def test_no_command_takes_a_token_that_others_could_see_in_a_list_of_processes(words: tuple[str, ...]) -> None:
    assert not {"--token", "--password"} & {option for one in EVERY[words].params for option in one.opts}
