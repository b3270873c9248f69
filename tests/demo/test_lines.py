"""The timeline: records of the audit as lines, short names, and lines told together."""

from __future__ import annotations

import pytest

from shared.model.audit import AuditKind
from shared.model.decisions import Answer
from simulator.demo.lines import Line, Word, of_record, short, told_together
from tests.demo.journals import BREAK, record

SCALE_SET = "dcos-agent-private-2A97516C-vmss0"
AGENT = "b14814cb-bb0e-4e16-b8c6-82d87bfed0a7-S3"
REFUSAL = {"guard": "storm", "allowed": False, "reason": "storm_now", "numbers": {"unwell": 6}}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"{SCALE_SET}_12 has joined", "agent 12 has joined"),
        (f"growing {SCALE_SET} from 11 to 12", "growing the scale set from 11 to 12"),
        (f"agent {AGENT} is marked gone", "agent S3 is marked gone"),
        (f"/subscriptions/s/x/virtualMachineScaleSets/{SCALE_SET.upper()}_3", "agent 3"),
    ],
)
def test_names_are_made_short(text: str, shown: str) -> None:
    assert short(text, SCALE_SET) == shown


def test_a_refusal_keeps_its_guards_and_their_numbers() -> None:
    said = record(
        5.3, AuditKind.REFUSED, f"{SCALE_SET}_1", "asked again, refused", answers=[REFUSAL], step="destroy"
    )

    line = of_record(said, SCALE_SET, BREAK)

    assert (line.word, line.about, line.at_s) == (Word.REFUSED, "agent 1", pytest.approx(5.3))
    assert line.refused == (Answer("storm", False, "storm_now", {"unwell": 6}),)
    assert line.text == "asked again, refused (before destroy)"


def test_a_step_that_waits_is_told_apart_from_one_that_was_done() -> None:
    waits = record(1.0, AuditKind.STEP, f"{SCALE_SET}_1", "grow waits: Azure is growing the pool")
    done = record(1.0, AuditKind.STEP, f"{SCALE_SET}_1", "grow: Azure has grown the pool")

    words = [of_record(one, SCALE_SET, BREAK).word for one in (waits, done)]

    assert words == [Word.WAITS, Word.DID]


def test_the_same_said_of_several_agents_is_one_line() -> None:
    lines = [Line(1.0 + n, Word.DID, f"agent {n}", f"marking agent S{n} gone") for n in (1, 4)]

    (line,) = told_together(lines)

    assert (line.about, line.text, line.at_s) == ("agents 1, 4", "marking agent S1, S4 gone", 2.0)


def test_what_one_agent_does_twice_is_two_lines() -> None:
    line = Line(1.0, Word.DECIDED, "agent 1", "asked again")

    assert told_together([line, line]) == [line, line]


def test_refusals_are_told_together_by_their_reasons() -> None:
    refused = (Answer("storm", False, "storm_now"),)
    other = (Answer("failover", False, "leader_is_new"),)
    lines = [
        Line(1.0, Word.REFUSED, "agent 1", "hold: x", refused),
        Line(1.0, Word.REFUSED, "agent 2", "hold: y", refused),
        Line(1.0, Word.REFUSED, "agent 3", "hold: x", other),
    ]

    assert [line.about for line in told_together(lines)] == ["agents 1, 2", "agent 3"]


def test_lines_told_together_are_in_the_order_of_time_and_of_numbers() -> None:
    lines = [
        Line(2.0, Word.WAITS, "agent 10", "grow: somebody else wrote first"),
        Line(2.1, Word.WAITS, "agent 4", "grow: somebody else wrote first"),
        Line(1.9, Word.DID, "agent 7", "grow: the set has its 12 already"),
    ]

    assert [(line.at_s, line.about) for line in told_together(lines)] == [
        (1.9, "agent 7"),
        (2.0, "agents 4, 10"),
    ]


def test_an_event_about_our_own_change_is_called_an_echo() -> None:
    line = of_record(record(1.0, AuditKind.HEARD, SCALE_SET, "we did it ourselves"), SCALE_SET, BREAK)

    assert (line.about, line.text) == ("the scale set", "an echo of our own change")
