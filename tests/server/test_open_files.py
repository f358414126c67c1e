"""The process's limit on open files, so that it does not refuse players before its own limits do."""

from __future__ import annotations

import sys

import pytest

from rallypoint.transport.open_files import allow_open_files

resource = pytest.importorskip("resource")
INFINITE = resource.RLIM_INFINITY


@pytest.fixture
def limit(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Soft and hard limit, in place of this process's own."""
    pair = [1024, 4096]
    monkeypatch.setattr(resource, "getrlimit", lambda which: tuple(pair))
    monkeypatch.setattr(resource, "setrlimit", lambda which, new: pair.__setitem__(slice(None), list(new)))
    return pair


@pytest.mark.parametrize(
    ("before", "wanted", "after", "says"),
    [
        ([1024, 4096], 3000, [3000, 4096], 3000),
        ([1024, 4096], 9000, [4096, 4096], 4096),
        ([1024, INFINITE], 9000, [9000, INFINITE], 9000),
        ([8192, 8192], 3000, [8192, 8192], 8192),
        ([INFINITE, INFINITE], 3000, [INFINITE, INFINITE], None),
    ],
)
def test_the_limit_is_raised_as_far_as_the_system_lets_it_and_never_lowered(
    limit: list[int], before: list[int], wanted: int, after: list[int], says: int | None
):
    limit[:] = before
    assert allow_open_files(wanted) == says
    assert limit == after


def test_a_system_without_such_a_limit_has_none(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "resource", None)
    assert allow_open_files(10**9) is None
