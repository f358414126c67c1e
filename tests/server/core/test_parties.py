"""Whatever players ask of parties, in any order: what holds, and that what is kept of them is all of them."""

from __future__ import annotations

from itertools import count
from typing import Any

from hypothesis import settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from rallypoint.core.grace import Grace
from rallypoint.core.lobby_session import LobbyEvent, LobbySession, LobbyState
from rallypoint.core.parties import Parties
from rallypoint.core.party import Party
from rallypoint.core.party_news import TOLD_EVERY_S
from rallypoint.core.party_requests import PartyRequests
from rallypoint.core.room_codes import Guesses
from rallypoint_protocol.ids import LobbyId, PlayerId, Token
from rallypoint_protocol.limits import PARTY_MAX
from rallypoint_protocol.messages import (
    Answer,
    PartyCreate,
    PartyJoin,
    PartyKick,
    PartyLead,
    PartyLeave,
    PartyReady,
    Push,
)
from tests.server.fake_rooms import FakeRooms

PLAYERS = PARTY_MAX + 4
PARTIES_MAX = 5
SOMEBODY = st.integers(0, PLAYERS - 1)
VALUES = st.one_of(st.integers(), st.lists(st.text(max_size=2)))
ATTRIBUTES = st.dictionaries(st.sampled_from("abc"), VALUES, max_size=2)


class Hall:
    """Players in the lobby, what each has been pushed, and what each believes of its party."""

    def __init__(self) -> None:
        self.rooms = FakeRooms()
        self.sessions: dict[PlayerId, LobbySession] = {}
        self.believed: dict[PlayerId, dict[str, Any]] = {}
        self.pushed: list[tuple[PlayerId, str, dict[str, Any]]] = []
        self.changed: list[Party] = []
        numbers = count(1)
        self.codes = (f"C{number % 7}" for number in count())  # they come again
        self.parties = Parties(
            lambda: f"party{next(numbers)}",
            lambda: next(self.codes),
            self.rooms,
            self.sessions.get,
            self.push,
            parties_max=PARTIES_MAX,
        )
        self.parties.changed_callback = self.changed.append
        self.requests = PartyRequests(self.parties, Guesses())

    def enter(self, name: str) -> LobbySession:
        player = PlayerId(name)
        session = LobbySession(LobbyId(f"lobby-{name}"), player, name, Token(bytes(32)), Grace(30.0, 120.0))
        self.sessions[player] = session
        self.believed.pop(player, None)
        return session

    def push(self, session: LobbySession, kind: str, data: dict[str, Any]) -> int:
        session.pushes.append(Push(session.pushed + 1, kind, data), 100)
        self.pushed.append((session.player, kind, data))
        return session.pushed


