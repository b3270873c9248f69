"""DC/OS's own health is read beside the pass: changes wake a pass, are told with their reason, and are never lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from shared.app import App
from shared.errors import Retry
from shared.memory.health import MemoryHealth
from shared.model.health import Health, Role
from shared.model.signals import SignalKind
from shared.operate.health import hear_health
from shared.policy.in_force import PolicyInForce
from shared.policy.load import load
from tests.scene import Scene

MESOS = "dcos-mesos-slave.service"
MASTERS = {f"172.16.0.{n}": Role.MASTER for n in (5, 6, 7)}


class Desk:
    """A scene of three agents that the inventory knows, whose DC/OS can say how it is."""

    def __init__(self) -> None:
        self.scene = Scene(agents=3)
        self.dcos = MemoryHealth(self.scene.clock, MASTERS)
        self.cluster = load(self.scene.policy, "policy.yaml").clusters[0]
        self.addresses: dict[str, str] = {}

    @classmethod
    async def ready(cls) -> Desk:
        desk = cls()
        await desk.scene.sweeps()
        inventory = await desk.scene.reader.inventory.between("prod", "", "")
        desk.addresses = {name: kept.value.address or "" for name, kept in inventory.items()}
        desk.dcos.nodes |= dict.fromkeys(desk.addresses.values(), Role.AGENT)
        return desk

    @property
    def node(self) -> str:
        return sorted(self.addresses)[0]

    def fails(self, unit: str = MESOS) -> None:
        self.dcos.failed.add((self.addresses[self.node], unit))

    async def hears(self) -> list[tuple[SignalKind, str | None, str]]:
        self.scene.clock.advance(timedelta(minutes=5))
        outside = replace(self.scene.outside, health_of=lambda _: self.dcos)
        found = await hear_health(outside, self.cluster)
        return [(one.kind, one.node, one.what) for one in found]

    async def rows(self) -> list[str]:
        return list(await self.scene.reader.health.between("prod", "", ""))


async def test_a_well_cluster_says_nothing_and_keeps_nothing() -> None:
    desk = await Desk.ready()
    assert await desk.hears() == []
    assert await desk.rows() == []


async def test_a_failing_unit_is_told_once_and_so_is_its_recovery() -> None:
    desk = await Desk.ready()
    desk.fails()
    assert await desk.hears() == [(SignalKind.NODE_UNWELL, desk.node, MESOS)]
    assert await desk.hears() == []
    assert await desk.rows() == [desk.addresses[desk.node]]
    desk.dcos.failed.clear()
    assert await desk.hears() == [(SignalKind.NODE_WELL, desk.node, MESOS)]
    assert await desk.rows() == []


async def test_the_audit_says_which_unit_where_and_what_it_takes_down() -> None:
    desk = await Desk.ready()
    desk.fails()
    await desk.hears()
    address = desk.addresses[desk.node]
    told = f"{desk.node}: DC/OS says of {address} that {MESOS} is not well (What {MESOS} does.)"
    assert told in await desk.scene.said()


async def test_trouble_of_masters_is_about_the_cluster() -> None:
    desk = await Desk.ready()
    desk.dcos.leader = None
    desk.dcos.not_serving.add("172.16.0.7")
    desk.dcos.checks["clock_sync"] = Health.WARNING
    desk.dcos.failed.add(("172.16.0.5", "dcos-cosmos.service"))
    heard = await desk.hears()
    assert {kind for kind, _, _ in heard} == {SignalKind.CLUSTER_UNWELL}
    assert {what for _, _, what in heard} == {
        "marathon-leader",
        "exhibitor",
        "clock_sync",
        "dcos-cosmos.service",
    }
    assert await desk.hears() == []


async def test_parts_that_do_not_answer_change_nothing() -> None:
    desk = await Desk.ready()
    desk.fails()
    desk.dcos.leader = None
    await desk.hears()
    desk.dcos.blind |= {"diagnostics", "exhibitor", "marathon", "checks"}
    desk.dcos.failed.clear()
    assert await desk.hears() == []
    assert len(await desk.rows()) == 2


async def test_what_was_not_remembered_is_told_again() -> None:
    desk = await Desk.ready()
    desk.fails()
    desk.scene.store.faults.next("write_all", Retry("storage is away", timedelta(seconds=1)), times=9)
    with pytest.raises(Retry):
        await desk.hears()
    desk.scene.store.faults.clear()
    assert await desk.hears() == [(SignalKind.NODE_UNWELL, desk.node, MESOS)]


async def test_a_cluster_that_is_not_asked_says_nothing() -> None:
    desk = await Desk.ready()
    assert await hear_health(desk.scene.outside, desk.cluster) == ()


async def test_the_use_case_asks_every_cluster_of_the_policy_and_a_pass_follows() -> None:
    desk = await Desk.ready()
    desk.fails()
    outside = replace(desk.scene.outside, health_of=lambda _: desk.dcos)

    async def text() -> str:
        return desk.scene.policy

    desk.scene.app = App(outside, PolicyInForce(text, "policy.yaml", outside.store), frozenset())
    await desk.scene.app.check_health()
    await desk.scene.deliver()
    assert any(
        line.startswith(f"{desk.node}: ") and "node_unwell" in line for line in await desk.scene.said()
    )
    assert desk.scene.destroyed == []
