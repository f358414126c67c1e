"""A game declares queues: in its class statement, or in a file beside its module."""

from __future__ import annotations

import sys
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rallypoint import DefinitionError, Game
from rallypoint.app import Server

DUEL: dict[str, Any] = {"teams": "1v1", "rules": [{"distance": "rating", "limit": 3}]}


class Arena(Game, seats=2, queues={"ranked": DUEL}):
    pass


@pytest.fixture
def beside(tmp_path: Path) -> Callable[[str], dict[str, Any]]:
    """Writes a file beside a module, and gives the names that a class of that module is made with."""

    def write(text: str) -> dict[str, Any]:
        (tmp_path / "duel.toml").write_text(text, encoding="utf-8")
        module = types.ModuleType("duels")
        module.__file__ = str(tmp_path / "duels.py")
        sys.modules["duels"] = module
        return {"__module__": "duels"}

    return write


@pytest.fixture(autouse=True)
def _no_module() -> Any:
    yield
    sys.modules.pop("duels", None)


def define(names: dict[str, Any], **options: Any) -> type[Game[Any]]:
    return types.new_class("Duel", (Game,), {"seats": 2} | options, lambda body: body.update(names))


def test_queues_are_given_as_a_dict() -> None:
    (queue,) = Arena.definition().options.queues
    assert (queue.name, queue.game, queue.rules[0].name) == ("ranked", "arena", "rating")


def test_a_game_has_none_by_itself_and_none_of_its_base() -> None:
    class Small(Arena, grace_s=5):
        pass

    assert Small.definition().options.queues == ()


def test_a_file_is_found_beside_the_module(beside: Callable[[str], dict[str, Any]]) -> None:
    names = beside('[queue.ladder]\nteams = "1v1"\n')
    (queue,) = define(names, queues="duel.toml").definition().options.queues
    assert (queue.name, queue.game) == ("ladder", "duel")


def test_a_mistake_in_the_file_is_a_definition_error_with_its_line(beside: Callable[[str], dict[str, Any]]) -> None:
    names = beside('[queue.ladder]\nteams = "4v4"\n')
    with pytest.raises(DefinitionError, match=r"duel\.toml:2: 4v4 has 8 players, and duel has seats for 2"):
        define(names, queues="duel.toml")


def test_a_file_that_is_not_there_is_a_definition_error(beside: Callable[[str], dict[str, Any]]) -> None:
    with pytest.raises(DefinitionError, match=r"no\.toml: No such file"):
        define(beside(""), queues="no.toml")


def test_a_module_without_a_file_has_nothing_beside_it() -> None:
    with pytest.raises(DefinitionError, match="would be beside the game's module, and duels has no file"):
        define({"__module__": "duels"}, queues="duel.toml")


@pytest.mark.parametrize(
    ("queues", "sentence"),
    [
        (3, r"Duel: queues=3\. Write"),
        ({"ranked": {"teams": "1v1", "limt": 3}}, r"Duel: queues\['ranked'\]\['limt'\]: a queue has no key `limt`"),
        ({"duel": DUEL}, "has the name of the game"),
        ({"ranked": {"teams": "1v1", "bots_after_s": 5}}, "duel has no bot"),
    ],
)
def test_a_mistake_in_the_class_statement_is_a_definition_error(queues: Any, sentence: str) -> None:
    with pytest.raises(DefinitionError, match=sentence):
        define({}, queues=queues)


def test_two_games_of_a_server_have_no_queue_of_the_same_name() -> None:
    class Other(Game, seats=2, queues={"ranked": DUEL}):
        pass

    class Ranked(Game, seats=2):
        pass

    with pytest.raises(ValueError, match="arena and other both have a queue ranked"):
        Server([Arena, Other])
    with pytest.raises(ValueError, match="the queue ranked of arena has the name of a game: call it arena-ranked"):
        Server([Arena, Ranked])
