"""Agents as JSON, kept until they change.

A sweep over a cluster asks for all agents every minute and almost none of them has changed since.
"""

from collections.abc import Callable
from typing import Any
from weakref import WeakKeyDictionary

import msgspec

from simulator.mesos import views, views_v1
from simulator.world.agent import Agent
from simulator.world.versions import Release

_Stamp = tuple[int, bool, bool, int]


class AgentViews:
    """Encoded entries of the lists of agents of one cluster."""

    def __init__(self, release: Release) -> None:
        self._release = release
        self._v1: WeakKeyDictionary[Agent, tuple[_Stamp, msgspec.Raw]] = WeakKeyDictionary()
        self._slave: WeakKeyDictionary[Agent, tuple[_Stamp, msgspec.Raw]] = WeakKeyDictionary()

    def v1(self, agent: Agent) -> msgspec.Raw:
        """An entry of get_agents.agents."""
        return self._of(self._v1, agent, views_v1.agent_view)

    def slave(self, agent: Agent) -> msgspec.Raw:
        """An entry of /slaves."""
        return self._of(self._slave, agent, views.slave_view)

    def _of(
        self,
        kept: WeakKeyDictionary[Agent, tuple[_Stamp, msgspec.Raw]],
        agent: Agent,
        view: Callable[[Agent, Release], dict[str, Any]],
    ) -> msgspec.Raw:
        stamp = (agent.revision, agent.connected, agent.deactivated, len(agent.kept))
        found = kept.get(agent)
        if found is None or found[0] != stamp:
            found = (stamp, msgspec.Raw(msgspec.json.encode(view(agent, self._release))))
            kept[agent] = found
        return found[1]
