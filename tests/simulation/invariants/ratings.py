"""Results of rated matches change ratings, once: the record of a session has the match that its players were told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rallypoint_protocol.ids import SessionId
from rallypoint_protocol.messages import Push

from .stays import LobbyObserver, Stay

if TYPE_CHECKING:
    from rallypoint.core.matchmaking.records import MatchRecord
    from rallypoint.ports import SessionRecord
    from rallypoint_simulation.wire import Wire
    from rallypoint_simulation.world import World

__all__ = ["IN_RECORD", "ONCE", "RATED", "WRITTEN", "Ratings"]

IN_RECORD: Final = "the record of a session has its match, with all who were told of it"
RATED: Final = "the result of a rated match changes the rating of everybody who played, and no other result does"
ONCE: Final = "a session changes a rating once"
WRITTEN: Final = "a match is written down once, with its players"


class Ratings(LobbyObserver):
    """Compares what was told with what the store has."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._rated = {one.name: one.rated for game in getattr(world, "games", ()) for one in game.options.queues}
        self._told: dict[str, dict[str, tuple[str, str, int | None]]] = {}
        """By session and player: the match, its queue, and the team."""
        self._seen = 0
        """Records of ends that were looked at."""

    def pushed(self, stay: Stay, wire: Wire, push: Push, *, news: bool) -> None:
        """A seat in a match."""
        data = push.data
        if news and push.kind == "matched" and data.get("queue"):
            told = self._told.setdefault(data["session"], {})
            told[stay.player] = data["match"], data["queue"], data.get("team")

    def inspect(self, now: float) -> None:
        """The newest ends."""
        records = self.world.store.ended_records
        for record in records[self._seen :]:
            told = self._told.get(record.session, {})
            for player, (match, queue, team) in told.items():
                self._look_at_record(record, player, queue, team, f"match {match}")
        self._seen = len(records)
        self._look_at_matches()

    def _look_at_record(self, record: SessionRecord, player: str, queue: str, team: int | None, what: str) -> None:
        match = record.match
        if match is None or match.queue != queue or match.rated is not self._rated.get(queue):
            self.violate(IN_RECORD, f"session {record.session} is {what} of {queue}, and its record has {match}")
        elif not any(player in each and team in (None, index) for index, each in enumerate(match.teams)):
            self.violate(IN_RECORD, f"player {player} is told of team {team} in {record.session}: {match.teams}")

    def _look_at_matches(self) -> None:
        made: dict[str, MatchRecord] = {}
        for record in self.world.store.matches:
            if record.id in made:
                self.violate(WRITTEN, f"match {record.id} of {record.queue} is written down twice")
            made[record.id] = record
        for session, told in self._told.items():
            for player, (match, _, _) in told.items():
                known = made.get(match)
                if known is not None and (player not in known.players or known.session != session):
                    text = f"player {player} is told of match {match} in session {session}, and it is written down with"
                    self.violate(WRITTEN, f"{text} {known.players} in {known.session}")

    def at_rest(self) -> None:
        """Every rating that should have changed."""
        changes: dict[tuple[str, str], int] = {}
        for player, change in self.world.store.rating_changes:
            changes[change.session, player] = changes.get((change.session, player), 0) + 1
        for (session, rated), count in changes.items():
            if count > 1:
                self.violate(ONCE, f"session {session} has changed the rating of {rated} {count} times")
        for session_id, told in self._told.items():
            session = SessionId(session_id)
            record = self.world.store.stored.get(session)
            if record is None:
                continue
            bots = any(seat.bot for seat in record.seats)
            missed = record.match is not None and bool(record.match.missed)
            late = record.match.late if record.match is not None else ()
            gone_early = {seat.player for seat in record.seats if seat.player in late and seat.outcome != "played"}
            alone = len({seat.player for seat in record.seats} - gone_early) < 2
            for who, (_, queue, _) in told.items():
                counts = self._rated.get(queue) and record.outcome == "ended" and record.result is not None
                counts = counts and not missed and who not in gone_early
                if bool(counts and not bots and not alone) is not ((session, who) in changes):
                    text = f"{record.outcome}, {queue}, bots: {bots}, result: {record.result}"
                    self.violate(RATED, f"session {session} ({text}) and the rating of {who}: {changes}")
