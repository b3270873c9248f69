"""A machine that came for a node which stayed, where a pool's size follows something: one too many goes again."""

from __future__ import annotations

from typing import Any

from shared.model.overrides import Override, OverrideKind
from shared.model.remedies import Remedy
from shared.records import override_row
from tests.healing.test_announced_ends import scheduled
from tests.scaling.stage import Office
from tests.scene import WEB
from tests.watched import Call


async def test_one_too_many_goes_as_others_do_where_the_size_follows_a_schedule() -> None:
    office = Office(6, "target: 6", "target: 6")

    async def around(call: Call) -> Any:
        agent = office.agent_at(office.name(6)) if "6" in office.listed else None
        if call.name == "scheduler.deactivate" and agent and call.args[0] == agent.agent_id:
            office.scheduler.run(agent.agent_id, WEB, 1)
        return await call.go()

    office.app = office.new_app(around)
    await office.sweeps()
    await office.hears(scheduled(office, "Redeploy"))
    await office.after(seconds=30)
    await office.hears(scheduled(office, "Redeploy", "Canceled"))
    await office.after(minutes=60)
    assert (office.connected, office.capacity, (await office.ledger()).extra) == (6, 6, 0)


async def test_one_that_the_pool_needs_stays_although_nobody_has_agreed_to_its_size_yet() -> None:
    """It was ordered ahead of an end that was called off. To destroy it would be to propose it again a minute later."""
    office = Office(6, "target: 7", "target: 7", mode="propose")
    await office.after(minutes=35)
    (size,) = (await office.open_incidents()).values()
    await office.hears(scheduled(office, "Redeploy"))
    (end,) = [one for node, one in (await office.open_incidents()).items() if node != size.node]
    said = Override(OverrideKind.APPROVE, end.id, "ann", "go", office.clock.now(), None, Remedy.REPLACE.value)
    await office.reader.overrides.put("prod", override_row(said), said, None)
    await office.after(minutes=3)
    assert office.capacity == 7
    await office.hears(scheduled(office, "Redeploy", "Canceled"))
    await office.after(minutes=20)
    assert (office.connected, office.capacity, office.destroyed) == (7, 7, [])
