"""The share of a run that is done."""

from schedule import Progress


def test_tokens_of_a_new_run() -> None:
    assert Progress(1000, None).share(250) == 0.25


def test_a_new_budget_spreads_the_rest_of_the_schedule_over_the_rest_of_the_tokens() -> None:
    resumed = Progress(3000, None, start=0.5, tokens_before=1000)
    assert [resumed.share(seen) for seen in (1000, 2000, 3000)] == [0.5, 0.75, 1.0]


def test_a_restarted_schedule_begins_at_its_start() -> None:
    restarted = Progress(3000, None, tokens_before=1000)
    assert [restarted.share(seen) for seen in (1000, 3000)] == [0.0, 1.0]
