"""Several nodes that still work have the same failed unit: one is helped first, then two, then the rest."""

from __future__ import annotations

from shared.memory.health import MemoryHealth
from shared.model.health import Role
from shared.model.incidents import IncidentState
from shared.model.operations import OperationState
from shared.model.readings import Value
from shared.records.last_health import LastHealth
from tests.scene import POOL, Scene

NET = "dcos-net.service"
WIDE = "disruption: {at_once: 9, per_fault_domain: none, per_hour: 40}"
CALM = "storm: {unhealthy: 100%}"
LADDER = "repair: {ladder: [restart]}"


class Ward:
    """Twelve agents of which some have the same failed unit. A restart mends it, where `mends`."""

    def __init__(self, *ill: int, mends: bool) -> None:
        self.scene = Scene(agents=12, more=f"{WIDE}\n        {CALM}\n        {LADDER}", boot_s=20)
        self.mends, self.most = mends, list[int]()
        addresses = self.scene.compute._pools[POOL].addresses
        self.dcos = MemoryHealth(self.scene.clock, dict.fromkeys(addresses.values(), Role.AGENT))
        self.scene.dcos = self.dcos
        self._address = {self.scene.name(int(id)): address for id, address in addresses.items()}
        self.dcos.failed |= {(addresses[str(number)], NET) for number in ill}

    @property
    def restarted(self) -> list[str]:
        return [name for verb, name in self.scene.compute.acted if verb == "restart"]

    async def after(self, minutes: int) -> None:
        for _ in range(minutes):
            now = self.scene.clock.now()
            health = Value(await self.dcos.read(), "dcos.health", now)
            await LastHealth(self.scene.store).put("prod", health)
            await self.scene.after(minutes=1)
            self.most.append(len(await self.scene.running()))
            if self.mends:
                self.dcos.failed -= {(self._address[name], NET) for name in self.restarted}


def most_before(ward: Ward, most: int) -> list[int]:
    """The numbers of operations at the same time, up to the first time that there are so many."""
    return ward.most[: next(at for at, count in enumerate(ward.most) if count >= most)]


async def test_one_is_helped_then_two_then_the_rest() -> None:
    ward = Ward(1, 2, 3, 4, 5, 6, mends=True)
    await ward.after(minutes=60)
    assert sorted(ward.restarted) == sorted(ward.scene.name(number) for number in range(1, 7))
    assert max(most_before(ward, 2)) == 1
    assert max(most_before(ward, 3)) == 2
    assert (max(ward.most), await ward.scene.open_incidents()) == (3, {})
    assert (await ward.scene.ledger()).waves == ()


async def test_where_it_does_not_help_the_first_the_rest_is_left_alone() -> None:
    ward = Ward(1, 2, 3, 4, mends=False)
    await ward.after(minutes=60)
    assert ward.restarted == [ward.scene.name(1)]
    (operation,) = await ward.scene.closed_operations()
    assert operation.state is OperationState.FAILED
    incidents = await ward.scene.open_incidents()
    assert incidents[ward.scene.name(1)].state is IncidentState.HANDED_OVER
    decision = incidents[ward.scene.name(2)].decision
    assert decision is not None
    assert {answer.reason for answer in decision.answers if not answer.allowed} == {"canary_failed"}


async def test_when_a_person_has_mended_the_first_the_next_one_is_tried() -> None:
    ward = Ward(1, 2, 3, 4, mends=False)
    await ward.after(minutes=30)
    ward.dcos.failed.discard((ward._address[ward.scene.name(1)], NET))
    ward.mends = True
    await ward.after(minutes=40)
    assert sorted(ward.restarted) == sorted(ward.scene.name(number) for number in range(1, 5))
    assert await ward.scene.open_incidents() == {}


async def test_a_crash_in_the_middle_counts_nobody_twice() -> None:
    ward = Ward(1, 2, 3, 4, 5, 6, mends=True)
    for _ in range(30):
        await ward.after(minutes=2)
        ward.scene.restarts()
    assert len(ward.restarted) == 6
    assert max(most_before(ward, 2)) == 1


async def test_dead_nodes_do_not_wait_for_a_canary() -> None:
    scene = Scene(agents=12, more=f"{WIDE}\n        {CALM}")
    await scene.sweeps()
    for number in range(4):
        scene.agent_dies(number)
    await scene.after(minutes=3)
    assert len(scene.destroyed) == 4
