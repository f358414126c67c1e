"""``shared/vectors``: the files are what our code says, and a reader that is not ours understands them alike."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import msgpack
import pytest

from rallypoint import Game
from rallypoint_client.chat_log import ChatLog
from rallypoint_client.listing import Rows
from rallypoint_protocol.codec import BadMessage, decode_lobby, decode_lobby_reply, decode_session_reply, encode
from rallypoint_protocol.messages import Ack, Chat, Listing, Pass, Seated
from rallypoint_protocol.replica import Desync, Replica
from rallypoint_protocol.schema import decode_schema, encode_schema, schema_hash
from tests.shared.stranger import Desync as StrangersDesync, Stranger
from tests.vectors.files import FOLDER, made
from tests.vectors.nim import Nim
from tests.vectors.notation import dumps, from_json, to_json
from tests.vectors.skirmish import Buffered, Skirmish

REGENERATE = "what is written has changed: if that is right, `make vectors`, and say so in the changelog"


def load(name: str) -> Any:
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


def by_name(vectors: list[dict[str, Any]]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("vector", vectors, ids=lambda vector: vector["name"])


MESSAGES = load("messages")
MALFORMED = load("malformed")
SCHEMAS = {vector["name"]: vector for vector in load("schemas")}
DELTAS = load("deltas")
decode_session = Skirmish.definition().decode


# --- the files ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", made())
def test_a_file_is_what_its_generator_writes(name: str):
    assert (FOLDER / name).read_text(encoding="utf-8") == made()[name], REGENERATE


def test_every_file_is_described_and_generated():
    files = {path.name for path in FOLDER.glob("*.json")}
    assert files == set(made()) | {"trace.json"}
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert [name for name in sorted(files) if f"`{name}`" not in readme] == []


def test_names_are_unique():
    from_client = MESSAGES["from_client"] + MESSAGES["from_client_buffered"]
    groups = [from_client, MESSAGES["from_server"], MALFORMED, DELTAS, load("inputs"), load("lobby")]
    for group in groups:
        names = [vector["name"] for vector in group]
        assert len(set(names)) == len(names)


@pytest.mark.parametrize("value", [None, True, -1, 2**53, -(2**63), 0.5, -0.0, "é", b"\0", [1, [2]], {"a": {1: 2}}])
def test_the_notation_says_what_it_stands_for(value: Any):
    again = from_json(json.loads(dumps(to_json(value))))
    assert msgpack.packb(again) == msgpack.packb(value)


def test_the_notation_has_no_line_that_people_cannot_read():
    for path in Path(FOLDER).glob("*.json"):
        for line in path.read_text(encoding="utf-8").splitlines():
            assert len(line) <= 120 or '"' in line


# --- messages -------------------------------------------------------------------------------------------------------


@by_name(MESSAGES["from_client"] + MESSAGES["from_client_buffered"] + MESSAGES["from_server"])
def test_a_message_is_its_value(vector: dict[str, Any]):
    data, value = bytes.fromhex(vector["hex"]), from_json(vector["value"])
    assert msgpack.packb(value) == data
    assert msgpack.unpackb(data, strict_map_key=False) == value
    assert vector["kind"] == value[0]


def decodes(vector: dict[str, Any], lobby: Any, session: Any) -> list[Any]:
    """What it is, decoded wherever it can come."""
    data = bytes.fromhex(vector["hex"])
    ways = {"lobby": [lobby], "session": [session], "both": [lobby, session]}
    return [decode(data) for decode in ways[vector["on"]]]


@by_name(MESSAGES["from_client"])
def test_a_server_takes_what_clients_say(vector: dict[str, Any]):
    for message in decodes(vector, decode_lobby, decode_session):
        again = msgpack.unpackb(encode(message))
        value = from_json(vector["value"])
        if "same_as" in vector:
            (full,) = (other for other in MESSAGES["from_client"] if other["name"] == vector["same_as"])
            value = from_json(full["value"])
        assert again == value


@by_name(MESSAGES["from_client"])
def test_a_server_takes_it_on_no_other_path(vector: dict[str, Any]):
    data = bytes.fromhex(vector["hex"])
    if vector["kind"] == 2 or vector["on"] == "both":
        return
    if vector["kind"] == 5:  # an ack is one message with two meanings
        return
    with pytest.raises(BadMessage):
        (decode_session if vector["on"] == "lobby" else decode_lobby)(data)


@by_name(MESSAGES["from_server"])
def test_a_client_takes_what_servers_say_whatever_is_appended(vector: dict[str, Any]):
    value = from_json(vector["value"])
    for message in decodes(vector, decode_lobby_reply, decode_session_reply):
        known = msgpack.unpackb(encode(message), strict_map_key=False)
        if "newer" in vector["name"]:
            assert "new" not in known
        else:
            assert known[: len(value)] == value or "same_as" in vector or "passes" in vector["name"]


@by_name(MESSAGES["from_client_buffered"])
def test_an_input_may_say_at_the_end_which_tick_it_is_meant_for(vector: dict[str, Any]):
    value = from_json(vector["value"])
    fields = {64: 2, 65: 0, 66: 2}[vector["kind"]]
    message = Buffered.definition().decode(bytes.fromhex(vector["hex"]))
    assert message.at == (value[3 + fields] if len(value) > 3 + fields else -1)
    again = msgpack.unpackb(encode(message))
    assert again == [*value[: 3 + fields], message.at]


def test_every_kind_is_there_in_both_directions():
    documented = {1, 2, 3, 4, 5, 6, 7, *range(16, 31), *range(48, 59)}
    assert {vector["kind"] for vector in MESSAGES["from_client"] if vector["kind"] < 64} == documented
    assert {vector["kind"] for vector in MESSAGES["from_server"]} == {32, 33, 34, 35, 36, 40, 41, 42}


@by_name([vector for vector in MALFORMED if vector["code"] == 4010])
def test_what_is_malformed_is_not_decoded(vector: dict[str, Any]):
    with pytest.raises(BadMessage):
        (decode_lobby if vector["on"] == "lobby" else decode_session)(bytes.fromhex(vector["hex"]))


@by_name([vector for vector in MALFORMED if vector["code"] in (4011, 4014, 4020)])
def test_what_is_refused_for_its_meaning_is_well_formed(vector: dict[str, Any]):
    (decode_lobby if vector["on"] == "lobby" else decode_session)(bytes.fromhex(vector["hex"]))


# --- schemas and values ---------------------------------------------------------------------------------------------


@by_name(list(SCHEMAS.values()))
def test_a_schema_has_one_form_and_its_hash(vector: dict[str, Any]):
    data = bytes.fromhex(vector["hex"])
    assert msgpack.packb(from_json(vector["value"])) == data
    assert hashlib.sha256(data).digest()[:16].hex() == vector["hash"]
    assert encode_schema(decode_schema(data)) == data
    assert schema_hash(data).hex() == vector["hash"]


@pytest.mark.parametrize(("game", "name"), [(Skirmish, "small"), (Nim, "turns"), (Buffered, "buffered")])
def test_a_real_game_has_that_schema(game: type[Game[Any]], name: str):
    assert game.definition().schema_bytes.hex() == SCHEMAS[name]["hex"]


@pytest.mark.parametrize("vector", load("values"), ids=lambda vector: vector["meaning"])
def test_what_a_user_sees_of_a_wire_value(vector: dict[str, Any]):
    type_ = vector["type"]
    for pair in vector["values"]:
        wire, seen = from_json(pair["wire"]), from_json(pair["seen"])
        if type_[0] == "fixed":
            steps = round(1 / type_[1])
            shown = wire / steps if abs(steps * type_[1] - 1) < 1e-9 else wire * type_[1]
            assert shown == seen
        else:
            assert repr(wire) == repr(seen)


# --- deltas ---------------------------------------------------------------------------------------------------------


def test_there_are_at_least_a_dozen_sequences_and_they_are_long_enough():
    whole = [vector for vector in DELTAS if not vector["name"].startswith("desync")]
    assert len(whole) >= 12
    assert min(len(vector["steps"]) for vector in whole) >= 2


@by_name(DELTAS)
def test_our_replica_knows_what_it_must(vector: dict[str, Any]):
    schema = decode_schema(bytes.fromhex(SCHEMAS[vector["schema"]]["hex"]))
    replica = Replica(schema)
    for step in vector["steps"]:
        message = decode_session_reply(bytes.fromhex(step["hex"]))
        if isinstance(message, Seated):
            if message.outcome != "resumed":
                replica = Replica(schema)
            continue
        assert isinstance(message, Pass)
        if step.get("desync"):
            with pytest.raises(Desync):
                replica.apply(message)
            break
        replica.apply(message)
        then = step["then"]
        assert (replica.epoch, replica.tick, replica.now_ms) == (then["epoch"], then["tick"], then["now_ms"])
        assert replica.durable_tick == then["durable_tick"]
        known = {}
        for item in replica.items.values():
            definition = schema.entities[item.class_index]
            values = {f.name: item.wire[i] for i, f in enumerate(definition.fields) if item.mask >> i & 1}
            known[str(item.id)] = {"class": definition.name, "owner": item.owner, "fields": values}
        assert_same(known, from_json(then["entities"]))
        if "ack" in then:
            event = max((item[0] for s in vector["steps"] for item in s["then"].get("events", [])), default=0)
            assert encode(Ack(replica.epoch, replica.tick, event)).hex() == then["ack"]


@by_name(DELTAS)
def test_a_stranger_knows_what_it_must(vector: dict[str, Any]):
    stranger = Stranger(from_json(SCHEMAS[vector["schema"]]["value"]), vector["seat"])
    for step in vector["steps"]:
        message = msgpack.unpackb(bytes.fromhex(step["hex"]), strict_map_key=False)
        if step["is"] == "seated":
            stranger.seated(message)
            continue
        if step.get("desync"):
            with pytest.raises(StrangersDesync):
                stranger.passed(message)
            break
        events = stranger.passed(message)
        then = step["then"]
        assert (stranger.epoch, stranger.tick, stranger.now_ms) == (then["epoch"], then["tick"], then["now_ms"])
        assert stranger.durable_tick == then["durable_tick"]
        assert [to_json(event) for event in events] == then.get("events", [])
        assert stranger.applied == then.get("applied", stranger.applied)
        assert_same(stranger.entities(), from_json(then["entities"]))
        assert {str(number) for number in stranger.channels} == set(then["channels"])
        for number, channel in then["channels"].items():
            assert_same(stranger.rows(int(number)), from_json(channel["rows"]))
            assert stranger.crc(int(number)) == channel["crc"]
        if "ack" in then:
            assert msgpack.packb([5, stranger.epoch, stranger.tick, stranger.event]).hex() == then["ack"]


def assert_same(found: Any, wanted: Any) -> None:
    """Equal, and of equal types: 1 is not 1.0, and -0.0 not 0.0."""
    assert found == wanted
    assert repr(_in_order(found)) == repr(_in_order(wanted))


def _in_order(value: Any) -> Any:
    if isinstance(value, dict):
        return [(key, _in_order(value[key])) for key in sorted(value)]
    return [_in_order(item) for item in value] if isinstance(value, list) else value


# --- the lobby ------------------------------------------------------------------------------------------------------


@by_name(load("lobby"))
def test_a_stranger_has_the_lists_that_it_must(vector: dict[str, Any]):
    rows: dict[str, list[Any]] = {}
    lines: dict[str, dict[int, Any]] = {}
    counts: dict[str, int] = {}
    party: dict[str, Any] | None = None
    listing = push = 0
    for step in vector["steps"]:
        message = msgpack.unpackb(bytes.fromhex(step["hex"]))
        then = step.get("then")
        match message:
            case [32, _, _, _, _, _, resumed, *_]:
                listing = 0
                push = push if resumed else 0
                party = party if resumed else None
            case [35, n, whole, new, gone, total, told]:
                rows = {} if whole else {id_: row for id_, row in rows.items() if id_ not in gone}
                rows |= {row[0]: row for row in new}
                counts = told or counts
                listing = n
                assert (list(rows.values()), total, counts) == (then["rows"], then["total"], then["counts"])
            case [36, room, new]:
                known = lines.setdefault(room, {})
                last = max(known, default=0)
                known |= {line[0]: line for line in new if line[0] > last}
                assert (room, list(known.values())) == (then["room"], then["lines"])
            case [34, n, kind, data]:
                assert then["news"] is (n > push)
                push = max(push, n)
                assert push == then["last"]
                if kind == "party":
                    party = _newer(party, data)
                elif kind == "party_off":
                    party = None
            case [33, _, value, *_]:
                party = _newer(party, value)
            case _:
                raise AssertionError(message)
        if then and "ack" in then:
            assert msgpack.packb([5, 0, listing, push]).hex() == then["ack"]
        if then and "party" in then:
            assert party == then["party"]


def _newer(party: dict[str, Any] | None, told: dict[str, Any]) -> dict[str, Any]:
    """What a client has of its party after it was told ``told``."""
    old = party is not None and party["code"] == told["code"] and told["n"] <= party["n"]
    return party if old and party is not None else told


@by_name(load("lobby"))
def test_our_client_has_the_lists_that_it_must(vector: dict[str, Any]):
    rows = Rows()
    log: dict[str, ChatLog] = {}
    for step in vector["steps"]:
        message = decode_lobby_reply(bytes.fromhex(step["hex"]))
        if isinstance(message, Listing):
            rows.apply(message)
            assert [msgpack.unpackb(encode(row)) for row in rows.rows] == step["then"]["rows"]
            assert (rows.total, rows.counts) == (step["then"]["total"], step["then"]["counts"])
        elif isinstance(message, Chat):
            room = log.setdefault(message.room, ChatLog())
            room.add(message.lines)
            assert [[line.n, line.text] for line in room.lines] == [[x[0], x[3]] for x in step["then"]["lines"]]


# --- inputs ---------------------------------------------------------------------------------------------------------


@by_name(load("inputs"))
def test_the_low_bits_name_the_input_that_they_stand_for(vector: dict[str, Any]):
    last = 0
    for step in vector["steps"]:
        for frame in step["sends"]:
            assert msgpack.unpackb(bytes.fromhex(frame))[1] <= last + 100
        if step["is"] == "seated":
            last = step["applied"]
        if step["is"] == "pass":
            last += (step["applied_low"] - last) % 65536
            assert last == step["applied"]


@by_name(load("inputs"))
def test_a_server_takes_what_is_sent_again(vector: dict[str, Any]):
    for step in vector["steps"]:
        for frame in step["sends"]:
            assert decode_session(bytes.fromhex(frame)).seq > 0
