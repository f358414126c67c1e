"""The package as a whole."""

import subprocess
import sys

import rallypoint_client
from rallypoint_client import errors
from rallypoint_protocol.close import Fault


def imported_with(module: str) -> set[str]:
    code = f"import sys; import {module}; print(*sys.modules)"
    return set(subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.split())


def test_it_imports_nothing_of_the_server_and_the_network_only_when_it_connects():
    modules = imported_with("rallypoint_client")
    assert not any(name == "rallypoint" or name.startswith("rallypoint.") for name in modules)
    assert "websockets" not in modules
    assert "uvloop" not in modules


def test_every_public_name_is_there():
    for name in rallypoint_client.__all__:
        assert getattr(rallypoint_client, name).__doc__


def test_every_error_says_whose_fault_it_is():
    made = [
        errors.ConnectFailed("ws://x", "refused"),
        errors.NotConnected("Fire"),
        errors.TooManyOutstanding("actions", 32),
        errors.InvalidInput("Steer", "turn"),
        errors.RequestRefused("unknown_game"),
        errors.SessionGone(4020),
        errors.TakenOver(4002, "elsewhere"),
        errors.SeatClosed(None),
    ]
    assert {type(error).__name__ for error in made} <= set(errors.__all__)
    for error in made:
        assert isinstance(error, errors.RallypointError)
        assert isinstance(error.fault, Fault)
        assert str(error)


def test_a_closed_error_says_what_the_code_means():
    error = errors.TakenOver(4002, "elsewhere")
    assert str(error) == "a newer connection of yours took this place over (elsewhere) [4002]"
    assert (error.code, error.reason, error.fault) == (4002, "elsewhere", Fault.NOBODY)
    assert str(errors.SeatClosed(None)) == "the connection broke"


def test_the_tree_in_the_docstring_is_the_tree():
    assert errors.__doc__ is not None
    for name in errors.__all__:
        if name[0].isupper():
            assert name in errors.__doc__
