"""A framework that behaves like Marathon: keeps its apps running.

When a task ends that should run, the scheduler starts another one on an agent that gets offers and has room, after a
short delay (Marathon reacts to the status update, waits for an offer, launches). From Marathon 1.6 on (DC/OS 1.11) it
declines offers of machines that are in a maintenance window. A task launched on an agent that is dead without anybody
knowing stays in TASK_STAGING until the masters give the agent up: that is why fast replacement matters. An app with
local volumes is bound to the agents where they are (`places`).
"""

import heapq
import math
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from functools import partial
from random import Random

from simulator.world.agent import Agent
from simulator.world.journal import MESOS, Entry, Journal
from simulator.world.places import Place, new_place
from simulator.world.room import fits, is_for, refusal
from simulator.world.tasks import App, Framework, Pace, Status, Task, TaskState, new_task_id
from simulator.world.timeline import Timeline, Timer

STRONGER = frozenset({"UnfulfilledRole", "UnfulfilledConstraint"})
"""Reasons that Marathon names before it looks for a reservation."""

COMPLETED_KEPT = 1000
"""As max_completed_tasks_per_framework of the master."""


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
        self.places: dict[str, list[Place]] = {}
        """Of apps with volumes: one for each instance that has ever been started."""
        self.deploying: set[str] = set()
        """Apps that were added or changed and do not run as wanted since."""
        self._lacking: dict[str, datetime] = {}
        self._timeline = timeline
        self._journal = journal
        self._chance = chance
        self._timer: Timer | None = None

    def add(self, app: App) -> None:
        self.framework.apps[app.name] = app
        self.live.setdefault(app.name, set())
        self.deploying.add(app.name)
        self.reconcile_soon()

    def settle(self, app: App) -> None:
        """Put the app into the state of having run for long."""
        self.framework.apps[app.name] = app
        live = self.live.setdefault(app.name, set())
        agents = self._settling_on(app)
        for index in range(app.instances if agents else 0):
            agent = agents[index % len(agents)]
            if fits(agent, app):
                task = self._new_task(agent, app)
                for state in (TaskState.STARTING, TaskState.RUNNING):
                    self._update(task, state, agent.registered)
                live.add(task)

    def wipe(self, tasks: Iterable[Task]) -> None:
        """Give up what these tasks hold, and end them. One whose agent does not answer is forgotten."""
        for task in self._own(tasks):
            places = self.places.get(task.app.name, [])
            for place in [place for place in places if place.task is task]:
                place.give_up()
                places.remove(place)
            self._end_or_forget(task)

    def _end_or_forget(self, task: Task) -> None:
        agent = self.offers.get(task.agent_id)
        if agent is not None and agent.process.responsive and task.id in agent.tasks:
            self.kill(agent, [task])
        else:
            self.live[task.app.name].discard(task)
            self.reconcile_soon()

    def finish(self, name: str) -> None:
        """The work of an app is done: its tasks end by themselves, and whoever ordered it takes the app away."""
        app = self.framework.apps.pop(name)
        for task in list(self.live[app.name]):
            agent = self.offers.get(task.agent_id)
            if agent is not None:
                self.end(agent, [task], TaskState.FINISHED)
        self._lacking.pop(name, None)
        self.deploying.discard(name)

    def find(self, task_id: str) -> Task | None:
        """A live task, or the last one at a place."""
        known = [task for live in self.live.values() for task in live]
        known += [place.task for places in self.places.values() for place in places]
        return next((task for task in known if task.id == task_id), None)

    def lacking_since(self, app: App) -> datetime:
        """When it was first found that not all of it could be started."""
        return self._lacking.get(app.name, self._timeline.now)

    def refusals(self, app: App) -> Iterator[str]:
        """Marathon's word for each registered agent that takes no other task of the app."""
        waits_at_home, beside = bool(self._vacant(app)), self._homes(app)
        for agent in self.offers.values():
            if agent.active:
                why = refusal(agent, app, beside, self.declines)
                if waits_at_home and why not in STRONGER:
                    yield "NoCorrespondingReservationFound"
                elif why is not None:
                    yield why

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
            app = self.framework.apps.get(task.app.name)
            if app is not None and len(live) < app.instances:
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
            for place in self._vacant(app):
                home = place.home(self.offers)
                if home is not None and self._offers(home, app):
                    self._launch(home, app)
            self._launch_anywhere(app, app.instances - len(self.live[app.name]) - len(self._vacant(app)))
            if self.running(app.name) >= app.instances:
                self.deploying.discard(app.name)
            if len(self.live[app.name]) < app.instances:
                self._lacking.setdefault(app.name, self._timeline.now)
            else:
                self._lacking.pop(app.name, None)

    def _vacant(self, app: App) -> list[Place]:
        """Places of the app where nothing runs."""
        return [place for place in self.places.get(app.name, ()) if place.task not in self.live[app.name]]

    def _launch_anywhere(self, app: App, missing: int) -> None:
        if app.constraints:  # what is allowed changes with each task that is placed
            for _ in range(missing):
                room = list(self._offering(app))
                if not room:
                    return
                self._launch(min(room, key=lambda agent: (agent.used_cpus, agent.id)), app)
            return
        room_by_use = (
            [(agent.used_cpus, agent.id, agent) for agent in self._offering(app)] if missing > 0 else []
        )
        heapq.heapify(room_by_use)
        while missing > 0 and room_by_use:
            _, agent_id, agent = heapq.heappop(room_by_use)
            self._launch(agent, app)
            missing -= 1
            if not app.unique and fits(agent, app):
                heapq.heappush(room_by_use, (agent.used_cpus, agent_id, agent))

    def _offering(self, app: App) -> Iterator[Agent]:
        """The agents that get offers for the app and have room; agent ids are unique, so a heap never compares them."""
        beside = self._homes(app)
        return (agent for agent in self.offers.values() if self._offers(agent, app, beside))

    def _homes(self, app: App) -> list[Agent]:
        """The agent of each task that runs, where constraints ask for it."""
        if not app.unique and not app.constraints:
            return []
        homes = [self.offers.get(task.agent_id) for task in self.live[app.name]]
        return [agent for agent in homes if agent is not None]

    def _offers(self, agent: Agent, app: App, beside: Collection[Agent] = ()) -> bool:
        """The agent is registered, gets offers that are not declined, and has room for the app."""
        is_here = agent.active and self.offers.get(agent.id) is agent
        return is_here and refusal(agent, app, beside, self.declines) is None

    def _settling_on(self, app: App) -> list[Agent]:
        return [agent for agent in self.offers.values() if is_for(agent, app)]

    def _launch(self, agent: Agent, app: App) -> None:
        task = self._new_task(agent, app)
        self.live[app.name].add(task)
        self._note("task_launched", task, TaskState.STAGING)
        self._timeline.after(self.pace.start_s, lambda: self._begin(agent, task))

    def _begin(self, agent: Agent, task: Task) -> None:
        """The task starts, if its agent is really there to start it; else when it is back, or another one elsewhere
        when the masters have given the agent up."""
        if task.id not in agent.tasks or task.state is not TaskState.STAGING:
            return
        if not agent.process.responsive:
            self._timeline.after(self.pace.start_s, lambda: self._begin(agent, task))
        else:
            for state in (TaskState.STARTING, TaskState.RUNNING):
                self._update(task, state, self._timeline.now)
            agent.revision += 1

    def _new_task(self, agent: Agent, app: App) -> Task:
        task_id, container_id = self.task_id(app), new_task_id(app, self._chance).partition(".")[2]
        task = Task(task_id, app, self.framework.id, agent.id, agent.address, container_id)
        self._occupy(agent, task)
        if app.volume_mb:
            self._keep(agent, task)
        return task

    def _keep(self, agent: Agent, task: Task) -> None:
        """The task's volume: the one that waits for it on this agent, or a new one."""
        waiting = [place for place in self._vacant(task.app) if place.home(self.offers) is agent]
        if waiting:
            waiting[0].task = task
        else:
            self.places.setdefault(task.app.name, []).append(new_place(agent, task, self.framework))

    def task_id(self, app: App) -> str:
        return new_task_id(app, self._chance)

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
