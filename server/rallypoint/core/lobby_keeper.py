"""What changes in the lobby, as entries for a journal: whole when a lobby session is new, and in parts from then on.

Whoever changes a lobby session touches it (:meth:`.LobbySession.touch`); :meth:`LobbyKeeper.take` compares what was
touched with what was written of it last, and gives what differs. So however much happens between two calls, it is one
entry a lobby session. Acknowledgements and proofs of tokens are not worth a batch of their own: they *ride* with the
next one. If they are lost, a client is told again what it has, and an older token is valid for longer.

A part costs what it says: an answer its own bytes and seven more. When the parts since the last whole are larger than
that whole, and than ``PARTS_BYTES_MIN``, the next entry is a whole again.
"""

from __future__ import annotations

from typing import Final

from rallypoint_protocol.codec import encode
from rallypoint_protocol.ids import LobbyId
from rallypoint_protocol.messages import Answer

from .chat import Chats
from .directory import Directory
from .lobby_image import (
    Attention,
    LobbyImage,
    LobbyPart,
    MemberImage,
    PushesPart,
    Stay,
    key_of,
)
from .lobby_queues import LobbyQueues
from .lobby_session import LobbySession, LobbyState
from .lobby_table import GONE, PART, PARTS_BYTES_MIN, WHOLE, KeptEntry, LobbyTable
from .parties import Parties
from .rematch import Rematches

__all__ = ["GONE", "PART", "WHOLE", "KeptEntry", "LobbyKeeper"]

_NO_PART: Final = LobbyPart()


class _Written:
    """What was written of one lobby session."""

    __slots__ = (
        "acked",
        "answers",
        "attention",
        "last",
        "lost",
        "member",
        "outdated",
        "parts_bytes",
        "stay",
        "waits",
        "whole_bytes",
    )

    def __init__(self, image: LobbyImage, size: int) -> None:
        self.stay = image.stay
        self.waits = image.waits
        self.attention = image.attention
        self.member = image.member
        pushes = image.pushes
        self.last, self.acked, self.lost = pushes.last, pushes.acked, pushes.lost
        self.answers: list[Answer] = []
        """Those that were given since, and are not written."""
        self.whole_bytes = size
        self.parts_bytes = 0
        self.outdated = False
        """A part does not say what has changed."""

    @property
    def wants_whole(self) -> bool:
        return self.outdated or self.parts_bytes > max(PARTS_BYTES_MIN, self.whole_bytes)


