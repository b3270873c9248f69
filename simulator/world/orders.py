"""What operators can order from the masters.

| order | since | effect |
|---|---|---|
| mark gone | Mesos 1.5 | the id is banned for ever, tasks end as TASK_GONE_BY_OPERATOR, the process is told to stop |
| deactivate, reactivate | 1.9 | no offers; tasks run on |
| drain | 1.9 | deactivated, tasks are killed; DRAINED when none is left; cannot be called off while it goes on; \
an agent that is away drains when it comes back, one that is older than 1.9 never |
| machine down, up | all | agents there are told to shut down and refused until up |

Refusals carry the status and text that a recorded Mesos 1.11 gave in the same situation; apache/mesos
docs/operator-http-api.md describes the calls.
"""

import math
from functools import partial

from simulator.world.agent import Agent, Drain, DrainState
from simulator.world.journal import Actor
from simulator.world.maintenance import MachineId, Mode, Window
from simulator.world.mesos import Mesos
from simulator.world.tasks import TaskState

LOOK_AT_DRAIN_S = 1.0
LONGEST_WAIT_S = 30 * 86400.0
"""The begin or end of a maintenance window that is further away is not waited for."""


class OrderRefused(Exception):
    """The master does not do it; nothing was changed."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.text = text


class Orders:
    """Carries out operators' calls."""

    def __init__(self, mesos: Mesos) -> None:
        self._mesos = mesos

    def mark_gone(self, agent_id: str, by: Actor) -> None:
        """Idempotent. Raises OrderRefused 404 for an agent that the masters do not know."""
        mesos = self._mesos
        if agent_id in mesos.gone:
            return
        agent = mesos.find(agent_id)
        if agent is None:
            raise OrderRefused(404, f"Agent '{agent_id}' not found")
        mesos.note("agent_marked_gone", agent, by)
        was_registered = agent_id in mesos.registered
        mesos.forget(agent)
        mesos.gone[agent_id] = agent
        if was_registered:
            mesos.counts["slave_removals"] += 1
        for scheduler in mesos.schedulers:
            scheduler.agent_gone(agent)
        if agent.process.responsive and agent.process.agent_id == agent_id:
            mesos.timeline.after(1.0, lambda: agent.process.killed(None))

    def deactivate(self, agent_id: str, by: Actor) -> None:
        """Raises OrderRefused 400 for an unknown agent."""
        agent = self._known(agent_id)
        agent.deactivated = True
        agent.revision += 1
        self._mesos.note("agent_deactivated", agent, by)

    def reactivate(self, agent_id: str, by: Actor) -> None:
        """Raises OrderRefused 400 unless the agent is deactivated and not draining."""
        agent = self._mesos.find(agent_id)
        if agent is None or not agent.deactivated:
            raise OrderRefused(400, "Agent is not deactivated")
        if agent.drain is not None and agent.drain.state is DrainState.DRAINING:
            raise OrderRefused(400, "Agent is still in the DRAINING state")
        agent.deactivated, agent.drain = False, None
        agent.revision += 1
        self._mesos.note("agent_reactivated", agent, by)
        for scheduler in self._mesos.schedulers:
            scheduler.reconcile_soon()

    def drain(self, agent_id: str, max_grace_ns: int | None, mark_gone: bool, by: Actor) -> None:
        """Raises OrderRefused 400 for an unknown agent or one whose machine is in the maintenance schedule."""
        agent = self._known(agent_id)
        machine = (agent.address, agent.address)
        if self._mesos.maintenance.mode(machine) is not Mode.UP:
            raise OrderRefused(
                400,
                f"Agent {agent_id} is part of a maintenance schedule under Machine {agent.address} ({agent.address})",
            )
        agent.drain = Drain(DrainState.DRAINING, self._mesos.timeline.now, max_grace_ns, mark_gone)
        agent.deactivated = True
        agent.revision += 1
        self._mesos.note("agent_drain_ordered", agent, by)
        self._look_at_drain(agent, by)

    def replace_schedule(self, windows: list[Window], by: Actor) -> None:
        """Raises ScheduleError."""
        self._mesos.maintenance.replace_schedule(windows)
        self._tell_schedulers()

    def machine_down(self, machines: list[MachineId], by: Actor) -> None:
        """Raises ScheduleError. Agents there are removed, their tasks are lost."""
        mesos = self._mesos
        mesos.maintenance.bring_down(machines)
        for machine in machines:
            for agent in mesos.agents_at(machine[1]) if machine[0] == machine[1] else []:
                self._shut_down(agent, by)
        self._tell_schedulers()

    def machine_up(self, machines: list[MachineId], by: Actor) -> None:
        """Raises ScheduleError. Whoever was refused there is taken when it tries again."""
        mesos = self._mesos
        mesos.maintenance.bring_up(machines)
        addresses = {machine[1] for machine in machines}
        for process in mesos.processes:
            if process.refused and process.address in addresses:
                retry_s = mesos.times.retry_s
                mesos.timeline.after(retry_s, partial(mesos.register, process))
        self._tell_schedulers()

    def _known(self, agent_id: str) -> Agent:
        agent = self._mesos.find(agent_id)
        if agent is None:
            raise OrderRefused(400, "Unknown agent")
        return agent

    def _look_at_drain(self, agent: Agent, by: Actor) -> None:
        drain = agent.drain
        if drain is None or drain.state is DrainState.DRAINED or self._mesos.find(agent.id) is None:
            return
        if not agent.release.drains:
            return  # it does not understand the order: it stays DRAINING, and its tasks run on
        if agent.tasks or agent.id not in self._mesos.registered:
            if agent.connected:
                for scheduler in self._mesos.schedulers:
                    within_s = math.inf if drain.max_grace_ns is None else max(0, drain.max_grace_ns) / 1e9
                    scheduler.kill(agent, agent.tasks.values(), within_s)
            self._mesos.timeline.after(LOOK_AT_DRAIN_S, lambda: self._look_at_drain(agent, by))
            return
        drain.state = DrainState.DRAINED
        agent.revision += 1
        self._mesos.note("agent_drained", agent, by)
        if drain.mark_gone:
            self.mark_gone(agent.id, by)

    def _shut_down(self, agent: Agent, by: Actor) -> None:
        mesos = self._mesos
        mesos.note("agent_shut_down", agent, by)
        mesos.forget(agent)
        mesos.removed[agent.id] = agent
        mesos.counts["slave_removals"] += 1
        mesos.counts["slave_removals/reason_unregistered"] += 1
        for scheduler in mesos.schedulers:
            scheduler.end(agent, agent.tasks.values(), TaskState.LOST)
        if agent.process.responsive:
            agent.process.killed(restart_in_s=mesos.times.retry_s)

    def _tell_schedulers(self) -> None:
        """What is declined because of maintenance, now and whenever a window begins or ends."""
        mesos = self._mesos
        self._declines_change()
        now_s = mesos.timeline.now.timestamp()
        bounds = {ns for window in mesos.maintenance.windows for ns in (window.start_ns, window.end_ns) if ns}
        for bound in bounds:
            in_s = bound / 1e9 - now_s
            if 0 < in_s < LONGEST_WAIT_S:
                mesos.timeline.after(in_s + 0.001, self._declines_change)

    def _declines_change(self) -> None:
        for scheduler in self._mesos.schedulers:
            scheduler.declines = set(self._mesos.in_maintenance())
            scheduler.reconcile_soon()
