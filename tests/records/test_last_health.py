"""The last reading of DC/OS's own health is kept small, with its time, and never replaced by an older one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec

from shared.memory.store import MemoryStore
from shared.model.health import (
    UNREAD,
    Check,
    ClusterHealth,
    Diagnostics,
    Ensemble,
    FailedUnit,
    Health,
    Marathon,
    Member,
    Mode,
    NodeHealth,
    Role,
    Waiting,
)
from shared.model.readings import Failure, Reading, Value
from shared.model.signals import Severity
from shared.ports.store import Table, Write
from shared.records.last_health import MOST_NODES, LastHealth, abridged

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
MASTERS = tuple(NodeHealth(f"172.16.0.{n}", Role.MASTER, Health.OK) for n in (5, 6, 7))


def of[T](value: T) -> Reading[T]:
    return Value(value, "test", NOW)


def units(count: int) -> tuple[FailedUnit, ...]:
    long = "x" * 380
    return tuple(
        FailedUnit(f"dcos-{n:03}-{'u' * 60}.service", Health.CRITICAL, "mesos", long, Severity.CRITICAL, long)
        for n in range(count)
    )


def agents(count: int, health: Health, failed: int = 0) -> tuple[NodeHealth, ...]:
    return tuple(
        NodeHealth(f"10.{health.value[0]}.{n // 250}.{n % 250}", Role.AGENT, health, units(failed))
        for n in range(count)
    )


def health(*nodes: NodeHealth, checks: tuple[Check, ...] = (), waiting: int = 0) -> ClusterHealth:
    members = tuple(Member(f"172.16.0.{n}", "serving", True, n == 5) for n in (5, 6, 7))
    queue = tuple(Waiting(f"/app-{n}", 1, n >= 50) for n in range(waiting))
    return ClusterHealth(
        of(Diagnostics((*nodes, *MASTERS), "1.13.4")),
        of(Ensemble(members)),
        of(Marathon("172.16.0.5:8080", queue)),
        of(checks),
        {master.address: of(checks) for master in MASTERS},
        of({"mesos": "1.8.1"}),
    )


def listed(health: ClusterHealth) -> Diagnostics:
    assert isinstance(health.diagnostics, Value)
    return health.diagnostics.value


def test_masters_are_listed_and_well_agents_are_counted() -> None:
    kept = listed(abridged(health(*agents(1_000, Health.OK), *agents(2, Health.UNKNOWN))))
    assert kept.masters == MASTERS
    assert kept.nodes == MASTERS
    assert kept.others == {Health.OK: 1_000, Health.UNKNOWN: 2}
    assert kept.dcos_version == "1.13.4"
    assert abridged(health()).packages == of({"mesos": "1.8.1"})


def test_an_ill_agent_is_listed_with_its_units_and_their_components() -> None:
    kept = listed(abridged(health(*agents(5, Health.OK), *agents(1, Health.CRITICAL, 2))))
    ill = kept.node("10.c.0.0")
    assert ill is not None
    assert [(unit.component, unit.severity, unit.says) for unit in ill.failed] == [
        ("mesos", Severity.CRITICAL, ""),
        ("mesos", Severity.CRITICAL, ""),
    ]
    assert kept.others == {Health.OK: 5}


def test_however_ill_a_cluster_of_a_thousand_is_its_row_stays_small() -> None:
    checks = tuple(Check(f"check-{n:03}" + "n" * 100, Health.CRITICAL, "o" * 380) for n in range(60))
    everything = health(*agents(1_000, Health.CRITICAL, 128), checks=checks, waiting=5_000)
    kept = abridged(everything)
    assert len(listed(kept).nodes) == MOST_NODES
    assert len(listed(kept).masters) == 3
    assert listed(kept).others == {Health.CRITICAL: 1_000 + 3 - MOST_NODES}
    assert len(msgspec.json.encode(kept)) < 300_000
    assert len(msgspec.json.encode(abridged(health(*agents(1_000, Health.OK))))) < 2_000


def test_what_finds_no_room_is_listed_before_what_only_backs_off() -> None:
    kept = abridged(health(waiting=60)).marathon
    assert isinstance(kept, Value)
    assert [one.app for one in kept.value.waiting[:10]] == [f"/app-{n}" for n in range(50, 60)]


def test_only_checks_that_did_not_pass_are_kept() -> None:
    checks = (
        Check("a", Health.OK, "fine"),
        Check("b", Health.CRITICAL, "off"),
        Check("c", Health.UNKNOWN, "?"),
    )
    kept = abridged(health(checks=checks)).checks
    assert isinstance(kept, Value)
    assert kept.value == (Check("b", Health.CRITICAL), Check("c", Health.UNKNOWN))


def test_what_could_not_be_read_stays_a_failure() -> None:
    broken = Failure("no answer", "test", NOW)
    kept = abridged(ClusterHealth(broken, broken, broken, broken, {"172.16.0.5": broken}))
    assert kept == ClusterHealth(broken, broken, broken, broken, {"172.16.0.5": broken})


def test_a_zookeeper_server_has_its_mode_while_it_serves() -> None:
    def ensemble(*members: tuple[bool, bool]) -> Ensemble:
        return Ensemble(tuple(Member(f"m{n}", "", *one) for n, one in enumerate(members)))

    three = ensemble((True, True), (True, False), (False, False))
    assert [three.mode_of(f"m{n}") for n in range(4)] == [Mode.LEADER, Mode.FOLLOWER, None, None]
    assert ensemble((True, True)).mode_of("m0") is Mode.STANDALONE


async def test_it_comes_back_as_it_was_kept_with_the_time_of_each_part() -> None:
    store = MemoryStore()
    assert await LastHealth(store).get("prod") == UNREAD
    await LastHealth(store).put("prod", Value(health(), "dcos.health", NOW))
    assert await LastHealth(store).get("prod") == Value(abridged(health()), "dcos.health", NOW)
    assert await LastHealth(store).get("test") == UNREAD


async def test_an_older_reading_does_not_replace_a_later_one() -> None:
    kept, older = LastHealth(MemoryStore()), NOW - timedelta(minutes=5)
    await kept.put("prod", Value(health(), "later", NOW))
    await kept.put("prod", Value(health(), "older", older))
    assert (await kept.get("prod")).source == "later"
    await kept.put("prod", Value(health(), "latest", NOW + timedelta(minutes=5)))
    assert (await kept.get("prod")).source == "latest"


async def test_what_another_version_wrote_is_written_over() -> None:
    store = MemoryStore()
    await store.write(Table.HEALTH, "prod|reading", Write("last", b'{"type":"novel"}', None))
    await LastHealth(store).put("prod", Value(health(), "ours", NOW))
    assert (await LastHealth(store).get("prod")).source == "ours"


async def test_a_row_that_was_written_meanwhile_stands() -> None:
    store = MemoryStore()

    class Racing(MemoryStore):
        async def write(self, table: Table, partition: str, write: Write) -> str:
            if write.etag is None:
                await store.write(table, partition, Write(write.row, b"{}", None))
            return await store.write(table, partition, write)

    await LastHealth(Racing()).put("prod", Value(health(), "ours", NOW))
    stored = await store.get(Table.HEALTH, "prod|reading", "last")
    assert stored is not None
    assert stored.body == b"{}"
