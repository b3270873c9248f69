"""Marathon's queue is made into work: what waits for room is counted, and what waits for something else is not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shared.model.load import Pending, Queue, Queued
from shared.model.mesos import Agent, Amounts
from shared.model.workloads import App, Needs
from shared.scale.placement import grow, place
from shared.scale.queue import (
    ALONE,
    MOST,
    WITHOUT_ITS_VOLUME,
    running_on,
    waiting_elsewhere,
    waiting_work,
    work_of,
)
from tests.scale.placing import blank, host

UUIDS = [f"0123456{n}-89ab-cdef-0123-456789abcdef" for n in range(10)]
SMALL = Needs(Amounts(cpus=1, mem_mb=100))


def queued(app: str = "/web", count: int = 1, needs: Needs = SMALL, **other: Any) -> Queued:
    return Queued(app=app, count=count, needs=needs, **other)


def agent(number: int, *ids: str) -> Agent:
    name, address = f"a{number}", f"10.0.0.{number}"
    return Agent(name, address, address, 5051, True, None, task_ids={"marathon": ids})


def counts(*entries: Queued, agents: tuple[Agent, ...] = ()) -> Mapping[str, int]:
    return {work.app: work.count for work in waiting_work(Queue(entries), agents)}


def test_what_waits_for_room_is_counted_with_its_needs() -> None:
    needs = Needs(Amounts(2, 512, 10, 1), 3, (), ("slave_public",))
    (work,) = waiting_work(Queue((queued(count=4, needs=needs),)), ())
    assert (work.count, work.needs, work.ports, work.roles) == (4, needs.amounts, 3, ("slave_public",))


def test_what_failed_before_and_is_held_back_is_not_counted() -> None:
    assert counts(queued("/fails", is_held_back=True), queued("/web")) == {"/web": 1}


def test_what_may_wait_for_its_volume_is_not_counted() -> None:
    older = queued("/older", is_resident=True)
    away = queued("/away", is_resident=True, refused={WITHOUT_ITS_VOLUME: 3, "InsufficientCpus": 1})
    first = queued("/first", is_resident=True, refused={"InsufficientCpus": 4})
    assert counts(older, away, first) == {"/first": 1}


def test_certain_ports_are_had_by_one_instance_on_an_agent() -> None:
    own = Needs(Amounts(0.1, 10), 1, (80,))
    works = waiting_work(Queue((queued(count=3, needs=own),)), ())
    assert ALONE in works[0].constraints
    assert place(works, [host(1), host(2)]).placed == 2


def test_no_more_are_counted_than_can_be_placed_in_time() -> None:
    entries = [queued(f"/{n}", 2_000) for n in range(4)]
    assert counts(*entries) == {"/0": 2_000, "/1": 2_000, "/2": MOST - 4_000}


def test_instances_that_run_already_count_for_constraints() -> None:
    unique = queued(constraints=(("hostname", "UNIQUE"),))
    agents = (agent(1, f"web.{UUIDS[0]}"), agent(2, f"web.instance-{UUIDS[1]}._app.1"))
    works = waiting_work(Queue((unique,)), agents)
    assert works[0].runs_on == {"a1": 1, "a2": 1}
    assert grow(works, [host(1), host(2)], blank()).new == 1


def test_tasks_are_told_apart_by_the_whole_name_of_their_application() -> None:
    there = agent(
        1,
        f"prod_web.{UUIDS[0]}",
        f"prod_web.{UUIDS[1]}.2",
        f"prod_web.blue.{UUIDS[2]}",
        f"web.{UUIDS[3]}",
        f"prod_cell.instance-{UUIDS[4]}.one",
        f"prod_cell.instance-{UUIDS[4]}.two",
        "kafka-0-broker__0123",
    )
    found = running_on([there], ["/prod/web", "/prod/web.blue", "/prod/cell", "/prod"])
    assert found == {"/prod/web": {"a1": 2}, "/prod/web.blue": {"a1": 1}, "/prod/cell": {"a1": 1}}


def test_a_running_application_is_work_where_its_needs_are_known() -> None:
    app = App(id="/web", wanted=3, running=3, healthy=0, needs=SMALL, constraints=(("hostname", "UNIQUE"),))
    work = work_of(app, 1, {"a2": 2})
    assert work is not None
    assert (work.needs, work.constraints, work.runs_on) == (SMALL.amounts, app.constraints, {"a2": 2})
    assert work_of(App(id="/odd", wanted=1, running=1, healthy=0), 1, {}) is None


def test_pods_of_services_come_after_what_the_queue_has_and_are_kept_apart_as_their_rule_says() -> None:
    pods = Pending(
        service="kafka",
        sort="broker",
        count=2,
        needs=SMALL,
        constraints=(("hostname", "MAX_PER", "1"),),
        runs_on={"a1": 1},
    )
    works = waiting_work(Queue((queued(),)), (), [pods])
    assert [(work.app, work.count) for work in works] == [("/web", 1), ("kafka/broker", 2)]
    assert waiting_work(Queue((queued(count=MOST - 1),)), (), [pods])[1].count == 1
    assert grow(works[1:], [host(1), host(2)], blank()).new == 1


def test_two_marathons_have_two_applications_of_one_name_each_with_its_own_tasks() -> None:
    there = Agent(
        "a1", "10.0.0.1", "10.0.0.1", 5051, True, None, task_ids={"user": (f"web.{UUIDS[0]}",), "own": ()}
    )
    unique = Queue((queued(constraints=(("hostname", "UNIQUE"),)),))
    (of_user,) = waiting_elsewhere("marathon-user", unique, [there], {"user"})
    (of_other,) = waiting_elsewhere("marathon-other", unique, [there], {"other"})
    assert (of_user.app, of_user.runs_on) == ("marathon-user:/web", {"a1": 1})
    assert (of_other.app, of_other.runs_on) == ("marathon-other:/web", {})
