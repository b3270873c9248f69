"""A node whose agent is connected and that does not do its work, by what DC/OS says of itself."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from shared.errors import Retry
from shared.memory.health import MemoryHealth
from shared.model.health import Role
from shared.model.mesos import Generation
from shared.model.readings import Value
from shared.model.remedies import Remedy
from shared.ports.store import Table
from shared.records.last_health import LastHealth
from tests.scene import POOL, Scene
from tests.watched import Call

NET = "dcos-net.service"
LADDER = "repair: {ladder: [restart_unit, restart, replace]}"


class Ward:
    """A scene whose DC/OS is asked for its health each fifth minute."""

    def __init__(self, more: str = LADDER, generation: Generation = Generation.MARK_GONE) -> None:
        self.scene = Scene(agents=6, more=more, generation=generation)
        addresses = self.scene.compute._pools[POOL].addresses
        self.dcos = MemoryHealth(self.scene.clock, dict.fromkeys(addresses.values(), Role.AGENT))
        self.scene.dcos = self.dcos
        self.address = addresses["1"]

    def falls_ill(self) -> None:
        self.dcos.failed.add((self.address, NET))

    async def is_asked(self) -> None:
        now = self.scene.clock.now()
        health = Value(await self.dcos.read(), "dcos.health", now)
        await LastHealth(self.scene.store).put("prod", health)

    async def after(self, minutes: int) -> None:
        """A command that was run starts the unit again, when `NET` may be started."""
        for minute in range(minutes):
            if minute % 5 == 0:
                await self.is_asked()
            await self.scene.after(minutes=1)
            if self.scene.cures("restart_unit") and self.acts == ["run_command"]:
                self.dcos.failed.clear()

    @property
    def acts(self) -> list[str]:
        return [verb for verb, _ in self.scene.compute.acted]


async def test_the_unit_that_failed_is_started_again_and_nothing_else_is_touched() -> None:
    ward = Ward()
    ward.falls_ill()
    await ward.after(minutes=30)
    assert (ward.acts, ward.scene.destroyed, ward.scene.connected) == (["run_command"], [], 6)
    (operation,) = await ward.scene.closed_operations()
    assert (operation.remedy, operation.notes["unit"]) == (Remedy.RESTART_UNIT, NET)
    assert await ward.scene.open_incidents() == {}


async def test_it_is_given_time_to_recover_by_itself() -> None:
    ward = Ward()
    ward.falls_ill()
    await ward.after(minutes=4)
    ward.dcos.failed.clear()
    await ward.after(minutes=30)
    assert (ward.acts, await ward.scene.open_incidents()) == ([], {})


async def test_what_was_read_once_and_never_again_is_not_acted_on() -> None:
    ward = Ward()
    ward.falls_ill()
    await ward.is_asked()
    await ward.scene.after(minutes=9)
    assert ward.acts == []
    assert any("it was read once" in line for line in await ward.scene.said())
    await ward.scene.after(minutes=60)
    assert (ward.acts, await ward.scene.open_incidents()) == ([], {}), (
        "the reading is too old to say anything"
    )


async def test_a_reading_that_is_late_is_no_recovery() -> None:
    """What was tried in vain would be forgotten, and tried again without end."""
    ward = Ward("repair: {ladder: [restart]}")
    ward.scene.cured_by = frozenset()
    ward.falls_ill()
    opened: set[str] = set()
    for _ in range(5):
        await ward.is_asked()
        await ward.scene.after(minutes=6)
        await ward.is_asked()
        await ward.scene.after(minutes=12)
        opened |= {one.id for one in (await ward.scene.open_incidents()).values()}
    assert (ward.acts, len(opened)) == (["restart"], 1)


async def test_a_reading_that_storage_does_not_give_is_no_recovery() -> None:
    ward = Ward()
    ward.falls_ill()
    await ward.is_asked()
    await ward.scene.after(minutes=1)
    before = await ward.scene.open_incidents()

    async def around(call: Call) -> Any:
        if call.name == "store.get" and call.args[0] is Table.HEALTH:
            raise Retry("no answer", timedelta(seconds=1))
        return await call.go()

    ward.scene.app = ward.scene.new_app(around)
    await ward.scene.after(minutes=2)
    assert before.keys() == (await ward.scene.open_incidents()).keys() != set()


async def test_a_unit_that_does_not_start_again_leads_to_the_next_rung_when_that_was_read() -> None:
    ward = Ward()
    ward.scene.cured_by = frozenset()
    ward.falls_ill()
    await ward.after(minutes=25)
    assert ward.acts[:2] == ["run_command", "restart"]


async def test_a_node_of_which_nothing_was_read_since_is_waited_for_and_not_given_up() -> None:
    """The unit was started again, and the reading that would show it does not come for half an hour."""
    ward = Ward()
    ward.falls_ill()
    await ward.after(minutes=6)
    assert ward.acts == ["run_command"]
    old = await LastHealth(ward.scene.store).get("prod")
    assert old.taken_at < ward.scene.clock.now()
    await ward.scene.after(minutes=8)
    assert ward.acts == ["run_command"]


async def test_what_dcos_says_of_another_address_is_nobodys() -> None:
    ward = Ward()
    ward.dcos.nodes["10.99.0.1"] = Role.AGENT
    ward.dcos.failed.add(("10.99.0.1", NET))
    await ward.after(minutes=30)
    assert (ward.acts, await ward.scene.open_incidents()) == ([], {})


async def test_a_reading_that_fails_is_no_recovery() -> None:
    """DC/OS's diagnostics answer every other time. The incident lasts, and what was read twice is acted on."""
    ward = Ward("repair: {ladder: [restart], impaired_after: 8m}")
    ward.falls_ill()
    opened: set[str] = set()
    for round in range(5):
        ward.dcos.blind = {"diagnostics"} if round % 2 else set()
        await ward.after(minutes=5)
        opened |= {one.id for one in (await ward.scene.open_incidents()).values()}
    assert (ward.acts, len(opened)) == (["restart"], 1)
    assert not any("it came back by itself" in line for line in await ward.scene.said())
