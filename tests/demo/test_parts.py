"""The seconds of each part: where they come from, and that they sum up to the whole."""

from __future__ import annotations

import pytest

from shared.model.audit import AuditKind
from shared.model.operations import OperationState
from simulator.demo.parts import PARTS, parts_of, repairs_of
from tests.demo.journals import BREAK, LIVING, at, operation, record

ENDED = (1.5, 1.6, 3.0, 3.1, 3.3, 5.0, 8.0, 9.5)  # decided; then the ends of the seven steps
RECORDS = [
    record(1.4, AuditKind.HEARD, "vmss0_3", signal={"heard_at": at(0.3).isoformat()}),
    record(1.5, AuditKind.OPENED, "vmss0_3"),
    record(3.4, AuditKind.STEP, "vmss0_3", "growing vmss0 from 11 to 12", step="grow"),
    record(3.5, AuditKind.STEP, "vmss0_3", "grow waits: growth from 11 to 12 was ordered", step="grow"),
]


def test_the_parts_of_one_repair() -> None:
    parts = parts_of(repairs_of([operation("vmss0_3", ENDED)], RECORDS, BREAK))

    assert parts == {
        "heard": 0.3,
        "decided": 1.2,
        "destroyed": 1.5,
        "proved gone": 0.1,
        "Mesos told": 0.2,
        "ordered": 0.1,
        "joined": 4.6,
        "workload back": 1.5,
    }


def test_of_a_machine_that_works_the_successor_joins_before_it_is_emptied_and_destroyed() -> None:
    growing = record(1.6, AuditKind.STEP, "vmss0_3", "growing vmss0 from 12 to 13", step="surge")
    repaired = operation("vmss0_3", ENDED, steps=LIVING)
    parts = parts_of(repairs_of([repaired], [*RECORDS[:2], growing], BREAK))

    assert parts == {
        "heard": 0.3,
        "decided": 1.2,
        "ordered": 0.1,
        "joined": 1.4,
        "emptied": 0.1,
        "destroyed": 0.2,
        "proved gone": 1.7,
        "Mesos told": 3.0,
        "workload back": 1.5,
    }


def test_the_parts_sum_up_to_the_total() -> None:
    repairs = repairs_of([operation("vmss0_3", ENDED)], RECORDS, BREAK)

    assert sum(parts_of(repairs).values()) == pytest.approx(9.5)
    assert repairs[0].total_s == 9.5


def test_what_nobody_told_of_was_heard_when_the_sweep_opened_the_incident() -> None:
    parts = parts_of(repairs_of([operation("vmss0_3", ENDED)], RECORDS[1:], BREAK))

    assert (parts["heard"], parts["decided"]) == (1.5, 0.0)


def test_a_repair_whose_order_was_covered_by_another_was_ordered_when_its_step_ended() -> None:
    (repair,) = repairs_of([operation("vmss0_3", ENDED)], RECORDS[:2], BREAK)

    assert repair.moments["ordered"] == 5.0


def test_parts_of_several_repairs_end_with_the_last_of_them() -> None:
    later = (1.7, 1.8, 2.0, 2.1, 4.0, 4.1, 7.0, 12.0)
    repairs = repairs_of([operation("vmss0_3", ENDED), operation("vmss0_4", later)], [], BREAK)

    parts = parts_of(repairs)

    assert sum(parts.values()) == pytest.approx(12.0)
    assert parts["heard"] == 1.7
    assert all(seconds >= 0 for seconds in parts.values())


def test_a_moment_never_lies_before_the_one_that_it_follows() -> None:
    (repair,) = repairs_of([operation("vmss0_3", (-0.2, *ENDED[1:]))], [], BREAK)

    moments = [repair.moments[part] for part in PARTS]
    assert moments == sorted(moments)
    assert moments[0] == 0.0


def test_only_what_was_done_is_a_repair() -> None:
    withdrawn = operation("vmss0_3", ENDED, OperationState.WITHDRAWN)

    assert repairs_of([withdrawn], RECORDS, BREAK) == ()
    assert parts_of(()) == {}
