"""Replays without a server: a session in virtual time, and what a journal would be given of it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Generic, TypeVar

from msgspec import Raw

from rallypoint import Game
from rallypoint.core.replay_format import RecordKind, ReplayHeader
from rallypoint.core.session import SessionCore, SessionState, Step
from rallypoint.core.session_image import SessionImage
from rallypoint.game.driver import GameDriver
from rallypoint.runtime.replay_header import header_of
from rallypoint.runtime.session_entries import KeptHost
from rallypoint.storage.replay_file import ReplayFolder
from rallypoint.testing import Match
from rallypoint_protocol.codec import encode
from rallypoint_protocol.ids import SessionId

G = TypeVar("G", bound=Game[Any])
CREATED = 1_790_000_000.0


class Recorded(Generic[G]):
    """A match that keeps its replay. Nobody has a seat yet."""

    def __init__(
        self,
        game: type[G],
        *,
        seed: int = 1,
        options: Mapping[str, Any] | None = None,
        checkpoint_every: int = 100,
        session: str = "s1",
        match: Match[G] | None = None,
    ) -> None:
        self.match = match or Match(game, players=0, seed=seed, options=options)
        self.session = session
        self.records: list[tuple[int, bytes]] = []
        self._kept = KeptHost(self.match.definition.options.name, CREATED)
        self._every = checkpoint_every
        self._watch(self.match.session)

    def _watch(self, core: SessionCore) -> None:
        step = core.step
        core.start_keeping()
        self.whole()

        def recorded(now: float) -> Step:
            self.between()
            made = step(now)
            part = core.part()
            assert part is not None
            self.records.append((RecordKind.PART, part))
            if core.tick % self._every == 0:
                self.whole()
            return made

        core.step = recorded  # type: ignore[method-assign]  # a test listens

    def between(self) -> None:
        """What has happened between two steps."""
        if self.match.session.touched:
            part = self.match.session.part()
            assert part is not None
            self.records.append((RecordKind.PART, part))

    def whole(self) -> None:
        self.records.append((RecordKind.WHOLE, encode([self._kept, Raw(self.match.session.whole())])))

    def recover(self) -> None:
        """The server dies, and another one goes on; all players come back."""
        match, former = self.match, self.match.session
        self.between()
        image = SessionImage.decode(former.whole())
        game = GameDriver(match.definition, 0)
        game.restore(image.game)
        core = SessionCore.restored(
            image,
            game,
            former.settings,
            schema=match.definition.schema_bytes,
            schema_hash=match.definition.schema_hash,
            new_token=former.seating._new_token,
            shift_s=0.0,
            keep=False,
        )
        game.keep()
        game.revive()
        match.session, match._driver = core, game
        self._watch(core)
        for index, place in match._places.items():
            seat = core.seats[index]
            assert seat is not None
            place.seat = seat
            match.come_back(index)

    @property
    def header(self) -> ReplayHeader:
        session = self.match.session
        return header_of(self.match.definition, self._kept, SessionId(self.session), session.order)

    def write(self, folder: Path, *, gap: tuple[int, int] | None = None) -> Path:
        """As a file. ``gap``: without the records of these numbers."""
        replays = ReplayFolder(folder)
        records = list(self.records)
        over = self.match.session.state is SessionState.ENDED
        if over:
            records.append((RecordKind.END, encode([CREATED + 60])))
        if gap is not None:
            del records[gap[0] : gap[1]]
        checksum = replays.begin(self.header)
        replays.append(self.session, records, checksum)
        if over:
            replays.finish(self.session)
            return folder / f"{self.session}.rpr"
        return folder / f"{self.session}.rpr.part"
