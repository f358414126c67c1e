"""Planted faults: parties, ready checks, matches by rules, and what is kept of them."""

from __future__ import annotations

from dataclasses import replace

from tests.simulation.mean_matchmaking import ALL_FROM

from .fault import Edit, Fault

__all__ = ["FAULTS"]

_CHECKS = "server/rallypoint/core/ready_checks.py"
_LOBBY = "server/rallypoint/core/lobby.py"
_LOBBY_QUEUES = "server/rallypoint/core/lobby_queues.py"
_MATCHING = "server/rallypoint/runtime/matching.py"
_PARTIES = "server/rallypoint/core/parties.py"
_PARTY = "server/rallypoint/core/party.py"
_PARTY_NEWS = "server/rallypoint/core/party_news.py"
_RECORDS = "server/rallypoint/runtime/records.py"
_RULED = "server/rallypoint/core/ruled_queues.py"
_TICKET_IMAGES = "server/rallypoint/core/ticket_images.py"

_FAULTS = (
    Fault(
        "seated-before-the-last-accepts",
        "A match is made as soon as all but one have accepted it.",
        (
            Edit(
                _CHECKS,
                "        if all(self._accepted.values()):\n",
                "        if self.accepted >= self.players - 1:\n",
            ),
        ),
    ),
    Fault(
        "party-of-a-decliner-goes-on",
        "A party goes back to the queue although one of it has declined, or was silent, if another has accepted.",
        (
            Edit(
                _CHECKS,
                "if any(player in guilty for player in group.players)]",
                "if all(player in guilty for player in group.players)]",
            ),
        ),
    ),
    Fault(
        "out-because-another-is-silent",
        "When the time to accept a match is up, those who have accepted lose their places as well.",
        (
            Edit(
                _CHECKS,
                "[it for it, accepted in self._accepted.items() if not accepted]",
                "list(self._accepted)",
            ),
        ),
    ),
    Fault(
        "forgotten-after-a-ready-check",
        "Who is back in the queue after a match that others did not want is not looked at any more.",
        (
            Edit(
                _RULED,
                """\
            if ticket.id not in out:
                self._look(ticket)
            elif ticket is not gone:
""",
                "            if ticket.id in out and ticket is not gone:\n",
            ),
        ),
    ),
    Fault(
        "expansion-goes-unnoticed",
        "Nothing wakes the server when a rule gives way: who waits is matched when somebody else comes.",
        (
            Edit(
                _RULED,
                "            if queue.due is not None:\n                dues.append(max(queue.due, until))\n",
                "",
            ),
        ),
    ),
    Fault(
        "away-and-matched-by-rules",
        "Who is away is matched by queues with rules.",
        (
            Edit(
                _LOBBY_QUEUES,
                "        free = ticket.found is None and ticket.here\n",
                "        free = ticket.found is None\n",
            ),
        ),
    ),
    Fault(
        "found-in-two-queues",
        "A ticket that was found in one queue is looked for in the others all the same.",
        (
            Edit(
                _LOBBY_QUEUES,
                "        free = ticket.found is None and ticket.here\n",
                "        free = ticket.here\n",
            ),
        ),
    ),
    Fault(
        "ready-check-goes-on-after-a-crash",
        "Who was asked for a match when the server died is not told that it is off.",
        (
            Edit(
                _LOBBY_QUEUES,
                "                if one.check:\n",
                "                if one.check and session.state is LobbyState.CONNECTED:\n",
            ),
        ),
    ),
    Fault(
        "blocked-are-matched",
        "Who has blocked somebody is matched with them: the list does not get into the ticket.",
        (
            Edit(
                _RULED,
                "                blocked=profile.blocked,\n",
                "",
            ),
        ),
    ),
    Fault(
        "party-dealt-to-both-teams",
        "The players of a match are dealt to its teams one by one: those of a party may be in different ones.",
        (
            Edit(
                _MATCHING,
                "    teams = tuple(tuple(player for ticket in team for player in ticket.players)"
                " for team in found.by_team)\n",
                """\
    players = sorted(player for team in found.by_team for ticket in team for player in ticket.players)
    count = len(found.by_team)
    teams = tuple(tuple(players[at::count]) for at in range(count))
""",
            ),
        ),
    ),
    Fault(
        "match-not-in-the-record",
        "What is stored of a session does not say for which match it was: no rating changes.",
        (
            Edit(
                _RECORDS,
                "        core.order.match,\n",
                "        None,\n",
            ),
        ),
    ),
    Fault(
        "kicked-member-comes-back",
        "Who was kicked out of a party comes in again with the code.",
        (
            Edit(
                _PARTIES,
                "        party.kicked[member.player] = None\n",
                "",
            ),
        ),
    ),
    Fault(
        "led-by-who-has-left",
        "When the leader leaves a party, nobody leads it.",
        (
            Edit(
                _PARTY,
                "        if self.leader == member.player and self._members:\n",
                "        if self.leader == member.player and not self._members:\n",
            ),
        ),
    ),
    Fault(
        "party-untold-after-the-first-news",
        "What changes in a party before its members have acknowledged the last change is not told.",
        (
            Edit(
                _PARTY_NEWS,
                "        if member.told < member.party.n and _has_heard(member):\n            self.mark",
                "        if member.told > member.party.n and _has_heard(member):\n            self.mark",
            ),
        ),
    ),
    Fault(
        "party-counts-anew-after-a-crash",
        "After a recovery the changes of a party are counted from the beginning: members ignore what they are told.",
        (
            Edit(
                _PARTIES,
                "        party.n, party.shown = image.n, image.shown\n",
                "        party.shown = image.shown\n",
            ),
        ),
    ),
    Fault(
        "pushed-twice-at-a-return",
        "What is pushed while a player comes back is sent with what was missed, and once more.",
        (
            Edit(
                _LOBBY,
                "            self._unsent = [one for one in self._unsent if one[0] is not entered.session]\n",
                "            pass\n",
            ),
        ),
    ),
    Fault(
        "waits-on-while-the-server-is-away",
        "After a recovery a ticket has waited for as long as there was no server, too: rules give way too early.",
        (
            Edit(
                _TICKET_IMAGES,
                "image.queued_at + shift_s",
                "image.queued_at",
            ),
        ),
    ),
)

FAULTS = tuple(replace(fault, first=ALL_FROM + 1) for fault in _FAULTS)
