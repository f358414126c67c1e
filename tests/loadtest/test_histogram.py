import msgspec
import pytest
from hypothesis import given, strategies as st

from rallypoint_loadtest.histogram import BUCKETS_PER_MS, Histogram, samples_needed

values = st.lists(st.floats(0, 10_000), min_size=1, max_size=200)


def histogram_of(items):
    histogram = Histogram()
    for item in items:
        histogram.record(item)
    return histogram


def nearest_rank(items, percent):
    ordered = sorted(items)
    below = sum(1 for rank in range(len(ordered)) if (rank + 1) * 100 < percent * len(ordered) - 1e-7)
    return ordered[min(below, len(ordered) - 1)]


@given(values, st.sampled_from([50, 90, 99, 99.9, 100]))
def test_a_percentile_is_exact_to_one_bucket(items, percent):
    exact = nearest_rank(items, percent)
    measured = histogram_of(items).percentile_ms(percent)
    assert measured is not None
    assert exact - 1e-9 <= measured <= exact + 1 / BUCKETS_PER_MS + 1e-9


@given(values)
def test_several_percentiles_at_once_are_the_same_as_one_by_one(items):
    histogram = histogram_of(items)
    assert histogram.percentiles_ms((50, 90, 99)) == [histogram.percentile_ms(percent) for percent in (50, 90, 99)]


@given(values)
def test_no_percentile_exceeds_the_greatest_value_which_is_exact(items):
    histogram = histogram_of(items)
    assert histogram.max_ms == max(items)
    assert histogram.percentile_ms(100) == max(items)


@given(values, values)
def test_the_histograms_of_two_processes_add_up_to_that_of_one(left, right):
    both = histogram_of(left)
    both.add(histogram_of(right))
    one = histogram_of(left + right)
    assert (dict(both.counts), both.max_ms, both.count) == (dict(one.counts), one.max_ms, one.count)


@given(values)
def test_a_histogram_survives_the_way_to_another_process(items):
    histogram = histogram_of(items)
    assert msgspec.json.decode(msgspec.json.encode(histogram), type=Histogram) == histogram


def test_without_values_there_is_no_percentile():
    assert Histogram().percentile_ms(50) is None
    assert Histogram().percentiles_ms((50, 99)) == []


@pytest.mark.parametrize(("percent", "needed"), [(50, 20), (90, 100), (99, 1000), (99.9, 10_000)])
def test_a_percentile_needs_ten_samples_on_its_thinner_side(percent, needed):
    assert samples_needed(percent) == needed
