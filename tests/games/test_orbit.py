"""The rules of Orbit, played without a network."""

import math
from typing import Any

import pytest

from games.orbit.flight import ORBIT_RADIUS, SIZE, STAR, THRUST, TURN, Body
from games.orbit.game import RELOAD_S, SHIELD_MS, SHOT_S, Fire, Orbit, Pilot, Ship, Shot, Steer
from rallypoint import SessionStatus
from rallypoint.testing import Match
from rallypoint_protocol.codec import BadMessage


def started(players: int = 2, **options: Any) -> Match[Orbit]:
    match = Match(Orbit, players=players, options=options)
    assert match.game.status is SessionStatus.RUNNING
    return match


def pilot(match: Match[Orbit], seat: int) -> Pilot:
    return match.game.players[seat]


def ship(match: Match[Orbit], seat: int) -> Ship:
    found = pilot(match, seat).one(Ship)
    assert found is not None
    return found


def put(body: Body, x: float, y: float, vx: float = 0.0, vy: float = 0.0) -> None:
    body.x, body.y, body.vx, body.vy = x, y, vx, vy


def face_to_face(match: Match[Orbit]) -> tuple[Ship, Ship]:
    """Puts the ships of seats 0 and 1 at rest near a corner, without shields; the first points at the second."""
    first, second = ship(match, 0), ship(match, 1)
    put(first, 100, 100)
    put(second, 200, 100)
    first.angle = 0.0
    first.shield_until_ms = second.shield_until_ms = 0
    return first, second


def shoot(match: Match[Orbit], seat: int = 0) -> None:
    match.act(seat, Fire())
    match.step()


def shoot_down(match: Match[Orbit]) -> None:
    """Seat 0 shoots down the ship of seat 1, and that ends the round."""
    _, target = face_to_face(match)
    target.hull = 1
    number = match.game.round
    match.act(0, Fire())
    match.step_until(lambda: match.game.round > number, steps_max=20)


# --- flight -----------------------------------------------------------------------------------------------------------


def test_the_star_pulls_a_ship_towards_it():
    match = started()
    put(ship(match, 0), STAR + 200, STAR)
    match.step()
    assert ship(match, 0).vx < 0
    assert ship(match, 0).vy == 0
    assert ship(match, 0).x < STAR + 200


def test_the_nearer_the_star_the_stronger_its_pull():
    match = started()
    put(ship(match, 0), STAR + 100, STAR)
    put(ship(match, 1), STAR + 200, STAR)
    match.step()
    assert ship(match, 0).vx == pytest.approx(2 * ship(match, 1).vx)


def test_a_ship_that_nobody_steers_stays_on_its_orbit():
    match = started()
    for _ in range(12 * 20):
        match.step()
        assert math.hypot(ship(match, 0).x - STAR, ship(match, 0).y - STAR) == pytest.approx(ORBIT_RADIUS, rel=0.03)


def test_a_ship_that_falls_into_the_star_is_gone():
    match = started(3)
    lost = ship(match, 1)
    put(lost, STAR + 50, STAR, vx=-300)
    lost.shield_until_ms = 0
    match.step()
    assert pilot(match, 1).one(Ship) is None
    assert [event.fields for event in match.events(0, "Killed")] == [{"victim": 1, "by": None}]


def test_a_shield_holds_in_the_star():
    match = started()
    put(ship(match, 0), STAR, STAR)
    match.step()
    assert ship(match, 0).hull == 4


@pytest.mark.parametrize(("x", "vx", "back"), [(5.0, -200.0, 200.0), (SIZE - 5, 200.0, -200.0)])
def test_the_edge_throws_back(x: float, vx: float, back: float):
    match = started()
    put(ship(match, 0), x, 100, vx=vx)
    put(ship(match, 1), 100, x, vy=vx)
    match.step()
    assert ship(match, 0).vx == pytest.approx(back, abs=2)
    assert ship(match, 1).vy == pytest.approx(back, abs=2)
    for body in match.game.all(Ship):
        assert 0 <= body.x <= SIZE
        assert 0 <= body.y <= SIZE


def test_a_ship_turns_while_its_pilot_holds_the_stick():
    match = started()
    ship(match, 0).angle = 1.0
    match.hold(0, Steer(turn=-1))
    match.step(3)
    assert ship(match, 0).angle == pytest.approx(1.0 - 3 * TURN / 20)


def test_thrust_is_gained_where_the_ship_points_to():
    match = started()
    put(ship(match, 0), 100, 100)
    put(ship(match, 1), 100, 100)
    ship(match, 0).angle = 0.0
    match.hold(0, Steer(thrust=True))
    match.step()
    assert ship(match, 0).vx - ship(match, 1).vx == pytest.approx(THRUST / 20)
    assert ship(match, 0).vy == pytest.approx(ship(match, 1).vy)
    assert match.view(1).get(ship(match, 0).id).thrust is True


