"""A machine that came for a node which stayed, where a pool's size follows something: one too many goes again."""

from __future__ import annotations

from typing import Any

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
