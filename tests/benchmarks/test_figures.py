"""The arithmetic of the benchmarks: limits, ranks, and how a stretch of time is divided."""

from __future__ import annotations

import pytest

from benchmarks import __main__ as program
from benchmarks.figures import Figure, Measured, Unit, rank
from benchmarks.stopwatch import Span, Where, shares


def test_a_value_at_its_limit_is_met_and_one_above_is_not() -> None:
    assert Figure("pass", 3.0, Unit.SECONDS, 3.0).is_met
    assert not Figure("pass", 3.1, Unit.SECONDS, 3.0).is_met


def test_a_figure_without_a_limit_is_told_and_not_judged() -> None:
    told = Figure("pass", 1e9, Unit.SECONDS)
    assert Measured("sweep", "nothing", (told,)).is_met


def test_one_missed_limit_fails_the_benchmark() -> None:
    met, missed = Figure("a", 1, Unit.COUNT, 2), Figure("b", 3, Unit.COUNT, 2)
    assert not Measured("sweep", "nothing", (met, missed)).is_met


def test_the_ratio_is_to_the_yardstick() -> None:
    assert Figure("import", 120, Unit.MILLISECONDS, 170, 100).ratio == pytest.approx(1.2)


@pytest.mark.parametrize(("share", "expected"), [(0.0, 1.0), (0.5, 51.0), (0.99, 100.0), (1.0, 100.0)])
def test_the_99th_of_a_hundred_is_the_largest(share: float, expected: float) -> None:
    assert rank([float(number) for number in range(100, 0, -1)], share) == expected


def test_the_shares_of_a_stretch_sum_up_to_it() -> None:
    spans = [
        Span(Where.STORAGE, 12.0, 14.0),
        Span(Where.OUTSIDE, 13.0, 15.0),  # of which one second beside storage
        Span(Where.OUTSIDE, 16.0, 99.0),  # goes on after the end
    ]
    parts = shares(spans, 10.0, 18.0)
    assert (parts.before, parts.storage, parts.outside, parts.between) == (2.0, 2.0, 3.0, 1.0)
    assert parts.calls == 3


def test_a_stretch_without_calls_is_all_before_them() -> None:
    parts = shares([Span(Where.STORAGE, 1.0, 2.0)], 10.0, 18.0)
    assert (parts.before, parts.storage, parts.outside, parts.between, parts.calls) == (8.0, 0, 0, 0, 0)


def test_a_benchmark_that_fails_leaves_the_figures_of_the_others(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def never() -> Measured:
        raise TimeoutError("nobody answered; nothing was measured")

    met = Measured("sweep", "nothing", (Figure("pass", 1.0, Unit.SECONDS, 3.0),))
    monkeypatch.setattr(program, "BENCHMARKS", {"load": never, "sweep": lambda: met})
    assert program.main(["load", "sweep"]) == 1
    said = capsys.readouterr().out
    assert "1.00 s" in said
    assert "load: nobody answered; nothing was measured" in said
    assert program.main(["sweep"]) == 0
