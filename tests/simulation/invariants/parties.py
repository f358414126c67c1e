"""Parties are what their members are told: one leader, who is in it, and nobody in two of them.

What is told of a party has a number that grows with each change: the same number says the same to everybody.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from rallypoint_protocol.ids import PlayerId
from rallypoint_protocol.messages import Answer, PartyCreate, PartyJoin, PartyKick, Push

from .stays import LobbyObserver, Stay

if TYPE_CHECKING:
    from rallypoint.core.party import Party
    from rallypoint_simulation.wire import Wire
    from rallypoint_simulation.world import World

__all__ = ["IN_IT", "KEPT", "KICKED", "LED", "NEWER", "ONE", "SAME", "TOLD", "WHOLE", "Parties"]

LED: Final = "a party has one leader, who is in it"
IN_IT: Final = "nobody is told of a party without being in it"
ONE: Final = "a player is in one party at a time"
SAME: Final = "all members of a party are told the same"
NEWER: Final = "what is told of a party is newer each time"
TOLD: Final = "who is in a party knows what has become of it"
KICKED: Final = "who was kicked out of a party does not come back"
KEPT: Final = "a party that was told is there after a recovery"
WHOLE: Final = "the members of a party are in the lobby, each in that party"

_TOLD_S: Final = 2.0
_KEPT: Final = 500


class Parties(LobbyObserver):
    """Remembers what everybody was told, and asks the server what there is."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._in: dict[str, dict[str, dict[str, Any]]] = {}
        """By lobby session: what was told of the parties that it is in, by code. One, but for a moment."""
        self._words: dict[tuple[str, int], dict[str, Any]] = {}
        """By code and number: what was told."""
        self._pushed: dict[str, tuple[str, int]] = {}
        """By lobby session: code and number of the last push, of this life of it."""
        self._kicked: dict[str, dict[str, None]] = {}
        """By code."""
        self._replayed: dict[str, int] = {}
        """The last push that there was when a lobby session got its present connection: those tell of earlier."""
        self._untold: dict[str, tuple[str, float]] = {}
        """By lobby session that knows something else: what, and since when."""

    # --- the wire ---------------------------------------------------------------------------------------------------

    def welcomed(self, stay: Stay, wire: Wire, first: Any, welcome: Any, before: Wire | None) -> None:
        """Who begins anew is told again."""
        self._replayed[stay.lobby] = welcome.event
        if not welcome.resumed:
            self._pushed.pop(stay.lobby, None)

    def answered(self, stay: Stay, wire: Wire, request: Any, answer: Answer, *, news: bool) -> None:
        """A player comes into a party, or is kicked."""
        if not news or answer.error or answer.id in stay.doubtful:
            return
        if isinstance(request, PartyCreate | PartyJoin):
            self._tell(stay, answer.value, f"answer {answer.id}", now=True)
        elif isinstance(request, PartyKick):
            for code in self._in.get(stay.lobby, ()):
                self._kicked.setdefault(code, {})[request.player] = None

    def pushed(self, stay: Stay, wire: Wire, push: Push, *, news: bool) -> None:
        """What a party is now, or that it is over for the player."""
        if not news:
            return
        if push.kind == "party":
            code, n = push.data["code"], push.data["n"]
            before = self._pushed.get(stay.lobby)
            if before is not None and before[0] == code and n <= before[1]:
                self.violate(NEWER, f"{stay} is told party {code} number {n}, and was told number {before[1]}")
            self._pushed[stay.lobby] = code, n
            self._tell(stay, push.data, f"push {push.n}", now=push.n > self._replayed.get(stay.lobby, 0))
            others = [other for other in self._in[stay.lobby] if other != code]
            if others:
                self.violate(ONE, f"{stay} is told of party {code}, and is in {others} still")
        elif push.kind == "party_off":
            self._in.get(stay.lobby, {}).pop(push.data["code"], None)

    def _tell(self, stay: Stay, data: dict[str, Any], where: str, *, now: bool) -> None:
        code, players = data["code"], [member["player"] for member in data["members"]]
        what = f"{stay} is told of party {code} number {data['n']} ({where})"
        if data["leader"] not in players or len(set(players)) < len(players):
            self.violate(LED, f"{what}: {data['leader']} leads {players}")
        if stay.player not in players:
            self.violate(IN_IT, f"{what}, and its members are {players}")
        known = self._words.setdefault((code, data["n"]), data)
        if known != data:
            self.violate(SAME, f"{what}: {data}, and others were told {known}")
        if len(self._words) > _KEPT:
            del self._words[next(iter(self._words))]
        back = [player for player in players if player in self._kicked.get(code, ())]
        if back and now:
            self.violate(KICKED, f"{what}: {back} are in it, and were kicked")
        told = self._in.setdefault(stay.lobby, {})
        if code not in told or told[code]["n"] < data["n"]:
            told[code] = data

    def over(self, stay: Stay) -> None:
        """It is in no party."""
        for table in (self._in, self._pushed, self._untold, self._replayed):
            table.pop(stay.lobby, None)

    # --- the server -------------------------------------------------------------------------------------------------

    def server_started(self) -> None:
        """What was told is there, or something newer."""
        super().server_started()
        port = self.world.port
        self._untold.clear()
        if port is None or any(stay.doubtful for stay in self.stays.values()):
            return
        there = {image.code: image for image in port.lobby.parties.images.values()}
        for lobby_id, parties in self._in.items():
            stay = self.stays.get(lobby_id)
            if stay is None or self.session(stay) is None:
                continue
            for code, data in parties.items():
                image = there.get(code)
                if image is None or stay.player not in image.members or image.n < data["n"]:
                    text = "is gone" if image is None else f"is number {image.n} of {image.members}"
                    self.violate(
                        KEPT, f"{stay} was told party {code} number {data['n']}, which after a recovery {text}"
                    )

    def inspect(self, now: float) -> None:
        """All parties, and what their members know."""
        port = self.world.port
        if port is None:
            return
        self._look_at_all()
        for stay in self.stays.values():
            session = self.session(stay)
            if session is None or stay.wire is None or session.pushes.acked < session.pushed or stay.doubtful:
                self._untold.pop(stay.lobby, None)
                continue
            party = None if session.party is None else session.party.party
            wrong = self._wrong(party, self._in.get(stay.lobby, {}))
            if not wrong:
                self._untold.pop(stay.lobby, None)
                continue
            known, since = self._untold.setdefault(stay.lobby, (wrong, now))
            if known != wrong:
                self._untold[stay.lobby] = wrong, now
            elif self.steady(since) > _TOLD_S + self.world.storage.commits_s:
                self.violate(TOLD, f"{stay} {wrong}, since {now - since:.2f} s")

    def _look_at_all(self) -> None:
        port = self.world.port
        assert port is not None
        of: dict[str, str] = {}
        for image in port.lobby.parties.images.values():
            if image.leader not in image.members:
                self.violate(LED, f"party {image.code} is led by {image.leader}, and has the members {image.members}")
            for player in image.members:
                if player in of:
                    self.violate(ONE, f"player {player} is in the parties {of[player]} and {image.code}")
                of[player] = image.code
                session = port.lobby.of(PlayerId(player))
                own = None if session is None or session.party is None else session.party.party.code
                if own != image.code:
                    text = "is not in the lobby" if session is None else f"is in party {own}"
                    self.violate(WHOLE, f"player {player} of party {image.code} {text}")

    def _wrong(self, party: Party | None, told: dict[str, dict[str, Any]]) -> str:
        """What the player knows that is not so; empty: it knows everything."""
        if party is None:
            return f"is in no party, and knows of {list(told)}" if told else ""
        data = told.get(party.code)
        if data is None or len(told) > 1:
            return f"is in party {party.code}, and knows of {list(told)}"
        members = [(member.player, member.ready, member.here) for member in party.members]
        known = [(member["player"], member["ready"], member["here"]) for member in data["members"]]
        if (party.leader, members) == (data["leader"], known):
            return ""
        return f"knows {known} led by {data['leader']}, and party {party.code} is {members} led by {party.leader}"
