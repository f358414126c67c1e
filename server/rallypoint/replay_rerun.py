"""Runs a replay's session again: the same calls on a fresh game, and after each step the same state, byte for byte.

It begins where the replay's first whole state is, with the random numbers and timers of that moment. Where a server
has died and another one went on, it does what that one did. What is after a gap cannot be run again before the next
recovery, because what players held there is not known.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from typing import Any, Final

import msgspec

from rallypoint.core.game_image import GameImage, KeptSchema, differences
from rallypoint.core.game_like import Answer
from rallypoint.core.replay import Stage, StageKind
from rallypoint.core.session_image import SessionPart
from rallypoint.game.definition import Definition
from rallypoint.game.driver import GameDriver
from rallypoint.game.inputs import Hold
from rallypoint_protocol.codec import encode
from rallypoint_protocol.limits import GAME_EVENT_KIND_FIRST

__all__ = ["StepDifference", "Verdict", "rerun"]

_NOT_KEPT: Final = 7
"""So many items has an answer whose value could not be kept."""


@dataclass(frozen=True, slots=True)
class StepDifference:
    """Where the session that was run again is not the one that was recorded."""

    tick: int
    where: str
    """A field, as ``Ship 12 (Ann).x``; or ``event``, ``error``."""
    recorded: Any
    again: Any


@dataclass(slots=True)
class Verdict:
    """What came of it."""

    steps: int = 0
    """So many were compared."""
    skipped: list[tuple[int, int, str]] = field(default_factory=list)
    """First and last tick of what could not be compared, and why."""
    difference: StepDifference | None = None
    details: str = ""
    """A traceback, if the game raised."""

    def to_json(self) -> dict[str, Any]:
        """As one object."""
        return asdict(self)


class _Apart(Exception):
    """The two are not the same any more."""

    def __init__(self, difference: StepDifference, details: str = "") -> None:
        super().__init__(difference.where)
        self.difference = difference
        self.details = details


def rerun(
    definition: Definition,
    schema: KeptSchema,
    stages: Iterable[Stage],
    progress: Callable[[int], None] = lambda tick: None,
) -> Verdict:
    """Runs it to the end, or to where it differs. ``progress`` is told the tick now and then."""
    run = _Run(definition, schema)
    try:
        for stage in stages:
            run.follow(stage)
            if stage.kind is StageKind.STEP and stage.image.tick % 100 == 0:
                progress(stage.image.tick)
    except _Apart as apart:
        run.verdict.difference, run.verdict.details = apart.difference, apart.details
    return run.verdict


class _Run:
    def __init__(self, definition: Definition, schema: KeptSchema) -> None:
        self._definition = definition
        self._schema = schema
        self._driver = GameDriver(definition, 0)
        self._holds = any(issubclass(cls, Hold) for cls in definition.input_classes)
        self._blind = ""
        """Why steps cannot be run again now."""
        self.verdict = Verdict()

    def follow(self, stage: Stage) -> None:
        """One record."""
        image, part = stage.image, stage.part
        match stage.kind:
            case StageKind.BEGIN:
                self._begin(image.game, image.tick)
            case StageKind.RECOVERED:
                assert stage.former is not None
                self._restore(stage.former, image.tick)
                self._call(image.tick, self._driver.revive)
                self._compare(image.tick, image.game, "the state after the recovery")
                self._blind = ""
            case StageKind.GAP:
                self._skip(stage.former_tick + 1, image.tick, "the replay does not have these steps")
                if self._holds:
                    self._blind = "what players held after the gap is not known"
                else:
                    self._begin(image.game, image.tick)
            case StageKind.CHECKPOINT if not self._blind:
                self._driver.meta = image.game.meta  # it may be there before the entry that says so
                self._compare(image.tick, image.game, "the checkpoint")
            case StageKind.STEP | StageKind.BETWEEN if part is not None:
                self._part(part, image.game)
            case _:
                pass

    def _begin(self, image: GameImage, tick: int) -> None:
        self._restore(image, tick)
        self._call(tick, self._driver.revive)  # what is transient was made by created() then

    def _restore(self, image: GameImage, tick: int) -> None:
        self._driver = GameDriver(self._definition, 0)
        self._call(tick, lambda: self._driver.restore(image))
        self._driver.keep()
        self._compare(tick, image, "the restored state")

    def _part(self, part: SessionPart, after: GameImage) -> None:
        lost = [op for op in part.ops if op[0] == "answer" and len(op) == _NOT_KEPT]
        if lost and not self._blind:
            self._blind = f"the value of an answer to {lost[0][2]} could not be kept"
        if self._blind:
            if part.game is not None:
                self._skip(part.tick, part.tick, self._blind)
            return
        if part.game is None:
            for op in part.ops:
                self._op(op)
            return
        change, events = self._call(part.tick, lambda: self._step(part))
        recorded = [
            (seat, kind, bytes(data)) for seat, _, kind, data, _ in part.events if kind >= GAME_EVENT_KIND_FIRST
        ]
        if change != encode(part.game):
            self._compare(part.tick, after, "the state")
        if events != recorded:
            pair = next(
                (one, other) for one, other in zip([*recorded, None], [*events, None], strict=False) if one != other
            )
            raise _Apart(StepDifference(part.tick, "event", _told(pair[0]), _told(pair[1])))
        self.verdict.steps += 1

    def _step(self, part: SessionPart) -> tuple[bytes, list[tuple[int, int, bytes]]]:
        """As a session does it. Gives the encoded change, and the events."""
        driver = self._driver
        before = [op for op in part.ops if op[0] == "meta"]
        for op in before:
            self._op(op)
        driver.open(part.tick, part.now_ms)
        for op in part.ops:
            if op[0] != "meta":
                self._op(op)
        if part.run is not None:
            driver.advance(part.run)
        driver.close()
        left = [op[1] for op in part.ops if op[0] == "leave"]  # whose seat is free at the step's end is told nothing
        events = [(seat, kind, encode(fields)) for seat, kind, fields in driver.take_events() if seat not in left]
        driver.take_asks()
        driver.take_kicked()
        driver.resubscribed.clear()
        return driver.take_change(), events

    def _op(self, op: list[Any]) -> None:
        driver, first, args = self._driver, op[0], op[1:]
        if isinstance(first, int):
            driver.input(first, self._definition.decode(encode(args[0])))
            return
        match first:
            case "join":
                driver.join(*args)
            case "start":
                driver.start()
            case "drop":
                driver.drop(*args)
            case "until":
                driver.away_until(*args)
            case "let_go":
                driver.let_go(*args)
            case "back":
                driver.come_back(*args)
            case "leave":
                driver.leave(*args)
            case "answer":
                number, method, asked, value, error = args[:5]
                driver.answer(Answer(number, method, tuple(asked), value, error))
            case "signal":
                driver.signal(*args)
            case "time_up":
                driver.time_up()
            case "meta":
                driver.set_meta(args[0])
            case "recovered":
                for player in driver.player_list:
                    driver.let_go(player.seat)
            case _:
                raise LookupError(f"this release does not know the call {first!r}")

    # --- comparing --------------------------------------------------------------------------------------------------

    def _compare(self, tick: int, recorded: GameImage, what: str) -> None:
        """Raises if the game's state is another."""
        one, other = _lasting(recorded), _lasting(self._call(tick, self._driver.image))
        if encode(one) == encode(other):
            return
        for difference in differences(self._schema, one, other):
            raise _Apart(StepDifference(tick, difference.where, difference.one, difference.other))
        raise _Apart(StepDifference(tick, what, "other bytes", "though every field is the same"))

    def _call(self, tick: int, call: Callable[[], Any]) -> Any:
        try:
            return call()
        except Exception as error:  # the game's own code
            told = f"{type(error).__name__}: {error}"
            raise _Apart(StepDifference(tick, "error", None, told), traceback.format_exc()) from None

    def _skip(self, first: int, last: int, why: str) -> None:
        skipped = self.verdict.skipped
        if skipped and skipped[-1][2] == why and skipped[-1][1] == first - 1:
            first = skipped.pop()[0]
        skipped.append((first, last, why))


def _lasting(image: GameImage) -> GameImage:
    """Without what ``save`` gave: it is called at checkpoints alone."""
    return msgspec.structs.replace(image, saved=None, saved_tick=-1)


def _told(event: tuple[int, int, bytes] | None) -> Any:
    if event is None:
        return None
    seat, kind, data = event
    return {"seat": seat, "kind": kind, "fields": msgspec.msgpack.decode(data)}
