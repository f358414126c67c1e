"""The two-token rotation: who resumes keeps resuming, whatever is lost, and a stolen token dies with its use."""

from __future__ import annotations

from itertools import count

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from rallypoint.core.tokens import TOKEN_BYTES, TokenPair, token_hash
from rallypoint_protocol.ids import Token


def tokens():
    numbers = count(1)
    return lambda: Token(next(numbers).to_bytes(TOKEN_BYTES, "big"))


def test_a_token_is_good_for_resuming_and_the_answer_names_the_next():
    new = tokens()
    first = new()
    pair = TokenPair(first)
    second = pair.redeem(first, new)
    assert second is not None
    assert second != first
    assert pair.knows(second)


def test_an_answer_that_was_lost_leaves_the_old_token_good():
    new = tokens()
    first = new()
    pair = TokenPair(first)
    lost = pair.redeem(first, new)
    again = pair.redeem(first, new)
    assert again is not None
    assert lost is not None
    assert not pair.knows(lost), "nobody ever saw it"


def test_proving_the_new_token_ends_the_old_one():
    new = tokens()
    first = new()
    pair = TokenPair(first)
    second = pair.redeem(first, new)
    pair.proved(pair.newest)
    assert not pair.knows(first)
    assert pair.redeem(first, new) is None
    assert second is not None
    assert pair.knows(second)


def test_a_token_that_is_proved_stays_beside_one_that_was_issued_meanwhile():
    new = tokens()
    first = new()
    pair = TokenPair(first)
    connected = pair.redeem(first, new)
    shown = pair.newest
    other_tab = pair.issue(new)
    pair.proved(shown)
    assert connected is not None
    assert not pair.knows(first)
    assert pair.knows(connected), "its player is connected with it"
    assert pair.knows(other_tab)


def test_resuming_with_the_new_token_ends_the_old_one_as_well():
    new = tokens()
    first = new()
    pair = TokenPair(first)
    second = pair.redeem(first, new)
    assert second is not None
    assert pair.redeem(second, new) is not None
    assert not pair.knows(first)


def test_proving_before_anything_was_issued_ends_nothing():
    new = tokens()
    first = new()
    pair = TokenPair(first)
    pair.proved(pair.newest)
    assert pair.knows(first)


def test_tokens_of_any_length_can_be_asked_about():
    pair = TokenPair(Token(bytes(TOKEN_BYTES)))
    assert not pair.knows(b"")
    assert not pair.knows(bytes(TOKEN_BYTES - 1))
    assert not pair.knows(bytes(2 * TOKEN_BYTES))


def test_what_is_kept_is_not_the_token():
    token = tokens()()
    pair = TokenPair(token)
    kept = [getattr(pair, name) for name in TokenPair.__slots__]
    assert token not in kept
    assert token_hash(token) in kept


class Rotation(RuleBasedStateMachine):
    """A client, a network that loses answers, and a thief who reads along with everything that was ever issued."""

    @initialize()
    def begin(self) -> None:
        self.new = tokens()
        self.first = self.new()
        self.pair = TokenPair(self.first)
        self.ever = [self.first]
        self.held = self.first  # the client's newest
        self.old = self.first  # the last that was shown to be held
        self.issued: Token | None = None

    def resume(self, token: Token) -> Token | None:
        answer = self.pair.redeem(token, self.new)
        if answer is not None:
            self.ever.append(answer)
            self.old, self.issued = token, answer
        return answer

    @rule(arrives=st.booleans())
    def the_client_resumes(self, arrives: bool) -> None:
        answer = self.resume(self.held)
        assert answer is not None, "whatever was lost, the client's newest token is good"
        if arrives:
            self.held = answer

    @precondition(lambda self: self.held == self.issued)
    @rule()
    def the_client_proves(self) -> None:
        self.pair.proved(self.pair.newest)
        self.old, self.issued = self.held, None

    @rule(data=st.data())
    def a_consumed_token_is_refused_and_changes_nothing(self, data: st.DataObject) -> None:
        dead = [token for token in self.ever if token not in (self.old, self.issued)]
        guess = data.draw(st.sampled_from(dead) if dead else st.binary(max_size=64))
        before = [self.pair.knows(token) for token in self.ever]
        assert self.pair.redeem(guess, self.new) is None
        assert [self.pair.knows(token) for token in self.ever] == before

    @invariant()
    def at_most_two_are_valid_and_the_clients_is_one_of_them(self) -> None:
        valid = [token for token in self.ever if self.pair.knows(token)]
        assert len(valid) <= 2
        assert set(valid) == {self.old} | ({self.issued} if self.issued is not None else set())
        assert self.held in valid


TestRotation = Rotation.TestCase
