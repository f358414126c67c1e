"""Planted faults: inputs on their way from a player to the game, on both sides."""

from __future__ import annotations

from .fault import Edit, Fault

__all__ = ["FAULTS"]

_DRIVER = "server/rallypoint/game/driver.py"
_OUTGOING = "client/rallypoint_client/outgoing.py"
_SESSION = "server/rallypoint/core/session.py"

FAULTS = (
    Fault(
        "input-before-its-predecessor",
        "If several inputs wait for a turn-based session, the newest is applied first.",
        (
            Edit(
                _SESSION,
                "            stimuli = self.stimuli[:1]\n            del self.stimuli[:1]\n",
                "            stimuli = [self.stimuli.pop()] if self.stimuli else []\n",
            ),
        ),
    ),
    Fault(
        "action-received-twice",
        "An action that waits for a step, and is sent again after a resume, is applied twice.",
        (
            Edit(
                _SESSION,
                "        if seq <= seat.received:\n",
                "        if seq <= seat.applied:\n",
            ),
        ),
    ),
    Fault(
        "action-resent-under-a-new-number",
        "After a resume the Python client sends actions again that the server had applied, under numbers that it has"
        " not seen: they are applied twice.",
        (
            Edit(
                _OUTGOING,
                "            if new_epoch or action.seq > applied:\n",
                """\
            if new_epoch or action.applied_at is None:
                self.sent += 1
                action.seq = self.sent
""",
            ),
        ),
    ),
    Fault(
        "holds-before-actions",
        "After a resume the present holds are sent before the actions with lower numbers, which then count as received"
        " and are never applied.",
        (
            Edit(
                _OUTGOING,
                """\
        for kind, held in self._held.items():
            held.at = -1
            frames.append(self._send(kind, held, tick))
        self._holds_sent, self._unsent = 0, False
        return frames
""",
                """\
        holds = []
        for kind, held in self._held.items():
            held.at = -1
            holds.append(self._send(kind, held, tick))
        self._holds_sent, self._unsent = 0, False
        return holds + frames
""",
            ),
        ),
    ),
    Fault(
        "hold-of-before-the-loss",
        "What a player changes to while the connection is away is forgotten: after the resume the older hold is sent.",
        (
            Edit(
                _OUTGOING,
                "        elif held.rest != rest:\n",
                "        elif connected and held.rest != rest:\n",
            ),
        ),
    ),
    Fault(
        "older-hold-wins",
        "Of two holds that were sent between two passes (a key pressed and let go) the older one stays.",
        (
            Edit(
                _DRIVER,
                "            player._held[own] = message  # type: ignore[assignment]  # a hold: it has no handler\n",
                """\
            held = player._held.get(own)
            if held is None or held.tick < message.tick:
                player._held[own] = message  # type: ignore[assignment]  # a hold: it has no handler
""",
            ),
        ),
    ),
    Fault(
        "hold-outlives-the-drop",
        "A player whose connection is lost goes on steering as before.",
        (
            Edit(
                _DRIVER,
                "        player._held = {}\n        self.game.dropped(player)\n",
                "        self.game.dropped(player)\n",
            ),
        ),
    ),
    Fault(
        "queued-action-sent-late",
        "An action that was to be sent within some seconds is sent after the return, however late that is.",
        (
            Edit(
                _OUTGOING,
                "        self._expire(now)\n        while self._queued:\n",
                "        while self._queued:\n",
            ),
        ),
    ),
)
