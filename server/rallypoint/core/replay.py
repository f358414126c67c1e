"""Follows a replay from record to record: the state at each of its ticks, without the game's code.

A replay has gaps where a server died before it had written all of it. They are told, and what comes after a gap begins
with a whole state, so that nothing is guessed.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import msgspec

from .game_image import GameImage
from .replay_format import BadReplay, Record, RecordKind
from .session_image import SessionImage, SessionPart

__all__ = ["Stage", "StageKind", "decode_whole", "image_at", "stages", "ticks_of"]


class StageKind(enum.Enum):
    """What a record is in the story."""

    BEGIN = "begin"
    """The first whole: the session was just created, or replays were just switched on."""
    STEP = "step"
    BETWEEN = "between"
    """Something happened between two steps: seats, metadata, signals that were accepted."""
    CHECKPOINT = "checkpoint"
    """The same state, whole."""
    RECOVERED = "recovered"
    """A server has died, and another one goes on from here: a higher epoch."""
    GAP = "gap"
    """Steps are missing before this whole."""
    END = "end"


@dataclass(frozen=True, slots=True)
class Stage:
    """One record. ``image`` is the session after it: the same object in all stages, and not to be changed."""

    kind: StageKind
    image: SessionImage
    part: SessionPart | None = None
    """Of a step, or between two."""
    former_tick: int = 0
    """The last tick before it."""
    former: GameImage | None = None
    """Of a recovery: the game as the server that died has left it."""


def stages(records: Iterable[Record]) -> Iterator[Stage]:
    """The whole story. Raises :class:`BadReplay` for what no release of this format writes."""
    image: SessionImage | None = None
    for record in records:
        former = 0 if image is None else image.tick
        try:
            if record.kind is RecordKind.WHOLE:
                whole = decode_whole(record.data)
                kind = _kind_of(image, whole)
                left = image.game if image is not None and kind is StageKind.RECOVERED else None
                image = whole
                yield Stage(kind, image, None, former, left)
            elif image is None:
                raise BadReplay("the replay does not begin with a whole state")
            elif record.kind is RecordKind.PART:
                part = SessionPart.decode(record.data)
                if part.game is not None and part.tick != image.tick + 1:
                    raise BadReplay(f"tick {part.tick} comes after tick {image.tick}")
                image.follow(part)
                yield Stage(StageKind.BETWEEN if part.game is None else StageKind.STEP, image, part, former)
            elif record.kind is RecordKind.END:
                yield Stage(StageKind.END, image, None, former)
        except (msgspec.DecodeError, UnicodeDecodeError, LookupError, TypeError, ValueError, AssertionError) as error:
            raise BadReplay(f"what comes after tick {former} cannot be read: {error!r}") from error


def decode_whole(data: bytes) -> SessionImage:
    """The session of a journal's whole: ``[what its host keeps, session]``. Raises ``msgspec.DecodeError``."""
    return msgspec.msgpack.decode(data, type=tuple[msgspec.Raw, SessionImage])[1]


def _kind_of(image: SessionImage | None, whole: SessionImage) -> StageKind:
    if image is None:
        return StageKind.BEGIN
    if whole.tick != image.tick:
        return StageKind.GAP
    return StageKind.CHECKPOINT if whole.epoch == image.epoch else StageKind.RECOVERED


def image_at(records: Sequence[Record], tick: int) -> SessionImage:
    """The session after that tick's step. Raises :class:`BadReplay` if the replay does not have that tick."""
    for stage in stages(records[_last_whole(records, tick) :]):
        if stage.image.tick == tick:
            return stage.image
        if stage.image.tick > tick:
            break
    first, last, gaps = ticks_of(records)
    without = "".join(f", without {low} to {high}" for low, high in gaps)
    raise BadReplay(f"there is no tick {tick} in this replay: it has {first} to {last}{without}")


def _last_whole(records: Sequence[Record], tick: int) -> int:
    """Where the last whole before that tick is; of several at that tick, not those, so that its step is found."""
    found = 0
    for index, record in enumerate(records):
        if record.kind is RecordKind.WHOLE and index:
            try:
                if decode_whole(record.data).tick >= tick:
                    break
            except msgspec.DecodeError:
                break
            found = index
    return found


def ticks_of(records: Sequence[Record]) -> tuple[int, int, list[tuple[int, int]]]:
    """The first and the last tick; and the gaps: first and last step that is missing."""
    first, last, gaps = None, 0, []
    for stage in stages(records):
        if first is None:
            first = stage.image.tick
        if stage.kind is StageKind.GAP:
            gaps.append((stage.former_tick + 1, stage.image.tick))
        last = stage.image.tick
    return first or 0, last, gaps
