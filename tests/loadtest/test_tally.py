import msgspec

from rallypoint_loadtest.tally import Tally


def test_errors_of_one_kind_are_counted_together_over_all_processes():
    left, right = Tally(), Tally()
    left.failed_with(ValueError("no"))
    right.failed_with("no")
    right.failed_with(KeyError())
    left.add(right)
    assert left.errors == {"no": 2, "KeyError": 1}


def test_errors_that_all_differ_do_not_fill_memory():
    tally = Tally()
    for number in range(1000):
        tally.failed_with(f"error {number}")
    assert len(tally.errors) <= 21
    assert sum(tally.errors.values()) == 1000


def test_a_tally_survives_the_way_to_another_process():
    tally = Tally(bots=3, dropped=1)
    tally.input_ms.record(12.5)
    tally.failed_with("no")
    assert msgspec.json.decode(msgspec.json.encode(tally), type=Tally) == tally
