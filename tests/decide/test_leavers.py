"""Who goes from a pool that is to have fewer: the rules of `shared/decide/leavers.py`, by their numbers."""

from __future__ import annotations

from datetime import timedelta

from msgspec.structs import replace

from shared.model.catalog import UNKNOWN_RESIDENT, UNKNOWN_SDK, Person
from shared.model.incidents import IncidentState
from shared.model.mesos import Amounts, Framework, Reservation
from shared.model.nodes import Condition
from shared.model.overrides import Override, OverrideKind
from shared.model.workloads import NOT_ASKED, Needs, PodTask, Service, ServicePod, WorkloadState
from shared.policy.scaling import Age, Scaling
from shared.policy.share import Share
from tests.builders import DAY, NOW, disruption, incident, memory, name, read, unread
from tests.decide.sizing import MINUTE, Sizing, scaled


def to_lose(count: int, nodes: int = 3, **scaling: object) -> Sizing:
    """A pool that is to have so many fewer."""
    pool = Sizing(nodes, scaled(scaling=Scaling(**scaling)))  # type: ignore[arg-type]
    pool.says(target=nodes - count)
    return pool


def test_rule_1_what_a_person_holds_stays() -> None:
    pool = to_lose(1)
    pool.overrides.append(Override(OverrideKind.PAUSE, name(1), "ann", "I look at it", NOW))
    assert pool.gone() == [2]
    assert pool.why_not(1) == "victim_kept: ann holds it: I look at it"


def test_rule_1_what_azure_protects_stays() -> None:
    pool = to_lose(1)
    pool.becomes(1, is_protected_from_scale_in=True)
    pool.becomes(2, is_protected_from_set_actions=True)
    assert pool.gone() == [3]


def test_rule_2_what_an_operation_is_at_work_on_stays() -> None:
    pool = to_lose(1, nodes=4)
    pool.busy.add(name(1))
    pool.ledger = replace(pool.ledger, active=(disruption(2),))
    assert pool.gone() == [3]


def test_rule_2_what_is_on_its_way_out_is_no_candidate_any_more() -> None:
    pool = to_lose(2, nodes=4)
    pool.busy.add(name(1))
    pool.ledger = replace(pool.ledger, active=(disruption(1, shrinks=True),))
    assert pool.gone() == [2]
    assert name(1) not in {one.node for one in pool.sized().choice.verdicts}  # type: ignore[union-attr]


def test_nobody_is_chosen_in_the_stead_of_one_that_is_being_given_back() -> None:
    pool = to_lose(1)
    pool.busy.add(name(1))
    pool.incidents[name(1)] = incident(1, Condition.SURPLUS, DAY)
    assert pool.gone() == []
    pool.incidents[name(1)] = incident(1, Condition.UNREACHABLE, DAY)
    assert pool.gone() == [2]


def test_rule_2_whose_going_was_handed_over_stays() -> None:
    pool = to_lose(1)
    over = incident(1, Condition.SURPLUS, DAY, state=IncidentState.HANDED_OVER)
    pool.incidents[name(1)] = over
    assert pool.gone() == [2]
    pool.incidents[name(1)] = replace(over, condition=Condition.UNREACHABLE)
    assert pool.gone() == [1]


def test_rule_3_whose_end_is_announced_goes_by_itself() -> None:
    pool = to_lose(1)
    pool.is_announced(1, timedelta(minutes=10))
    assert pool.gone() == [2]
    assert "goes by itself" in pool.why_not(1)


def test_rule_4_what_is_not_well_is_repaired_and_not_given_up() -> None:
    pool = to_lose(1)
    pool.loses_agent(1)
    assert pool.gone() == [2]
    assert "repair comes first" in pool.why_not(1)


def test_rule_4_what_never_joined_goes_first() -> None:
    pool = to_lose(1)
    pool.loses_agent(3)
    pool.memory[name(3)] = memory(3, joined_at=None, agent_id=None)
    assert pool.finding(3).condition is Condition.STUCK
    assert pool.gone() == [3]


def test_rule_4_what_just_came_stays() -> None:
    pool = to_lose(1)
    pool.remembers(1, joined_at=NOW - timedelta(minutes=29))
    assert pool.gone() == [2]
    pool.remembers(1, joined_at=NOW - timedelta(minutes=31))
    assert pool.gone() == [1]


def test_rule_5_what_could_not_be_read_stays() -> None:
    pool = to_lose(2)
    pool.runs("/web", 1, 2)
    pool.workloads = NOT_ASKED
    assert pool.gone() == [3]
    assert pool.why_not(1).startswith("victim_unread")


def test_rule_6_what_keeps_data_of_its_own_stays() -> None:
    pool = to_lose(1)
    pool.runs("/store", 1, is_resident=True, package=UNKNOWN_RESIDENT)
    pool.runs("/web", 2, 2, 3)
    assert pool.gone() == [3]
    assert pool.why_not(1).startswith("victim_resident")


def test_rule_6_what_holds_a_reservation_of_nobody_known_stays() -> None:
    pool = to_lose(1)
    held = (Reservation("minio-role", "minio", Amounts(1.0)),)
    pool.agents["agent-S1"] = replace(pool.agents["agent-S1"], reservations=held)
    assert pool.gone() == [2]


