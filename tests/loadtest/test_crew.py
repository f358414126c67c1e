import pytest

from rallypoint_loadtest.crew import shares


@pytest.mark.parametrize(
    ("bots", "processes", "expected"),
    [
        (10, 1, [(10, 0)]),
        (10, 3, [(4, 0), (3, 4), (3, 7)]),
        (2, 4, [(1, 0), (1, 1)]),
        (8, 4, [(2, 0), (2, 2), (2, 4), (2, 6)]),
    ],
)
def test_bots_are_shared_out_evenly_and_no_process_is_idle(bots, processes, expected):
    assert shares(bots, processes) == expected
