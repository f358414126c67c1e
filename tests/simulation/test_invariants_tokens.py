"""The observer of tokens: each invariant is broken once, in a world that is well otherwise."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from rallypoint_protocol.close import CloseCode
from rallypoint_protocol.messages import (
    Push,
    TakeSeat,
)
from tests.simulation.invariants import tokens
from tests.simulation.invariants.tokens import Tokens
from tests.simulation.seats_table import Breaks, Table

breaks = Breaks(Tokens)


@breaks(tokens.USED_UP)
def a_token_works_again(table: Table) -> None:
    other = table.other_wire()
    table.observer.received(other, TakeSeat(1, table.wire.session, table.offered), False)
    table.seats(other)


@breaks(tokens.GOOD)
def a_good_token_is_refused(table: Table) -> None:
    other = table.other_wire()
    table.resumes(other)
    other.closed_by = "server"
    table.observer.closing(other, CloseCode.UNKNOWN, "", True)


@breaks(tokens.NEW)
def a_token_is_given_again(table: Table) -> None:
    other = table.other_wire()
    table.resumes(other)
    table.seats(other, token=table.seated.token)


@breaks(tokens.ONLY_GIVEN)
def a_token_that_nobody_was_given(table: Table) -> None:
    other = table.other_wire()
    table.resumes(other, token=b"forged")
    table.seats(other)


@breaks(tokens.TELLS_NOTHING)
def a_used_token_that_tells_something(table: Table) -> None:
    other = table.other_wire()
    table.resumes(other, token=table.offered)
    other.closed_by = "server"
    table.observer.closing(other, CloseCode.KICKED, "", True)


@pytest.mark.parametrize(("invariant", "case"), breaks.cases)
def test_what_must_not_be_is_found(invariant: str, case: Callable[[Table], None]) -> None:
    assert breaks.first(case) == [invariant]


def test_an_offer_that_comes_again_is_no_other_token() -> None:
    table = Table(Tokens)
    offer = {"session": table.wire.session, "seat": 0, "token": table.offered}
    table.observer.sent(table.wire, Push(1, "matched", offer), True)
    assert table.found == []
