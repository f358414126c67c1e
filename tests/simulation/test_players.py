"""Players do on the real library what people do, and faults do to them what networks do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from rallypoint_client import Kicked, TakenOver
from rallypoint_client.lobby_core import LobbyState
from rallypoint_client.seat_state import SeatState
from rallypoint_simulation.faults import strike
from rallypoint_simulation.observer import Violation
from rallypoint_simulation.players import Player
from rallypoint_simulation.scenario import Act, Fault, PlayerPlan, ServerPlan, Trigger
from rallypoint_simulation.strangers import MANNERS
from rallypoint_simulation.triggers import WHOSE, Triggers
from rallypoint_simulation.world import World
from tests.simulation.games.ledgers import Books, Park
from tests.simulation.games.trouble import Trouble
from tests.simulation.games.turns import Turns


class Stage:
    """A world with players who do what a test says."""

    def __init__(self, *names: str, faults: tuple[Fault, ...] = (), **server: Any) -> None:
        plan = ServerPlan(**{"lobby_grace_s": 4.0, "bots": False, **server})
        self.triggers: list[Triggers] = []
        self.world = World(1, [Books, Park, Turns, Trouble], plan, [lambda world: self._triggers(world, faults)])
        self.world.start_server()
        for name in names:
            self.world.players[name] = Player(self.world, PlayerPlan(name))

    def _triggers(self, world: World, faults: tuple[Fault, ...]) -> Triggers:
        self.triggers.append(Triggers(world, faults))
        return self.triggers[-1]

    def __getitem__(self, name: str) -> Player:
        return self.world.players[name]

    def do(self, name: str, do: str, *, wait_s: float = 1.0, **args: Any) -> None:
        self[name].start(Act(0.0, do, args))
        self.world.run_for(wait_s)

    def strike(self, do: str, target: str = "", **args: Any) -> None:
        strike(self.world, Fault(do, target=target, args=args))

    def books(self, name: str) -> Any:
        """The player's books at the server."""
        player_id = self[name].identity.player
        for host in self.world.node.hosts.values():
            for player in host.core.game.player_list:  # type: ignore[attr-defined]  # it is a GameDriver
                if player.player_id == player_id:
                    return player
        return None


@pytest.fixture
def stage() -> Iterator[Stage]:
    made = Stage("ann", "bob", "cat")
    yield made
    made.world.close()


def told(player: Player, seat: Any) -> list[int]:
    return [event.n for where, event in player.events if where is seat and event.kind == "Told"]


def playing(player: Player) -> Any:
    seat = player.seat
    assert seat is not None
    assert seat.state is SeatState.PLAYING
    return seat


def test_players_meet_and_what_they_did_is_in_the_books(stage: Stage) -> None:
    stage.do("ann", "create", game="books", options={"ends_s": 0.0})
    stage.do("bob", "join", friend="ann")
    stage.do("cat", "join", game="books", wait_s=5.0)
    assert {playing(stage[name]).session for name in ("ann", "bob", "cat")} == set(stage.world.node.hosts)
    for name in ("ann", "bob", "cat"):
        player, books = stage[name], stage.books(name)
        sent = [each.value for each in player.acted if not each.hold]
        taken = books.applied + books.refused
        assert sorted(taken) == sent[: len(taken)]
        assert books.applied == sorted(set(books.applied))
        assert set(books.leaned) <= {each.value for each in player.acted if each.hold}
        assert [n for where, event in player.events if event.kind == "Told" for n in [event["n"]]] == list(
            range(1, len(told(player, player.seat)) + 1)
        )
        assert books.told - len(told(player, player.seat)) <= 3, "what is on its way"
    assert sum(len(stage[name].acted) for name in ("ann", "bob", "cat")) > 10


def test_a_private_room_is_joined_with_its_code(stage: Stage) -> None:
    stage.do("ann", "create", game="books", private=True)
    stage.do("bob", "join", code="WRONG1")
    assert stage["bob"].seat is None
    stage.do("bob", "join", friend="ann")
    assert playing(stage["bob"]).session == playing(stage["ann"]).session


def test_a_patient_player_is_seated_and_an_impatient_one_gives_up(stage: Stage) -> None:
    stage.do("ann", "quick_match", game="turns", patience_s=0.5)
    assert stage["ann"].seat is None
    stage.do("bob", "quick_match", game="turns", wait_s=0.0)
    stage.do("cat", "quick_match", game="turns", wait_s=4.0)
    assert playing(stage["bob"]).session == playing(stage["cat"]).session


