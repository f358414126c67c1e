"""``rallypoint new mygame``: a project of game, bot, test and page that runs at once, from ``template/``."""

from __future__ import annotations

import ast
import importlib.util
import keyword
from collections.abc import Iterator
from pathlib import Path

__all__ = ["NameRefused", "new_project"]

_TEMPLATE = Path(__file__).parent / "template"
_END = ".txt"  # so that no tool takes the template's files for code of ours
_NAMES_CHARS_MAX = 32
_OF_WINDOWS = {"con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt") for number in range(1, 10))}
"""No folder can be called so there."""


class NameRefused(Exception):
    """No project can be made under that name, or there. The message says why."""


def new_project(name: str, where: Path) -> Path:
    """Writes a project into the new folder ``where / name``, and gives that.

    Raises:
        NameRefused: the name is no module's, or is taken; nothing is written then.
        OSError: the folder cannot be written.
    """
    _check(name)
    folder = where / name
    if folder.exists():
        raise NameRefused(f"there is something called {folder} already: choose another name, or remove it")
    for source in sorted(_TEMPLATE.rglob(f"*{_END}")):
        path = folder / _renamed(source.relative_to(_TEMPLATE), name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(_filled_in(source.read_text(encoding="utf-8"), name), encoding="utf-8")
    return folder


def class_name(name: str) -> str:
    """``space_race`` is ``SpaceRace``."""
    return "".join(word.capitalize() for word in name.split("_") if word)


def _check(name: str) -> None:
    example = "lower-case letters, digits and underscores, as in space_race"
    if not name.isascii() or not name.isidentifier() or name != name.lower() or keyword.iskeyword(name):
        raise NameRefused(f"{name!r} cannot be the name of a Python module: take {example}")
    if not name[0].isalpha() or len(name) > _NAMES_CHARS_MAX:
        raise NameRefused(f"a name begins with a letter and has at most {_NAMES_CHARS_MAX} characters: {example}")
    if name in _OF_WINDOWS or name == "tests":
        raise NameRefused(f"{name} is no name for the folder of a project: take another, as space_race")
    if keyword.iskeyword(class_name(name)) or class_name(name) in _names_in_template():
        raise NameRefused(f"the game's class would be {class_name(name)}, and that has a meaning: take another name")
    if importlib.util.find_spec(name) is not None:
        raise NameRefused(f"{name} is the name of a module that is installed: choose another")


def _names_in_template() -> Iterator[str]:
    """Of everything that its code makes, imports or uses, but for the game's class."""
    for source in _TEMPLATE.rglob(f"*.py{_END}"):
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
            match node:
                case ast.Name(id=name) | ast.ClassDef(name=name) | ast.alias(name=name) if name != "MyGame":
                    yield name


def _renamed(path: Path, name: str) -> Path:
    """Where a file of the template goes: ``game`` becomes the package, ``gitignore.txt`` is hidden."""
    parts = [name if part == "game" else part for part in path.parts]
    file = parts[-1].removesuffix(_END)
    file = {"gitignore": ".gitignore", "mygame.js": f"{name}.js", "test_game.py": f"test_{name}.py"}.get(file, file)
    return Path(*parts[:-1], file)


def _filled_in(text: str, name: str) -> str:
    title = name.replace("_", " ").capitalize()
    return text.replace("MyGame", class_name(name)).replace("mygame", name).replace("My game", title)