def test_rule_5_what_holds_something_of_a_service_that_could_not_be_read_stays() -> None:
    pool = to_lose(1)
    held = (Reservation("cassandra-role", "cassandra", Amounts(1.0)),)
    pool.agents["agent-S1"] = replace(pool.agents["agent-S1"], reservations=held)
    nothing = read(())
    pool.workloads = read(WorkloadState(nothing, nothing, nothing, {"cassandra": unread("cassandra")}))
    assert pool.why_not(1).startswith("victim_unread")


def test_rule_6_a_member_of_a_service_that_holds_copies_goes_last() -> None:
    pool = to_lose(2)
    copies = replace(UNKNOWN_SDK, person=Person.NEVER)
    pod = ServicePod("node-0", "agent-S1", (PodTask("node-0-server", "t", "RUNNING"),))
    nothing = read(())
    pool.runs("/alone", 2)
    apps = read(tuple(pool.apps))
    service = read(Service("cassandra", (), (pod,), copies))
    pool.workloads = read(WorkloadState(apps, nothing, nothing, {"cassandra": service}))
    assert pool.gone() == [3, 2]
    pool.overrides = []
    pool.says(target=1)
    pool.becomes(2, is_protected_from_scale_in=True)
    assert pool.gone() == [3, 1]


def test_rules_7_and_8_empty_goes_before_movable_and_movable_before_single() -> None:
    pool = to_lose(3, nodes=4)
    pool.runs("/alone", 1)
    pool.runs("/web", 2, 2, 4)
    pool.becomes(4, is_protected_from_scale_in=True)
    assert pool.gone() == [3, 2, 1]


def test_what_fits_nowhere_else_stays() -> None:
    pool = to_lose(1, nodes=2)
    pool.runs("/big", 1, 2, needs=Needs(Amounts(3.0, 1_000)))
    assert pool.gone() == []
    assert pool.why_not(1).startswith("victim_no_room: 1 of /big: cpus")


def test_room_that_tasks_on_their_way_need_is_no_room_for_others() -> None:
    pool = to_lose(2, nodes=3)
    pool.runs("/web", 1, 1, 1, 2, 2, 2, 3)
    pool.says(target=1)
    assert pool.gone() == [3]
    pool.busy.add(name(1))
    pool.ledger = replace(pool.ledger, active=(disruption(1, shrinks=True),))
    assert pool.gone() == []
    assert pool.why_not(3).startswith("victim_no_room")


def test_what_others_use_has_to_fit_elsewhere_too() -> None:
    """Mesos tells how much all tasks use, and nobody tells what each of another framework's needs."""
    pool = to_lose(1, nodes=2)
    pool.frameworks["spark"] = Framework("spark", "spark")
    for number, cores in ((1, 3.0), (2, 2.0)):
        pool.agents[f"agent-S{number}"] = replace(
            pool.agents[f"agent-S{number}"], used=Amounts(cores), task_ids={"spark": ("one",)}
        )
    assert pool.gone() == []
    pool.agents["agent-S2"] = replace(pool.agents["agent-S2"], used=Amounts(1.0))
    assert pool.gone() == [1]


def test_tasks_move_to_no_agent_that_is_not_well_or_worked_on() -> None:
    pool = to_lose(1, nodes=3)
    pool.runs("/web", 1, 1, 1, 1, 2, 2, 2)
    assert pool.gone() == [3]
    pool.remembers(3, joined_at=NOW)
    assert pool.gone() == [2]
    pool.is_announced(3, timedelta(minutes=10))
    assert pool.gone() == []


def test_who_was_chosen_before_goes_before_others_like_it() -> None:
    pool = to_lose(1)
    pool.incidents[name(3)] = incident(3, Condition.SURPLUS, MINUTE)
    assert pool.gone() == [3]
    pool.runs("/web", 3, 3, 1)
    assert pool.gone() == [2]


def test_the_policy_says_whether_the_oldest_goes() -> None:
    for age, gone in ((Age.OLDEST, [2]), (Age.YOUNGEST, [3])):
        pool = to_lose(1, age=age)
        pool.remembers(2, joined_at=NOW - 9 * DAY)
        pool.remembers(3, joined_at=NOW - timedelta(hours=2))
        for number in (1, 2, 3):
            pool.becomes(number, fault_domain=None)
        assert pool.gone() == gone


def test_a_load_balancer_keeps_what_it_needs() -> None:
    pool = to_lose(2, serving=2)
    assert len(pool.gone()) == 1


def test_not_more_are_chosen_than_may_go_at_once() -> None:
    pool = to_lose(5, nodes=10)
    some = replace(pool.policy.pools[0].disruption, at_once=Share(2, False))
    pool.policy = replace(pool.policy, pools=(replace(pool.policy.pools[0], disruption=some),))
    assert len(pool.gone()) == 2


def test_no_more_than_twenty_are_chosen_at_a_look() -> None:
    assert len(to_lose(25, nodes=30).gone()) == 20