class LobbyKeeper:
    """Notes what changes, and gives it as entries. Without :meth:`begin` it notes nothing."""

    def __init__(
        self, queues: LobbyQueues, directory: Directory, chats: Chats, rematches: Rematches, parties: Parties
    ) -> None:
        self._queues = queues
        self._directory = directory
        self._parties = parties
        self.keeps = False
        self._touched: dict[LobbySession, None] = {}
        self._riding: dict[LobbySession, None] = {}
        self._written: dict[LobbyId, _Written] = {}
        self.table = LobbyTable(chats, rematches, parties)
        """What belongs to no lobby session."""

    def begin(self) -> None:
        """From now on it notes."""
        self.keeps = True
        self.table.begin()

    # --- what happens -----------------------------------------------------------------------------------------------

    def touch(self, session: LobbySession) -> None:
        """Something has changed in it."""
        if self.keeps:
            self._touched[session] = None

    def ride(self, session: LobbySession) -> None:
        """Something has changed in it that is not worth a batch."""
        if self.keeps:
            self._riding[session] = None

    def answered(self, session: LobbySession, answer: Answer) -> None:
        """It has made a request, which was executed."""
        if self.keeps:
            self._touched[session] = None
            written = self._written.get(session.id)
            if written is not None:
                written.answers.append(answer)

    def anew(self, session: LobbySession) -> None:
        """Its client begins anew: what was answered before is forgotten."""
        if self.keeps:
            self._touched[session] = None
            written = self._written.get(session.id)
            if written is not None:
                written.answers.clear()
                written.outdated = True

    def restored(self, session: LobbySession) -> None:
        """It is one of a server that died, whose entries are there: from now on they are this one's."""
        if self.keeps:
            self._touched[session] = None
            written = self._written[session.id] = _Written(self.image(session), 0)
            written.outdated = True

    # --- entries ----------------------------------------------------------------------------------------------------

    @property
    def waits(self) -> bool:
        """True if :meth:`take` has something that is worth a batch."""
        return bool(self._touched or self.table.waits)

    def take(self) -> list[KeptEntry]:
        """What has changed since the last call."""
        if not self.keeps:
            return []
        touched, self._touched = self._touched, {}
        if self._riding:
            touched.update(self._riding)
            self._riding = {}
        entries: list[KeptEntry] = []
        for session in touched:
            entry = self._take(session)
            if entry is not None:
                entries.append(entry)
        if self.table.waits:
            entries.append(self.table.take())
        return entries

    def whole(self, session: LobbySession) -> KeptEntry:
        """All of one that has not ended: it counts as written."""
        self._touched.pop(session, None)
        self._riding.pop(session, None)
        image = self.image(session)
        data = image.encode()
        self._written[session.id] = _Written(image, len(data))
        return key_of(session.id), WHOLE, data

    # --- images -----------------------------------------------------------------------------------------------------

    def image(self, session: LobbySession) -> LobbyImage:
        """A lobby session that has not ended, as it is now."""
        answers, forgotten = (session.answers.all, session.answers.forgotten) if session.asked else ([], -1)
        return LobbyImage(
            session.id,
            session.player,
            session.name,
            _stay(session),
            self._queues.image(session),
            self._attention(session),
            _pushes(session, 0),
            answers,
            forgotten,
            self._parties.member_image(session),
        )

    # --- steps of the above -----------------------------------------------------------------------------------------

    def _take(self, session: LobbySession) -> KeptEntry | None:
        written = self._written.get(session.id)
        if session.state is LobbyState.ENDED:
            if written is None:
                return None  # nobody knows of it
            del self._written[session.id]
            return key_of(session.id), GONE, b""
        if written is None or written.wants_whole:
            image = self.image(session)
            data = image.encode()
            self._written[session.id] = _Written(image, len(data))
            return key_of(session.id), WHOLE, data
        part = self._part(session, written)
        if part == _NO_PART:
            return None
        data = encode(part)
        written.parts_bytes += len(data)
        return key_of(session.id), PART, data

    def _part(self, session: LobbySession, written: _Written) -> LobbyPart:
        """What differs from what was written; counts as written."""
        part = LobbyPart()
        stay, waits, attention = _stay(session), self._queues.image(session), self._attention(session)
        if stay != written.stay:
            part.stay = written.stay = stay
        if waits != written.waits:
            part.waits = written.waits = waits
        if attention != written.attention:
            part.attention = written.attention = attention
        member: MemberImage = self._parties.member_image(session)
        if member != written.member:
            part.member = written.member = member
        if session.pushed:
            pushes = session.pushes
            if (pushes.last, pushes.acked, pushes.lost) != (written.last, written.acked, written.lost):
                part.pushes = _pushes(session, written.last)
                written.last, written.acked, written.lost = pushes.last, pushes.acked, pushes.lost
        if written.answers:
            part.answers, written.answers = written.answers, []
        return part

    def _attention(self, session: LobbySession) -> Attention:
        return Attention(self._directory.image(session), list(session.listens))


def _stay(session: LobbySession) -> Stay:
    grace = session.grace
    return Stay(
        *session.tokens.hashes,
        session.state is LobbyState.CONNECTED,
        grace.left_s,
        grace.deadline,
        grace.since,
    )


def _pushes(session: LobbySession, after: int) -> PushesPart:
    """Those newer than ``after``."""
    if not session.pushed:
        return PushesPart()
    pushes = session.pushes
    return PushesPart(pushes.last, pushes.acked, pushes.lost, [push for _, push in pushes.since(after)])
