"""What a game knows of the match that its session was made for, and of its teams."""

from typing import Any, ClassVar

import msgspec
import pytest

from rallypoint import Game, MatchInfo, Player, field
from rallypoint.core.game_image import GameImage, KeptSchema
from rallypoint.core.replay import stages
from rallypoint.core.replay_format import Record, RecordKind
from rallypoint.core.session_image import SessionImage
from rallypoint.game.driver import GameDriver
from rallypoint.replay_rerun import rerun
from rallypoint.testing import Match
from tests.server.replay_house import Recorded


class Runner(Player):
    side: int = field(-1)


class Arena(Game[Runner], seats=(1, 6), tick_hz=10, grace_s=5, max_duration_s=60):
    uses: ClassVar = [Runner]
    asked_at: int = field(0)
    queue: str = field("")
    counts: tuple[int, ...] = field(())

    def created(self, options: dict[str, Any]) -> None:
        self.queue = "" if self.match is None else self.match.queue

    def joined(self, player: Runner) -> None:
        self.counts = tuple(len(team) for team in self.teams)
        player.side = -1 if player.team is None else player.team

    def left(self, player: Runner, reason: str) -> None:
        self.backfill()

    def signalled(self, name: str, data: Any) -> None:
        self.backfill(data)


class Painted(Player):
    team: str = field("red")  # type: ignore[assignment]  # what this test is about


class Painting(Game[Painted], seats=(1, 4)):
    uses: ClassVar = [Painted]


def duel(**more: Any) -> Match[Arena]:
    return Match(Arena, teams=[["Ann", "Bob"], ["Cid"]], sizes=(2, 2), **{"paranoid": True, **more})


def names(match: Match[Arena]) -> list[list[str]]:
    return [[player.name for player in team] for team in match.game.teams]


def test_a_session_that_no_queue_has_made_has_no_match_and_no_teams() -> None:
    match = Match(Arena)
    assert (match.game.match, match.game.teams, match.game.queue) == (None, (), "")
    assert match.player(0).team is None


def test_a_game_knows_its_match_from_the_first_moment() -> None:
    match = duel()
    assert match.game.queue == "test"
    assert match.game.match == MatchInfo("match", "test", sizes=(2, 2))


def test_players_have_the_teams_of_their_match() -> None:
    match = duel()
    assert names(match) == [["Ann", "Bob"], ["Cid"]]
    assert [match.player(seat).team for seat in range(3)] == [0, 0, 1]
    assert [match.player(seat).side for seat in range(3)] == [0, 0, 1]


def test_who_has_left_is_in_no_team_of_the_game_and_stays_in_that_of_the_match() -> None:
    match = duel()
    match.leave(2)
    match.step()
    assert names(match) == [["Ann", "Bob"], []]
    assert match.session.order.match is not None
    assert match.session.order.match.teams == (("id-Ann", "id-Bob"), ("id-Cid",))


def test_who_is_away_is_in_the_team() -> None:
    match = duel()
    match.drop(2)
    match.step()
    assert names(match)[1] == ["Cid"]


def test_a_free_for_all_has_no_teams() -> None:
    match = Match(Arena, teams=[["Ann", "Bob", "Cid"]])
    assert match.game.teams == ()
    assert match.game.match is not None
    assert [player.team for player in match.game.players] == [None, None, None]


def test_who_came_otherwise_has_no_team() -> None:
    match = duel()
    match.join("Guest")
    match.step()
    assert match.player(3).team is None
    assert names(match) == [["Ann", "Bob"], ["Cid"]]


def test_a_backfilled_player_is_in_the_team_that_was_said_and_in_the_match_for_good() -> None:
    match = duel()
    match.join("Dan", team=1)
    match.step()
    assert names(match) == [["Ann", "Bob"], ["Cid", "Dan"]]
    assert match.game.counts == (2, 2)
    match.recover()
    match.step()
    assert names(match) == [["Ann", "Bob"], ["Cid", "Dan"]]
    assert match.session.order.match is not None
    assert match.session.order.match.teams[1] == ("id-Cid", "id-Dan")


def test_a_bot_plays_in_the_first_team_that_lacks_somebody() -> None:
    match = duel()
    for number in range(2):
        match.session.reserve(f"bot-{number}", "Bot", match.now, bot=True)  # type: ignore[arg-type]
    assert match.session.order.match is not None
    assert match.session.order.match.teams == (("id-Ann", "id-Bob"), ("id-Cid", "bot-0"))


def test_a_game_asks_for_players_and_no_longer() -> None:
    match = duel()
    assert not match.session.backfill
    match.leave(2)
    match.step()
    assert match.session.backfill
    match.signal("backfill", data=False)
    match.step()
    assert not match.session.backfill


def test_nobody_comes_into_a_locked_session_or_one_without_a_match() -> None:
    match = duel()
    match.game.backfill()
    match.game.lock()
    match.step()
    assert not match.session.backfill
    other = Match(Arena)
    other.game.backfill()
    other.step()
    assert not other.session.backfill


def test_the_match_the_teams_and_the_wish_for_players_survive_the_server() -> None:
    match = duel()
    match.game.backfill()
    match.step()
    before = match.game.match
    match.recover()
    assert match.game.match == before
    assert names(match) == [["Ann", "Bob"], ["Cid"]]
    assert match.session.backfill
    match.step(5)
    assert match.session.backfill


def test_an_image_without_teams_is_gone_on_with() -> None:
    rows = msgspec.msgpack.decode(Match(Arena)._driver.image().encode())
    fields = GameImage.__struct_fields__
    rows = rows[: fields.index("backfill")]
    players = rows[fields.index("players")]
    rows[fields.index("players")] = {seat: player[:4] for seat, player in players.items()}
    driver = GameDriver(Arena.definition(), 0)
    driver.restore(GameImage.decode(msgspec.msgpack.encode(rows)))
    assert (driver.game.match, driver.backfill, [player.team for player in driver.game.players]) == (
        None,
        False,
        [None, None],
    )


def test_a_replay_of_it_is_run_again_byte_for_byte() -> None:
    recorded = Recorded(Arena, match=duel(paranoid=False), checkpoint_every=7)
    match = recorded.match
    for _ in range(3):
        match.step(3)
        if match.session.seats[3] is None:
            match.join("Dan", team=1)
        else:
            match.leave(3)
    recorded.whole()
    records = [Record(RecordKind(kind), data, 0, 0) for kind, data in recorded.records]
    verdict = rerun(match.definition, KeptSchema.decode(match.definition.kept_schema.encoded), stages(records))
    assert (verdict.difference, verdict.skipped) == (None, [])
    assert verdict.steps == 9
    last = [stage.image for stage in stages(records)][-1]
    assert last.order == SessionImage.decode(match.session.whole()).order


def test_a_class_that_has_a_field_of_that_name_keeps_it() -> None:
    match = Match(Painting, teams=[["Ann"], ["Bob"]])
    assert match.player(0).team == "red"
    assert [[player.name for player in team] for team in match.game.teams] == [["Ann"], ["Bob"]]


def test_teams_are_no_part_of_what_clients_see() -> None:
    assert "team" not in str(Arena.definition().schema)


def test_a_match_has_players_or_teams() -> None:
    with pytest.raises(ValueError, match="either players= or teams="):
        Match(Arena, players=2, teams=[["Ann"], ["Bob"]])
