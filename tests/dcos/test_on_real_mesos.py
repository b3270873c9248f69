"""What only a real master can tell: that its two languages agree, and that its schedule stays whole."""

from __future__ import annotations

from collections.abc import AsyncIterator

import msgspec
import pytest
from msgspec.structs import replace

from shared.dcos import older, v1
from shared.dcos.http import AiohttpHttp
from shared.dcos.leader import LeaderSearch
from shared.dcos.masters import Masters
from shared.dcos.mesos import MesosScheduler
from shared.dcos.reading import state_of
from shared.errors import Refused
from shared.model.mesos import SchedulerState
from tests.real_mesos.cluster import RealMesos

ONE, TWO = "127.0.0.11", "127.0.0.12"
RESERVED = {
    "name": "disk",
    "type": "SCALAR",
    "scalar": {"value": 64.0},
    "reservations": [{"type": "DYNAMIC", "role": "kafka-role", "principal": "kafka"}],
}
OTHERS = {
    "windows": [
        {
            "machine_ids": [
                {"hostname": "10.0.0.7", "ip": "10.0.0.7"},
                {"hostname": "10.0.0.8", "ip": "10.0.0.8"},
            ],
            "unavailability": {"start": {"nanoseconds": 5}, "duration": {"nanoseconds": 3_600_000_000_000}},
        }
    ]
}


@pytest.fixture
async def masters() -> AsyncIterator[Masters]:
    async with AiohttpHttp() as http:
        yield Masters(http)


@pytest.fixture
async def scheduler(real_mesos: RealMesos) -> AsyncIterator[MesosScheduler]:
    async with AiohttpHttp() as http:
        yield MesosScheduler(http, (real_mesos.master,), settle_s=0)


def without_fractions(state: SchedulerState) -> SchedulerState:
    """Seconds as floats and nanoseconds differ by a microsecond here and there."""
    assert all(agent.registered_at for agent in state.agents)
    return replace(state, agents=tuple(replace(agent, registered_at=None) for agent in state.agents))


async def test_both_languages_of_a_master_tell_the_same(real_mesos: RealMesos, masters: Masters) -> None:
    for address in (ONE, TWO):
        real_mesos.start_agent(address)
    await real_mesos.until_agents(ONE, TWO)
    real_mesos.run_tasks("web", tasks=4, per_agent=2)
    await real_mesos.until_running("web", 4)
    agent_id = {"value": real_mesos.agent_id(ONE)}
    order = {"agent_id": agent_id, "resources": [RESERVED]}
    real_mesos.call("RESERVE_RESOURCES", reserve_resources=order)
    real_mesos.call("DEACTIVATE_AGENT", deactivate_agent={"agent_id": agent_id})
    await real_mesos.until(
        "it is reserved", lambda state: any(one["reserved_resources"] for one in state["slaves"])
    )
    leader = await LeaderSearch(masters, (real_mesos.master,)).find()

    by_v1 = state_of(leader, await v1.read(masters, leader))
    by_state = state_of(leader, await older.read(masters, leader))

    assert without_fractions(by_v1) == without_fractions(by_state)
    assert [sum(agent.tasks.values()) for agent in by_v1.agents] == [2, 2]
    assert sorted(len(agent.reservations) for agent in by_v1.agents) == [0, 1]
    assert [agent.active for agent in by_v1.agents] == [True, True]


async def test_a_new_agent_on_an_old_disk_has_what_was_kept_there(
    real_mesos: RealMesos, scheduler: MesosScheduler
) -> None:
    real_mesos.start_agent(ONE)
    await real_mesos.until_agents(ONE)
    before = real_mesos.agent_id(ONE)
    order = {"agent_id": {"value": before}, "resources": [RESERVED]}
    real_mesos.call("RESERVE_RESOURCES", reserve_resources=order)
    await real_mesos.until("it is reserved", lambda state: bool(state["slaves"][0]["reserved_resources"]))
    real_mesos.kill_agent(ONE)
    real_mesos.forget_id(ONE)
    real_mesos.start_agent(ONE)
    # An agent tells what it keeps a moment after it has registered.
    await real_mesos.until(
        "it is back and has told what it keeps",
        lambda state: any(one["id"] != before and one["reserved_resources"] for one in state["slaves"]),
    )
    (agent,) = (one for one in (await scheduler.state()).agents if one.agent_id != before)
    assert [one.role for one in agent.reservations] == ["kafka-role"]


async def schedule(masters: Masters, mesos: RealMesos) -> object:
    return msgspec.json.decode(await masters.read(mesos.master, "/maintenance/schedule"))


async def test_the_windows_of_others_outlive_down_and_up(
    real_mesos: RealMesos, masters: Masters, scheduler: MesosScheduler
) -> None:
    assert (await masters.write(real_mesos.master, "/maintenance/schedule", OTHERS)).status == 200
    await scheduler.machine_down(ONE, ONE)
    await scheduler.machine_down(TWO, TWO)
    await scheduler.machine_up(ONE, ONE)
    await scheduler.machine_up(TWO, TWO)
    assert await schedule(masters, real_mesos) == OTHERS


async def test_a_machine_in_the_window_of_others_goes_down_and_comes_up_alone(
    real_mesos: RealMesos, masters: Masters, scheduler: MesosScheduler
) -> None:
    assert (await masters.write(real_mesos.master, "/maintenance/schedule", OTHERS)).status == 200
    await scheduler.machine_down("10.0.0.7", "10.0.0.7")
    assert await schedule(masters, real_mesos) == OTHERS
    await scheduler.machine_up("10.0.0.7", "10.0.0.7")
    left = OTHERS["windows"][0] | {"machine_ids": [{"hostname": "10.0.0.8", "ip": "10.0.0.8"}]}
    assert await schedule(masters, real_mesos) == {"windows": [left]}


async def test_an_address_that_is_none_is_refused_and_nothing_is_scheduled(
    real_mesos: RealMesos, masters: Masters, scheduler: MesosScheduler
) -> None:
    with pytest.raises(Refused, match="schedule_not_accepted"):
        await scheduler.machine_down("agent-1", "no-address")
    assert await schedule(masters, real_mesos) == {}
