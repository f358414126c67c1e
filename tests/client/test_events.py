"""Events as classes made from the schema."""

from typing import Any

import pytest

from rallypoint_client.events import Ended, Event, Refused, event_maker
from rallypoint_client.values import Enums
from rallypoint_protocol.codec import BadMessage
from rallypoint_protocol.messages import EventItem
from tests.client.wire import COLOUR, HIT, PAINTED, SCHEMA, hit

enums = Enums()
maker = event_maker(SCHEMA.events, enums)


def make(item: EventItem) -> Any:
    return maker(item)


def test_an_event_has_its_name_its_number_and_its_fields():
    event = make(hit(3, 77, by=2))
    assert (event.kind, event.n, event.tick, event.by) == ("Hit", 3, 77, 2)
    assert type(event).__name__ == "Hit"
    assert repr(event) == "Hit(by=2)"


def test_values_are_converted():
    event = make(EventItem(1, 1, PAINTED, [2, "gloss"]))
    assert event.colour is enums.of(COLOUR)["BLUE"]


def test_a_field_whose_name_is_taken_is_reached_by_index():
    event = make(EventItem(1, 1, PAINTED, [2, "gloss"]))
    assert event.kind == "Painted"
    assert event["kind"] == "gloss"
    with pytest.raises(KeyError):
        _ = event["no"]


def test_a_wrong_field_is_answered_with_those_that_exist():
    with pytest.raises(AttributeError, match="Hit has no field 'of', but by"):
        _ = make(hit(1, 1)).of


def test_equal_events_are_equal():
    assert make(hit(1, 1)) == make(hit(1, 1))
    assert make(hit(1, 1)) != make(hit(1, 1, by=9))
    assert make(hit(1, 1)) != "Hit"
    assert len({make(hit(1, 1)), make(hit(1, 1))}) == 1


def test_events_are_matched_by_kind():
    match make(hit(1, 1, by=5)):
        case Event(kind="Hit", by=by):
            assert by == 5
        case _:
            pytest.fail("no match")


def test_the_built_in_ones():
    refused = make(EventItem(1, 5, 0, [7, "too late"]))
    assert isinstance(refused, Refused)
    assert (refused.kind, refused.seq, refused.reason) == ("refused", 7, "too late")
    over = make(EventItem(2, 5, 1, [{"winner": 1}, "done"]))
    assert isinstance(over, Ended)
    assert (over.result, over.reason) == ({"winner": 1}, "done")
    assert make(EventItem(2, 5, 1, [{}])).reason == ""


def test_a_built_in_kind_of_a_newer_server_is_passed_over():
    assert make(EventItem(1, 1, 9, ["?"])) is None


def test_appended_fields_are_ignored():
    assert make(EventItem(1, 1, HIT, [4, "new"])).by == 4


@pytest.mark.parametrize(
    "item",
    [
        EventItem(1, 1, 99, []),
        EventItem(1, 1, HIT, []),
        EventItem(1, 1, 0, ["seven", 7]),
        EventItem(1, 1, 1, ["won"]),
        EventItem(1, 1, 1, []),
    ],
)
def test_what_does_not_fit_the_schema_is_refused(item):
    with pytest.raises(BadMessage):
        make(item)
