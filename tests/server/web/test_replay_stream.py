"""What pages see of a replay is what spectators saw, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from games.cards.game import Cards
from rallypoint import Action, Entity, Game, Player, field, on, private
from rallypoint.core.replay_format import BadReplay, RecordKind
from rallypoint.storage.replay_file import read_replay
from rallypoint.web.replay_stream import CRC_EVERY_TICKS, passes
from rallypoint_protocol.codec import encode
from rallypoint_protocol.replica import Replica
from tests.games.marked_cards import EVERYBODY, MarkedCards, Tap, found
from tests.server.replay_house import Recorded
from tests.server.web.stream_house import GAMES, Watched, cards, decoded, orbit, states

TOP = [item.name for item in Cards.definition().schema.entities[0].fields].index("top")


@pytest.mark.parametrize("make", GAMES)
def test_the_state_at_each_tick_is_what_a_spectator_saw(make: Callable[[], Watched], tmp_path: Path):
    watched = make()
    watched.play()
    live = states(watched.live, watched.schema)
    replayed = states(watched.stream(tmp_path), watched.schema)
    assert len(live) > 5
    assert list(replayed) == list(live)
    for when, seen in live.items():
        assert replayed[when] == seen, when


@pytest.mark.parametrize("make", GAMES)
def test_the_first_pass_is_whole_and_each_of_the_others_is_of_one_tick(make: Callable[[], Watched], tmp_path: Path):
    watched = make()
    watched.play()
    stream = decoded(watched.stream(tmp_path))
    assert [part.age for part in stream[0].parts] == [0]
    assert stream[0].seat is not None
    assert stream[0].seat.channels == [0]
    for message in stream[1:]:
        assert message.seat is None
        assert all((part.age, part.channel) == (1, 0) for part in message.parts)


@pytest.mark.parametrize("make", GAMES)
def test_the_hash_of_what_everybody_sees_is_told_again_and_again(make: Callable[[], Watched], tmp_path: Path):
    watched = make()
    watched.play()
    replica = Replica(watched.schema)
    for message in decoded(watched.stream(tmp_path)):
        replica.apply(message)  # raises if a hash is another
    assert replica.checks_made == 1 + (replica.tick // CRC_EVERY_TICKS)


def test_no_card_is_in_it_before_everybody_may_know_it(tmp_path: Path):
    watched = cards()
    watched.play()
    game = watched.tap.game
    public = {card: tick for tick, to, card in reversed(game.told) if to == EVERYBODY}
    hidden = [card for card in game.marks if card not in public]
    stream = watched.stream(tmp_path)
    tops = {tick: items[0][3][TOP] for (_, tick), (_, _, items) in states(stream, watched.schema).items()}
    assert all(public[top] <= tick for tick, top in tops.items() if top >= 0)
    assert len({*tops.values()}) > 5
    assert hidden
    for message in decoded(stream):
        early = [card for card in public if public[card] > message.head.tick]
        data = encode(message)
        assert not [card for card in (*hidden, *early) if found(card, data)]


def test_what_a_server_that_died_has_left_is_gone_on_with_in_a_new_epoch_from_a_whole(tmp_path: Path):
    watched = orbit()
    watched.match.step(20)
    before = states(watched.live, watched.schema)
    watched.recorded.recover()
    watched.tap = Tap(watched.match)
    for seat in range(3):
        watched.match._bots.pop(seat, None)
    watched.match.step(20)
    expected = before | states(watched.live, watched.schema)
    assert {epoch for epoch, _ in expected} == {1, 2}
    assert states(watched.stream(tmp_path), watched.schema) == expected


def test_what_comes_after_a_gap_begins_with_a_whole(tmp_path: Path):
    watched = orbit()
    watched.play()
    live = states(watched.live, watched.schema)
    wholes = [index for index, (kind, _) in enumerate(watched.recorded.records) if kind == RecordKind.WHOLE]
    found_ = read_replay(watched.recorded.write(tmp_path, gap=(wholes[1] + 5, wholes[2])))
    stream = list(passes(found_.header, found_.records))
    replayed = states(stream, watched.schema)
    assert 0 < len(replayed) < len(live)
    assert all(live[when] == seen for when, seen in replayed.items())
    assert [message.parts[0].age for message in decoded(stream) if message.seat is not None] == [0, 0]


class Do(Action):
    what: str


class Thing(Entity):
    x: int = field(0)
    near: Thing | None = field(None)
    mine: str = field("an owner's secret", to="owner")
    told: str = field("a secret of scouts", to="scouts")
    kept: str = private("a private secret")


class Holder(Player):
    hand: str = field("a hand's secret", to="owner")
    path: tuple[float, ...] = field(())


class Shown(Game[Holder], seats=(1, 3), tick_hz=20, name="shown"):
    uses = (Do, Thing)
    first: Thing | None = field(None)

    def joined(self, player: Holder) -> None:
        self.first = self.spawn(Thing, owner=player, near=self.first)

    @on(Do)
    def do(self, player: Holder, do: Do) -> None:
        things = self.all(Thing)
        match do.what:
            case "hide":
                self.set_channel(things[0], "scouts")
            case "show":
                self.set_channel(things[0], "everyone")
            case "change":
                things[0].x += 1
                things[0].kept = things[0].mine = things[0].told = "another secret"
            case "give":
                self.give(things[0], self.players[-1])
            case "destroy":
                self.destroy(things[0])
            case "spawn":
                self.first = self.spawn(Thing, owner=player, near=things[-1] if things else None)
            case "watch":
                player.subscribe("scouts")
            case "walk":
                player.path = (*player.path, 0.5)


DEEDS = "watch change hide change hide show change give spawn walk destroy change give destroy spawn walk hide destroy"


def shown() -> Watched:
    watched = Watched.__new__(Watched)
    watched.recorded = Recorded(Shown, checkpoint_every=5)
    watched.match = watched.recorded.match
    watched.tap = Tap(watched.match)
    for name in ("Ann", "Bob"):
        watched.match.join(name)
    watched.match.step()
    return watched


def test_what_is_hidden_shown_given_and_destroyed_is_as_spectators_saw_it(tmp_path: Path):
    watched = shown()
    for number, what in enumerate(DEEDS.split()):
        watched.match.act(0, Do(what=what))
        watched.match.step(1 + number % 2)
        if number == 10:
            watched.match.leave(1)
            watched.match.join("Cid")
    live = states(watched.live, watched.schema)
    stream = watched.stream(tmp_path)
    assert states(stream, watched.schema) == live
    assert not any(b"secret" in message for message in stream)


def test_a_replay_whose_schemas_do_not_fit_each_other_is_refused(tmp_path: Path):
    watched = shown()
    one = read_replay(watched.recorded.write(tmp_path))
    other = Recorded(MarkedCards, session="s2")
    two = read_replay(other.write(tmp_path))
    header = msgspec.structs.replace(one.header, wire=two.header.wire)
    with pytest.raises(BadReplay, match="do not fit"):
        list(passes(header, one.records))
