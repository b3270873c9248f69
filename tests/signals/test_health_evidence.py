"""What a failed unit or check printed goes with its signal, and a node's checks are taken back with its recovery."""

from __future__ import annotations

from msgspec.structs import replace

from shared.model.health import Check, ClusterHealth, Health, NodeHealth, Role
from shared.model.readings import Reading
from shared.model.signals import SignalKind
from tests.signals.test_health import BROKEN, MESOS, Memory, health, master, node, of

AGENT = "10.32.0.4"
OFF = (Check("clock_sync", Health.CRITICAL, "Clock is 30 s off"),)
UNWELL, WELL = (SignalKind.NODE_UNWELL, "set_4", "clock_sync"), (SignalKind.NODE_WELL, "set_4", "clock_sync")


def printing(text: str) -> NodeHealth:
    ill = node(AGENT, MESOS)
    return replace(ill, failed=tuple(replace(unit, says=text) for unit in ill.failed))


def checked(who: NodeHealth, checks: Reading[tuple[Check, ...]]) -> ClusterHealth:
    return replace(health(who), node_checks={who.address: checks})


def test_the_signal_carries_what_the_unit_printed_and_its_end_does_not() -> None:
    memory = Memory()
    (begun,) = memory.signals(health(printing("disk is full")))
    assert begun.evidence == "disk is full"
    (ended,) = memory.signals(health(node(AGENT)))
    assert ended.evidence == ""


def test_a_unit_that_prints_something_else_each_time_is_told_once() -> None:
    memory = Memory()
    memory.hears(health(printing("try 1")))
    assert memory.hears(health(printing("try 2"))) == []
    assert memory.kept[AGENT].against[MESOS].says == "try 1"


def test_a_failed_check_of_an_agent_is_about_that_agent() -> None:
    memory = Memory()
    (signal,) = memory.signals(checked(node(AGENT, health=Health.UNKNOWN), of(OFF)))
    assert (signal.kind, signal.node, signal.what) == UNWELL
    assert signal.evidence == "Clock is 30 s off"


def test_a_failed_check_of_a_master_is_about_the_cluster() -> None:
    (signal,) = Memory().signals(checked(master("172.16.0.5"), of(OFF)))
    assert (signal.kind, signal.node, signal.evidence) == (
        SignalKind.CLUSTER_UNWELL,
        None,
        "Clock is 30 s off",
    )


def test_an_agent_that_is_well_again_has_passed_its_checks() -> None:
    memory, ill = Memory(), node(AGENT, MESOS)
    memory.hears(checked(ill, of(OFF)))
    assert memory.hears(health(ill)) == []
    assert memory.hears(checked(ill, BROKEN)) == []
    assert WELL in memory.hears(health(node(AGENT)))
    assert memory.kept == {}


def test_a_well_master_whose_checks_were_not_read_keeps_what_was_said() -> None:
    memory, well = Memory(), master("172.16.0.5")
    memory.hears(checked(well, of(OFF)))
    assert memory.hears(checked(well, BROKEN)) == []
    assert memory.kept["172.16.0.5"].role is Role.MASTER
