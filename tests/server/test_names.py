"""What players may be called."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given, strategies as st

from rallypoint.core.names import guest_name, normalised, normalised_bag, normalised_text, player_name
from rallypoint_protocol.limits import NAME_CHARS_MAX


@pytest.mark.parametrize(
    ("wanted", "shown"),
    [
        ("Ada", "Ada"),
        ("Zoë", "Zoë"),
        ("Zoe\u0308", "Zoë"),
        ("ＡＤＡ", "ADA"),
        ("ﬁsh", "fish"),
        ("李小龙", "李小龙"),
        ("نور", "نور"),
        ("🚀 Ada", "🚀 Ada"),
    ],
)
def test_a_name_keeps_its_letters_in_their_common_form(wanted, shown):
    assert normalised(wanted) == shown


@pytest.mark.parametrize(
    "unseen",
    ["\x00", "\x1b", "\x7f", "\u200b", "\u200d", "\u202e", "\u2066", "\u2069", "\ufeff", "\ue000", "\u3164", "\u2800"],
)
def test_characters_that_cannot_be_seen_are_taken_out(unseen):
    assert normalised(f"A{unseen}da{unseen}") == "Ada"
    assert normalised(unseen * 5) == ""


def test_white_space_of_all_kinds_is_one_blank_and_none_at_the_ends():
    assert normalised(" \t Ada\r\n\u2028of\u00a0 \u3000 Rigel ") == "Ada of Rigel"


def test_a_name_begins_with_something_that_its_marks_can_stand_on():
    assert normalised("\u0301\u0301Ada") == "Ada"
    assert normalised("\ufe0f \u0301") == ""


def test_a_long_name_is_cut_and_does_not_end_in_a_blank():
    assert normalised("x" * 1000) == "x" * NAME_CHARS_MAX
    assert normalised("x" * (NAME_CHARS_MAX - 1) + " y") == "x" * (NAME_CHARS_MAX - 1)


def test_a_compatibility_form_that_unfolds_to_a_sentence_is_still_bounded():
    assert len(normalised("\ufdfa" * 256)) <= NAME_CHARS_MAX


@given(st.text(max_size=256))
@example("\u115f\u1160a")
@example("\u00a8")
@example("a\u200d\u0301")
def test_whatever_is_asked_for_the_name_is_short_visible_and_final(wanted):
    name = normalised(wanted)
    assert len(name) <= NAME_CHARS_MAX
    assert name == " ".join(name.split())
    assert not any(unicodedata.category(char)[0] == "C" for char in name)
    assert unicodedata.is_normalized("NFKC", name)
    assert normalised(name) == name


def test_a_player_without_a_visible_name_is_a_guest_with_a_number():
    assert player_name(" \u200b", "some id") == guest_name("some id")
    assert guest_name("some id") == guest_name("some id")
    word, number = guest_name("some id").split()
    assert word == "Guest"
    assert number.isdecimal()
    assert len(number) == 4


def test_a_player_keeps_the_name_that_was_given():
    assert player_name("Ada", "some id") == "Ada"


@given(st.text(max_size=300), st.integers(1, 240))
def test_longer_text_follows_the_rules_for_names(text, chars_max):
    shown = normalised_text(text, chars_max)
    assert len(shown) <= chars_max
    assert normalised_text(shown, chars_max) == shown
    assert not any(unicodedata.category(char)[0] == "C" for char in shown)
    assert shown == shown.strip()


def test_a_name_is_such_a_text_of_its_own_length():
    assert normalised("x" * 100) == normalised_text("x" * 100, NAME_CHARS_MAX)


def test_in_a_bag_keys_and_texts_are_normalised_and_other_values_stay():
    bag = {" ti\u200btle": "Zoe\u0308\u202e", "level": 3, "rate": 0.5, "on": True, "none": None, "\u200b": "gone"}
    assert normalised_bag(bag) == {"title": "Zoë", "level": 3, "rate": 0.5, "on": True, "none": None}
