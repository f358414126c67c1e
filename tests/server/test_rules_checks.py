"""Rules that can never make a match, or never count, are refused with the reason."""

from __future__ import annotations

import re
from typing import Any

import pytest

from rallypoint.rules_file import GameFacts, RulesError, class_option, read_rules

DUEL = GameFacts("duel", 2, 2, has_bot=False)
ARENA = GameFacts("arena", 2, 8, has_bot=True)
RATING = {"distance": "rating", "limit": 3}


def read(game: GameFacts | None, **keys: Any) -> None:
    read_rules({"ranked": {"teams": "4v4"} | keys}, game, class_option("Arena"))


def rules(*given: dict[str, Any], teams: str = "4v4") -> None:
    read(ARENA, rules=list(given), teams=teams)


def refused(sentence: str) -> Any:
    return pytest.raises(RulesError, match=re.escape(sentence))


# --- the game ---------------------------------------------------------------------------------------------------------


def test_a_match_has_no_more_players_than_the_game_has_seats() -> None:
    with refused("Arena: queues['ranked']['teams']: 4v4 has 8 players, and duel has seats for 2. Write smaller teams"):
        read(DUEL)
    with refused("a free-for-all of 2 to 9 has 9 players, and arena has seats for 2 to 8"):
        read(ARENA, teams="2-9")
    read(ARENA, teams="2-8")


def test_a_match_has_no_fewer_players_than_the_game_needs() -> None:
    with refused("a free-for-all of 1 to 8 may be 1 players, and arena has seats for 2 to 8. Write larger teams"):
        read(ARENA, teams="1-8")


def test_bots_need_a_bot() -> None:
    with refused("bots_after_s: duel has no bot"):
        read(DUEL, teams="1v1", bots_after_s=10)
    read(ARENA, bots_after_s=10)
    read(None, bots_after_s=10)  # nobody knows


def test_without_a_game_any_size_will_do() -> None:
    read(None, teams="100v100")


# --- the queue --------------------------------------------------------------------------------------------------------


def test_a_party_fits_into_a_team() -> None:
    with refused("party_max = 5: a party plays in one team, and the largest has 4 players. Write at most 4"):
        read(ARENA, party_max=5)
    read(ARENA, teams="1v4", party_max=4)
    with refused("party_max = 17: parties have at most 16 players"):
        read(None, teams="20v20", party_max=17)


def test_priority_of_parties_needs_parties() -> None:
    with refused("priority: no party comes into this queue"):
        read(DUEL, teams="1v1", priority=["parties"])


def test_priority_of_parties_comes_before_that_of_the_oldest() -> None:
    with refused('no two tickets are equally old: write "parties" before "oldest"'):
        read(ARENA, priority=["oldest", "parties"])
    read(ARENA, priority=["parties", "oldest"])
    read(ARENA, priority=["parties"])


def test_nobody_is_waited_for_once_bots_come() -> None:
    with refused("fill_after_s = 60: after bots_after_s = 5 nobody is waited for any more"):
        read(ARENA, teams="2-4v2-4", fill_after_s=60, bots_after_s=5)
    read(ARENA, teams="2-4v2-4", fill_after_s=5, bots_after_s=60)
    read(ARENA, teams="2-4v2-4", bots_after_s=3)


def test_a_rule_does_something() -> None:
    with refused("the rule is optional from the start, and has no weight: it does nothing"):
        rules(RATING | {"optional_after_s": 0, "weight": 0})
    rules(RATING | {"optional_after_s": 0}, {"avoid": "blocked", "weight": 0})


def test_a_match_is_in_one_region() -> None:
    with refused("a match is in one region, and another rule (at "):
        rules({"latency": 80}, {"latency": 120, "name": "far"})


def test_one_player_alone_has_no_rating() -> None:
    with refused("rated: a match of one player has no winner"):
        read(GameFacts("solo", 1, 4, has_bot=False), teams=1, rated=True)


def test_only_a_match_that_can_be_short_of_players_waits_for_them() -> None:
    with refused("fill_after_s is for teams with a least and a most, and 4v4 is always full"):
        read(ARENA, fill_after_s=20)
    read(ARENA, teams="3-4v3-4", fill_after_s=20)


# --- the rules --------------------------------------------------------------------------------------------------------


