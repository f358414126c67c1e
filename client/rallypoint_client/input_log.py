"""The inputs that were sent and that the server has not decided, as far as is known: what a prediction plays again.

An input is applied in the step that it is meant for; one that has missed it, in the next. Inputs keep their order: one
that was sent later is applied no sooner.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

__all__ = ["InputLog", "SentInput"]


@dataclass(frozen=True, slots=True)
class SentInput:
    """An input on its way."""

    seq: int
    at: int
    """The tick that it is meant for."""
    name: str
    """Of its class."""
    x: Any
    hold: bool
    aimed: bool = True
    """It was sent with that tick; else that is a guess."""


class InputLog:
    """Of one seat. ``defaults``: what is held of each class before anything is."""

    def __init__(self, defaults: Mapping[str, Any]) -> None:
        self._defaults = dict(defaults)
        self._held = dict(defaults)
        """As of the newest state."""
        self._sent: list[SentInput] = []
        self._last = 0

    def let_go(self) -> None:
        """A connection was lost: the server has set all holds back. Actions are sent again."""
        self._held = dict(self._defaults)
        self._sent = [each for each in self._sent if not each.hold]

    def add(self, sent: SentInput) -> bool:
        """It is on its way. False if it was known."""
        if sent.seq <= self._last or (sent.hold and sent.name not in self._defaults):
            return False
        self._last = sent.seq
        self._sent.append(sent)
        return True

    def decided(self, applied: int) -> list[SentInput]:
        """The server has decided all up to that number. Gives those which were not known to be."""
        count = 0
        while count < len(self._sent) and self._sent[count].seq <= applied:
            if self._sent[count].hold:
                self._held[self._sent[count].name] = self._sent[count].x
            count += 1
        done, self._sent = self._sent[:count], self._sent[count:]
        return done

    def has_missed(self, tick: int) -> bool:
        """True if an input that was meant for that tick, or for one before it, is still on its way."""
        return bool(self._sent) and self._sent[0].at <= tick

    def at(self, tick: int, state: int) -> tuple[SimpleNamespace, list[Any]]:
        """What is held in the step of ``tick``, and the actions of that step, if ``state`` is the newest tick known."""
        held, actions, due = dict(self._held), [], state + 1
        for each in self._sent:
            due = max(due, each.at)
            if due > tick:
                break
            if each.hold:
                held[each.name] = each.x
            elif due == tick:
                actions.append(each.x)
        return SimpleNamespace(**held), actions
