"""What happens when the leading master goes away.

For some seconds nobody leads. The next leader reads the registry: it knows every agent by name ("recovered") and
waits for each to come back. Those that answer do so within seconds. Those that do not within the re-register window
(10 minutes) are given up one after the other, at the pace of the removal rate limit. In between an agent that is
missing from the list is no proof of anything: that is why nobody may judge agents during this time.

Source: apache/mesos docs/high-availability.md and the flag agent_reregister_timeout.
"""

import uuid
from datetime import timedelta
from functools import partial

from simulator.world.agent import Agent
from simulator.world.journal import FAULT, MESOS, Actor, Entry
from simulator.world.master import Master
from simulator.world.mesos import Mesos

FRAMEWORKS_S = 3.0
"""How soon after the registry is read the frameworks are connected again."""


class Elections:
    """Takes the lead from one master and gives it to the next."""

    def __init__(self, mesos: Mesos) -> None:
        self._mesos = mesos
        self._round = 0

    def fail_over(self, to: Master | None = None, by: Actor = FAULT) -> None:
        """The leader loses its lead and restarts; `to`, or the next master that is up, is elected soon after."""
        mesos = self._mesos
        old, mesos.leader = mesos.leader, None
        self._round += 1
        this_round = self._round
        if old is not None:
            self._restart(old)
            mesos.journal.write(Entry(mesos.timeline.now, "master_lost_lead", old.name, by))
        for scheduler in mesos.schedulers:
            scheduler.serving = scheduler.framework.connected = False
            scheduler.framework.revision += 1
        mesos.timeline.after(mesos.times.election_s, lambda: self._elect(old, to, this_round))

    def stop(self, master: Master, by: Actor = FAULT) -> None:
        """The master process is down until `start`."""
        master.up = False
        self._mesos.journal.write(Entry(self._mesos.timeline.now, "master_stopped", master.name, by))
        if self._mesos.leader is master:
            self.fail_over(by=by)

    def start(self, master: Master, by: Actor = FAULT) -> None:
        self._restart(master)
        master.up = True
        self._mesos.journal.write(Entry(self._mesos.timeline.now, "master_started", master.name, by))
        if self._mesos.leader is None:
            self._round += 1
            this_round = self._round
            self._mesos.timeline.after(
                self._mesos.times.election_s, lambda: self._elect(None, None, this_round)
            )

    def kill(self, master: Master, by: Actor = FAULT) -> None:
        """Its Mesos process alone ends, until `revive` or the next boot."""
        master.killed = True
        self._mesos.journal.write(Entry(self._mesos.timeline.now, "master_process_killed", master.name, by))
        if self._mesos.leader is master:
            self.fail_over(by=by)

    def revive(self, master: Master, by: Actor = FAULT) -> None:
        """Its Mesos process is started again, and catches up."""
        if self._mesos.leader is master:
            self.fail_over(by=by)
        self.start(master, by)

    def _restart(self, master: Master) -> None:
        master.id = str(uuid.UUID(int=self._mesos.chance.getrandbits(128), version=4))
        master.started = self._mesos.timeline.now
        master.elected = master.recovered = None
        master.registrations = 0
        master.killed, master.log_recovered = False, True

    def _elect(self, old: Master | None, to: Master | None, this_round: int) -> None:
        mesos = self._mesos
        if this_round != self._round or mesos.leader is not None:
            return
        able = [master for master in mesos.masters if master.works]
        if len(able) * 2 <= len(mesos.masters):
            return  # no quorum: nobody can lead until a master is started
        others = [master for master in able if master is not old] or able
        leader = to if to in able and to is not None else others[0]
        mesos.leader = leader
        leader.elected = mesos.timeline.now
        leader.recovered = leader.elected + timedelta(seconds=mesos.times.recovery_s)
        mesos.journal.write(Entry(mesos.timeline.now, "master_elected", leader.name, MESOS))
        self._expect_agents(this_round)

    def _expect_agents(self, this_round: int) -> None:
        mesos, times = self._mesos, self._mesos.times
        mesos.limiter.clear()
        for agent in list(mesos.registered.values()):
            mesos.forget(agent)
            mesos.recovered[agent.id] = agent
        for process in mesos.processes:
            if process.responsive:
                comes_s = times.recovery_s + mesos.chance.uniform(0.2, times.reregister_s)
                mesos.timeline.after(comes_s, partial(mesos.register, process))
        mesos.timeline.after(times.recovery_s + FRAMEWORKS_S, lambda: self._reconnect(this_round))
        mesos.timeline.after(times.reregister_window_s, lambda: self._give_up_missing(this_round))

    def _reconnect(self, this_round: int) -> None:
        if this_round == self._round:
            for scheduler in self._mesos.schedulers:
                scheduler.serving = scheduler.framework.connected = True
                scheduler.framework.reregistered = self._mesos.timeline.now
                scheduler.framework.revision += 1
                scheduler.reconcile_soon()

    def _give_up_missing(self, this_round: int) -> None:
        if this_round != self._round:
            return
        for agent in list(self._mesos.recovered.values()):
            self._mesos.counts["recovery_slave_removals"] += 1
            agent.permit = self._mesos.limiter.acquire(partial(self._give_up, agent))

    def _give_up(self, agent: Agent) -> None:
        if agent.id in self._mesos.recovered:
            self._mesos.mark_unreachable(agent)
