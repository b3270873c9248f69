"""Each rule of shared/judge/masters.py, by its number."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared.judge.masters import EXHIBITOR_UNIT, MESOS_UNIT
from shared.model.azure import Power, Provisioning
from shared.model.health import Health
from shared.model.nodes import Condition
from shared.model.signals import Severity
from shared.policy.quorum import Quorum
from tests.builders import NOW
from tests.masters.council import Masters, diagnosed

SECOND = 1  # a master that does not lead


@pytest.fixture
def masters() -> Masters:
    return Masters(3)


def judged(masters: Masters, number: int = SECOND) -> tuple[Condition, int]:
    finding = masters.seat(number).finding
    return finding.condition, finding.rule


def test_1_silence_of_all_is_a_fault_of_our_eyes(masters: Masters) -> None:
    for number in range(3):
        masters.mesos_is_silent(number)
    assert judged(masters) == (Condition.UNKNOWN, 1)
    assert masters.seat(SECOND).finding.blind


def test_1_readings_from_the_future_say_nothing(masters: Masters) -> None:
    masters.started_at = NOW + timedelta(minutes=5)
    assert judged(masters) == (Condition.UNKNOWN, 1)


@pytest.mark.parametrize("power", [Power.STOPPED, Power.DEALLOCATED, Power.STOPPING, Power.DEALLOCATING])
def test_2_stopped_and_answering_is_a_contradiction(masters: Masters, power: Power) -> None:
    masters.machine(SECOND, power=power)
    assert judged(masters) == (Condition.UNKNOWN, 2)
    assert not masters.seat(SECOND).serves


@pytest.mark.parametrize("power", [Power.STOPPED, Power.DEALLOCATED, Power.STOPPING, Power.DEALLOCATING])
def test_3_a_machine_that_is_off_is_stopped(masters: Masters, power: Power) -> None:
    masters.machine(SECOND, power=power)
    masters.is_silent(SECOND)
    assert judged(masters) == (Condition.STOPPED, 3)


@pytest.mark.parametrize(
    ("power", "provisioning"),
    [
        (Power.STARTING, Provisioning.SUCCEEDED),
        (Power.RUNNING, Provisioning.UPDATING),
        (Power.RUNNING, Provisioning.CREATING),
        (Power.RUNNING, Provisioning.DELETING),
    ],
)
def test_4_a_machine_that_azure_works_on_is_stopped_unless_its_mesos_answers(
    masters: Masters, power: Power, provisioning: Provisioning
) -> None:
    masters.machine(SECOND, power=power, provisioning=provisioning)
    assert judged(masters) == (Condition.HEALTHY, 17)
    assert masters.seat(SECOND).moves
    masters.is_silent(SECOND)
    assert judged(masters) == (Condition.STOPPED, 4)


def test_5_without_azure_s_word_a_silent_one_is_unknown(masters: Masters) -> None:
    masters.machines_unread = True
    masters.is_silent(SECOND)
    assert judged(masters) == (Condition.UNKNOWN, 5)
    assert masters.seat(SECOND).finding.blind


def test_6_a_mesos_that_is_silent_beside_a_zookeeper_that_serves_is_impaired(masters: Masters) -> None:
    masters.mesos_is_silent(SECOND)
    assert judged(masters) == (Condition.IMPAIRED, 6)
    assert masters.seat(SECOND).finding.unit == MESOS_UNIT
    assert not masters.seat(SECOND).serves


def test_7_a_silent_machine_is_unreachable(masters: Masters) -> None:
    masters.is_silent(SECOND)
    assert judged(masters) == (Condition.UNREACHABLE, 7)
    assert judged(masters, 0) == (Condition.HEALTHY, 17)


def test_7_also_when_nobody_tells_of_its_zookeeper(masters: Masters) -> None:
    masters.mesos_is_silent(SECOND)
    masters.ensemble_unread = True
    assert judged(masters) == (Condition.UNREACHABLE, 7)


def test_8_without_exhibitor_s_word_nobody_surely_serves(masters: Masters) -> None:
    masters.ensemble_unread = True
    assert judged(masters) == (Condition.UNKNOWN, 8)
    assert masters.seat(SECOND).finding.blind
    assert not masters.seat(SECOND).serves


def test_9_an_ensemble_of_strangers_says_nothing_of_ours(masters: Masters) -> None:
    masters.ensemble = [("master-0.internal", "serving"), ("master-1.internal", "serving")]
    assert judged(masters) == (Condition.HEALTHY, 9)
    assert not any(seat.serves for seat in masters.seats())
    masters.health = diagnosed(masters.addresses[SECOND], "dcos-net.service")
    assert judged(masters) == (Condition.IMPAIRED, 16)
    assert not masters.seat(SECOND).serves


@pytest.mark.parametrize("others", ["down", "latent", "missing"])
def test_9_a_zookeeper_that_lacks_a_majority_is_not_ill_and_never_serves(
    masters: Masters, others: str
) -> None:
    first, last = masters.addresses[0], masters.addresses[2]
    masters.ensemble = [(masters.addresses[SECOND], "not serving")]
    if others != "missing":
        masters.ensemble = [(first, others), *masters.ensemble, (last, others)]
    assert judged(masters) == (Condition.HEALTHY, 9)
    assert not masters.seat(SECOND).serves
    assert [judged(masters, number) for number in (0, 2)] == [(Condition.IMPAIRED, 10)] * 2
    masters.said(SECOND, recovered=False)
    assert judged(masters) == (Condition.IMPAIRED, 12)


@pytest.mark.parametrize("others", [("down", "serving"), ("not serving", "not serving"), ("down", "unknown")])
def test_10_one_that_does_not_serve_with_a_majority_there_is_ill(
    masters: Masters, others: tuple[str, str]
) -> None:
    states = (others[0], "not serving", others[1])
    masters.ensemble = list(zip(masters.addresses, states, strict=True))
    assert judged(masters) == (Condition.IMPAIRED, 10)


def test_9_of_five_three_that_are_down_are_a_majority_and_two_are_not() -> None:
    masters = Masters(5)
    masters.ensemble[0] = masters.addresses[0], "not serving"
    for number in (2, 3):
        masters.ensemble[number] = masters.addresses[number], "down"
    assert judged(masters, 0) == (Condition.IMPAIRED, 10)
    masters.ensemble[4] = masters.addresses[4], "down"
    assert judged(masters, 0) == (Condition.HEALTHY, 9)


@pytest.mark.parametrize("state", ["down", "not serving", "latent", "unknown"])
def test_10_a_zookeeper_that_does_not_serve_impairs(masters: Masters, state: str) -> None:
    masters.ensemble[SECOND] = (masters.addresses[SECOND], state)
    assert judged(masters) == (Condition.IMPAIRED, 10)
    assert masters.seat(SECOND).finding.unit == EXHIBITOR_UNIT


def test_10_so_does_one_that_never_joined_the_ensemble(masters: Masters) -> None:
    del masters.ensemble[2]
    assert judged(masters, 2) == (Condition.IMPAIRED, 10)


def test_11_a_registry_that_nobody_tells_of_is_not_taken_for_recovered(masters: Masters) -> None:
    masters.said(SECOND, recovered=None)
    assert judged(masters) == (Condition.UNKNOWN, 11)


def test_12_a_registry_that_is_not_recovered_impairs(masters: Masters) -> None:
    masters.said(SECOND, recovered=False)
    assert judged(masters) == (Condition.IMPAIRED, 12)
    assert not masters.seat(SECOND).serves


def test_13_of_two_leaders_none_is_believed(masters: Masters) -> None:
    masters.said(SECOND, known_as=frozenset({"172.16.0.6:5050"}), follows=None)
    assert [judged(masters, number) for number in range(3)] == [(Condition.UNKNOWN, 13)] * 3


def test_13_nor_is_one_that_follows_another_leader(masters: Masters) -> None:
    masters.said(SECOND, follows="172.16.0.7:5050")
    assert judged(masters) == (Condition.UNKNOWN, 13)
    assert judged(masters, 0) == (Condition.HEALTHY, 17)


def test_14_while_nobody_leads_nobody_is_judged(masters: Masters) -> None:
    for number in range(3):
        masters.said(number, known_as=frozenset(), follows=None)
    assert judged(masters) == (Condition.UNKNOWN, 14)
    assert masters.seat(SECOND).finding.blind


def test_15_one_that_follows_nobody_is_impaired(masters: Masters) -> None:
    masters.said(SECOND, follows=None)
    assert judged(masters) == (Condition.IMPAIRED, 15)


def test_16_a_critical_unit_impairs_and_its_vote_counts_still(masters: Masters) -> None:
    masters.health = diagnosed(masters.addresses[SECOND], "dcos-net.service")
    assert judged(masters) == (Condition.IMPAIRED, 16)
    assert masters.seat(SECOND).serves
    assert masters.seat(SECOND).finding.unit == "dcos-net.service"


@pytest.mark.parametrize(
    ("unit", "health", "severity", "ago"),
    [
        ("dcos-net.service", Health.CRITICAL, Severity.WARNING, timedelta(0)),
        ("dcos-net.service", Health.UNKNOWN, Severity.CRITICAL, timedelta(0)),
        ("dcos-net.service", Health.CRITICAL, Severity.CRITICAL, timedelta(minutes=11)),
        ("dcos-net.service", Health.CRITICAL, Severity.CRITICAL, timedelta(minutes=-2)),
        ("dcos-net.service; reboot", Health.CRITICAL, Severity.CRITICAL, timedelta(0)),
    ],
)
def test_16_not_by_what_is_harmless_old_or_no_unit(
    masters: Masters, unit: str, health: Health, severity: Severity, ago: timedelta
) -> None:
    masters.health = diagnosed(masters.addresses[SECOND], unit, health, severity, ago)
    assert judged(masters) == (Condition.HEALTHY, 17)


def test_16_nor_by_what_was_read_before_it_was_started_again(masters: Masters) -> None:
    masters.said(SECOND, started_at=NOW - timedelta(minutes=1))
    masters.health = diagnosed(masters.addresses[SECOND], "dcos-net.service", ago=timedelta(minutes=2))
    assert judged(masters) == (Condition.HEALTHY, 17)


def test_17_a_leader_and_those_who_follow_it_are_healthy(masters: Masters) -> None:
    assert [judged(masters, number) for number in range(3)] == [(Condition.HEALTHY, 17)] * 3
    assert [seat.leads for seat in masters.seats()] == [True, False, False]
    assert not any(seat.moves for seat in masters.seats())


def test_a_master_that_was_started_lately_moves(masters: Masters) -> None:
    masters.said(SECOND, started_at=NOW - timedelta(minutes=1))
    assert [seat.moves for seat in masters.seats()] == [False, True, False]


@pytest.mark.parametrize("power", [Power.STARTING, Power.STOPPING, Power.DEALLOCATING])
def test_so_does_one_whose_machine_is_on_its_way_somewhere_but_not_one_that_is_off(
    masters: Masters, power: Power
) -> None:
    masters.is_silent(SECOND)
    masters.machine(SECOND, power=power)
    assert masters.seat(SECOND).moves
    masters.machine(SECOND, power=Power.DEALLOCATED)
    assert not masters.seat(SECOND).moves


@pytest.mark.parametrize("name", ["itself:5050", "m0.internal:5059", "172.16.0.5:5059"])
def test_a_leader_is_known_by_its_own_word_by_the_policy_s_and_by_its_private_address(name: str) -> None:
    masters = Masters(3, named=("m0.internal:5059", "m1.internal:5050", "m2.internal"))
    masters.said(0, known_as=frozenset({"itself:5050"}))
    for number in (1, 2):
        masters.said(number, follows=name)
    assert [judged(masters, number) for number in range(3)] == [(Condition.HEALTHY, 17)] * 3


def test_a_leader_without_a_port_in_the_policy_has_that_of_mesos() -> None:
    masters = Masters(3, named=("m0.internal", "m1.internal", "m2.internal"))
    masters.said(0, known_as=frozenset({"itself:1"}))
    masters.said(SECOND, follows="m0.internal:5050")
    assert judged(masters) == (Condition.HEALTHY, 17)


def test_masters_behind_one_host_are_told_apart_by_what_the_policy_calls_them() -> None:
    masters = Masters(3, Quorum(), named=("localhost:5051", "localhost:5052", "localhost:5053"))
    assert [seat.name for seat in masters.seats()] == ["localhost:5051", "localhost:5052", "localhost:5053"]
    assert [judged(masters, number) for number in range(3)] == [(Condition.HEALTHY, 9)] * 3
    masters.is_silent(SECOND)
    assert judged(masters) == (Condition.UNREACHABLE, 7)


def test_private_addresses_are_those_of_the_policy_where_it_gives_them() -> None:
    masters = Masters(3, named=("localhost:5051", "localhost:5052", "localhost:5053"))
    assert [seat.name for seat in masters.seats()] == list(masters.addresses)
    assert [seat.serves for seat in masters.seats()] == [True, True, True]