def test_a_reloaded_app_is_known_and_plays_on_in_the_same_seat(stage: Stage) -> None:
    stage.do("ann", "create", game="books", options={"ends_s": 0.0}, wait_s=3.0)
    ann, before = stage["ann"], playing(stage["ann"])
    who = ann.identity.player
    stage.do("ann", "close_app")
    assert ann.process is None
    assert before.state is SeatState.PLAYING, "nobody was there to notice"
    stage.do("ann", "open_app", wait_s=2.0)
    after = playing(ann)
    assert after is not before
    assert (after.session, ann.identity.player) == (before.session, who)
    seen = len(told(ann, before))
    stage.do("ann", "reload", times=4, pause_s=0.2, wait_s=3.0)
    assert playing(ann).session == before.session
    assert ann.processes == 6
    assert len(told(ann, before)) == seen, "what has crashed hears nothing"


def test_a_second_tab_takes_the_seat_over(stage: Stage) -> None:
    stage.do("ann", "create", game="books", options={"ends_s": 0.0})
    ann, first = stage["ann"], playing(stage["ann"])
    stage.do("ann", "second_tab")
    assert playing(ann) is not first
    assert isinstance(first.error, TakenOver)
    assert [each.seat for each in ann.ended] == [first]


def test_a_sleeper_whose_grace_ends_meanwhile_is_gone(stage: Stage) -> None:
    stage.do("ann", "create", game="books", options={"ends_s": 0.0}, wait_s=2.0)
    stage.do("bob", "join", friend="ann", wait_s=2.0)
    stage.do("bob", "sleep", seconds=60.0, clock_stops=True, wait_s=40.0)
    assert stage.books("bob") is None
    stage.world.run_for(25.0)
    assert stage["bob"].seat is None


def test_yesterdays_token_is_worth_nothing_and_todays_takes_the_seat(stage: Stage) -> None:
    stage.do("ann", "create", game="books", options={"ends_s": 0.0}, wait_s=2.0)
    first = playing(stage["ann"])
    stage.do("ann", "cut", what="seat", wait_s=2.0)
    assert len(dict.fromkeys(stage["ann"].tokens)) >= 2
    stage.do("ann", "old_token", which=0, resume=True, wait_s=2.0)
    assert playing(stage["ann"]) is first
    stage.do("ann", "old_token", which=-1, resume=True, prove=True, wait_s=2.0)
    assert isinstance(first.error, TakenOver)


@pytest.mark.parametrize("manner", MANNERS)
def test_who_has_no_manners_disturbs_nobody(stage: Stage, manner: str) -> None:
    stage.do("ann", "create", game="books", options={"ends_s": 0.0}, wait_s=2.0)
    stage.do("bob", "hostile", manner=manner, session=False, wait_s=14.0)
    stage.do("ann", "hostile", manner=manner, session=True, wait_s=14.0)
    playing(stage["ann"])
    assert len(stage.world.network.links("bob")) == 0


def test_those_who_lead_can_kick_and_others_cannot(stage: Stage) -> None:
    stage.do("ann", "create", game="books", options={"ends_s": 0.0})
    stage.do("bob", "join", friend="ann")
    stage.do("bob", "kick", friend="ann")
    assert "not_allowed" in stage["bob"].refusals[-1][2]
    stage.do("ann", "kick", friend="bob")
    assert isinstance(stage["bob"].ended[-1].error, Kicked)
    stage.do("ann", "lock")
    stage.do("cat", "join", friend="ann")
    assert stage["cat"].refusals[-1][1:] == ("join", "RequestRefused: locked: the session takes nobody else")


def test_a_rematch_brings_the_same_players_together_again(stage: Stage) -> None:
    stage.do("ann", "create", game="books", options={"ends_s": 3.0})
    stage.do("bob", "join", friend="ann", wait_s=6.0)
    assert stage["ann"].ended[-1].result is not None
    stage.do("ann", "rematch")
    stage.do("bob", "rematch", wait_s=2.0)
    assert playing(stage["ann"]).session == playing(stage["bob"]).session


def test_an_act_that_is_not_possible_does_nothing(stage: Stage) -> None:
    for do in ("leave_seat", "close_seat", "lock", "close_app", "leave_lobby", "cut", "cancel_queue", "old_token"):
        stage.do("ann", do, wait_s=0.1)
    stage.do("ann", "kick", friend="nobody")
    assert stage["ann"].refusals == []


def test_what_the_library_does_not_document_is_a_violation(stage: Stage) -> None:
    stage.do("ann", "enter")
    with pytest.raises(Violation, match=r"raises only what it documents at .*: ann: watch_list: TypeError"):
        stage.do("ann", "watch_list", limit="many")


# --- faults -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "args", "resumes"),
    [("cut", {}, 1), ("reset", {}, 1), ("vanish", {"which": "all"}, 1), ("darken", {"seconds": 2.5}, 0)],
)
def test_a_seat_outlives_what_the_network_does(stage: Stage, fault: str, args: dict[str, Any], resumes: int) -> None:
    stage.do("ann", "create", game="books", options={"ends_s": 0.0}, wait_s=3.0)
    stage.do("bob", "join", friend="ann", wait_s=2.0)
    seat = playing(stage["ann"])
    stage.strike(fault, "ann", **args)
    stage.world.run_for(12.0)
    assert playing(stage["ann"]) is seat
    assert seat.stats.resumes == resumes
    assert told(stage["ann"], seat) == list(range(1, len(told(stage["ann"], seat)) + 1))


