"""DC/OS's own health becomes signals when it changes, and only then."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from shared.dcos.components import failed_unit
from shared.model.complaints import CLUSTER, Complaints
from shared.model.health import (
    Check,
    ClusterHealth,
    Diagnostics,
    Ensemble,
    Health,
    Marathon,
    Member,
    NodeHealth,
    Role,
)
from shared.model.readings import Failure, Reading, Value
from shared.model.signals import Severity, Signal, SignalKind, Source
from shared.signals.health import FOLD, Place, complaints, news

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
FIVE = timedelta(minutes=5)
BROKEN: Failure = Failure("no answer", "test", NOW)
MESOS, TELEGRAF = "dcos-mesos-slave.service", "dcos-telegraf.service"
PLACES = {f"10.32.0.{n}": Place("private", f"set_{n}") for n in range(40)}


def node(address: str, *units: str, role: Role = Role.AGENT, health: Health | None = None) -> NodeHealth:
    failed = tuple(failed_unit(unit, Health.CRITICAL) for unit in units)
    return NodeHealth(address, role, health or (Health.CRITICAL if units else Health.OK), failed)


def master(address: str, *units: str) -> NodeHealth:
    return node(address, *units, role=Role.MASTER)


def of[T](value: T) -> Reading[T]:
    return Value(value, "test", NOW)


def ensemble(serving: int, leaders: int = 1) -> Reading[Ensemble]:
    return of(
        Ensemble(tuple(Member(f"172.16.0.{n}", "", n < serving, n < min(leaders, serving)) for n in range(3)))
    )


def health(
    *nodes: NodeHealth,
    zookeeper: Reading[Ensemble] = BROKEN,
    marathon: Reading[Marathon] = BROKEN,
    checks: Reading[tuple[Check, ...]] = BROKEN,
) -> ClusterHealth:
    return ClusterHealth(of(Diagnostics(nodes)), zookeeper, marathon, checks, {})


UNREADABLE = ClusterHealth(BROKEN, BROKEN, BROKEN, BROKEN, {"172.16.0.5": BROKEN})


class Memory:
    """Reads one health after another, five minutes apart, as the sweep does."""

    def __init__(self) -> None:
        self.kept: Mapping[str, Complaints] = {}
        self.now = NOW

    def hears(
        self, health: ClusterHealth, after: timedelta = FIVE
    ) -> list[tuple[SignalKind, str | None, str]]:
        return [(one.kind, one.node, one.what) for one in self.signals(health, after)]

    def signals(self, health: ClusterHealth, after: timedelta = FIVE) -> tuple[Signal, ...]:
        self.now += after
        now_wrong = complaints(self.kept, health, self.now)
        found = news("prod", self.kept, now_wrong, PLACES, self.now)
        encoded = msgspec.json.encode(now_wrong)
        self.kept = msgspec.json.decode(encoded, type=dict[str, Complaints])
        return tuple(one.signal for one in found)


def test_a_unit_that_fails_on_an_agent_is_one_signal_and_its_recovery_another() -> None:
    memory = Memory()
    assert memory.hears(health(node("10.32.0.4"))) == []
    assert memory.hears(health(node("10.32.0.4", MESOS))) == [(SignalKind.NODE_UNWELL, "set_4", MESOS)]
    assert memory.hears(health(node("10.32.0.4", MESOS))) == []
    assert memory.hears(health(node("10.32.0.4"))) == [(SignalKind.NODE_WELL, "set_4", MESOS)]
    assert memory.kept == {}


def test_the_signal_says_where_what_and_how_bad() -> None:
    (signal,) = Memory().signals(health(node("10.32.0.4", MESOS)))
    assert (signal.source, signal.cluster, signal.pool) == (Source.DIAGNOSTICS, "prod", "private")
    assert (signal.what, signal.severity) == (MESOS, Severity.CRITICAL)
    assert signal.occurred_at == NOW + FIVE


def test_what_is_remembered_names_the_component_and_what_it_takes_down() -> None:
    memory = Memory()
    memory.hears(health(node("10.32.0.4", MESOS)))
    assert memory.kept["10.32.0.4"].against[MESOS].why.startswith("mesos: On an agent no task can be started")


def test_a_second_unit_is_news_and_the_first_is_not_told_again() -> None:
    memory = Memory()
    memory.hears(health(node("10.32.0.4", MESOS)))
    heard = memory.hears(health(node("10.32.0.4", MESOS, TELEGRAF)))
    assert heard == [(SignalKind.NODE_UNWELL, "set_4", TELEGRAF)]


def test_what_can_not_be_read_is_neither_well_nor_unwell() -> None:
    memory = Memory()
    memory.hears(health(node("10.32.0.4", MESOS), zookeeper=ensemble(2)))
    kept = memory.kept
    assert memory.hears(UNREADABLE) == []
    assert memory.kept == kept


def test_an_unhealthy_node_whose_units_were_not_read_stays_as_it_was() -> None:
    memory = Memory()
    memory.hears(health(node("10.32.0.4", MESOS)))
    unread = replace(node("10.32.0.4", health=Health.CRITICAL), is_read=False)
    assert memory.hears(health(unread)) == []
    assert memory.hears(health(node("10.32.0.4", MESOS))) == []
    assert memory.hears(health(node("10.32.0.4"))) == [(SignalKind.NODE_WELL, "set_4", MESOS)]


def test_an_unhealthy_node_whose_units_were_never_read_is_told_of_once() -> None:
    memory = Memory()
    unread = replace(node("10.32.0.4", health=Health.CRITICAL), is_read=False)
    assert memory.hears(health(unread)) == [(SignalKind.NODE_UNWELL, "set_4", "node")]
    assert memory.hears(health(unread)) == []
    assert memory.hears(health(node("10.32.0.4", MESOS))) == [(SignalKind.NODE_UNWELL, "set_4", MESOS)]


def test_a_node_of_unknown_health_stays_as_it_was() -> None:
    memory = Memory()
    assert memory.hears(health(node("10.32.0.4", health=Health.UNKNOWN))) == []
    memory.hears(health(node("10.32.0.4", MESOS)))
    assert memory.hears(health(node("10.32.0.4", health=Health.UNKNOWN))) == []


def test_an_unhealthy_node_without_an_unhealthy_unit_is_told_of() -> None:
    memory = Memory()
    bad = node("10.32.0.4", health=Health.CRITICAL)
    assert memory.hears(health(bad)) == [(SignalKind.NODE_UNWELL, "set_4", "node")]
    assert memory.hears(health(node("10.32.0.4"))) == [(SignalKind.NODE_WELL, "set_4", "node")]


def test_a_node_that_is_not_listed_is_no_news_and_is_forgotten_after_an_hour() -> None:
    memory = Memory()
    memory.hears(health(node("10.32.0.4", MESOS), node("10.32.0.5")))
    for _ in range(12):
        assert memory.hears(health(node("10.32.0.5"))) == []
        assert memory.kept
    assert memory.hears(health(node("10.32.0.5"))) == []
    assert memory.kept == {}


def test_a_node_that_is_listed_again_before_the_hour_is_over_is_as_it_was() -> None:
    memory = Memory()
    memory.hears(health(node("10.32.0.4", MESOS)))
    memory.hears(health())
    assert memory.hears(health(node("10.32.0.4", MESOS))) == []
    assert memory.kept["10.32.0.4"].absent_since is None


def test_a_masters_unit_is_about_the_cluster_and_over_when_no_master_has_it() -> None:
    memory, unit = Memory(), "dcos-marathon.service"
    first = health(master("172.16.0.5", unit), master("172.16.0.6"))
    both = health(master("172.16.0.5", unit), master("172.16.0.6", unit))
    second = health(master("172.16.0.5"), master("172.16.0.6", unit))
    none = health(master("172.16.0.5"), master("172.16.0.6"))
    assert memory.hears(first) == [(SignalKind.CLUSTER_UNWELL, None, unit)]
    assert memory.hears(both) == []
    assert memory.hears(second) == []
    assert memory.hears(none) == [(SignalKind.CLUSTER_WELL, None, unit)]


def test_zookeeper_is_well_only_when_all_serve_and_one_leads() -> None:
    memory = Memory()
    assert memory.hears(health(zookeeper=ensemble(3))) == []
    assert memory.hears(health(zookeeper=ensemble(2))) == [(SignalKind.CLUSTER_UNWELL, None, "exhibitor")]
    assert memory.hears(health(zookeeper=ensemble(3, leaders=2))) == []
    assert memory.hears(health(zookeeper=ensemble(3))) == [(SignalKind.CLUSTER_WELL, None, "exhibitor")]
    assert memory.hears(health(zookeeper=of(Ensemble(())))) == [
        (SignalKind.CLUSTER_UNWELL, None, "exhibitor")
    ]


def test_a_marathon_without_leader_is_about_the_cluster() -> None:
    memory = Memory()
    assert memory.hears(health(marathon=of(Marathon(None)))) == [
        (SignalKind.CLUSTER_UNWELL, None, "marathon-leader")
    ]
    assert memory.hears(health(marathon=of(Marathon("172.16.0.5:8080")))) == [
        (SignalKind.CLUSTER_WELL, None, "marathon-leader")
    ]


def test_checks_fail_and_recover_and_an_unknown_one_does_neither() -> None:
    def check(of_health: Health) -> ClusterHealth:
        return health(checks=of((Check("clock_sync", of_health, "skewed"),)))

    memory = Memory()
    assert memory.hears(check(Health.UNKNOWN)) == []
    assert memory.hears(check(Health.CRITICAL)) == [(SignalKind.CLUSTER_UNWELL, None, "clock_sync")]
    assert memory.hears(check(Health.UNKNOWN)) == []
    assert memory.hears(check(Health.OK)) == [(SignalKind.CLUSTER_WELL, None, "clock_sync")]


def test_many_nodes_with_one_fault_are_one_signal_about_the_pool() -> None:
    memory, nodes = Memory(), [f"10.32.0.{n}" for n in range(FOLD + 1)]
    assert memory.hears(health(*(node(one, TELEGRAF) for one in nodes))) == [
        (SignalKind.POOL_UNWELL, None, TELEGRAF)
    ]
    assert memory.hears(health(*(node(one) for one in nodes))) == [(SignalKind.POOL_WELL, None, TELEGRAF)]


def test_nodes_that_the_inventory_does_not_know_have_no_name() -> None:
    assert Memory().hears(health(node("10.99.0.1", MESOS))) == [(SignalKind.NODE_UNWELL, None, MESOS)]
    many = [node(f"10.99.0.{n}", MESOS) for n in range(FOLD + 1)]
    assert Memory().hears(health(*many)) == [(SignalKind.CLUSTER_UNWELL, None, MESOS)]


def test_a_recovery_that_is_told_twice_has_the_same_id() -> None:
    memory = Memory()
    memory.hears(health(node("10.32.0.4", MESOS)))
    kept = memory.kept
    first = memory.signals(health(node("10.32.0.4")))
    memory.kept = kept
    again = memory.signals(health(node("10.32.0.4")))
    assert [one.event_id for one in first] == [one.event_id for one in again]


def test_the_cluster_itself_is_never_forgotten() -> None:
    memory = Memory()
    memory.hears(health(zookeeper=ensemble(1)))
    for _ in range(20):
        assert memory.hears(health()) == []
    assert memory.kept[CLUSTER].against.keys() == {"exhibitor"}


UNITS = st.sampled_from([MESOS, TELEGRAF, "dcos-marathon.service", "unheard-of"])
NODES = st.builds(
    lambda number, role, units: node(f"10.32.0.{number}", *sorted(units), role=role),
    st.integers(0, 4),
    st.sampled_from(Role),
    st.sets(UNITS, max_size=3),
)


@given(st.lists(st.lists(NODES, max_size=4, unique_by=lambda one: one.address), max_size=6))
def test_unwell_and_well_take_turns_whatever_happens(story: list[list[NodeHealth]]) -> None:
    memory, unwell = Memory(), set[tuple[str | None, str]]()
    roles = {f"10.32.0.{n}": Role.MASTER if n == 0 else Role.AGENT for n in range(5)}
    for nodes in story:
        steady = (replace(one, role=roles[one.address]) for one in nodes)
        for signal in memory.signals(health(*steady)):
            key = (signal.node, signal.what)
            if signal.kind in {SignalKind.NODE_UNWELL, SignalKind.CLUSTER_UNWELL}:
                assert key not in unwell
                unwell.add(key)
            else:
                unwell.remove(key)