class PartiesLife(RuleBasedStateMachine):
    """What :class:`Parties` promises."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 100.0
        self.ids = count(1)
        self.hall = Hall()
        for number in range(PLAYERS):
            self.hall.enter(f"p{number}")

    def session(self, who: int) -> LobbySession:
        name = f"p{who}"
        session = self.hall.sessions.get(PlayerId(name))
        return self.hall.enter(name) if session is None else session

    def code(self, which: int) -> str:
        images = list(self.hall.parties.images.values())
        return images[which % len(images)].code if images else "NONE"

    def ask(self, who: int, kind: Any, *args: Any) -> str:
        session = self.session(who)
        answer: Answer = self.hall.requests.answer(session, kind(next(self.ids), *args), "192.0.2.7", self.now)
        if answer.value is not None:
            self.hall.believed[session.player] = answer.value
        self.now += 5.0  # nobody is too fast
        return answer.error

    # --- what players do --------------------------------------------------------------------------------------------

    @rule(who=SOMEBODY)
    def create(self, who: int) -> None:
        free = len(self.hall.parties) < PARTIES_MAX
        in_one = self.hall.parties.of(PlayerId(f"p{who}")) is not None
        assert self.ask(who, PartyCreate) == ("already_in_party" if in_one else "" if free else "full")

    @rule(who=SOMEBODY, which=st.integers(0, PARTIES_MAX))
    def join(self, who: int, which: int) -> None:
        code = self.code(which)
        before = {party.code: party for party in map(self.hall.parties.of, self.hall.sessions) if party is not None}
        player = self.session(who).player
        error = self.ask(who, PartyJoin, code)
        if error == "":
            assert player not in before[code].kicked

    @precondition(lambda self: len(self.hall.parties) > 0)
    @rule(which=st.integers(0, PARTIES_MAX))
    def crowd(self, which: int) -> None:
        """Everybody wants to be in the same party."""
        for who in range(PLAYERS):
            self.ask(who, PartyJoin, self.code(which))

    @rule(who=SOMEBODY)
    def leave(self, who: int) -> None:
        self.ask(who, PartyLeave)

    @rule(who=SOMEBODY, ready=st.booleans(), attributes=ATTRIBUTES)
    def ready(self, who: int, ready: bool, attributes: dict[str, Any]) -> None:
        self.ask(who, PartyReady, ready, attributes, {"eu": 1.5})

    @rule(who=SOMEBODY, whom=SOMEBODY, kind=st.sampled_from([PartyKick, PartyLead]))
    def rule_over(self, who: int, whom: int, kind: Any) -> None:
        """Mostly it is a leader who tries."""
        party = self.hall.parties.of(PlayerId(f"p{who}"))
        leader = who if party is None or who % 4 == 0 else int(party.leader[1:])
        self.ask(leader, kind, f"p{whom}")

    # --- what happens -----------------------------------------------------------------------------------------------

    @rule(who=SOMEBODY)
    def end(self, who: int) -> None:
        session = self.session(who)
        if session.state is LobbyState.AWAY:
            session.come_back(self.now)
        session.end(LobbyEvent.LEFT)
        self.hall.parties.ended(session)
        del self.hall.sessions[session.player]
        self.hall.believed.pop(session.player, None)

    @rule(who=SOMEBODY)
    def drop_or_come_back(self, who: int) -> None:
        session = self.session(who)
        if session.state is LobbyState.AWAY:
            session.come_back(self.now)
        else:
            session.drop(self.now, seated=False)
        self.hall.parties.seen(session.player)

    @rule(who=SOMEBODY)
    def sit_down_or_get_up(self, who: int) -> None:
        player = self.session(who).player
        for room in self.hall.rooms.sessions.values():
            if room.players.pop(player, None) is not None:
                break
        else:
            self.hall.rooms.open("orbit", player)
        self.hall.parties.seen(player)

    @rule(step=st.sampled_from([0.0, 0.05, TOLD_EVERY_S, -40.0]))
    def tell(self, step: float) -> None:
        self.now += step
        self.hall.pushed.clear()
        self.hall.parties.news.tell(self.now)
        told = [player for player, kind, _ in self.hall.pushed if kind == "party"]
        assert len(told) == len(set(told)), "once each"
        for player, kind, data in self.hall.pushed:
            assert kind == "party"
            before = self.hall.believed.get(player)
            assert before is None or before["code"] != data["code"] or before["n"] < data["n"]
            self.hall.believed[player] = data

    @rule(who=SOMEBODY)
    def acknowledge(self, who: int) -> None:
        session = self.session(who)
        session.pushes.ack(session.pushed)
        self.hall.parties.acknowledged(session)

    @rule()
    def all_is_heard(self) -> None:
        """When all have acknowledged, and a while has gone by: everybody knows what there is."""
        for _ in range(2):
            for session in self.hall.sessions.values():
                session.pushes.ack(session.pushed)
                self.hall.parties.acknowledged(session)
            self.now += TOLD_EVERY_S
            self.tell(0.0)
        assert self.hall.parties.news.due is None
        for player, session in self.hall.sessions.items():
            if session.party is not None:
                party = session.party.party
                assert self.hall.believed[player] == party.data
                assert party.data == {**party.look(self.hall.rooms.is_seated)}
        assert self.hall.parties.news.due is None

    @rule()
    def restart(self) -> None:
        """Another one, made of the images, has the same images, and goes on."""
        parties, sessions = self.hall.parties, self.hall.sessions
        images = parties.images
        members: dict[str, Any] = {player: parties.member_image(one) for player, one in sessions.items()}
        for session in sessions.values():
            session.party = None
        again = Parties(
            parties._new_id, parties._new_code, self.hall.rooms, sessions.get, self.hall.push, parties_max=PARTIES_MAX
        )
        for image in images.values():
            again.restore(image, members)
        assert list(again.images.items()) == list(images.items())
        assert {player: again.member_image(one) for player, one in sessions.items()} == members
        again.changed_callback = self.hall.changed.append
        self.hall.parties, self.hall.requests = again, PartyRequests(again, Guesses())

    # --- what holds always ------------------------------------------------------------------------------------------

    @invariant()
    def parties_are_sound(self) -> None:
        parties = self.hall.parties
        images = list(parties.images.values())
        assert len(images) == len(parties) <= PARTIES_MAX
        assert len({image.code for image in images}) == len(images)
        everybody = [player for image in images for player in image.members]
        assert len(everybody) == len(set(everybody)), "nobody is in two"
        assert {player for player, one in self.hall.sessions.items() if one.party is not None} == set(everybody)
        for image in images:
            assert 0 < len(image.members) <= PARTY_MAX
            assert image.leader in image.members
            assert not set(image.members) & set(image.kicked)
            assert parties.with_code(image.code) is parties.of(PlayerId(image.leader))
        for party in self.hall.changed:
            assert len(party) == 0 or parties.of(party.leader) is not None
        self.hall.changed.clear()

    @invariant()
    def nobody_has_more_than_one_party_push_to_acknowledge(self) -> None:
        for session in self.hall.sessions.values():
            waiting = [push for _, push in session.pushes.since(0) if push.kind == "party"]
            codes = [push.data["code"] for push in waiting]
            assert len(codes) - len([push for _, push in session.pushes.since(0) if push.kind == "party_off"]) <= 1


TestPartiesLife = PartiesLife.TestCase
TestPartiesLife.settings = settings(stateful_step_count=40)
