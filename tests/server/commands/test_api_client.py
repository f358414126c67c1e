"""Addresses, tokens and what servers answer, before anything is asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from rallypoint.commands.api_client import (
    Misused,
    NotAllowed,
    NotReachable,
    Refused,
    below,
    checked_url,
    is_exposed,
    read_token,
    refusal,
    trusts_environment,
)


@pytest.mark.parametrize(
    ("given", "url"),
    [
        ("http://127.0.0.1:8081", "http://127.0.0.1:8081"),
        ("http://127.0.0.1:8081/", "http://127.0.0.1:8081"),
        ("https://ops.example.com/node1/api/v1/", "https://ops.example.com/node1"),
    ],
)
def test_an_address_is_that_of_the_port(given: str, url: str) -> None:
    assert checked_url(given) == url


@pytest.mark.parametrize(
    "given", ["", "localhost", "ws://a", "http://", "http://u:p@a", "http://a/?token=x", "http://a/#x", "http://a:b"]
)
def test_what_is_no_address_or_has_secrets_in_it_is_refused(given: str) -> None:
    with pytest.raises(Misused, match="--url"):
        checked_url(given)


@pytest.mark.parametrize(
    ("url", "exposed"),
    [
        ("http://127.0.0.1:8081", False),
        ("http://localhost:8081", False),
        ("http://[::1]:8081", False),
        ("https://ops.example.com", False),
        ("http://ops.example.com", True),
        ("http://192.0.2.7:8081", True),
    ],
)
def test_a_token_that_others_can_read_is_noticed(url: str, exposed: bool) -> None:
    assert is_exposed(url) is exposed


def test_proxies_are_used_for_what_they_cannot_read() -> None:
    assert [trusts_environment(url) for url in ("https://a", "http://a")] == [True, False]


def test_a_file_goes_before_the_environment(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("rpo_of_the_file\n", encoding="utf-8")
    assert read_token("rpo_other", file) == "rpo_of_the_file"
    assert read_token(" rpo_other\n", None) == "rpo_other"


def test_without_a_token_it_says_how_to_make_one() -> None:
    with pytest.raises(NotAllowed, match="rallypoint operators token NAME"):
        read_token("", None)


def test_what_is_no_token_is_not_sent_and_not_shown(tmp_path: Path) -> None:
    file = tmp_path / "token"
    for text in ("one\nX-Other: two", "gehëim", "x" * 5000):
        file.write_text(text, encoding="utf-8")
        with pytest.raises(Misused) as caught:
            read_token("", file)
        assert str(caught.value) == f"{file}: that is no token"
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(Misused, match="it is no text"):
        read_token("", file)
    with pytest.raises(Misused, match="No such file"):
        read_token("", tmp_path / "other")


def test_ids_cannot_lead_to_another_path() -> None:
    assert below("players", "../node/drain?x#y", 3) == "/players/..%2Fnode%2Fdrain%3Fx%23y/3"


def test_answers_of_servers_are_told_from_those_of_strangers() -> None:
    refused = refusal("http://a", 409, b'{"error": "full", "reason": "every seat is taken"}')
    assert isinstance(refused, Refused)
    assert not isinstance(refused, NotAllowed)
    assert (str(refused), refused.error) == ("every seat is taken", "full")
    assert isinstance(refusal("http://a", 403, b'{"error": "forbidden", "reason": "no"}'), NotAllowed)
    for content in (b"<html>", b"[]", b"{}", b""):
        assert isinstance(refusal("http://a", 404, content), NotReachable)