def test_a_trigger_strikes_after_its_message_and_only_then() -> None:
    fault = Fault("cut", target=WHOSE, on=Trigger("Seated:fresh", 2), args={"which": "this"})
    stage = Stage("ann", "bob", faults=(fault,))
    stage.do("ann", "create", game="books", options={"ends_s": 0.0})
    assert stage.triggers[0].struck == []
    stage.do("bob", "join", friend="ann", wait_s=3.0)
    assert [(struck.do, struck.target) for _, struck in stage.triggers[0].struck] == [("cut", "bob")]
    playing(stage["bob"])
    stage.world.close()


def test_a_crashed_server_forgets_its_sessions_and_another_serves() -> None:
    stage = Stage("ann", faults=(Fault("crash_server", 4.0, args={"down_s": 2.0}),))
    stage.do("ann", "create", game="books", wait_s=5.0)
    assert stage.world.port is None
    stage.world.run_for(20.0)
    assert stage.world.servers == 2
    assert stage["ann"].seat is None
    stage.do("ann", "sit", game="books", wait_s=3.0)
    playing(stage["ann"])
    assert stage["ann"].lobbies[-1].state is LobbyState.CONNECTED
    stage.world.close()


def test_a_server_that_stops_says_so_and_another_serves() -> None:
    stage = Stage("ann", faults=(Fault("stop_server", 4.0, args={"down_s": 0.5}),))
    stage.do("ann", "create", game="books", wait_s=25.0)
    assert stage.world.servers == 2
    assert stage.world.port is not None
    stage.world.close()


def test_operators_end_kick_and_seat(stage: Stage) -> None:
    stage.do("ann", "create", game="books", options={"ends_s": 0.0})
    stage.do("bob", "join", friend="ann")
    stage.strike("kick", "bob")
    stage.world.run_for(1.0)
    assert isinstance(stage["bob"].ended[-1].error, Kicked)
    stage.strike("signal", "ann", name="hello")
    stage.strike("describe", "ann", meta={"map": "moon"})
    stage.strike("lock", "ann")
    stage.strike("look")
    stage.world.run_for(1.0)
    host = next(iter(stage.world.node.hosts.values()))
    assert dict(host.core.game.meta) == {"map": "moon"}
    stage.strike("end", "ann")
    stage.world.run_for(1.0)
    assert stage["ann"].seat is None
    stage.do("cat", "enter")
    stage["ann"].dice.seed(1)  # who would rather let an offer go takes this one
    stage.strike("reserve", "ann", game="books", players=["cat"])
    stage.world.run_for(3.0)
    assert stage["ann"].tokens[-1][0] == stage["cat"].tokens[-1][0]


def test_what_an_operator_asks_of_a_server_that_stops_before_it_can_is_not_done(stage: Stage) -> None:
    stage.strike("freeze", seconds=1.0)
    stage.strike("stop_server")
    for do in ("look", "end", "reserve"):
        stage.strike(do)
    stage.world.run_for(5.0)
    assert stage.world.servers == 2


@pytest.mark.parametrize(
    "do", ["cut", "reset", "vanish", "stop_reading", "crash_device", "kick", "lock", "end", "signal"]
)
def test_a_fault_that_finds_nobody_does_nothing(stage: Stage, do: str) -> None:
    stage.strike(do, "nobody", **({"seconds": 1.0} if do == "stop_reading" else {}))
    stage.world.run_for(1.0)


# --- games ------------------------------------------------------------------------------------------------------------


def test_a_game_with_a_bug_ends_alone(stage: Stage) -> None:
    stage.do("ann", "create", game="trouble")
    stage.do("bob", "create", game="books", options={"ends_s": 0.0}, wait_s=2.0)
    stage.strike("signal", "ann", name="bug")
    stage.world.run_for(2.0)
    assert stage["ann"].seat is None
    playing(stage["bob"])


def test_a_park_is_watched_late_and_ends_by_itself(stage: Stage) -> None:
    stage.do("ann", "quick_match", game="park", wait_s=4.0)
    stage.do("bob", "spectate", friend="ann", wait_s=4.0)
    assert playing(stage["bob"]).spectator
    stage.do("ann", "quick_match", game="books", wait_s=2.0)
    assert playing(stage["ann"]).schema.game == "books", "one may sit in a park besides"
    stage.do("ann", "leave_lobby", wait_s=70.0)
    assert all(host.definition.options.name != "park" for host in stage.world.node.hosts.values())