def test_more_than_one_turn_of_the_stick_never_gets_as_far_as_the_game():
    match = started()
    with pytest.raises(BadMessage):
        match.hold(0, Steer(turn=2))


# --- shots ------------------------------------------------------------------------------------------------------------


def test_a_shot_costs_ammunition_which_is_reloaded():
    match = started()
    shoot(match)
    assert ship(match, 0).ammo == 9
    match.step(int(RELOAD_S * 20) - 1)
    assert ship(match, 0).ammo == 9
    match.step()
    assert ship(match, 0).ammo == 10


def test_a_reload_is_for_the_ship_that_fired_and_not_for_the_next_round():
    match = started()
    shoot_down(match)
    match.step(int(RELOAD_S * 20) + 1)
    assert ship(match, 0).ammo == 10


def test_only_its_own_pilot_sees_how_much_ammunition_a_ship_has():
    match = started(3)
    shoot(match, 1)
    id_ = ship(match, 1).id
    assert match.view(1).get(id_).ammo == 9
    assert match.view(0).get(id_).ammo is None
    assert match.view(2).get(id_).ammo is None
    assert match.view(0).get(id_).hull == 4


def test_nobody_is_told_how_hot_a_gun_is():
    ship_def = next(entity for entity in Orbit.definition().schema.entities if entity.name == "Ship")
    assert "heat" not in [field.name for field in ship_def.fields]


def test_a_hot_gun_refuses_to_fire_and_nothing_changes():
    match = started()
    shoot(match)
    number = match.act(0, Fire())
    match.step()
    refused = match.events(0, "refused")
    assert [event.fields for event in refused] == [{"seq": number, "reason": "the gun is too hot"}]
    assert ship(match, 0).ammo == 9
    assert len(match.game.all(Shot)) == 1
    assert match.events(1, "refused") == []


def test_a_gun_is_cool_again_after_a_while():
    match = started()
    shoot(match)
    match.step(6)
    shoot(match)
    assert match.events(0, "refused") == []
    assert len(match.game.all(Shot)) == 2


def test_without_ammunition_there_is_no_shot():
    match = started()
    ship(match, 0).ammo = 0
    shoot(match)
    assert [event.fields["reason"] for event in match.events(0, "refused")] == ["no ammunition"]
    assert match.game.all(Shot) == []
    assert ship(match, 0).heat == 0


def test_without_a_ship_there_is_no_shot():
    match = started(3)
    match.game.destroy(ship(match, 0))
    shoot(match)
    assert [event.fields["reason"] for event in match.events(0, "refused")] == ["you have no ship"]


def test_a_shot_is_gone_after_its_time():
    match = started()
    put(ship(match, 0), 100, 100)
    ship(match, 0).angle = 0.0
    put(ship(match, 1), 900, 900)
    shoot(match)
    assert len(match.view(1).all("Shot")) == 1
    match.step(int(SHOT_S * 20) - 1)
    assert len(match.game.all(Shot)) == 1
    match.step()
    assert match.game.all(Shot) == []
    assert match.view(1).all("Shot") == []


def test_a_hit_costs_hull_and_is_a_point():
    match = started()
    _, target = face_to_face(match)
    shoot(match)
    match.step(5)
    assert target.hull == 3
    assert [player.score for player in match.view(1).players] == [1, 0]
    assert match.game.all(Shot) == []
    assert [event.fields for event in match.events(0, "Hit")] == [{"victim": 1}]
    assert match.events(1, "Hit") == []


def test_a_shield_swallows_a_shot():
    match = started()
    _, target = face_to_face(match)
    target.shield_until_ms = match.game.now_ms + 1000
    shoot(match)
    match.step(5)
    assert target.hull == 4
    assert pilot(match, 0).score == 0
    assert match.game.all(Shot) == []


def test_a_pilots_own_shots_do_no_harm():
    match = started()
    first, _ = face_to_face(match)
    shoot(match)
    put(match.game.all(Shot)[0], first.x, first.y)
    match.step()
    assert first.hull == 4


def test_the_last_hit_kills_and_all_are_told_by_whom():
    match = started(3)
    _, target = face_to_face(match)
    target.hull = 1
    shoot(match)
    match.step(5)
    assert pilot(match, 1).one(Ship) is None
    for seat in range(3):
        assert [event.fields for event in match.events(seat, "Killed")] == [{"victim": 1, "by": 0}]


# --- shots at what was seen -------------------------------------------------------------------------------------------


