"""Planted faults: what a server forgets when it dies, or does once more when it is back."""

from __future__ import annotations

from .fault import Edit, Fault

__all__ = ["FAULTS"]

_CORE = "server/rallypoint/core"
_GAME = "server/rallypoint/game"
_RUNTIME = "server/rallypoint/runtime"
_STORAGE = "server/rallypoint/storage"

FAULTS = (
    Fault(
        "event-before-its-commit",
        "Events are sent with the pass of their step, before the journal has it: after a power loss others come in"
        " their place.",
        (
            Edit(
                f"{_CORE}/passes.py",
                "        events = [(n, tick, kind, fields) for n, (tick, kind, fields) in kept if tick <= durable]\n",
                "        events = [(n, tick, kind, fields) for n, (tick, kind, fields) in kept if tick >= 0]\n",
            ),
        ),
    ),
    Fault(
        "answer-before-its-commit",
        "Who takes a seat is answered at once: the new token may be one that the next server has never heard of.",
        (
            Edit(
                f"{_RUNTIME}/session_host.py",
                "        self._scribe.commit([], link.release)\n",
                "        link.release()\n",
            ),
        ),
    ),
    Fault(
        "epoch-not-raised",
        "A recovered session goes on in its former epoch, and resumes from ticks that have un-happened.",
        (Edit(f"{_CORE}/session.py", "image.epoch + 1", "image.epoch"),),
    ),
    Fault(
        "grace-runs-while-the-server-is-away",
        "Deadlines of seats stay where they were on the clock, however long there was no server.",
        (
            Edit(
                f"{_CORE}/seat.py",
                "        deadline = None if image.deadline is None else image.deadline + shift_s\n",
                "        deadline = image.deadline\n",
            ),
        ),
    ),
    Fault(
        "lobby-grace-runs-while-the-server-is-away",
        "The same in the lobby: who was away has less time to come back, or none.",
        (
            Edit(
                f"{_CORE}/lobby_return.py",
                "        until = None if stay.grace_until is None else stay.grace_until + shift_s\n",
                "        until = stay.grace_until\n",
            ),
        ),
    ),
    Fault(
        "budget-of-grace-anew",
        "After a recovery everybody has the whole budget of absences again.",
        (
            Edit(
                f"{_CORE}/seat.py",
                "            grace_budget_s=image.grace_left_s,\n",
                "            grace_budget_s=max(image.grace_left_s, 2 * image.grace_s),\n",
            ),
        ),
    ),
    Fault(
        "ticket-order-lost",
        "Who waits in a queue is put back in the reverse order of arrival.",
        (
            Edit(
                f"{_CORE}/ticket_images.py",
                "sorted(kept.values(), key=lambda one: one[1].number)",
                "sorted(kept.values(), key=lambda one: -one[1].number)",
            ),
        ),
    ),
    Fault(
        "answer-forgotten",
        "What was answered before the crash is not known after it: a request that is sent again is executed again.",
        (
            Edit(
                f"{_CORE}/lobby_return.py",
                "            Answers.restored(image.answers, image.forgotten) if asked else None,\n",
                "            None,\n",
            ),
        ),
    ),
    Fault(
        "torn-tail-accepted",
        "The last batch of a segment counts by its length alone, whatever its checksum says.",
        (
            Edit(
                f"{_STORAGE}/segments.py",
                "    if end > len(data) or crc32(memoryview(data)[offset + _LEAD.size : end], number) != checksum:\n",
                "    if end > len(data) or not checksum:\n",
            ),
        ),
    ),
    Fault(
        "committed-before-the-sync",
        "With `disk`, a batch counts as committed once it is written.",
        (
            Edit(
                f"{_STORAGE}/journal_files.py",
                "        if not self._disk:\n            if self._mending:\n",
                "        if self._disk:\n            self._commit(self._seq)\n"
                "        else:\n            if self._mending:\n",
            ),
        ),
    ),
    Fault(
        "timers-lost",
        "A recovered game has none of the timers that were set.",
        (
            Edit(
                f"{_GAME}/kept_game.py",
                "    driver.timers.restore(image.timers, image.last_timer)\n",
                "    driver.timers.restore([], image.last_timer)\n",
            ),
        ),
    ),
    Fault(
        "random-state-lost",
        "The dice of a recovered game are thrown anew: nobody notices, and no replay is right any more.",
        (Edit(f"{_GAME}/kept_game.py", "    driver.seed = image.random\n", "    driver.seed = driver.seed or 0\n"),),
    ),
    Fault(
        "ids-reused-after-a-recovery",
        "A recovered game counts its entities from those that are there: an id that was given comes again.",
        (
            Edit(
                f"{_GAME}/kept_game.py",
                "    driver.last_id, driver.last_ask = image.last_id, image.last_ask\n",
                "    driver.last_id, driver.last_ask = max([*image.entities, 16]), image.last_ask\n",
            ),
        ),
    ),
    Fault(
        "applied-not-restored",
        "A recovered seat has applied nothing yet: actions that are sent again are applied again.",
        (
            Edit(
                f"{_CORE}/seat.py",
                "        seat.applied = seat.received = image.applied\n",
                "        seat.applied = seat.received = 0\n",
            ),
        ),
    ),
    Fault(
        "result-forgotten-before-it-is-stored",
        "The journal keeps no results: one that the database has not taken when the server dies is never stored.",
        (
            Edit(
                f"{_RUNTIME}/session_entries.py",
                "        self._entries.append(Entry(RESULT + record.session, EntryKind.WHOLE, encode(record)))\n",
                "        self.result = record\n",
            ),
        ),
    ),
    Fault(
        "does-not-wait-for-its-players",
        "A recovered session goes on at once: whoever needs a second to come back has been away.",
        (
            Edit(
                "server/rallypoint/game_port.py",
                "            loop.call_later(settings.recovery_wait_s, self.node.held_back.release),\n",
                "            loop.call_later(0.0, self.node.held_back.release),\n",
            ),
        ),
    ),
    Fault(
        "leave-not-written",
        "That a player has left is not written before the step that frees the seat: after a crash in between, the"
        " player has it again.",
        (
            Edit(
                f"{_CORE}/restoring.py",
                "        if seat.is_given_up:\n            waiting.append(Gone(seat, seat.reason))\n",
                "        if seat.is_given_up:\n            waiting.append(Return(seat))\n",
            ),
        ),
    ),
    Fault(
        "events-forgotten",
        "Events that were sent and not acknowledged are gone after a recovery, and never come again.",
        (
            Edit(
                f"{_CORE}/seat.py",
                "        seat.events.restore(kept, image.event_last, image.event_acked, image.event_lost)\n",
                "        seat.events.restore([], image.event_last, image.event_last, image.event_lost)\n",
            ),
        ),
    ),
)
