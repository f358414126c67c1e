"""A session's random numbers."""

import copy
from collections import Counter
from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given, strategies as st

from rallypoint.game.rng import SessionRandom


def _shuffled(rng: SessionRandom) -> list[int]:
    items = list(range(20))
    rng.shuffle(items)
    return items


Draw = Callable[[SessionRandom], object]

DRAWS: dict[str, Draw] = {
    "random": lambda rng: rng.random(),
    "uniform": lambda rng: rng.uniform(-3.0, 9.0),
    "randint": lambda rng: rng.randint(-5, 1000),
    "randrange": lambda rng: rng.randrange(0, 10**30),
    "choice": lambda rng: rng.choice("abcdefg"),
    "choices": lambda rng: rng.choices(range(10), weights=range(1, 11), k=4),
    "sample": lambda rng: rng.sample(range(100), 7),
    "shuffle": _shuffled,
    "gauss": lambda rng: rng.gauss(1.0, 2.0),
    "normalvariate": lambda rng: rng.normalvariate(1.0, 2.0),
    "expovariate": lambda rng: rng.expovariate(2.0),
    "getrandbits": lambda rng: rng.getrandbits(200),
    "randbytes": lambda rng: rng.randbytes(9),
    "triangular": lambda rng: rng.triangular(0, 10, 3),
}
seeds = st.integers(-(2**70), 2**70)
draws = st.lists(st.sampled_from(sorted(DRAWS)), max_size=12)


def drawn(rng: SessionRandom, names: list[str]) -> list[object]:
    return [DRAWS[name](rng) for name in names]


def test_it_is_splitmix64():
    """Against the published sequence of seed 1234567."""
    rng = SessionRandom(1234567)
    assert [rng.getrandbits(64) for _ in range(5)] == [
        6457827717110365317,
        3203168211198807973,
        9817491932198370423,
        4593380528125082431,
        16408922859458223821,
    ]


@given(seeds, draws, draws)
def test_from_a_kept_state_the_same_numbers_follow(seed: int, before: list[str], after: list[str]):
    rng = SessionRandom(seed)
    drawn(rng, before)
    state = rng.getstate()
    expected = drawn(rng, after)
    other = SessionRandom(0)
    drawn(other, ["gauss", "random"])
    other.setstate(state)
    assert drawn(other, after) == expected
    assert other.getstate() == rng.getstate()


@given(seeds, draws)
def test_the_whole_state_is_one_64_bit_number(seed: int, before: list[str]):
    rng = SessionRandom(seed)
    drawn(rng, before)
    assert isinstance(rng.state, int)
    assert 0 <= rng.state < 2**64
    assert rng.getstate() == rng.state


@given(seeds, draws)
def test_equal_seeds_give_equal_numbers(seed: int, names: list[str]):
    assert drawn(SessionRandom(seed), names) == drawn(SessionRandom(seed), names)


@given(seeds)
def test_seeding_again_starts_over(seed: int):
    rng = SessionRandom(seed)
    first = drawn(rng, ["random", "gauss", "random"])
    rng.seed(seed)
    assert drawn(rng, ["random", "gauss", "random"]) == first


@given(seeds, draws)
def test_a_copy_goes_its_own_way_from_the_same_place(seed: int, names: list[str]):
    rng = SessionRandom(seed)
    rng.random()
    twin = copy.deepcopy(rng)
    assert drawn(twin, names) == drawn(rng, names)


@pytest.mark.parametrize("seed", [None, "seed", 1.5, b"x"])
def test_a_seed_is_a_whole_number(seed: object):
    with pytest.raises(TypeError, match="a session's random is seeded with an int"):
        SessionRandom(seed)  # type: ignore[arg-type]  # the mistake


@given(seeds, st.integers(0, 300))
def test_so_many_bits_are_drawn_as_were_asked_for(seed: int, bits: int):
    assert 0 <= SessionRandom(seed).getrandbits(bits) < 2**bits


def test_less_than_no_bits_cannot_be_drawn():
    with pytest.raises(ValueError, match="must not be negative"):
        SessionRandom(1).getrandbits(-1)


@given(seeds)
def test_a_random_float_is_below_one(seed: int):
    rng = SessionRandom(seed)
    assert all(0.0 <= rng.random() < 1.0 for _ in range(20))


@pytest.mark.parametrize("seed", [0, 1, 2**63])
def test_all_numbers_are_about_equally_likely(seed: int):
    """Chi-square over 64 cells of 64,000 draws: beyond 120 with 63 degrees of freedom is one in 50,000."""
    rng = SessionRandom(seed)
    draws = 64_000
    cells = [
        Counter(int(rng.random() * 64) for _ in range(draws)),
        Counter(rng.randrange(64) for _ in range(draws)),
        Counter(rng.getrandbits(6) for _ in range(draws)),
    ]
    for counts in cells:
        expected = draws / 64
        assert sum((counts[cell] - expected) ** 2 / expected for cell in range(64)) < 120


def test_neighbouring_seeds_have_nothing_in_common():
    """Sessions may be seeded with 1, 2, 3..."""
    first = [SessionRandom(seed).random() for seed in range(1000)]
    assert len(set(first)) == 1000
    assert abs(sum(first) / 1000 - 0.5) < 0.05
    steps = [abs(a - b) for a, b in pairwise(first)]
    assert abs(sum(steps) / len(steps) - 1 / 3) < 0.05