def moved_on(players: int = 2) -> tuple[Match[Orbit], int, Ship]:
    """The second ship was before the first one's gun for ten ticks, and then is not. Gives the tick when it came."""
    match = started(players)
    first, second = face_to_face(match)
    began = match.session.tick + 1
    for _ in range(10):
        put(first, 100, 100)
        put(second, 200, 100)
        match.step()
    put(second, 200, 600)
    first.vx = first.vy = 0.0
    return match, began, second


def test_a_shot_hits_what_its_pilot_saw_where_it_was():
    match, _, target = moved_on()
    match.act(0, Fire(), seen=match.session.tick - 4)
    match.step()
    assert target.hull == 3
    assert pilot(match, 0).score == 1
    assert match.game.all(Shot) == []


def test_a_shot_at_the_present_misses_what_is_there_no_more():
    for seen in (None, -1, 10**6):
        match, _, target = moved_on()
        match.act(0, Fire(), seen=seen)
        match.step()
        assert match.game.all(Shot)[0].x == pytest.approx(130, abs=1)
        match.step(5)
        assert target.hull == 4


def test_a_late_shot_is_where_it_were_if_it_had_been_fired_when_its_pilot_saw_that():
    match, late = started(), started()
    for each in (match, late):
        face_to_face(each)
        ship(each, 0).angle = 1.5
    shoot(match)
    match.step(4)
    seen = late.session.tick
    late.step(4)
    put(ship(late, 0), 100, 100)
    late.act(0, Fire(), seen=seen)
    late.step()
    one, other = match.game.all(Shot)[0], late.game.all(Shot)[0]
    assert (one.x, one.y) == pytest.approx((other.x, other.y), abs=1)
    gone = [0, 0]
    for number, each in enumerate((match, late)):
        while each.game.all(Shot):
            each.step()
        gone[number] = each.session.tick
    assert gone[0] == gone[1]


def test_nobody_shoots_at_what_was_longer_ago_than_half_a_second():
    match, began, target = moved_on()
    match.step(9)
    assert match.game.ticks_since(0)[0] == began + 9
    put(ship(match, 0), 100, 100)
    match.act(0, Fire(), seen=began)
    match.step()
    assert target.hull == 4
    shot = match.game.all(Shot)[0]
    assert shot.x == pytest.approx(100 + 11 * 30, abs=1)  # ten ticks that were, and this one


def test_a_shot_that_hit_in_the_past_hits_once():
    match, began, target = moved_on()
    match.act(0, Fire(), seen=began)
    match.step(5)
    assert target.hull == 3
    assert len(match.events(0, "Hit")) == 1


def test_a_ship_that_was_not_there_yet_is_not_hit_in_the_past():
    match = started(3)
    first, _ = face_to_face(match)
    match.step(5)
    match.game.destroy(ship(match, 1))
    late = match.game.spawn(Ship, owner=pilot(match, 1), x=200.0, y=100.0)
    put(first, 100, 100)
    match.step()
    put(late, 200, 600)
    put(first, 100, 100)
    match.act(0, Fire(), seen=match.session.tick - 6)
    match.step(5)
    assert late.hull == 4


def test_a_shield_of_now_swallows_a_shot_of_then():
    match, began, target = moved_on()
    target.shield_until_ms = match.game.now_ms + 1000
    match.act(0, Fire(), seen=began + 2)
    match.step()
    assert target.hull == 4
    assert match.game.all(Shot) == []


def test_a_shot_of_then_can_end_a_round():
    match, began, target = moved_on()
    target.hull = 1
    number = match.game.round
    match.act(0, Fire(), seen=began + 2)
    match.step()
    assert match.game.round == number + 1
    assert [event.fields for event in match.events(1, "Killed")] == [{"victim": 1, "by": 0}]


# --- rounds -----------------------------------------------------------------------------------------------------------


def test_a_round_is_won_by_the_last_ship():
    match = started()
    shoot_down(match)
    assert [player.wins for player in match.game.players] == [1, 0]
    assert [event.fields for event in match.events(1, "RoundOver")] == [{"round": 1, "winner": 0}]


def test_a_round_begins_with_a_new_shielded_ship_for_each_pilot():
    match = started()
    before = {body.id for body in match.game.all(Body)}
    shoot_down(match)
    assert match.game.round == 2
    assert before.isdisjoint(body.id for body in match.game.all(Body))
    for seat in (0, 1):
        assert ship(match, seat).hull == 4
        assert ship(match, seat).ammo == 10
        assert ship(match, seat).shield_until_ms == match.game.now_ms + SHIELD_MS
    assert match.game.all(Shot) == []


def test_nobody_wins_a_round_that_takes_too_long():
    match = started(round_s=4.0)
    begun_ms = match.game.now_ms
    match.step(4 * 20 - 1)
    assert match.game.round == 1
    match.step()
    assert match.game.round == 2
    assert match.game.now_ms == begun_ms + 4000
    assert match.game.round_ends_ms == begun_ms + 8000
    assert match.view(0).game.round_ends_ms == begun_ms + 8000
    assert [event.fields for event in match.events(0, "RoundOver")] == [{"round": 1, "winner": None}]


