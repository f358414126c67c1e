"""``rallypoint types``: what it writes, and that TypeScript takes it (where there is a compiler)."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from games.orbit import Orbit
from rallypoint import Game
from rallypoint.types_command import text_of
from rallypoint.typescript import declarations
from rallypoint_protocol.schema import (
    EntityDef,
    Enumeration,
    EventDef,
    FieldDef,
    InputDef,
    Int,
    Schema,
    Str,
    encode_schema,
    schema_hash,
)
from tests.server.types_game import Everything

GOLDEN = Path(__file__).parent / "types"
GAMES: dict[str, type[Game[Any]]] = {"orbit": Orbit, "everything": Everything}
COMMANDS = {"orbit": "games.orbit:Orbit", "everything": "tests.server.types_game:Everything"}


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "rallypoint", "types", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def text(schema: Schema) -> str:
    return declarations(schema, schema_hash(encode_schema(schema)))


def schema(entities: tuple[EntityDef, ...] = (), **others: tuple[InputDef, ...] | tuple[EventDef, ...]) -> Schema:
    both = (EntityDef("Game", ()), EntityDef("Player", ()))
    parts = {"inputs": (), "events": ()} | others
    return Schema("g", 20, 1, 4, 30.0, both + entities, parts["inputs"], parts["events"])  # type: ignore[arg-type]  # by name


@pytest.mark.parametrize("name", GAMES)
def test_the_declarations_of_a_game_are_the_file_that_was_looked_at(name: str) -> None:
    golden = (GOLDEN / f"{name}.d.ts").read_text(encoding="utf-8")
    again = f"if it is right: rallypoint types {COMMANDS[name]} -o tests/server/types/{name}.d.ts"
    assert text_of(GAMES[name]) == golden, again


@pytest.mark.parametrize("name", GAMES)
def test_the_constant_is_the_hash_that_seated_announces(name: str) -> None:
    (found,) = re.findall(r'SCHEMA_HASH = "([0-9a-f]{32})";', text_of(GAMES[name]))
    assert bytes.fromhex(found) == GAMES[name].definition().schema_hash


@pytest.mark.skipif(shutil.which("tsc") is None, reason="there is no TypeScript compiler here")
@pytest.mark.parametrize("name", GAMES)
@pytest.mark.parametrize("ending", ["d.ts", "ts"])
def test_typescript_takes_the_declarations(name: str, ending: str, tmp_path: Path) -> None:
    file = tmp_path / f"game.{ending}"
    file.write_text((GOLDEN / f"{name}.d.ts").read_text(encoding="utf-8"), encoding="utf-8")
    options = ["--strict", "--noEmit", "--isolatedModules", "--target", "es2022", "--module", "esnext"]
    done = subprocess.run(["tsc", *options, file], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stdout


def test_names_that_are_taken_get_their_kind_behind_them() -> None:
    fields = (FieldDef("a", Int()),)
    made = text(
        schema(
            (EntityDef("Shot", fields), EntityDef("Result", fields), EntityDef("class", fields)),
            inputs=(InputDef("Shot", False, fields), InputDef("ShotInput", False, fields)),
            events=(EventDef("Shot", fields),),
        )
    )
    declared = re.findall(r"^export (?:interface|type) (\w+)", made, re.MULTILINE)
    assert len(set(declared)) == len(declared)
    assert {"Shot", "ResultEntity", "classEntity", "ShotInput", "ShotInputInput", "ShotEvent"} <= set(declared)
    assert "  readonly Shot: ShotInput;" in made
    assert "  readonly Shot: ShotEvent;" in made
    assert "  readonly class: classEntity;" in made


def test_two_enumerations_of_one_name_are_two_types() -> None:
    one, two = Enumeration("Suit", (("A", 1),)), Enumeration("Suit", (("B", 2),))
    made = text(schema((EntityDef("Card", (FieldDef("x", one), FieldDef("y", two), FieldDef("z", one))),)))
    assert "export type Suit = 1;" in made
    assert "export type SuitEnum = 2;" in made
    assert made.count("readonly z: Suit;") == 1


def test_what_a_game_says_cannot_end_its_comment() -> None:
    made = declarations(schema((EntityDef("Card", ()),)), b"", {("entity", "Card"): "*/ evil();"})
    assert made.count("/*") == made.count("*/")


def test_defaults_of_holds_are_told() -> None:
    made = text(schema(inputs=(InputDef("Aim", True, (FieldDef("at", Str()),), ("here",)),)))
    assert '/** `"here"` before the first, and after a drop. */\n  at: string;' in made


def test_the_command_prints_or_writes(tmp_path: Path) -> None:
    printed = run("games.orbit:Orbit")
    assert printed.returncode == 0
    assert printed.stdout == text_of(Orbit)
    written = run("games.orbit", "-o", str(tmp_path / "orbit.d.ts"))
    assert (written.returncode, written.stdout) == (0, "")
    assert (tmp_path / "orbit.d.ts").read_text(encoding="utf-8") == text_of(Orbit)


def test_the_command_says_what_it_cannot_do(tmp_path: Path) -> None:
    unknown = run("games.nothing:Here")
    assert unknown.returncode == 2
    assert "no module `games.nothing`" in unknown.stderr
    nowhere = run("games.orbit:Orbit", "-o", str(tmp_path / "no" / "orbit.d.ts"))
    assert nowhere.returncode == 2
    assert "cannot write" in nowhere.stderr
