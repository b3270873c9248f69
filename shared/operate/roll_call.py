"""The roll call: do the agents that the masters list as connected answer us as well?

A machine that hangs closes no connection, so the masters go on counting on its agent until twenty pings have failed,
which takes five minutes, and up to 1.11 they give up one such agent in twenty minutes (dcos/dcos gen/dcos-config.yaml).
Small requests find out within seconds. Each sweep asks agents for `/health`, directly at their own port
(apache/mesos:docs/endpoints/slave/health.md), and an agent is mute when

1. it gives no answer, of whatever status, and none again when it is asked once more; and
2. it gives none either by way of the leading master's Admin Router, `/slave/<id>/health` (dcos/dcos adminrouter), so
   that it is not our own way to it that is closed; and
3. by both ways another agent answers, and of those that were asked directly at least as many as do not.

Where nobody answers at all, nobody is asked for ten minutes. A look between sweeps asks those that were mute the last
time, and a few beside them. Of a large cluster each sweep asks a part, whoever was not asked for longest first.

What comes of it: `look` marks the agent, and it is judged unreachable. Like every other reading this one has to stay so
for the policy's `confirm_after`, is read again before anything is done, and stands under all guards. It is enough to
start something again; nothing is destroyed on it alone (`shared/decide/ladder.py`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta

from shared.model.mesos import Agent, SchedulerState
from shared.ports.clock import Clock
from shared.ports.http import Http, HttpCall

MOST = 100
"""Agents that one sweep asks, all at once: a hundred requests cost about a tenth of a second of one core."""
BESIDE = 5
"""Others that are asked together with those that were mute."""
ANSWER_S = 1.5
UNREACHED = timedelta(minutes=10)
NO_UPSTREAM = frozenset({502, 504})
NEVER = datetime.min.replace(tzinfo=UTC)


class RollCall:
    """One per process. Remembers who was asked when, and who was mute. `router` is Admin Router's port on masters."""

    def __init__(self, http: Http, clock: Clock, router: int) -> None:
        self._http, self._clock, self._router = http, clock, router
        self._asked: dict[str, dict[str, datetime]] = {}
        self._mute: dict[str, frozenset[str]] = {}
        self._not_before: dict[str, datetime] = {}

    async def mute(self, cluster: str, masters: SchedulerState, everybody: bool) -> frozenset[str]:
        """The ids of the connected agents that do not answer. `everybody`: this is a sweep."""
        if self._clock.now() < self._not_before.get(cluster, NEVER):
            return frozenset()
        called = self._called(cluster, [agent for agent in masters.agents if agent.active], everybody)
        silent = await self._silent(await self._silent(called, _directly), _directly)
        answered = [agent for agent in called if agent not in silent]
        if silent and not answered:
            self._not_before[cluster] = self._clock.now() + UNREACHED
        found: list[Agent] = []
        if silent and len(answered) >= len(silent):
            found = await self._silent_there_too(masters, silent, answered[0])
        self._mute[cluster] = frozenset(agent.agent_id for agent in found)
        return self._mute[cluster]

    def _called(self, cluster: str, connected: Sequence[Agent], everybody: bool) -> list[Agent]:
        before, mute = self._asked.get(cluster, {}), self._mute.get(cluster, frozenset())
        suspects = [agent for agent in connected if agent.agent_id in mute]
        others = [agent for agent in connected if agent.agent_id not in mute]
        others.sort(key=lambda agent: (before.get(agent.agent_id, NEVER), agent.agent_id))
        called = suspects + others[: MOST if everybody else BESIDE if suspects else 0]
        asked = {one.agent_id: before[one.agent_id] for one in connected if one.agent_id in before}
        self._asked[cluster] = asked | dict.fromkeys([one.agent_id for one in called], self._clock.now())
        return called

    async def _silent_there_too(
        self, masters: SchedulerState, silent: Sequence[Agent], other: Agent
    ) -> list[Agent]:
        """Rule 2: those of the silent ones whom the leading master does not reach either, while it reaches `other`."""
        leader = masters.leader.rpartition(":")[0] or masters.leader

        def by_router(agent: Agent) -> str:
            return f"http://{leader}:{self._router}/slave/{agent.agent_id}/health"

        still = await self._silent([*silent, other], by_router)
        return [] if other in still else [agent for agent in still if agent is not other]

    async def _silent(self, agents: Iterable[Agent], url: Callable[[Agent], str]) -> list[Agent]:
        """Those of these that give no answer there."""
        asked = list(agents)

        async def is_silent(agent: Agent) -> bool:
            try:
                answer = await self._http.send(HttpCall("GET", url(agent), {}, None, ANSWER_S))
            except (OSError, ValueError):  # ValueError: an address of which no URL can be made
                return True
            return answer.status in NO_UPSTREAM

        came = await asyncio.gather(*(is_silent(agent) for agent in asked))
        return [agent for agent, silent in zip(asked, came, strict=True) if silent]


def _directly(agent: Agent) -> str:
    return f"http://{agent.address}:{agent.port}/health"