def test_two_rules_have_two_names() -> None:
    with refused(
        "Arena: queues['ranked']['rules'][1]: two rules are named `rating`"
        " (the other is at Arena: queues['ranked']['rules'][0]). Give this one a name of its own"
    ):
        rules(RATING, RATING)
    rules(RATING, RATING | {"name": "rating, roughly"})
    with refused("two rules are named `map`"):
        rules(RATING | {"name": "map"}, {"overlap": "map"})


def test_an_attribute_is_not_both_a_list_and_a_number() -> None:
    with refused("`map` is a number for the rule `map` and a list for `maps`: no ticket has both"):
        rules({"overlap": "map", "name": "maps"}, {"equal": "map", "name": "same"}, {"distance": "map", "limit": 1})
    with refused("`map` is a list for the rule `map` and a number for `balance of map`"):
        rules({"balance": "map"}, {"overlap": "map"})
    rules({"distance": "level", "limit": 1}, {"equal": "level", "name": "exactly"}, {"balance": "level"})
    rules({"overlap": "map"}, {"equal": "map", "name": "same"})


def test_a_ticket_cannot_have_more_attributes_than_a_message() -> None:
    many = [{"equal": f"a{n}"} for n in range(17)]
    with refused("a ticket has at most 16 attributes, and the rules need more"):
        rules(*many)
    rules(*many[:16], many[16] | {"default": 1})


@pytest.mark.parametrize(
    ("rule", "sentence"),
    [
        ({"latency": 0}, "nobody has 0"),
        ({"latency": -5}, "latency = -5"),
        ({"overlap": "map", "limit": 33}, "limit = 33. Write a whole number from 1 to 32"),
        ({"overlap": "map", "limit": 0}, "limit = 0. Write a whole number from 1 to 32"),
        ({"overlap": "map", "limit": 2, "default": ["ice"]}, "default has 1 values, and 2 in common are needed"),
        ({"latency": 80, "default": {"eu": 90}}, "none of its regions is within 80 ms, so who has it is never matched"),
        ({"overlap": "rating"}, "rating is a number, and overlap needs a list"),
        ({"equal": "rating"}, 'write `distance = "rating"` with a limit'),
        ({"distance": "party_size", "limit": 0, "default": 1}, "everybody has a party_size"),
        ({"distance": "level", "limit": 0, "uncertainty": 1}, "uncertainty is that of ratings: level has none"),
        ({"balance": "party_size"}, "balance compares players"),
        ({"balance": "level", "limit": -1}, "limit = -1"),
        (
            {"balance": "rating", "optional_after_s": 9},
            "without a limit any teams will do, and optional_after_s changes",
        ),
        ({"balance": "a" * 33}, "Write the name of an attribute, 1 to 32 characters"),
        ({"avoid": "blocked", "matches": 2}, 'matches belongs to `avoid = "recent"`'),
        (RATING | {"weight": float("nan")}, "weight = nan"),
        (RATING | {"optional_after_s": -1}, "optional_after_s = -1"),
        (RATING | {"optional_after_s": 1e9}, "Write a number from 0 to 86400"),
        (RATING | {"name": ""}, "Write a text of 1 to 48 characters"),
        (RATING | {"name": "a\nb"}, "Write a text of 1 to 48 characters"),
    ],
)
def test_a_rule_that_can_never_hold_or_never_counts_is_refused(rule: dict[str, Any], sentence: str) -> None:
    with refused(sentence):
        rules(rule)


@pytest.mark.parametrize(
    "rule",
    [
        {"overlap": "map", "limit": 2, "default": ["ice"], "expand": [{"after_s": 5, "limit": 1}]},
        {"overlap": "map", "limit": 2, "default": ["ice"], "optional_after_s": 5},
        {"latency": 80, "default": {"eu": 90}, "expand": [{"after_s": 5, "limit": 90}]},
        {"distance": "party_size", "limit": 0},
        {"equal": "mode", "optional_after_s": 0},
    ],
)
def test_a_rule_that_holds_at_last_is_taken(rule: dict[str, Any]) -> None:
    rules(rule)


def test_balance_needs_teams() -> None:
    with refused("balance compares teams, and a free-for-all has none"):
        rules({"balance": "rating"}, teams="2-8")
