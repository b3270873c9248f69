"""What leaves an agent next: `shared/decide/moves.py`, one test for each of its rules."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from shared.decide.moves import Emptying, Ended, Moves, next_moves
from shared.guards.stakes import Lost
from shared.model.readings import Value
from shared.model.workloads import App, Deployment, Plan
from tests.stateful.grounds import CASSANDRA, CATALOG, ELASTIC, Ground

WEB = App(id="/web", wanted=4, running=0, healthy=0, minimum_health=0.5)


def moves(ground: Ground, number: int = 1, **other: Any) -> Moves:
    snapshot, work = ground.snapshot(), ground.work()
    assert isinstance(snapshot.scheduler, Value)
    assert isinstance(work, Value)
    agent = snapshot.scheduler.value.agent(f"agent-S{number}")
    assert agent is not None
    plain = Emptying(agent=agent, lost=Lost.of(snapshot.scheduler.value), keeps_disk=False)
    return next_moves(work.value, replace(plain, **other))


def web(*numbers: int, **other: Any) -> Ground:
    ground = Ground()
    ground.run(replace(WEB, wanted=len(numbers), **other), *numbers)
    return ground


def ring(*homes: int) -> Ground:
    ground = Ground()
    ground.serve("cassandra", CASSANDRA, {f"node-{place}": number for place, number in enumerate(homes)})
    return ground


def test_rule_1_what_runs_once_on_every_agent_goes_with_it() -> None:
    ground = Ground()
    ground.run(App(id="/datadog", wanted=1, running=1, healthy=0, is_resident=True), 1)
    found = moves(ground)
    assert (found.end, found.waits, found.stay) == ({}, (), {"datadog.0"})


def test_rule_2_an_application_that_is_being_deployed_is_waited_for() -> None:
    ground = web(1, 2)
    ground.deployments.append(Deployment("d", ("/web",)))
    assert (moves(ground).end, moves(ground).waits) == ({}, ("/web is being deployed",))


def test_rule_3_a_scheduler_waits_for_its_pods_and_for_its_service_to_be_at_rest() -> None:
    ground = ring(1, 2, 3)
    scheduler = App(id="/cassandra", wanted=1, running=0, healthy=0, service="cassandra")
    ground.run(scheduler, 1)
    ground.run(replace(scheduler, id="/other"), 4)
    assert moves(ground).end == {}
    assert moves(ground, 4).end == {"/other": ("other.0",)}
    ground.change_pod("cassandra", ground.pod("node-0", 5, "STARTING"), "permanent/node-0: STARTING")
    assert moves(ground, 4).end == {}


def test_rule_3_a_scheduler_that_cannot_be_asked_stays_where_it_is() -> None:
    ground = ring(1, 2, 3)
    ground.run(App(id="/cassandra", wanted=1, running=0, healthy=0, service="cassandra"), 4)
    ground.unread.add("cassandra")
    assert (moves(ground, 4).end, len(moves(ground, 4).waits)) == ({}, 1)


def test_rule_4_as_many_tasks_end_as_the_application_can_spare() -> None:
    assert len(moves(web(1, 1, 1, 2)).end["/web"]) == 2
    assert len(moves(web(1, 1, 1, 2, minimum_health=1.0)).end["/web"]) == 1
    assert len(moves(web(1, 1, 1, 2, minimum_health=1.0), hurry=True).end["/web"]) == 3


def test_rule_4_the_next_ones_wait_until_it_is_whole_again() -> None:
    ground = web(1, 1, 1)
    ground.apps[0] = replace(ground.apps[0], wanted=4)
    assert moves(ground, ended={"/web": Ended(4, 1)}).end == {}
    assert len(moves(ground).end["/web"]) == 1, "what was missing before we began is not waited for"


def test_rule_4_health_counts_where_it_is_checked() -> None:
    ground = web(1, 1, 2, 2)
    ground.apps[0] = replace(ground.apps[0], is_checked=True, healthy=2)
    assert moves(ground).end == {}


def test_rule_5_what_comes_back_again_and_again_goes_with_it_when_it_can_be_spared() -> None:
    ended = {"/web": Ended(1, 6)}
    assert moves(web(1, 2, 2, 2), ended=ended).stay == {"web.0"}
    many = moves(web(1, 1, 1, 2), ended=ended)
    assert (many.stay, many.end, many.waits) == (frozenset(), {}, ("3 tasks of /web",))


def test_rule_6_a_pod_is_replaced_when_its_service_is_at_rest() -> None:
    assert moves(ring(1, 2, 3)).replace == ("cassandra", "node-0")
    assert moves(ring(1, 2, 3), replaced=frozenset({"cassandra/node-0"})).replace is None
    assert moves(ring(1, 2, 3), keeps_disk=True).replace is None


def test_rule_6_no_pod_is_replaced_while_the_service_is_at_something_else() -> None:
    ground = ring(1, 2, 3)
    old = ground.services["cassandra"]
    ground.services["cassandra"] = replace(old, plans=(*old.plans, Plan("update", "IN_PROGRESS")))
    assert (moves(ground).replace, len(moves(ground).waits)) == (None, 1)


def test_rule_6_no_pod_is_replaced_while_another_one_is_down() -> None:
    ground = ring(1, 2, 3)
    ground.cluster.is_deleted(2)
    ground.change_pod("cassandra", ground.pod("node-1", 2, "LOST"), "restart/node-1: PENDING")
    found = moves(ground)
    assert (found.replace, found.waits) == (None, ("pod node-0 of cassandra (1 of 3 are down, 1 may be)",))
    assert moves(ground, approved=True).replace == ("cassandra", "node-0")


def test_rule_6_where_nothing_can_be_barred_the_last_pod_goes_with_the_machine() -> None:
    alone = moves(ring(1, 2, 3), barred=False)
    assert (alone.replace, alone.waits) == (None, ())
    ground = Ground()
    ground.serve("elastic", ELASTIC, {"data-0": 1, "data-1": 2, "master-0": 1, "master-1": 2, "master-2": 3})
    assert moves(ground, barred=False).replace == ("elastic", "data-0")


def test_rule_8_tasks_that_only_their_framework_moves_are_counted() -> None:
    ground = Ground()
    ground.runs_framework("spark", 1, CATALOG["cassandra"])
    ground.packages["spark"] = replace(CATALOG["cassandra"], framework=None)
    assert (moves(ground).others, moves(ground).stay) == (1, frozenset())
    ground.packages["spark"] = CATALOG["riak"]
    assert (moves(ground).others, moves(ground).stay) == (0, {"spark.1"})


def test_rule_7_what_is_left_alone_goes_with_the_machine_and_its_scheduler_too() -> None:
    ground = ring(1, 2, 3)
    ground.run(App(id="/cassandra", wanted=1, running=0, healthy=0, service="cassandra"), 1)
    ground.run(WEB, 1)
    found = moves(ground, hurry=True, alone=frozenset({"cassandra"}))
    assert (found.end, found.replace) == ({"/web": ("web.0",)}, None)
    assert (found.stay, found.waits) == ({"cassandra.0"}, ("1 tasks of /web",))
