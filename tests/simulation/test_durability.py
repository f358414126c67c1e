"""A server's machine in virtual time: what of its disk outlives it, and where it can end."""

from __future__ import annotations

import pytest

from rallypoint.ports import JournalUnusable
from rallypoint.storage.journal_files import FileJournal
from rallypoint_simulation.observer import Observer, Violation
from rallypoint_simulation.players import Player
from rallypoint_simulation.run import run
from rallypoint_simulation.scenario import Act, Fault, PlayerPlan, Scenario, ServerPlan, WriteTrigger
from rallypoint_simulation.world import World
from tests.simulation.games.ledgers import Books
from tests.simulation.invariants.all import OBSERVERS

BOOKS = "tests.simulation.games.ledgers:Books"


class Ends(Observer):
    """Notes what is said of each end of a server, and of each beginning."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.kept: list[bool] = []
        self.sessions: list[list[str]] = []

    def server_gone(self, crashed: bool) -> None:
        self.kept.append(self.world.kept)

    def server_started(self) -> None:
        self.sessions.append(list(self.world.node.hosts))


class Weak(Ends):
    """Goes on."""

    weak = True


def _world(durability: str, observer: type[Ends] = Ends) -> tuple[World, Ends]:
    world = World(1, [Books], ServerPlan(durability=durability), [observer])  # type: ignore[arg-type]  # one of three
    player = world.players["ann"] = Player(world, PlayerPlan("ann"))
    world.start_server()
    player.start(Act(0.0, "create", {"game": "books", "options": {"ends_s": 0}}))
    world.run_for(2.0)
    ends = world.observers[0]
    assert isinstance(ends, Ends)
    return world, ends


def _restart(world: World, *, power: bool = False) -> None:
    world.crash_server(power=power)
    world.run_for(1.0)
    world.restart_server()
    world.run_for(3.0)


@pytest.mark.parametrize("durability", ["off", "process", "disk"])
def test_sessions_outlive_the_process_if_they_are_durable(durability: str) -> None:
    world, ends = _world(durability)
    (session,) = world.node.hosts
    _restart(world)
    survives = durability != "off"
    assert ends.kept == [survives]
    assert ends.sessions == [[], [session] if survives else []]


def test_with_disk_they_outlive_the_machine() -> None:
    world, ends = _world("disk")
    (session,) = world.node.hosts
    _restart(world, power=True)
    assert ends.kept == [True]
    assert ends.sessions[1] == [session]
    assert not world.weak


def test_without_a_sync_only_observers_go_on_that_can_live_with_any_moment_before() -> None:
    world, ends = _world("process", Weak)
    _restart(world, power=True)
    assert world.weak
    assert ends.kept == [False]
    world, ends = _world("process")
    _restart(world, power=True)
    assert ends.kept == []


def test_what_a_full_disk_did_not_take_is_lost_with_the_server() -> None:
    world, ends = _world("process")
    world.storage.fill(0)
    world.run_for(1.0)
    assert world.node.journal.failure
    world.storage.mend()
    _restart(world)
    assert ends.kept == [False]
    assert ends.sessions[1] == []


@pytest.mark.parametrize("when", ["before", "within", "after"])
def test_a_server_ends_at_a_write_and_nothing_of_it_runs_on(when: str) -> None:
    world, ends = _world("process")
    host = world.node.hosts[next(iter(world.node.hosts))]
    trigger = WriteTrigger(3, when)  # type: ignore[arg-type]  # one of three
    world.storage.await_write(trigger, world.crash_server)
    world.run_for(0.5)
    assert world.port is None
    tick, told = host.core.tick, world.tap.messages
    world.run_for(0.5)
    assert host.core.tick == tick
    assert told == world.tap.messages or all(link.server is None for link in world.network.links("ann"))
    world.restart_server()
    world.run_for(0.001)
    assert ends.kept == [True]
    recovered = next(iter(world.node.hosts.values())).core
    assert recovered.tick == (tick if when == "after" else tick - 1)


def test_a_server_may_die_again_while_it_recovers() -> None:
    world, ends = _world("process")
    world.crash_server()
    world.storage.await_write(WriteTrigger(1, "within"), world.crash_server)
    world.restart_server()
    world.run_for(0.5)
    assert world.port is None
    world.restart_server()
    world.run_for(3.0)
    assert ends.kept == [True], "told once: the second had not begun to serve"
    assert len(world.node.hosts) == 1
    assert world.node.hosts[next(iter(world.node.hosts))].core.epoch == 2, "what it wrote last was torn"


def test_a_server_that_cannot_read_its_journal_is_started_until_it_can() -> None:
    world, _ = _world("process")
    world.crash_server()
    world.storage.fail("")
    world.restart_server()
    world.run_for(2.5)
    world.storage.mend()
    world.run_for(5.0)
    assert world.port is not None


def test_a_journal_that_cannot_be_read_without_any_fault_is_a_violation(monkeypatch: pytest.MonkeyPatch) -> None:
    world, _ = _world("process")
    world.crash_server()

    def refuse(*args: object) -> None:
        raise JournalUnusable("it is another one's")

    monkeypatch.setattr(FileJournal, "open", refuse)
    world.restart_server()
    with pytest.raises(Violation, match="a journal can be opened again"):
        world.run_for(1.0)


@pytest.mark.parametrize("do", ["crash_server", "power_loss"])
def test_a_scenario_can_end_a_server_at_a_write(do: str) -> None:
    acts = (Act(0.1, "create", {"game": "books", "options": {"ends_s": 0}}),)
    fault = Fault(do, 4.0, write=WriteTrigger(2, "after"), args={"down_s": 0.5})
    scenario = Scenario(
        5,
        (BOOKS,),
        15.0,
        players=(PlayerPlan("ann", acts=acts),),
        faults=(fault,),
        server=ServerPlan(durability="disk", journal_s=0.005, lobby_grace_s=5.0),
    )
    assert Scenario.from_json(scenario.to_json()) == scenario
    outcome = run(scenario, OBSERVERS)
    assert outcome.violation is None
    assert outcome.figures["servers"] == 2
    assert outcome.figures["faults"] == 1
