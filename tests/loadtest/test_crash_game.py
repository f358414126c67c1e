"""The game that a crash test plays."""

from rallypoint.testing import Match
from rallypoint_loadtest.crash_game import Ledger, Move, Note, Piece, Show
from rallypoint_loadtest.crash_ledger import RECENT, OwnLedger


def test_what_a_right_server_keeps_agrees_with_what_the_player_did():
    match, own = Match(Ledger, players=2, seed=1), OwnLedger()
    for _ in range(RECENT + 4):
        match.act(1, Note(number=own.act()))
        match.step()
    match.act(1, Show())
    match.step()
    *notes, shown = match.new_events(1)
    for event in notes:
        own.noted(event.fields["number"], event.fields["count"], event.fields["digest"])
    own.shown(shown.fields["count"], shown.fields["digest"], shown.fields["recent"])
    own.recovered(match.view(1).me.count, match.view(1).me.digest)
    assert own.told == RECENT + 4
    assert list(own.take_problems()) == []
    assert match.new_events(0) == []


def test_an_action_that_is_applied_twice_shows():
    match, own = Match(Ledger, players=1, seed=1), OwnLedger()
    number = own.act()
    for _ in range(2):
        match.act(0, Note(number=number))
    match.step()
    for event in match.new_events(0):
        own.noted(event.fields["number"], event.fields["count"], event.fields["digest"])
    assert list(own.take_problems())


def test_pieces_move_by_what_is_held():
    match = Match(Ledger, players=1, seed=1)
    piece = match.game.all(Piece)[0]
    x = piece.x
    match.hold(0, Move(vx=10.0, vy=0.0, last_seq=7))
    match.step()
    assert (round(piece.x - x, 6), piece.last_seq) == (0.5, 7)
