"""Machines that lose their power: with ``disk``, everything that was committed is there; always, a former state is."""

from __future__ import annotations

import errno
import os
from random import Random

import pytest

from rallypoint.storage.journal_files import FileJournal
from rallypoint_simulation.files import SimulatedFiles
from tests.server.storage.journal_house import Actor, House, State, found


class Machine:
    """Lives of processes on one disk. Knows every state there was, and up to which one was promised."""

    def __init__(self, seed: int, durability: str) -> None:
        self.dice = Random(seed)
        self.disk = durability == "disk"
        self.files = SimulatedFiles()
        self.states: list[State] = [{}]
        self.promised = 0
        """The index of the last state that is to survive."""

    def live(self, *, faults: bool) -> None:
        dice, files = self.dice, self.files
        house = House(files, dice.randrange(1000), takes_s=dice.choice((0.0, 0.004, 0.1)))
        journal, recovered = house.open(
            "disk" if self.disk else "process",
            segment_bytes=dice.choice((200, 700, 5000)),
            retain_bytes=1500,
            retry_s=0.1,
        )
        assert recovered.entries in self.states[self.promised :], (recovered, self.promised)
        at = len(self.states) - 1 - self.states[::-1].index(recovered.entries)
        del self.states[at + 1 :]
        self.promised = min(self.promised, at)
        actor = Actor(dice)
        actor.state = self.states[-1]
        actor._count = dice.randrange(1 << 40)
        journal.mended = lambda: self._append(journal, actor, whole=True)
        for _ in range(dice.randint(0, 50)):
            self._append(journal, actor, whole=dice.random() < 0.1)
            house.wait(dice.choice((0.0, 0.001, 0.02)))
            if faults:
                self._fault(dice)
        if dice.random() < 0.1:
            house.close(journal)

    def _append(self, journal: FileJournal, actor: Actor, *, whole: bool) -> None:
        entries = actor.everything() if whole else actor.batch()
        self.states.append(actor.state)
        number = len(self.states) - 1

        def committed() -> None:
            if not journal.failure:
                self.promised = max(self.promised, number)

        journal.append(entries, 0.0, committed)

    def _fault(self, dice: Random) -> None:
        draw = dice.random()
        if draw < 0.05:
            self.files.room = dice.randint(0, 300)
        elif draw < 0.1:
            doing = dice.choice(("sync", "write", "create", "remove"))

            def fault(what: str, name: str) -> None:
                if what == doing:
                    raise OSError(errno.EIO, os.strerror(errno.EIO))

            self.files.fault = fault
        elif draw < 0.3:
            self.files.room = self.files.fault = None


@pytest.mark.parametrize("faults", [False, True])
@pytest.mark.parametrize("seed", range(150))
def test_with_disk_everything_committed_is_there_after_any_loss_of_power(seed, faults):
    machine = Machine(seed, "disk")
    for _ in range(6):
        machine.live(faults=faults)
        if machine.dice.random() < 0.7:
            machine.files.lose_power(machine.dice)
        else:
            machine.files.crash()
            machine.files.room = machine.files.fault = None


@pytest.mark.parametrize("faults", [False, True])
@pytest.mark.parametrize("seed", range(100))
def test_with_process_a_crash_loses_nothing_and_a_loss_of_power_goes_back_to_a_former_state(seed, faults):
    machine = Machine(seed, "process")
    for _ in range(6):
        machine.live(faults=faults)
        if machine.dice.random() < 0.4:
            machine.promised = 0
            machine.files.lose_power(machine.dice)
        else:
            machine.files.crash()
            machine.files.room = machine.files.fault = None


def test_the_disk_in_memory_loses_what_was_not_synced():
    lost = 0
    for seed in range(40):
        house = House(takes_s=5.0)
        journal, _ = house.open("disk")
        actor = Actor(Random(seed))
        house.append(journal, actor.batch(), 1)
        house.files.lose_power(Random(seed))
        lost += found(house.files).entries != actor.state
    assert 10 < lost < 40
