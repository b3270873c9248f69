"""Where instances keep their data: a reservation with a volume on the disk of one agent.

A place outlives the task that made it. While its agent is away the instance waits for it; it is given up by a wipe
(Marathon) or a replace (SDK services), and only then the instance may start on another agent, with empty hands.
Source: mesosphere/marathon docs/docs/persistent-volumes.md.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from simulator.world.agent import Agent, Process
from simulator.world.kept import Reserved, Volume
from simulator.world.tasks import Framework, Task


@dataclass(slots=True, eq=False)
class Place:
    """`task` is the one that runs there, or ran there last."""

    process: Process
    reserved: Reserved
    task: Task

    def home(self, agents: Mapping[str, Agent]) -> Agent | None:
        """The registered agent that has the volume, under whatever id; None while it is away, and on a new disk."""
        agent = agents.get(self.process.agent_id or "")
        has_it = any(one is self.reserved for one in self.process.kept)
        return agent if agent is not None and agent.process is self.process and has_it else None

    def give_up(self) -> None:
        self.process.kept = [one for one in self.process.kept if one is not self.reserved]


def new_place(agent: Agent, task: Task, framework: Framework) -> Place:
    """A volume for the task, made on the agent's disk."""
    app = task.app
    volume = Volume(f"{app.name.replace('/', '_')}#data#{task.container_id}", "data", app.volume_mb)
    reserved = Reserved(framework.role, framework.principal, app.cpus, app.mem, app.volume_mb, [volume])
    agent.kept.append(reserved)
    agent.revision += 1
    return Place(agent.process, reserved, task)
