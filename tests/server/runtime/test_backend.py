"""What a developer's own services may do: all of what they ask for, or nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from rallypoint.core.orders import Denial, Order
from rallypoint.core.quick_match import SeatOffer
from rallypoint.ports import SeatRecord, SessionRecord, StoreDown, StoreStatus
from rallypoint.runtime.backend import STIMULI_WAITING_MAX, Created
from rallypoint.runtime.invitations import Invited, Reservation
from rallypoint.runtime.session_info import STATE_ENTITIES_MAX, SessionDetail, SessionInfo
from rallypoint.runtime.session_pages import Page
from rallypoint_protocol.ids import LobbyId, PlayerId, SessionId
from rallypoint_protocol.messages import TakeSeat
from tests.server.backend_house import ANN, BOB, CID, NOW, BackendHouse


@pytest.fixture
async def house() -> AsyncIterator[BackendHouse]:
    made = BackendHouse()
    yield made
    made.node.ticker.stop()


def denied(answer: object) -> str:
    assert isinstance(answer, Denial), answer
    assert answer.reason
    return answer.error


def reserved(answer: object) -> tuple[Reservation, ...]:
    assert isinstance(answer, tuple), answer
    return answer


# --- creating -------------------------------------------------------------------------------------------------------


async def test_a_session_is_created_with_its_players_seats(house: BackendHouse) -> None:
    created = house.create(ANN, BOB, meta={"mode": "ranked"}, private=True)
    info = created.session
    assert (info.game, info.state, info.private, info.meta) == ("duel", "waiting", True, {"mode": "ranked"})
    assert (info.players, info.free, info.leader) == (2, 0, None)
    assert info.code == house.node.hosts[info.id].code
    assert [(one.player, one.offer.seat, one.offer.url) for one in created.seats] == [
        (ANN, 0, f"/session/{info.id}"),
        (BOB, 1, f"/session/{info.id}"),
    ]


async def test_the_token_of_a_reservation_takes_the_seat(house: BackendHouse) -> None:
    created = house.create(ANN, BOB)
    core = house.node.hosts[created.session.id].core
    taken = core.take(TakeSeat(1, created.session.id, created.seats[1].offer.token), NOW)
    assert getattr(taken, "seat").index == 1  # noqa: B009  # it is a Taken, or the test fails right here
    assert [seat.state for seat in house.look(created.session.id).seats] == ["reserved", "connected"]


async def test_a_player_in_the_lobby_is_told_and_others_are_not(house: BackendHouse) -> None:
    created = house.create(ANN, BOB)
    assert [one.told for one in created.seats] == [True, False]
    assert house.told == [(ANN, created.seats[0].offer)]
    assert house.told[0][1].game == "duel"


async def test_names_and_metadata_are_made_fit_to_be_shown(house: BackendHouse) -> None:
    created = house.backend.create(
        "duel", Order(meta={"a\u202eb": "x\x00y"}), [Invited(ANN, " A\u202enn\n"), Invited(BOB)]
    )
    assert isinstance(created, Created)
    assert created.session.meta == {"ab": "xy"}
    assert created.seats[0].name == "Ann"
    assert created.seats[1].name.startswith("Guest")


async def test_a_session_of_a_backend_waits_as_long_as_it_says_or_as_the_game_does(house: BackendHouse) -> None:
    asked, not_asked = house.session(ANN, patience_s=7.0), house.session(BOB)
    patience = [house.node.hosts[session].core.order.patience_s for session in (asked, not_asked)]
    assert patience == [7.0, 90]


async def test_seats_are_kept_as_long_as_the_backend_says(house: BackendHouse) -> None:
    created = house.backend.create("duel", Order(), [Invited(ANN)], keep_s=60)
    assert isinstance(created, Created)
    seat = house.node.hosts[created.session.id].core.seating.of(ANN)
    assert seat is not None
    assert seat.deadline == NOW + 60
    assert isinstance(house.backend.reserve(created.session.id, [Invited(BOB)]), tuple)
    seat = house.node.hosts[created.session.id].core.seating.of(BOB)
    assert seat is not None
    assert seat.deadline == NOW + 15


@pytest.mark.parametrize(
    ("error", "game", "order", "players"),
    [
        ("unknown_game", "go", {}, [ANN]),
        ("full", "duel", {}, [ANN, BOB, CID]),
        ("invalid", "duel", {}, [ANN, ANN]),
        ("invalid", "duel", {"meta": {"a": [1]}}, [ANN]),
        ("invalid", "duel", {"meta": {str(n): n for n in range(17)}}, [ANN]),
        ("refused", "duel", {"options": {"map": "none"}}, [ANN]),
        ("game_failed", "duel", {"options": {"broken": True}}, [ANN]),
    ],
)
async def test_what_cannot_be_created_leaves_nothing_behind(
    house: BackendHouse, error: str, game: str, order: dict[str, Any], players: list[PlayerId]
) -> None:
    assert denied(house.backend.create(game, Order(**order), [Invited(player) for player in players])) == error
    assert not house.node.hosts
    assert not house.told
    assert not any(house.node.is_seated(player) for player in players)


async def test_if_one_of_the_players_is_seated_elsewhere_nobody_is_seated(house: BackendHouse) -> None:
    house.session(ANN)
    house.told.clear()
    assert denied(house.backend.create("duel", Order(), [Invited(BOB), Invited(ANN)])) == "already_seated"
    assert len(house.node.hosts) == 1
    assert not house.node.is_seated(BOB)
    assert not house.told
    house.session(BOB, ANN, game="chess")  # not exclusive: its seats do not count


async def test_a_session_whose_game_locked_itself_is_ended_if_seats_were_asked_for(house: BackendHouse) -> None:
    assert denied(house.backend.create("duel", Order(options={"closed": True}), [Invited(ANN)])) == "locked"
    (session,) = house.node.hosts
    house.settle(session)
    assert not house.node.hosts
    assert not house.node.is_seated(ANN)
    assert house.session(options={"closed": True}) in house.node.hosts  # without seats there is nothing to deny


async def test_a_node_that_is_full_or_stopping_says_so(house: BackendHouse) -> None:
    for _ in range(6):
        house.session()
    assert denied(house.backend.create("duel", Order())) == "node_full"
    house.node.draining = True
    (session, *_) = house.node.hosts
    for answer in (
        house.backend.create("duel", Order()),
        house.backend.reserve(session, [Invited(ANN)]),
        house.backend.signal(session, "x", None),
        house.backend.end(session, "x"),
    ):
        assert denied(answer) == "stopping"
    assert isinstance(house.backend.session(session), SessionDetail)  # looking goes on


# --- reserving ------------------------------------------------------------------------------------------------------


async def test_seats_are_reserved_for_all_or_for_nobody(house: BackendHouse) -> None:
    session = house.session(ANN)
    assert denied(house.backend.reserve(session, [Invited(BOB), Invited(CID)])) == "full"
    assert not house.node.is_seated(BOB)
    (seat,) = reserved(house.backend.reserve(session, [Invited(BOB)]))
    assert seat.offer.seat == 1


async def test_who_has_a_seat_there_gets_it_again_with_a_new_token(house: BackendHouse) -> None:
    created = house.create(ANN)
    first = created.seats[0].offer
    again, bob = reserved(house.backend.reserve(created.session.id, [Invited(ANN, "Other"), Invited(BOB)]))
    assert (again.offer.seat, again.name, bob.offer.seat) == (0, created.seats[0].name, 1)
    assert again.offer.token != first.token
    core = house.node.hosts[created.session.id].core
    assert core.seating.knows(again.offer.token, NOW)
    assert core.seating.knows(first.token, NOW)  # it was not used yet: whoever has it may still come
    assert len(list(core.seated())) == 2


async def test_a_player_who_was_removed_gets_no_seat(house: BackendHouse) -> None:
    session = house.session(ANN, BOB)
    assert isinstance(house.backend.kick(session, ANN), SessionInfo)
    house.settle(session)
    assert denied(house.backend.reserve(session, [Invited(ANN)])) == "kicked"
    assert [seat.player for seat in house.look(session).seats] == [BOB]


async def test_a_seat_that_is_just_ending_is_not_given_out(house: BackendHouse) -> None:
    session = house.session(ANN)
    house.now += 15.0
    assert denied(house.backend.reserve(session, [Invited(ANN)])) == "already_seated"


async def test_a_locked_session_seats_nobody_else(house: BackendHouse) -> None:
    session = house.session(ANN)
    locked = house.backend.set_locked(session, True)
    assert isinstance(locked, SessionInfo)
    assert (locked.locked, locked.free) == (True, 0)
    assert denied(house.backend.reserve(session, [Invited(BOB)])) == "locked"
    assert len(reserved(house.backend.reserve(session, [Invited(ANN)]))) == 1  # who is in is in
    house.backend.set_locked(session, False)
    assert len(reserved(house.backend.reserve(session, [Invited(BOB)]))) == 1


async def test_one_player_is_named_once(house: BackendHouse) -> None:
    session = house.session()
    assert denied(house.backend.reserve(session, [Invited(ANN), Invited(ANN)])) == "invalid"
    assert len(reserved(house.backend.reserve(session, [Invited(ANN)]))) == 1
    assert denied(house.backend.reserve(session, [Invited(ANN), Invited(ANN)])) == "invalid"


async def test_all_seats_are_reserved_before_the_lobby_may_give_one_to_somebody_else(
    house: BackendHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = house.session(quick=True)

    def greedy(player: PlayerId, offer: SeatOffer) -> bool:
        house.node.reserve(session, CID, "Cid", LobbyId("l"), NOW)
        return True

    monkeypatch.setattr(house.backend._invitations, "_tell_offer", greedy)
    seats = reserved(house.backend.reserve(session, [Invited(ANN), Invited(BOB)]))
    assert [(seat.player, seat.told) for seat in seats] == [(ANN, True), (BOB, True)]


async def test_a_lobby_that_fails_takes_nobodys_seat_away(house: BackendHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(player: PlayerId, offer: SeatOffer) -> bool:
        raise RuntimeError("a mistake in the lobby")

    monkeypatch.setattr(house.backend._invitations, "_tell_offer", broken)
    assert [one.told for one in house.create(ANN, BOB).seats] == [False, False]


# --- handling -------------------------------------------------------------------------------------------------------


async def test_a_signal_reaches_the_game_with_its_next_step(house: BackendHouse) -> None:
    session = house.session(ANN)
    house.settle(session)
    assert isinstance(house.backend.signal(session, "storm", {"strength": 3}), SessionInfo)
    state = house.look(session).game_state
    assert state is not None
    assert state["game"]["heard"] == ""
    house.settle(session)
    state = house.look(session).game_state
    assert state is not None
    assert state["game"]["heard"] == "storm {'strength': 3}"


async def test_signals_that_nobody_takes_are_denied_in_the_end(house: BackendHouse) -> None:
    session = house.session(ANN)
    house.settle(session)
    for number in range(STIMULI_WAITING_MAX):
        assert isinstance(house.backend.signal(session, "n", number), SessionInfo)
    assert denied(house.backend.signal(session, "n", 0)) == "too_fast"


async def test_a_session_is_ended_by_its_backend_and_says_why(house: BackendHouse) -> None:
    session = house.session(ANN)
    assert isinstance(house.backend.end(session, "main\x07tenance"), SessionInfo)
    assert denied(house.backend.signal(session, "x", None)) == "ended"  # its end is under way
    house.settle(session)
    detail = house.look(session)
    assert (detail.session.state, detail.outcome, detail.reason, detail.result) == (
        "ended",
        "ended",
        "maintenance",
        None,
    )


async def test_of_a_session_that_has_ended_the_result_is_seen(house: BackendHouse) -> None:
    session = house.session(ANN)
    house.backend.signal(session, "over", None)
    house.settle(session)
    detail = house.look(session)
    assert detail.result == {"winners": [], "scores": {}, "reason": "a backend said so", "data": {}}
    for answer in (
        house.backend.end(session, "x"),
        house.backend.kick(session, ANN),
        house.backend.set_locked(session, True),
        house.backend.describe(session, {}),
        house.backend.reserve(session, [Invited(BOB)]),
    ):
        assert denied(answer) == "ended"


async def test_metadata_is_replaced_whole_or_not_at_all(house: BackendHouse) -> None:
    session = house.session(ANN, meta={"mode": "ranked", "round": 1})
    described = house.backend.describe(session, {"round": 2})
    assert isinstance(described, SessionInfo)
    assert described.meta == {"round": 2}
    assert denied(house.backend.describe(session, {"round": float("nan")})) == "invalid"
    assert house.look(session).session.meta == {"round": 2}


async def test_what_nobody_knows_is_unknown(house: BackendHouse) -> None:
    nowhere = SessionId("nowhere")
    for answer in (
        house.backend.session(nowhere),
        house.backend.reserve(nowhere, [Invited(ANN)]),
        house.backend.signal(nowhere, "x", None),
        house.backend.end(nowhere, "x"),
        house.backend.kick(nowhere, ANN),
        house.backend.set_locked(nowhere, True),
        house.backend.describe(nowhere, {}),
        house.backend.kick(house.session(ANN), BOB),
    ):
        assert denied(answer) == "unknown"


# --- looking --------------------------------------------------------------------------------------------------------


async def test_the_state_has_every_declared_field_and_a_bounded_number_of_entities(house: BackendHouse) -> None:
    session = house.session(ANN, options={"stones": STATE_ENTITIES_MAX + 5})
    detail = house.look(session)
    assert detail.game_state is not None
    assert detail.game_state["game"]["plan"] == "secret"
    assert len(detail.game_state["entities"]["Stone"]) == STATE_ENTITIES_MAX
    assert detail.entities_left_out == 5
    without = house.backend.session(session, with_state=False)
    assert isinstance(without, SessionDetail)
    assert without.game_state is None


async def test_each_session_is_in_exactly_one_page_whatever_ends_meanwhile(house: BackendHouse) -> None:
    keys = []
    for second in (0, 0, 1, 2, 2, 3):
        house.now = NOW + second
        house.unix_s = 1_700_000_000.0 - second  # the wall clock may be set back: it decides nothing
        keys.append((second, house.session()))
    seen: list[SessionId] = []
    after = ""
    while True:
        page = house.backend.sessions(2, after)
        assert isinstance(page, Page)
        seen += [info.id for info in page.sessions]
        if page.next is None:
            break
        after = page.next
        if page.sessions[-1].id in house.node.hosts:  # the one that the next page would begin behind is gone by then
            house.backend.end(page.sessions[-1].id, "gone")
            house.settle(page.sessions[-1].id)
    assert seen == [session for _, session in sorted(keys)]
    assert len(house.node.hosts) < len(keys)


async def test_the_list_is_filtered_by_game_and_state(house: BackendHouse) -> None:
    duel, chess = house.session(ANN), house.session(BOB, game="chess")
    for wanted, game, state in (
        ([duel], "duel", ""),
        ([chess], "chess", "waiting"),
        ([], "", "running"),
        ([], "go", ""),
    ):
        page = house.backend.sessions(10, "", game, state)
        assert isinstance(page, Page)
        assert [info.id for info in page.sessions] == wanted
        assert page.next is None


@pytest.mark.parametrize("after", ["x", "12", "-", "1\u00b2-a", "9" * 30 + "-a", "-1-a"])
async def test_a_cursor_that_we_never_gave_is_invalid(house: BackendHouse, after: str) -> None:
    assert denied(house.backend.sessions(10, after)) == "invalid"


async def test_games_say_how_many_sessions_they_have(house: BackendHouse) -> None:
    house.session(ANN)
    duel, chess = house.backend.games()
    assert (duel.name, duel.seats_min, duel.seats_max, duel.tick_hz, duel.waiting, duel.running) == (
        "duel",
        1,
        2,
        0,
        1,
        0,
    )
    assert (chess.name, chess.spectators_max, chess.waiting) == ("chess", 0, 0)


# --- results --------------------------------------------------------------------------------------------------------

RECORD = SessionRecord(
    SessionId("s1"), "duel", 1.0, 2.0, 3.0, 1000, "ended", "x", (SeatRecord(0, ANN, "Ann", False, "played"),)
)


class OneResult:
    """A store with one result, and a database that may be gone."""

    def __init__(self) -> None:
        self.down = False

    def status(self) -> StoreStatus:
        return StoreStatus("sqlite")

    async def result(self, session: SessionId) -> SessionRecord | None:
        if self.down:
            raise StoreDown
        return RECORD if session == RECORD.session else None

    async def results_of(self, player: PlayerId, limit: int = 20) -> list[SessionRecord]:
        if self.down:
            raise StoreDown
        return [RECORD][:limit] if player == ANN else []


async def test_results_are_read_from_the_store() -> None:
    store = OneResult()
    house = BackendHouse(store)  # type: ignore[arg-type]  # as much of a store as is asked here
    results = house.backend.results
    assert await results.of_session(SessionId("s1")) == RECORD
    assert await results.of_player(ANN, 5) == [RECORD]
    assert await results.of_player(BOB, 5) == []
    assert denied(await results.of_session(SessionId("s2"))) == "unknown"
    store.down = True
    assert denied(await results.of_session(SessionId("s1"))) == "store_down"
    assert denied(await results.of_player(ANN, 5)) == "store_down"
    house.node.ticker.stop()


async def test_where_nothing_is_kept_that_is_said(house: BackendHouse) -> None:
    assert denied(await house.backend.results.of_session(SessionId("s1"))) == "not_kept"
    assert denied(await house.backend.results.of_player(ANN, 5)) == "not_kept"


async def test_a_match_can_fill_only_sessions_that_a_backend_opened_for_it(house: BackendHouse) -> None:
    house.session(quick=False)
    opened = house.session(quick=True)
    assert [one.session_id for one in house.node.open_sessions("duel")] == [opened]
    assert not isinstance(house.node.reserve(opened, CID, "Cid", LobbyId("l"), NOW), Denial)