def test_nobody_wins_a_round_in_which_the_last_ships_go_together():
    match = started()
    face_to_face(match)
    for body in match.game.all(Ship):
        put(body, STAR, STAR)
    match.step()
    assert [player.wins for player in match.game.players] == [0, 0]
    assert match.game.round == 2


def test_who_has_won_enough_rounds_has_won_the_game():
    match = started(wins_max=2)
    shoot_down(match)
    assert not match.ended
    shoot_down(match)
    assert match.ended
    assert match.result == {"winners": [0], "scores": {0: 2, 1: 0}, "reason": "", "data": {}}
    assert match.view(0).game.status.name == "ENDED"
    assert len(match.events(1, "ended")) == 1


def test_after_the_last_round_those_with_most_wins_have_won_the_game():
    match = started(3, rounds_max=2)
    pilot(match, 0).wins = pilot(match, 2).wins = 1
    for body in match.game.all(Ship):
        body.shield_until_ms = 10**9
    match.step(2 * 15 * 20)
    assert match.result is not None
    assert match.result["winners"] == [0, 2]


# --- who comes and goes -----------------------------------------------------------------------------------------------


def test_there_are_ships_but_no_round_until_enough_players_are_there():
    match = Match(Orbit, players=1)
    match.step(10)
    assert match.game.status is SessionStatus.WAITING
    assert match.game.round == 0
    assert len(match.view(0).all("Ship")) == 1
    match.join("another")
    match.step()
    assert match.game.round == 1
    assert len(match.view(0).all("Ship")) == 2


def test_who_comes_in_the_middle_of_a_round_flies_at_once():
    match = started()
    match.step(50)
    seat = match.join("late")
    match.step()
    assert match.game.round == 1
    assert ship(match, seat).shield_until_ms == match.game.now_ms + SHIELD_MS
    assert match.view(seat).me.one("Ship").id == ship(match, seat).id
    assert len(match.view(seat).all("Ship")) == 3


def test_the_ship_of_a_lost_connection_drifts_shielded_for_a_while():
    match = started()
    match.hold(0, Steer(turn=1, thrust=True))
    match.step(100)
    drifting = ship(match, 0)
    match.drop(0)
    match.step()
    angle = drifting.angle
    assert drifting.shield_until_ms == match.game.now_ms + SHIELD_MS
    match.step(5)
    assert (drifting.angle, drifting.thrust) == (angle, False)
    assert match.view(1).player(0).state.name == "AWAY"


def test_a_pilot_who_returns_has_the_same_ship_and_a_shield():
    match = started()
    shoot(match)
    before = ship(match, 0)
    match.drop(0)
    match.step(70)
    match.come_back(0)
    match.step()
    assert ship(match, 0) is before
    assert before.shield_until_ms == match.game.now_ms + SHIELD_MS
    assert match.view(0).me.one("Ship").ammo == 9
    match.hold(0, Steer(turn=1))
    angle = before.angle
    match.step()
    assert before.angle != angle


def test_what_was_told_while_a_pilot_was_away_is_not_lost():
    match = started(round_s=4.0)
    match.drop(0)
    match.step(4 * 20)
    assert match.events(0, "RoundOver") == []
    match.come_back(0)
    match.step()
    assert [event.fields["round"] for event in match.events(0, "RoundOver")] == [1]


def test_who_stays_away_too_long_is_out_and_the_last_one_has_won():
    match = started()
    match.drop(0)
    match.step_until(lambda: match.ended, steps_max=31 * 20)
    assert match.result is not None
    assert match.result["winners"] == [1]
    assert match.view(1).all("Ship") != []
    assert {body.owner for body in match.view(1).all("Ship")} == {1}


def test_who_leaves_takes_ship_and_shots_along():
    match = started(3)
    shoot(match, 2)
    match.leave(2)
    match.step()
    assert {body.owner for body in match.view(0).entities} == {0, 1}
    assert not match.ended


def test_when_all_leave_in_one_step_the_match_ends_without_a_winner():
    match = started()
    for seat in list(match.session.seated()):
        match.session.leave(seat, match.now)
    match.step()
    assert match.ended
    assert match.session.ended is not None
    assert match.session.ended.reason != "the game raised an error"


def test_a_seed_decides_everything():
    def play() -> list[tuple[float, float]]:
        match = Match(Orbit, players=4, seed=77)
        match.hold(1, Steer(turn=1, thrust=True))
        match.step(400)
        return [(body.x, body.y) for body in match.game.all(Ship)]

    assert play() == play()
