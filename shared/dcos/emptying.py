"""Deactivate, reactivate, drain: how an agent is emptied on masters of Mesos 1.9 and later.

Deactivating stops new tasks and touches none that run; it can be taken back at any time. Draining kills all tasks and
can't be taken back while it goes on. Each agent is looked at before anything is sent, for three reasons: one that is
too old to drain would stay in DRAINING for ever, its tasks running, and never be free again; the master answers the
same to taking back what was never ordered and to an agent that it does not know; and what is as it should be already
needs no call.

What the master refuses all the same it answers with 400 and a sentence (recorded from Mesos 1.11). Sources:
apache/mesos:docs/operator-http-api.md, src/master/http.cpp. The grace of a drain is given in the object form of
protobuf's durations: the text form of docs/maintenance.md is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from shared.dcos.masters import Masters, shown
from shared.errors import Refused
from shared.model.mesos import Agent, Drain, Generation, SchedulerState

DONE = frozenset({200, 202})
IN_WINDOW = b"is part of a maintenance schedule"


class Emptying:
    """One agent of a cluster as `state` shows it, and the calls to the master that gave that state."""

    def __init__(self, masters: Masters, state: SchedulerState, agent_id: str) -> None:
        self._masters = masters
        self._state = state
        self._agent_id = agent_id

    async def deactivate(self) -> None:
        if not self._agent("DEACTIVATE_AGENT").deactivated:
            await self._call("DEACTIVATE_AGENT")

    async def reactivate(self) -> None:
        agent = self._agent("REACTIVATE_AGENT")
        if agent.drain is Drain.DRAINING:
            raise self._refused("agent_is_draining")
        if agent.deactivated:
            await self._call("REACTIVATE_AGENT")

    async def drain(self, grace: timedelta) -> None:
        agent = self._agent("DRAIN_AGENT")
        if self._state.generation_for(agent) is not Generation.DRAIN:
            raise self._refused("agent_cannot_drain")
        if agent.drain is Drain.NONE:
            await self._call("DRAIN_AGENT", {"max_grace_period": _duration(grace)})

    def _agent(self, call: str) -> Agent:
        if self._state.generation is not Generation.DRAIN:
            raise Refused("mesos", "call_not_known", {"call": call, "version": self._state.version})
        for agent in self._state.agents:
            if agent.agent_id == self._agent_id:
                return agent
        raise self._refused("agent_not_known")

    async def _call(self, kind: str, more: Mapping[str, object] | None = None) -> None:
        order = {"agent_id": {"value": self._agent_id}, **(more or {})}
        answer = await self._masters.write(self._state.leader, "/api/v1", {"type": kind, kind.lower(): order})
        if answer.status in DONE:
            return
        if answer.status == 400 and IN_WINDOW in answer.body:
            raise self._refused("machine_in_maintenance")
        raise Refused("mesos", "master_refuses", {"call": kind, "answer": shown(answer)})

    def _refused(self, reason: str) -> Refused:
        return Refused("mesos", reason, {"agent": self._agent_id})


def _duration(span: timedelta) -> dict[str, int]:
    """google.protobuf.Duration; `ValueError` for less than nothing, which Mesos would take."""
    if span < timedelta(0):
        raise ValueError(f"a grace of {span} is none")
    return {"seconds": span.days * 86400 + span.seconds, "nanos": span.microseconds * 1000}
