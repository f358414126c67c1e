"""The methods that a game may define, and the check that catches the ones that would never be called."""

from __future__ import annotations

import difflib
import inspect
from collections.abc import Callable
from typing import Any, Final, TypeVar

from .errors import DefinitionError
from .inputs import Action, Hold

__all__ = ["on"]

HOOKS: Final[dict[str, int]] = {
    "created": 1,
    "started": 0,
    "joined": 1,
    "dropped": 1,
    "returned": 1,
    "left": 2,
    "tick": 0,
    "answered": 1,
    "signalled": 2,
    "time_up": 0,
    "restored": 0,
    "save": 0,
    "load": 1,
    "check": 0,
}
"""Name to number of arguments after ``self``."""

_ARGUMENTS: Final = {
    "created": "(self, options)",
    "left": "(self, player, reason)",
    "answered": "(self, answer)",
    "signalled": "(self, name, data)",
    "load": "(self, saved)",
}
_OTHER_NAMES: Final[dict[str, str]] = {
    "update": "tick",
    "step": "tick",
    "on_update": "tick",
    "on_tick": "tick",
    "on_create": "created",
    "on_join": "joined",
    "on_leave": "left",
    "on_disconnect": "dropped",
    "on_reconnect": "returned",
    "on_start": "started",
    "on_message": "@on(SomeAction)",
}
"""What the same hooks are called elsewhere."""

F = TypeVar("F", bound=Callable[..., Any])


def on(action: type[Action]) -> Callable[[F], F]:
    """Marks a method as the handler of an action: ``def fire(self, player, action)``.

    It may ``raise Refused("reason")`` before it changed anything.
    """
    given: Any = action  # whatever it is: a type checker is not everywhere
    if isinstance(given, type) and issubclass(given, Hold):
        raise DefinitionError(f"@on({action.__name__}): a Hold is read with player.held({action.__name__}), in tick()")
    if not (isinstance(given, type) and issubclass(given, Action)):
        raise DefinitionError(f"@on({action!r}): give it an Action class, as in @on(Fire)")

    def mark(method: F) -> F:
        method.__rallypoint_action__ = action  # type: ignore[attr-defined]  # a mark for check_methods
        return method

    return mark


def check_methods(game: type, base: type) -> dict[type[Action], str]:
    """Checks a game class's methods; gives the handler's name for each action. Raises DefinitionError."""
    handlers: dict[type[Action], str] = {}
    for cls in reversed(game.__mro__):
        if cls in base.__mro__:
            continue
        _check_migrate(cls)
        for name, value in vars(cls).items():
            function = inspect.unwrap(value) if inspect.isfunction(value) else None
            if function is None:
                continue
            where = f"{cls.__name__}.{name}"
            if name in vars(base) and name not in HOOKS and not name.startswith("__"):
                raise DefinitionError(f"{where} hides the framework's own `{name}`: choose another name")
            action = getattr(value, "__rallypoint_action__", None)
            if action is not None:
                if name in HOOKS:
                    raise DefinitionError(f"{where} is a hook, it cannot handle {action.__name__}: choose another name")
                _check_arity(where, function, 2, f"def {name}(self, player, action)")
                if handlers.get(action, name) != name:
                    raise DefinitionError(f"{where}: {action.__name__} is handled by {handlers[action]} already")
                handlers[action] = name
            elif name in HOOKS:
                arguments = _ARGUMENTS.get(name) or {1: "(self, player)"}.get(HOOKS[name], "(self)")
                _check_arity(where, function, HOOKS[name], f"def {name}{arguments}")
            elif not name.startswith("_"):
                _check_name(where, name, base)
    return handlers


def _check_migrate(cls: type) -> None:
    """``migrate`` is called before there is a game: it is no ordinary method."""
    found = vars(cls).get("migrate")
    if found is None:
        return
    where = f"{cls.__name__}.migrate"
    if not isinstance(found, staticmethod | classmethod):
        raise DefinitionError(
            f"{where} is called before there is a game. Write `@staticmethod` `def migrate(state)`,"
            " or choose another name"
        )
    try:
        inspect.signature(found.__func__).bind(*[None] * (2 if isinstance(found, classmethod) else 1))
    except TypeError:
        raise DefinitionError(f"{where} is given the state. Write `@staticmethod` `def migrate(state)`") from None


def _check_arity(where: str, function: Any, wanted: int, write: str) -> None:
    if inspect.iscoroutinefunction(function):
        raise DefinitionError(f"{where} runs within a step and cannot be async. Use self.ask(...) for what must wait")
    try:
        inspect.signature(function).bind(None, *[None] * wanted)
    except TypeError:
        raise DefinitionError(f"{where} is called with {wanted} argument(s) after self. Write `{write}`") from None


def _check_name(where: str, name: str, base: type) -> None:
    meant = _OTHER_NAMES.get(name)
    if meant is None and name not in vars(base):
        near = difflib.get_close_matches(name, HOOKS, 1, 0.85)
        meant = near[0] if near else None
    if meant is not None:
        raise DefinitionError(
            f"{where} would never be called: did you mean `{meant}`? The hooks are {', '.join(HOOKS)}."
            " If it is a method of your own, begin its name with an underscore or choose another"
        )
