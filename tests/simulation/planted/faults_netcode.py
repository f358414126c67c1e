"""Planted faults: inputs that wait for the tick that they are meant for, and looks at the past."""

from __future__ import annotations

from .fault import Edit, Fault

__all__ = ["FAULTS"]

_BUFFER = "server/rallypoint/core/input_buffer.py"
_ENTRANCE = "server/rallypoint/core/entrance.py"
_KEPT_GAME = "server/rallypoint/game/kept_game.py"
_REWIND = "server/rallypoint/game/rewind.py"
_SESSION = "server/rallypoint/core/session.py"

FAULTS = (
    Fault(
        "waiting-input-lost-at-a-drop",
        "What waits for its tick when its player's connection is lost is forgotten, and counts as received.",
        (
            Edit(
                _SESSION,
                "            self.stimuli += self.input_buffer.take_of(seat, self.tick + 1)\n",
                """\
            waiting = self.input_buffer.take_of(seat, self.tick + 1)
            if seat.state is SeatState.CONNECTED:
                self.stimuli += waiting
""",
            ),
        ),
    ),
    Fault(
        "waiting-input-applied-twice",
        "What waits for its tick when its player's connection is lost or replaced is applied then, and again in its"
        " tick.",
        (
            Edit(
                _BUFFER,
                "            self._due[tick] = [item for item in self._due[tick] if item[0] is not seat]\n",
                "",
            ),
        ),
    ),
    Fault(
        "waiting-input-overtaken",
        "An input that is meant for a tick soon overtakes one that was sent before it, and waits for a later tick.",
        (
            Edit(
                _BUFFER,
                "        due = max(min(message.at, next_tick + bound), self._last.get(seat.index, 0))\n",
                "        due = min(message.at, next_tick + bound)\n",
            ),
        ),
    ),
    Fault(
        "input-waits-a-tick-too-long",
        "An input that is meant for a tick far ahead waits one tick longer than it may.",
        (
            Edit(
                _BUFFER,
                "min(message.at, next_tick + bound)",
                "min(message.at, next_tick + bound + 1)",
            ),
        ),
    ),
    Fault(
        "waiting-input-counted-twice",
        "An input that waits for its tick counts twice among those that wait, and once for ever: in the end the player"
        " is closed for sending too fast.",
        (
            Edit(
                _SESSION,
                "        return buffer.put(seat, message, self.tick + 1, self.game.input_buffer_ticks(seat.index))\n",
                """\
        waits = buffer.put(seat, message, self.tick + 1, self.game.input_buffer_ticks(seat.index))
        seat.pending += waits
        return waits
""",
            ),
        ),
    ),
    Fault(
        "waits-on-after-a-takeover",
        "What waits for its tick when a newer connection takes the seat over goes on waiting, and comes after what is"
        " held was let go.",
        (
            Edit(
                _ENTRANCE,
                """\
            session.wait_no_more(seat)
            session.stimuli.append((None, Replaced(seat)))
""",
                "            session.stimuli.append((None, Replaced(seat)))\n",
            ),
        ),
    ),
    Fault(
        "rewound-a-tick-too-far",
        "A look at the past is one at the tick before.",
        (
            Edit(
                _REWIND,
                "bisect_right(ticks, tick) - 1, 0)",
                "bisect_right(ticks, tick - 1) - 1, 0)",
            ),
        ),
    ),
    Fault(
        "history-lost-at-a-recovery",
        "A recovered game knows nothing of the past: the oldest that it knows is its first step since.",
        (
            Edit(
                _KEPT_GAME,
                "driver.history.restore(image.past, driver.entities)",
                "driver.history.restore(None, driver.entities)",
            ),
        ),
    ),
)
