"""Planted faults: what a session sends: state, events, ticks, and where a resume goes on."""

from __future__ import annotations

from .fault import Edit, Fault

__all__ = ["FAULTS"]

_CATCH_UP = "server/rallypoint/core/catch_up.py"
_PASSES = "server/rallypoint/core/passes.py"

FAULTS = (
    Fault(
        "event-forgotten-on-resume",
        "Events that were written to a connection that broke before they arrived are never sent again.",
        (
            Edit(
                _CATCH_UP,
                "    seat.event_sent = max(min(message.event, events.last), events.lost)\n",
                "    seat.event_sent = max(seat.event_sent, events.lost)\n",
            ),
        ),
    ),
    Fault(
        "resumed-with-a-hole",
        "A resume says `resumed` and goes on after the last pass that was written, not after the last that arrived:"
        " what changed in between is missing.",
        (
            Edit(_CATCH_UP, "    seat.sent = -1\n", "    sent, seat.sent = seat.sent, -1\n"),
            Edit(_CATCH_UP, "    seat.sent = message.tick\n", "    seat.sent = max(sent, message.tick)\n"),
        ),
    ),
    Fault(
        "resumed-with-lost-events",
        "A resume says `resumed` although events were dropped meanwhile, because there were too many.",
        (
            Edit(
                _CATCH_UP,
                "    if not reaches or message.tick < 0 or lost or over:\n",
                "    if not reaches or message.tick < 0 or over:\n",
            ),
        ),
    ),
    Fault(
        "delta-against-the-wrong-baseline",
        "A client that was skipped because it was slow gets the changes of one tick on a state that is many ticks old.",
        (
            Edit(
                _PASSES,
                "            plain = not seat.news and seat.sent == tick - 1 and self._table\n",
                "            plain = not seat.news and self._table\n",
            ),
        ),
    ),
    Fault(
        "late-subscription-lacks-what-was-there",
        "Who is subscribed to a channel during the game sees what changes in it, and not what was in it already.",
        (
            Edit(
                _PASSES,
                "since.get(id_, self._session.tick) for id_",
                "since.get(id_, -1) for id_",
            ),
        ),
    ),
    Fault(
        "ghosts-of-a-left-channel",
        "Python clients go on showing the entities of a channel that they are not subscribed to any more.",
        (
            Edit(
                "shared/rallypoint_protocol/replica.py",
                "            self._clear_channel(channel)\n            del self._channels[channel]\n",
                "            del self._channels[channel]\n",
            ),
        ),
    ),
    Fault(
        "tick-repeated-at-a-takeover",
        "When somebody's newer connection takes a seat over, the others are sent the present tick a second time.",
        (
            Edit(
                "server/rallypoint/runtime/session_host.py",
                "        link = self._attach(connection, taken)\n        self.stir()\n",
                """\
        link = self._attach(connection, taken)
        self.stir()
        if taken.takes_over:
            self.send()  # it was not away, and need not wait for the next step
""",
            ),
        ),
    ),
    Fault(
        "catch-up-sends-once",
        "When a late session makes several ticks in a row, what the first of them asked for (to free a seat, to start)"
        " is not done.",
        (
            Edit(
                "server/rallypoint/runtime/ticker.py",
                """\
                rounds = [(host, left - 1) for host, left in rounds if left > 1 and host.running]
""",
                """\
                rounds = [(host, left - 1) for host, left in rounds if left > 1 and host.running]
            for host, _ in hosts:
                host.send()  # once: a client shows the newest tick only
""",
            ),
            Edit(
                "server/rallypoint/runtime/ticker.py",
                "        every = _SENDS_EVERY[scribe.pressure]\n"
                "        for host, tick in stepped:\n            host.send(snapshot=tick % every == 0)\n",
                "",
            ),
        ),
    ),
    Fault(
        "result-lost-for-the-slow",
        "A player who was a few passes behind when the session ended never gets the result.",
        (
            Edit(
                "server/rallypoint/core/session.py",
                "        return seat.state is SeatState.CONNECTED and seat.in_game and seat.sent < self.tick\n",
                "        return seat.state is SeatState.CONNECTED and seat.sent < 0\n",
            ),
        ),
    ),
    Fault(
        "spectator-expires-while-watching",
        "Who watches is sent nothing any more half a minute after the place was offered.",
        (
            Edit(
                "server/rallypoint/core/spectators.py",
                "        spectator.connected, spectator.deadline = True, None\n",
                "        spectator.connected = True\n",
            ),
        ),
    ),
)
