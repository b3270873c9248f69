"""A framework that behaves like Marathon: keeps its apps running.

When a task ends that should run, the scheduler starts another one on an agent that gets offers and has room, after a
short delay (Marathon reacts to the status update, waits for an offer, launches). From Marathon 1.6 on (DC/OS 1.11) it
declines offers of machines that are in a maintenance window. A task launched on an agent that is dead without anybody
knowing stays in TASK_STAGING until the masters give the agent up: that is why fast replacement matters.
"""

import heapq
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from random import Random

from simulator.world.agent import Agent
from simulator.world.journal import MESOS, Entry, Journal
from simulator.world.tasks import App, Framework, Status, Task, TaskState, new_task_id
from simulator.world.timeline import Timeline, Timer

COMPLETED_KEPT = 1000
"""As max_completed_tasks_per_framework of the master."""


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds."""

    relaunch_s: float = 3.0
    """From the end of a task to the launch of its successor."""
    start_s: float = 4.0
    """From launch to TASK_RUNNING."""
    kill_s: float = 3.0
    """From the order to stop to TASK_KILLED."""


class Scheduler:
    """Starts and ends the tasks of one framework."""

    def __init__(self, framework: Framework, timeline: Timeline, journal: Journal, chance: Random) -> None:
        self.framework = framework
        self.pace = Pace()
        self.offers: dict[str, Agent] = {}
        """The registered agents, as the cluster keeps them (shared, not a copy)."""
        self.serving = True
        """There is a leading master and the framework is connected to it."""
        self.declines: set[str] = set()
        """Addresses whose offers are declined because of maintenance."""
        self.live: dict[str, set[Task]] = {}
        self._timeline = timeline
        self._journal = journal
        self._chance = chance
        self._timer: Timer | None = None

    def add(self, app: App) -> None:
        self.framework.apps[app.name] = app
        self.live.setdefault(app.name, set())
        self.reconcile_soon()

    def settle(self, app: App) -> None:
        """Put the app into the state of having run for long."""
        self.framework.apps[app.name] = app
        live = self.live.setdefault(app.name, set())
        agents = [agent for agent in self.offers.values() if agent.pool == app.pool]
        for index in range(app.instances if agents else 0):
            agent = agents[index % len(agents)]
            if self._fits(agent, app):
                task = self._new_task(agent, app)
                for state in (TaskState.STARTING, TaskState.RUNNING):
                    self._update(task, state, agent.registered)
                live.add(task)

    def reconcile_soon(self) -> None:
        if self._timer is None or self._timer.action is None:
            self._timer = self._timeline.after(self.pace.relaunch_s, self._reconcile)

    def running(self, app: str) -> int:
        """Tasks of the app that the masters believe to run."""
        return sum(task.state is TaskState.RUNNING for task in self.live.get(app, ()))

    def end(self, agent: Agent, tasks: Iterable[Task], state: TaskState) -> None:
        """These tasks of the agent end, or cannot be reached any more; successors follow."""
        for task in self._own(tasks):
            self._update(task, state, self._timeline.now)
            self.live[task.app.name].discard(task)
            if agent.tasks.pop(task.id, None) is not None:
                agent.used_cpus -= task.app.cpus
                agent.used_mem -= task.app.mem
                agent.revision += 1
            # Mesos keeps the tasks of unreachable agents apart whatever the framework was told.
            if state is TaskState.UNREACHABLE:
                self.framework.unreachable[task.id] = task
            else:
                self._complete(task)
            self._note("task_ended", task, state)
        self.reconcile_soon()

    def agent_unreachable(self, agent: Agent) -> None:
        state = TaskState.UNREACHABLE if self.framework.partition_aware else TaskState.LOST
        self.end(agent, agent.tasks.values(), state)

    def agent_gone(self, agent: Agent) -> None:
        """The operator says that it never returns."""
        aware = self.framework.partition_aware
        state = TaskState.GONE_BY_OPERATOR if aware else TaskState.LOST
        self.end(agent, agent.tasks.values(), state)
        for task in [t for t in self.framework.unreachable.values() if t.agent_id == agent.id]:
            del self.framework.unreachable[task.id]
            self._update(task, state, self._timeline.now)
            self._complete(task)

    def agent_returned(self, agent: Agent) -> None:
        """An unreachable agent is back with its tasks: they go on where they are still wanted, else are killed."""
        for task in [t for t in self.framework.unreachable.values() if t.agent_id == agent.id]:
            del self.framework.unreachable[task.id]
            self._occupy(agent, task)
            self._update(task, TaskState.RUNNING, self._timeline.now)
            live = self.live[task.app.name]
            if len(live) < self.framework.apps[task.app.name].instances:
                live.add(task)
            else:
                self.kill(agent, [task])
        self.reconcile_soon()

    def kill(self, agent: Agent, tasks: Iterable[Task], within_s: float = math.inf) -> None:
        """Ask the tasks to stop; they end after a moment, by force after `within_s`."""
        takes_s = min(self.pace.kill_s, within_s)
        for task in self._own(tasks):
            if task.state is not TaskState.KILLING:
                self._update(task, TaskState.KILLING, self._timeline.now)
                agent.revision += 1
                self._timeline.after(takes_s, partial(self._killed, agent, task))

    def _own(self, tasks: Iterable[Task]) -> list[Task]:
        """Of the tasks of an agent, those of this framework."""
        return [task for task in tasks if task.framework_id == self.framework.id]

    def _killed(self, agent: Agent, task: Task) -> None:
        """The task has ended, if its agent is there to tell; else it is told when the agent is back."""
        if task.state is not TaskState.KILLING or task.id not in agent.tasks:
            return
        if agent.process.responsive:
            self.end(agent, [task], TaskState.KILLED)
        else:
            self._timeline.after(self.pace.kill_s, partial(self._killed, agent, task))

    def _reconcile(self) -> None:
        """Start what is missing. What finds no room waits: an agent that joins or a task that ends calls again."""
        self._timer = None
        if not self.serving:
            return
        for app in self.framework.apps.values():
            missing = app.instances - len(self.live[app.name])
            room = (
                [(agent.used_cpus, agent.id, agent) for agent in self._offering(app)] if missing > 0 else []
            )
            heapq.heapify(room)
            while missing > 0 and room:
                _, agent_id, agent = heapq.heappop(room)
                self._launch(agent, app)
                missing -= 1
                if self._fits(agent, app):
                    heapq.heappush(room, (agent.used_cpus, agent_id, agent))

    def _offering(self, app: App) -> Iterator[Agent]:
        """The agents that get offers for the app and have room; agent ids are unique, so a heap never compares them."""
        for agent in self.offers.values():
            offers = agent.pool == app.pool and agent.active and agent.address not in self.declines
            if offers and self._fits(agent, app):
                yield agent

    def _fits(self, agent: Agent, app: App) -> bool:
        cpus_left = agent.resources.cpus - agent.used_cpus + 1e-9
        return cpus_left >= app.cpus and agent.resources.mem - agent.used_mem >= app.mem

    def _launch(self, agent: Agent, app: App) -> None:
        task = self._new_task(agent, app)
        self.live[app.name].add(task)
        self._note("task_launched", task, TaskState.STAGING)
        self._timeline.after(self.pace.start_s, lambda: self._begin(agent, task))

    def _begin(self, agent: Agent, task: Task) -> None:
        """The task starts, if its agent is really there to start it."""
        if task.id in agent.tasks and task.state is TaskState.STAGING and agent.process.responsive:
            for state in (TaskState.STARTING, TaskState.RUNNING):
                self._update(task, state, self._timeline.now)
            agent.revision += 1

    def _new_task(self, agent: Agent, app: App) -> Task:
        task_id, container_id = (
            new_task_id(app, self._chance),
            new_task_id(app, self._chance).partition(".")[2],
        )
        task = Task(task_id, app, self.framework.id, agent.id, agent.address, container_id)
        self._occupy(agent, task)
        return task

    def _occupy(self, agent: Agent, task: Task) -> None:
        agent.tasks[task.id] = task
        agent.used_cpus += task.app.cpus
        agent.used_mem += task.app.mem
        agent.revision += 1

    def _update(self, task: Task, state: TaskState, when: datetime) -> None:
        task.statuses.append(Status(state, when, self._chance.randbytes(16)))
        self.framework.revision += 1

    def _complete(self, task: Task) -> None:
        self.framework.completed.append(task)
        del self.framework.completed[:-COMPLETED_KEPT]

    def _note(self, what: str, task: Task, state: TaskState) -> None:
        facts = {"app": task.app.name, "agent": task.agent_id, "state": str(state)}
        self._journal.write(Entry(self._timeline.now, what, task.id, MESOS, None, facts))
