"""A pool gets smaller on masters whose windows bar nothing (Mesos before 1.5): what is ended may start on the same
machine again. Its agent is taken down before the machine goes, so that nothing is on it then."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from msgspec.structs import replace

from shared.errors import Refused, Unknown
from shared.model.incidents import IncidentState
from shared.model.mesos import Generation
from tests.scaling.stage import Office
from tests.scene import SET, WEB
from tests.watched import Call

ONE = "disruption: {at_once: 1, per_hour: 20}"
LOCKED = Refused("azure", "locked", {"code": "ScopeLocked"})


class Old(Office):
    """What is ended starts on the same machine again, as long as that has an agent."""

    def __init__(self) -> None:
        super().__init__(4, "target: 4", "target: 3", more=ONE, generation=Generation.MAINTENANCE)
        self.went_with: list[int] = []
        self.ended = 0

    async def around(self, call: Call) -> Any:
        if call.name == "compute.destroy":
            agent = self.agent_at(f"{SET}_{call.args[1][0]}")
            self.went_with.append(sum(agent.tasks.values()) if agent and agent.active else 0)
        if call.name != "workloads.kill":
            return await call.go()
        before = dict(self.scheduler.agents)
        self.ended += len(call.args[0])
        answer = await call.go()
        for id, agent in before.items():
            self.scheduler.agents[id] = agent
        return answer

    async def at_night(self) -> None:
        await self.after(minutes=80)
        self.app = self.new_app(self.around)
        await self.after(minutes=60)


async def test_nothing_is_on_the_machine_when_it_goes() -> None:
    old = Old()
    await old.at_night()
    assert (old.connected, old.capacity, old.running_tasks) == (3, 3, 8)
    assert old.went_with == [0]
    assert (old.scheduler.down, old.scheduler.windows) == (set(), {})
    assert any("2 tasks" in text and "down" in text for text in await old.said())


async def test_what_the_application_can_spare_at_once_is_not_ended_before() -> None:
    old = Old()
    await old.at_night()
    assert old.ended == 0


async def test_a_machine_whose_tasks_come_back_and_cannot_be_spared_is_tried_ever_more_seldom() -> None:
    old = Old()
    old.works.minimum_health = 1.0
    await old.at_night()
    at_night = old.ended
    assert at_night > 2
    incidents = await old.open_incidents()
    (incident,) = [one for node, one in incidents.items() if node.startswith(SET)]
    assert incident.state is IncidentState.HANDED_OVER
    assert "2 tasks of /web" in incident.outcome
    await old.after(minutes=24 * 60)
    assert old.ended <= 6 * at_night
    assert (old.went_with, old.connected, old.running_tasks) == ([], 4, 8)
    assert (old.scheduler.down, old.scheduler.windows) == (set(), {})


async def test_it_goes_when_they_can_be_spared_after_all() -> None:
    old = Old()
    old.works.minimum_health = 1.0
    await old.at_night()
    old.works.minimum_health = 0.5
    await old.after(minutes=120)
    assert (old.went_with, old.connected, old.running_tasks) == ([0], 3, 8)


async def test_what_starts_there_while_it_is_given_up_does_not_go_with_it() -> None:
    old = Old()

    async def around(call: Call) -> Any:
        answer = await old.around(call)
        for agent in list(old.scheduler.agents.values()):
            if call.name == "scheduler.schedule_maintenance" and agent.address == call.args[1]:
                old.scheduler.agents[agent.agent_id] = replace(agent, tasks={}, task_ids={})
            if call.name == "compute.instance" and agent.address in {one for _, one in old.scheduler.windows}:
                old.scheduler.run(agent.agent_id, WEB, 2)
        return answer

    await old.after(minutes=80)
    old.app = old.new_app(around)
    await old.after(minutes=60)
    assert (old.went_with, old.connected) == ([0], 3)


async def test_a_machine_that_azure_does_not_delete_comes_up_again_and_gets_tasks() -> None:
    old = Old()
    old.compute.faults.always("destroy", LOCKED)
    await old.at_night()
    await old.after(minutes=10)
    assert (old.connected, old.running_tasks, old.scheduler.down) == (4, 8, set())
    old.all_answer_again()
    await old.after(minutes=60)
    assert (old.connected, old.capacity, old.running_tasks, old.scheduler.down) == (3, 3, 8, set())


async def test_it_is_taken_down_also_when_the_answer_gets_lost() -> None:
    old = Old()
    old.scheduler.faults.next("machine_down", Unknown("the connection was closed"), done=True)
    await old.at_night()
    assert (old.went_with, old.connected, old.scheduler.down) == ([0], 3, set())


async def test_it_goes_when_its_tasks_had_time_to_end() -> None:
    old = Old()
    at: dict[str, Any] = {}

    async def around(call: Call) -> Any:
        at.setdefault(call.name, old.clock.now())
        return await old.around(call)

    await old.after(minutes=80)
    old.app = old.new_app(around)
    await old.after(minutes=60)
    assert at["compute.destroy"] - at["scheduler.machine_down"] >= timedelta(seconds=30)
