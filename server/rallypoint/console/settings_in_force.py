"""Every setting as it is now, and where that comes from. Secrets are not shown, only whether they are set."""

from __future__ import annotations

import ast
import asyncio
import inspect
import os
import re
import textwrap
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import MISSING, dataclass, fields
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, SecretStr

from rallypoint.config import Limits, Settings
from rallypoint.game.definition import Definition

__all__ = ["GameSettingsOut", "OptionOut", "SettingOut", "SettingsDesk", "SettingsOut", "settings_in_force"]

_DESCRIBED: Final = ConfigDict(use_attribute_docstrings=True)
_PASSWORD: Final = re.compile(r"(?<=//).*@")
_QUERY: Final = re.compile(r"[?#].*")
_NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})
_SET, _NOT_SET = "(set)", "(not set)"


@dataclass(frozen=True, slots=True)
class SettingOut:
    """One setting."""

    name: str
    """As in `Settings`; of a group `limits.tickets_max`."""
    value: Any
    """In force; of a secret, whether it is set."""
    default: Any
    """What it would be."""
    source: str
    """`command line`, `environment`, `code` (of whoever made the server), `default`."""
    variable: str
    """The environment variable that sets it."""
    what: str
    """What it is for."""

    __pydantic_config__ = _DESCRIBED


@dataclass(frozen=True, slots=True)
class OptionOut:
    """One option of a game."""

    name: str
    """As in `class Orbit(Game, tick_hz=20)`."""
    value: Any
    """In force; of `queues`, their names."""
    default: Any
    """What it would be; null: it has to be said, or is off."""

    __pydantic_config__ = _DESCRIBED


@dataclass(frozen=True, slots=True)
class GameSettingsOut:
    """One game: what its class says."""

    game: str
    """Its name."""
    where: str
    """The class, as `module:Class`."""
    options: list[OptionOut]
    """All of them."""

    __pydantic_config__ = _DESCRIBED


@dataclass(frozen=True, slots=True)
class SettingsOut:
    """All settings."""

    rows: list[SettingOut]
    """In the order in which the documentation has them."""
    games: list[GameSettingsOut]
    """In the order in which the server was given them."""

    __pydantic_config__ = _DESCRIBED


class SettingsDesk:
    """Of one server: its settings do not change."""

    def __init__(
        self,
        settings: Settings,
        given: Collection[str] = (),
        games: Sequence[Definition] = (),
        usual: Mapping[str, Any] = _NOTHING,
    ) -> None:
        """As for :func:`settings_in_force`."""
        self._of = settings, given, games, usual
        self._told: SettingsOut | None = None

    async def look(self) -> SettingsOut:
        """All of them. The first time their source is read for what they are for: in a thread."""
        if self._told is None:
            self._told = await asyncio.to_thread(settings_in_force, *self._of)
        return self._told


def settings_in_force(
    settings: Settings,
    given: Collection[str] = (),
    games: Sequence[Definition] = (),
    usual: Mapping[str, Any] = _NOTHING,
) -> SettingsOut:
    """``given``: names of those that the command line has set. ``usual``: defaults of whoever made the server, in place
    of the settings' own."""
    # As `pydantic-settings` looks for them: in any case, and a group also as a whole.
    variables = frozenset(name.upper() for name in os.environ)
    rows = list(_rows(settings, _Sources(frozenset(given), usual, variables), "", "RALLYPOINT_"))
    return SettingsOut(rows, [_game(definition) for definition in games])


@dataclass(frozen=True, slots=True)
class _Sources:
    given: frozenset[str]
    usual: Mapping[str, Any]
    variables: frozenset[str]

    def of(self, name: str, variable: str, value: Any, default: Any) -> str:
        if name in self.given:
            return "command line"
        if variable in self.variables or ("__" in variable and variable.partition("__")[0] in self.variables):
            return "environment"
        return "default" if value == default else "code"


def _rows(settings: BaseModel, sources: _Sources, prefix: str, variables: str) -> Iterator[SettingOut]:
    docs = _DOCS[type(settings)]
    for name, field in type(settings).model_fields.items():
        value, variable, full = getattr(settings, name), f"{variables}{name.upper()}", prefix + name
        if isinstance(value, BaseModel):
            yield from _rows(value, sources, f"{full}.", f"{variable}__")
            continue
        default = sources.usual.get(full, field.get_default(call_default_factory=True))
        source = sources.of(full, variable, value, default)
        yield SettingOut(full, _shown(name, value), _shown(name, default), source, variable, docs.get(name, ""))


def _game(definition: Definition) -> GameSettingsOut:
    options, game = definition.options, definition.game
    rows = []
    for field in fields(options):
        value = getattr(options, field.name)
        default = None if field.default is MISSING else field.default
        if field.name == "queues":
            value, default = [queue.name for queue in value], []
        rows.append(OptionOut(field.name, value, default))
    return GameSettingsOut(options.name, f"{game.__module__}:{game.__qualname__}", rows)


def _shown(name: str, value: Any) -> Any:
    match value:
        case SecretStr():
            return _SET if value.get_secret_value() else _NOT_SET
        case Path():
            return str(value)
        case tuple():
            return [str(each) for each in value]
        case str() if name.endswith("_url"):
            return _QUERY.sub("?(not shown)", _PASSWORD.sub("(not shown)@", value))
        case _:
            return value


def _docs(model: type[BaseModel]) -> dict[str, str]:
    """The strings below the settings in their source, which say what they are for."""
    found: dict[str, str] = {}
    (class_,) = ast.parse(textwrap.dedent(inspect.getsource(model))).body
    assert isinstance(class_, ast.ClassDef)
    for one, below in zip(class_.body, class_.body[1:], strict=False):
        match one, below:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(text))):
                found[name] = " ".join(text.split())
    return found


_DOCS: Final[Mapping[type[BaseModel], Mapping[str, str]]] = {model: _docs(model) for model in (Settings, Limits)}
"""Read at the start: later, the file may be another release's."""
