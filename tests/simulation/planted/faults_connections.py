"""Planted faults: connections of both ends: takeovers, flow control, timers, tasks, heartbeats."""

from __future__ import annotations

from .fault import Edit, Fault

__all__ = ["FAULTS"]

_ENDING = "shared/rallypoint_protocol/ending.py"
_HOST = "server/rallypoint/runtime/session_host.py"

FAULTS = (
    Fault(
        "takeover-leaves-the-old-connection",
        "If a resume takes a seat over, the older connection is not closed: it stays open, and hears nothing.",
        (
            Edit(
                _HOST,
                "        if taken.takes_over:\n",
                '        if taken.takes_over and taken.message.outcome == "fresh":\n',
            ),
        ),
    ),
    Fault(
        "late-loss-drops-the-newer",
        "When a connection that was taken over is gone at last, the newer one is taken for lost.",
        (
            Edit(
                _HOST,
                '        """A connection has ended, by whichever side."""\n'
                "        if self._links[link.seat.index] is link:\n",
                '        """A connection has ended, by whichever side."""\n'
                "        if self._links[link.seat.index] is not None:\n",
            ),
        ),
    ),
    Fault(
        "drop-unnoticed-between-turns",
        "A turn-based session does not notice a lost connection, or the end of its grace, until somebody moves.",
        (
            Edit(
                _HOST,
                "            self.core.dropped(link.seat, self._clock())\n            self.stir()\n",
                "            self.core.dropped(link.seat, self._clock())\n",
            ),
        ),
    ),
    Fault(
        "leaked-ask",
        "What a game has asked the outside goes on as a task after its session has ended.",
        (Edit(_HOST, "        self._asks.cancel()\n", ""),),
    ),
    Fault(
        "silence-not-counted",
        "A connection from which nothing is heard any more is never pinged, and never dropped for it.",
        (
            Edit(
                "server/rallypoint/runtime/silence.py",
                "        self._silent = silent\n        return dropped\n",
                "        return dropped\n",
            ),
        ),
    ),
    Fault(
        "outbox-without-a-cap",
        "For a client that does not read, any amount of bytes is kept.",
        (
            Edit(
                _ENDING,
                "            if self.paused:  # only then can there be much:",
                "            if self.paused and self._write_timer is None:  # else the deadline sees to it:",
            ),
        ),
    ),
    Fault(
        "write-deadline-not-taken-back",
        "A client that did not read for a moment, and then caught up, is cut ten seconds later all the same.",
        (
            Edit(
                _ENDING,
                "        super().resume_writing()\n        self._disarm_write()\n",
                "        super().resume_writing()\n",
            ),
        ),
    ),
    Fault(
        "close-timer-left",
        "The timer that bounds a closing handshake is left behind when the connection is gone.",
        (
            Edit(
                _ENDING,
                """\
        if self._close_timer is not None:
            self._close_timer.cancel()
            self._close_timer = None
        super().connection_lost(exc)
""",
                """\
        super().connection_lost(exc)
""",
            ),
        ),
    ),
    Fault(
        "heartbeat-after-the-close",
        "A Python client that was closed keeps its heartbeat's timer for seconds.",
        (
            Edit(
                "client/rallypoint_client/reconnect.py",
                "        self._disarm()\n        connection, self._connection = self._connection, None\n",
                "        connection, self._connection = self._connection, None\n",
            ),
        ),
    ),
    Fault(
        "gives-up-too-early",
        "A Python client takes its seat for gone after any loss later than half a minute into the game.",
        (
            Edit(
                "client/rallypoint_client/retry.py",
                "        self._since = None\n        self._in_at = now\n",
                "        self._in_at = now\n",
            ),
        ),
    ),
    Fault(
        "cancelled-connect-leaks-the-lobby",
        "A program that stops waiting for the way in leaves a lobby session behind, with its task, its connection and"
        " its heartbeat.",
        (
            Edit(
                "client/rallypoint_client/connect.py",
                "        except BaseException:\n",
                "        except Exception:\n",
            ),
        ),
    ),
    Fault(
        "cancelled-take-leaks-the-seat",
        "A program that stops waiting for a seat goes on playing it, without knowing.",
        (
            Edit(
                "client/rallypoint_client/lobby.py",
                "        except BaseException:\n            await (seat.leave()",
                "        except Exception:\n            await (seat.leave()",
            ),
        ),
    ),
)
