"""A pool that shrinks while a further Marathon runs something there: no task of it ends by our hand."""

from __future__ import annotations

from typing import Any

import pytest

from shared.model.mesos import Drain, Framework, Generation, workload_key
from tests.scaling.stage import Office
from tests.watched import Call

JOB = workload_key("user-id", "job")


class Shared(Office):
    """Six machines, of which four are enough at night. `ended` are agents that were drained or given up although the
    further Marathon had a task there."""

    def __init__(self, *numbers: int, generation: Generation = Generation.DRAIN) -> None:
        self.jobs: set[str] = set()
        self.ended: list[str] = []
        super().__init__(6, "target: 6", "target: 4", generation=generation)
        self.policy = self.policy.replace('"172.16.0.7"]', '"172.16.0.7"], marathons: [marathon-user]')
        self.scheduler.frameworks["user-id"] = Framework("user-id", "marathon-user", ("user",))
        for number in numbers:
            self.starts_on(number)
        self.app = self.new_app(self.watches)

    def starts_on(self, number: int) -> None:
        agent = self.agent_at(self.name(number))
        assert agent is not None
        self.jobs.add(agent.agent_id)
        self.turns()

    def _tasks_are_placed(self) -> None:
        super()._tasks_are_placed()
        for id in self.jobs & self.scheduler.agents.keys():
            if self.scheduler.agents[id].drain is not Drain.DRAINED:
                self.scheduler.run(id, JOB, 1)

    async def watches(self, call: Call) -> Any:
        if call.name in {"scheduler.drain", "scheduler.mark_gone", "scheduler.machine_down"}:
            one = self.scheduler.agents.get(str(call.args[0]))
            if one is not None and one.active and one.tasks.get(JOB):
                self.ended.append(one.agent_id)
        return await call.go()


@pytest.mark.parametrize("generation", Generation)
async def test_machines_on_which_a_further_marathon_runs_something_stay(generation: Generation) -> None:
    shared = Shared(0, 1, 2, generation=generation)
    await shared.after(minutes=170)
    assert (shared.capacity, shared.ended) == (4, [])
    there = {one.agent_id for one in shared.scheduler.agents.values() if one.active}
    assert shared.jobs <= there


async def test_fewer_go_where_it_runs_something_on_too_many() -> None:
    shared = Shared(0, 1, 2, 3, 4)
    await shared.after(minutes=170)
    assert (shared.capacity, shared.ended) == (5, [])
    assert await shared.open_incidents() == {}


async def test_a_machine_on_which_it_starts_something_meanwhile_is_given_back() -> None:
    shared = Shared()
    while not await shared.running():
        await shared.after(seconds=20)
    going = sorted(one.subject.node for one in await shared.running())
    for node in going:
        shared.starts_on(int(node.rpartition("_")[2]))
    await shared.after(minutes=60)
    assert (shared.ended, shared.capacity) == ([], 4)
    assert all(shared.scheduler.takes_tasks(id) for id in shared.jobs)
