"""Options and metadata, before they are sent."""

import pytest

from rallypoint_client.errors import InvalidInput
from rallypoint_client.plain import checked_bag
from rallypoint_protocol.limits import BAG_KEYS_MAX, INT_MAX, INT_MIN, KEY_CHARS_MAX, VALUE_CHARS_MAX


def test_plain_values_are_taken_as_they_are():
    bag = {"a": None, "b": True, "c": INT_MAX, "d": INT_MIN, "e": 0.5, "f": "x" * VALUE_CHARS_MAX}
    assert checked_bag("options", bag) == bag
    assert checked_bag("options", None) == {}


@pytest.mark.parametrize(
    ("bag", "says"),
    [
        ({"a": [1]}, "a is neither .* but a list"),
        ({"a": b"x"}, "but a bytes"),
        ({"a": INT_MAX + 1}, "a does not fit 64 bits"),
        ({"a": float("inf")}, "not a finite number"),
        ({"a": "x" * (VALUE_CHARS_MAX + 1)}, "longer than 128"),
        ({"": 1}, "1 to 32 characters, not ''"),
        ({"k" * (KEY_CHARS_MAX + 1): 1}, "1 to 32 characters"),
        ({7: 1}, "not 7"),
        ({str(n): n for n in range(BAG_KEYS_MAX + 1)}, "at most 16"),
    ],
)
def test_what_a_server_would_not_take_is_refused_here(bag, says):
    with pytest.raises(InvalidInput, match=f"options: .*{says}"):
        checked_bag("options", bag)
