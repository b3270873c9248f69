"""The schedule is one document for the whole cluster: what others put into it stays as they put it."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.dcos import maintenance
from shared.dcos.maintenance import Machine
from tests.dcos.recorded import Json, body, document

OURS = Machine("10.32.0.4", "10.32.0.4")
FIRST = Machine("agent-1.mesos.test", "127.0.0.11")


def windows(schedule: maintenance.Schedule) -> list[Json]:
    return [msgspec.json.decode(window) for window in schedule.windows]


def test_a_machine_is_added_in_a_window_of_its_own_behind_the_others() -> None:
    before = maintenance.schedule(body("schedule-one-down.json"))
    after = maintenance.with_machine(before, OURS)
    assert windows(after)[:-1] == document("schedule-one-down.json")["windows"]
    assert windows(after)[-1] == {
        "machine_ids": [{"hostname": "10.32.0.4", "ip": "10.32.0.4"}],
        "unavailability": {"start": {"nanoseconds": 1}},
    }


def test_a_machine_that_somebody_scheduled_already_is_not_added_again() -> None:
    before = maintenance.schedule(body("schedule-one-down.json"))
    assert maintenance.with_machine(before, FIRST) is before


def test_the_hostname_counts_without_case_and_the_address_must_match_too() -> None:
    before = maintenance.schedule(body("schedule-one-down.json"))
    assert maintenance.holds(before, Machine("AGENT-1.mesos.TEST", "127.0.0.11"))
    assert not maintenance.holds(before, Machine("agent-1.mesos.test", "127.0.0.99"))


def test_nothing_scheduled_is_an_empty_document() -> None:
    assert maintenance.schedule(b"{}").windows == ()


def test_a_machine_is_taken_out_of_a_window_that_it_shares_and_the_rest_stays() -> None:
    shared_window = {
        "machine_ids": [
            {"hostname": "10.32.0.4", "ip": "10.32.0.4"},
            {"hostname": "b", "ip": "10.0.0.2", "rack": 7},
        ],
        "unavailability": {"start": {"nanoseconds": 5}, "reason": "disks"},
    }
    after = maintenance.without_machine(
        maintenance.schedule(msgspec.json.encode({"windows": [shared_window]})), OURS
    )
    assert windows(after) == [
        shared_window | {"machine_ids": [{"hostname": "b", "ip": "10.0.0.2", "rack": 7}]}
    ]


machines = st.builds(
    Machine,
    hostname=st.sampled_from(["a", "b", "c", "10.0.0.1"]),
    ip=st.sampled_from(["10.0.0.1", "10.0.0.2"]),
)
window = st.fixed_dictionaries(
    {
        "machine_ids": st.lists(machines, min_size=1, max_size=3),
        "unavailability": st.fixed_dictionaries({"start": st.just({"nanoseconds": 5})}),
    },
    optional={"note": st.text(max_size=5), "priority": st.integers(0, 2**60)},
)


@given(st.lists(window, max_size=5))
def test_adding_and_taking_out_leaves_the_schedule_as_it_was(others: list[Json]) -> None:
    before = maintenance.schedule(msgspec.json.encode({"windows": others}))
    after = maintenance.without_machine(maintenance.with_machine(before, OURS), OURS)
    assert [bytes(one) for one in after.windows] == [bytes(one) for one in before.windows]


@given(st.lists(window, max_size=5), machines)
def test_what_is_taken_out_is_out_and_nobody_else_is(others: list[Json], machine: Machine) -> None:
    before = maintenance.schedule(msgspec.json.encode({"windows": others}))
    after = maintenance.without_machine(before, machine)
    assert not maintenance.holds(after, machine)
    for other in (one for window in others for one in window["machine_ids"] if not machine.same_as(one)):
        assert maintenance.holds(after, other)


@pytest.mark.parametrize("text", [b"", b"[]", b'{"windows": 3}', b'{"windows": [{"machine_ids": "all"}]}'])
def test_a_schedule_that_cant_be_read_is_not_taken_for_an_empty_one(text: bytes) -> None:
    with pytest.raises(msgspec.MsgspecError):
        maintenance.schedule(text)


def test_the_status_tells_who_is_down_and_who_is_about_to_be() -> None:
    status = maintenance.status(body("status-one-down.json"))
    second = Machine("agent-2.mesos.test", "127.0.0.12")
    assert (status.is_down(FIRST), status.is_draining(FIRST)) == (True, False)
    assert (status.is_down(second), status.is_draining(second)) == (False, True)
