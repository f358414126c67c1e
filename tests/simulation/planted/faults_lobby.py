"""Planted faults: lobby sessions, requests, queues, chats, lists, rematches and guests."""

from __future__ import annotations

from .fault import Edit, Fault

__all__ = ["FAULTS"]

_CORE = "server/rallypoint/core"
_QUEUES = f"{_CORE}/lobby_queues.py"

FAULTS = (
    Fault(
        "answered-twice-after-a-resume",
        "A request whose answer was lost with the connection is executed a second time after the resume.",
        (
            Edit(
                f"{_CORE}/lobby_session.py",
                "        self.grace.stop(now)\n        return taken_over\n",
                "        self.grace.stop(now)\n        self._answers = None\n        return taken_over\n",
            ),
        ),
    ),
    Fault(
        "only-the-newest-request-resent",
        "Of several requests that had no answer when the connection broke, only the last is ever answered.",
        (
            Edit(
                "client/rallypoint_client/lobby_core.py",
                "        self.outbox += self._requests.values()\n",
                "        self.outbox += list(self._requests.values())[-1:]\n",
            ),
        ),
    ),
    Fault(
        "push-lost-on-a-takeover",
        "What was pushed into a connection that was dead already, a match perhaps, is not sent again to the one that"
        " takes over from it.",
        (
            Edit(
                f"{_CORE}/lobby_entry.py",
                "resumed=True), _missed(session, message.event), took_over)",
                "resumed=True), () if took_over else _missed(session, message.event), took_over)",
            ),
        ),
    ),
    Fault(
        "lobby-takeover-counts-as-a-drop",
        "After a takeover a lobby session counts as away: its player gets no pushes, and is gone when the grace ends.",
        (
            Edit(
                "server/rallypoint/runtime/lobby_host.py",
                """\
        self._receivers[session.id] = receiver
        if entered.took_over and older is not None:
            self._close(older, CloseCode.TAKEN_OVER, "a newer connection took over", now)
""",
                """\
        if entered.took_over and older is not None:
            self._close(older, CloseCode.TAKEN_OVER, "a newer connection took over", now)
        self._receivers[session.id] = receiver
""",
            ),
        ),
    ),
    Fault(
        "earlier-absence-ends-this-one",
        "Who drops from the lobby for a second time is given up when the window of the first absence would have ended.",
        (
            Edit(
                f"{_CORE}/lobby_register.py",
                "            if session.grace.deadline == deadline:\n",
                "            if session.grace.deadline is not None:\n",
            ),
            Edit(
                f"{_CORE}/lobby_register.py",
                "        while self._deadlines and self._deadlines[0][2].grace.deadline != self._deadlines[0][0]:\n",
                "        while self._deadlines and self._deadlines[0][2].grace.deadline is None:\n",
            ),
        ),
    ),
    Fault(
        "lobby-session-left-after-the-game",
        "Who is away from the lobby when the seat is gone keeps a lobby session that never ends.",
        (
            Edit(
                f"{_CORE}/lobby.py",
                "            if session.unseat(now):\n                self._register.watch_grace(session)\n",
                "            session.unseat(now)\n",
            ),
        ),
    ),
    Fault(
        "guest-let-in-after-it-went",
        "A known guest whose connection breaks while the store is asked is let in all the same, and counts as here for"
        " ever.",
        (
            Edit(
                "server/rallypoint/runtime/lobby_door.py",
                "        self._strangers.pop(receiver, None)\n        self._lookups.cancel(receiver)\n",
                "        self._strangers.pop(receiver, None)\n",
            ),
        ),
    ),
    Fault(
        "cancelled-ticket-is-matched",
        "Who has given the queue place up, and was told so, is matched all the same.",
        (
            Edit(
                _QUEUES,
                '        self._drop(ticket, "cancelled")\n        return True\n',
                """\
        session.ticket = None
        told = {"game": ticket.queues[0], "queues": list(ticket.queues), "reason": "cancelled"}
        self._push(session, "unqueued", told)
        return True
""",
            ),
        ),
    ),
    Fault(
        "queue-forgets-after-capacity",
        "If there is room again while a queue rests after a refusal, those who wait are not looked at until somebody"
        " else comes.",
        (
            Edit(
                f"{_CORE}/quick_match.py",
                "        dues = [rest for rest in rests if rest > now]\n",
                "        dues: list[float] = []\n",
            ),
        ),
    ),
    Fault(
        "returned-ticket-not-matched",
        "Those who could play as soon as somebody is back from a lost connection go on waiting.",
        (
            Edit(
                _QUEUES,
                """\
            self._queues[game].come_back(ticket.id)
            self._changed[game] = None
""",
                """\
            self._queues[game].come_back(ticket.id)
""",
            ),
        ),
    ),
    Fault(
        "chat-line-lost-on-resume",
        "Lines that were written to a connection that broke before they arrived are never sent again.",
        (
            Edit(
                f"{_CORE}/chat.py",
                "            room = self._rooms[room_id]\n            room.listeners[session] = 0\n",
                "            room = self._rooms[room_id]\n",
            ),
        ),
    ),
    Fault(
        "list-stands-still-after-a-resume",
        "Who lost the connection with a list unacknowledged sees no change of the list of sessions any more.",
        (
            Edit(
                f"{_CORE}/directory.py",
                "            watcher.here, watcher.waits, watcher.listings = True, False, 0\n",
                "            watcher.here, watcher.listings = True, 0\n",
            ),
        ),
    ),
    Fault(
        "rematch-called-off-when-agreed",
        "A rematch that all have agreed on is called off when the first of them has the seat.",
        (
            Edit(
                f"{_CORE}/rematch.py",
                "        if len(wanted) == len(offer.people):\n            self._close(offer)\n",
                "        if len(wanted) == len(offer.people):\n",
            ),
        ),
    ),
)
