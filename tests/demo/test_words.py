"""What the guards' answers mean, in words."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from shared.model.decisions import Answer
from simulator.demo.words import gist, why_not

UNTIL = datetime(2026, 3, 1, 12, 6, 51, tzinfo=UTC)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (
            Answer("storm", False, "storm_now", {"unwell": 6, "nodes": 12, "threshold": 5}),
            "6 of 12 nodes are unwell at once, a storm begins at 5",
        ),
        (
            Answer("failover", False, "leader_is_new", {"led_s": 3, "hold_off_s": 20}, UNTIL),
            "the leader has led for 3 s, agents have 20 s to find it; until 12:06:51 UTC",
        ),
    ],
)
def test_a_refusal_is_a_sentence_with_its_numbers(answer: Answer, said: str) -> None:
    assert why_not(answer) == said


def test_an_answer_without_a_sentence_is_told_by_its_numbers() -> None:
    assert why_not(Answer("weather", False, "rain", {"drops": 3, "wind": 4})) == "drops 3, wind 4"


def test_an_answer_that_lacks_a_number_of_its_sentence_is_told_by_those_it_has() -> None:
    assert gist(Answer("self_doubt", True, "", {"age_s": 0.5})) == "age_s 0.5"
