"""The ladder: which remedy is tried next, and why the milder ones are passed over."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from shared.decide.ladder import HELPS, Choice, choose
from shared.model.azure import GuestAgent
from shared.model.decisions import Verdict
from shared.model.incidents import Incident
from shared.model.nodes import Condition, Fate, Finding, Helped, Node
from shared.model.remedies import RUNGS, Remedy
from shared.policy.schema import Repair
from tests.builders import NOW, Cluster, incident, instance, memory, name, pool_policy

ALL = RUNGS
HOUR = timedelta(hours=1)


def asked(
    condition: Condition,
    ladder: tuple[Remedy, ...] = ALL,
    tried: tuple[Remedy, ...] = (),
    helped: tuple[Helped, ...] = (),
    guest: GuestAgent = GuestAgent.SILENT,
    no_room: bool = False,
) -> Choice:
    machine = None if condition is Condition.GONE else instance(1, guest_agent=guest)
    node = Node(name(1), "private", machine, None, memory(1, helped=helped), None)
    open_one: Incident = replace(incident(1, condition, HOUR), tried=tried)
    return choose(ladder, Finding(node, condition, 1, ""), open_one, no_room, NOW)


@pytest.mark.parametrize(
    ("condition", "first"),
    [
        (Condition.GONE, Remedy.REPLACE),
        (Condition.UNREACHABLE, Remedy.RESTART),
        (Condition.IMPAIRED, Remedy.RESTART),
        (Condition.DOOMED, Remedy.REDEPLOY),
        (Condition.STUCK, Remedy.RESTART),
    ],
)
def test_rule_1_a_rung_that_cannot_help_is_passed_over(condition: Condition, first: Remedy) -> None:
    assert asked(condition).remedy is first


@pytest.mark.parametrize(("fate", "first"), [(Fate.MOVES, Remedy.REDEPLOY), (Fate.ENDS, Remedy.REPLACE)])
def test_rule_1_another_host_does_not_help_a_machine_that_is_taken_away(fate: Fate, first: Remedy) -> None:
    node = Node(name(1), "private", instance(1), None, memory(1), None)
    finding = Finding(node, Condition.DOOMED, 11, "", fate=fate)
    assert choose(ALL, finding, None, False, NOW).remedy is first


@pytest.mark.parametrize(("unit", "first"), [("dcos-net.service", Remedy.RESTART_UNIT), ("", Remedy.RESTART)])
def test_rule_1_a_unit_is_started_again_where_one_is_known_to_have_failed(unit: str, first: Remedy) -> None:
    node = Node(name(1), "private", instance(1, guest_agent=GuestAgent.READY), None, memory(1), None)
    finding = Finding(node, Condition.IMPAIRED, 12, "", unit=unit)
    assert choose(ALL, finding, None, False, NOW).remedy is first


@pytest.mark.parametrize("condition", sorted(set(Condition) - set(HELPS)))
def test_rule_1_nothing_helps_a_node_that_is_well_or_that_nobody_understands(condition: Condition) -> None:
    assert asked(condition).remedy is None


def test_rule_2_what_was_tried_for_this_incident_is_not_tried_again() -> None:
    assert asked(Condition.UNREACHABLE, tried=(Remedy.RESTART,)).remedy is Remedy.REDEPLOY
    assert asked(Condition.UNREACHABLE, tried=ALL).remedy is None


@pytest.mark.parametrize(
    ("guest", "first"),
    [
        (GuestAgent.READY, Remedy.RESTART_UNIT),
        (GuestAgent.NOT_READY, Remedy.RESTART),
        (GuestAgent.SILENT, Remedy.RESTART),
        (GuestAgent.UNKNOWN, Remedy.RESTART),
    ],
)
def test_rule_3_a_unit_is_restarted_only_where_a_command_can_be_run(guest: GuestAgent, first: Remedy) -> None:
    assert asked(Condition.UNREACHABLE, guest=guest).remedy is first


@pytest.mark.parametrize(
    ("ago", "first"), [(HOUR, Remedy.REDEPLOY), (24 * HOUR, Remedy.RESTART), (30 * HOUR, Remedy.RESTART)]
)
def test_rule_4_what_helped_and_did_not_last_a_day_is_not_repeated(ago: timedelta, first: Remedy) -> None:
    assert asked(Condition.UNREACHABLE, helped=(Helped(Remedy.RESTART, NOW - ago),)).remedy is first


def test_rule_5_a_network_fault_is_never_reimaged() -> None:
    ladder = (Remedy.REIMAGE, Remedy.REPLACE)
    assert asked(Condition.UNREACHABLE, ladder, guest=GuestAgent.READY).remedy is Remedy.REPLACE
    assert asked(Condition.UNREACHABLE, ladder, guest=GuestAgent.SILENT).remedy is Remedy.REIMAGE


def test_rule_6_without_room_a_later_rung_that_needs_none_comes_first() -> None:
    ladder = (Remedy.REPLACE, Remedy.RESTART)
    assert asked(Condition.UNREACHABLE, ladder, no_room=True).remedy is Remedy.RESTART
    assert asked(Condition.UNREACHABLE, ladder, no_room=False).remedy is Remedy.REPLACE


def test_rule_6_without_room_and_without_another_rung_it_stays_the_one_that_needs_room() -> None:
    ladder = (Remedy.RESTART, Remedy.REPLACE)
    assert asked(Condition.UNREACHABLE, ladder, (Remedy.RESTART,), no_room=True).remedy is Remedy.REPLACE


def test_every_rung_that_was_passed_over_has_its_reason() -> None:
    choice = asked(Condition.GONE)
    assert [one.remedy for one in choice.skipped] == [one for one in ALL if one is not Remedy.REPLACE]
    assert all(one.why for one in choice.skipped)


def test_when_no_rung_is_left_a_person_is_called() -> None:
    cluster = Cluster(nodes=5, pool=pool_policy(repair=Repair(ladder=(Remedy.RESTART,))))
    cluster.is_deallocated(1)
    decision = cluster.decide()[name(1)]
    assert decision.verdict is Verdict.HAND_OVER
    assert "no rung of the ladder is left: not restart" in decision.because
