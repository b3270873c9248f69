"""What the Mesos master says: who leads, which agents are registered, what runs where.

An agent that Mesos gave up vanishes from its lists, so its absence here is a fact about the list, not about the
machine; the inventory remembers who is missing. `active` is Mesos's word: registered and connected.
Sources: apache/mesos:docs/operator-http-api.md, src/master/http.cpp.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from msgspec import Struct, field


class Generation(StrEnum):
    """How an agent can be given up, chosen from the master's version and capabilities, never configured.

    maintenance  Mesos 1.0-1.4 (DC/OS 1.8-1.10): machine down, later machine up
    mark_gone    Mesos 1.5-1.8 (DC/OS 1.11-1.13): MARK_AGENT_GONE
    drain        Mesos 1.9 and later (DC/OS 2.0 and later): also DEACTIVATE_AGENT and DRAIN_AGENT
    """

    MAINTENANCE = "maintenance"
    MARK_GONE = "mark_gone"
    DRAIN = "drain"


class Agent(Struct, frozen=True):
    """One registered agent. `address` is the IPv4 text that it announces, which on DC/OS equals its NIC's address.

    `hostname` and `port` as announced (machine down needs the exact hostname). `tasks` counts running tasks by
    workload key, see `workload_key`. `registered_at` is the latest (re-)registration.
    """

    agent_id: str
    address: str
    hostname: str
    port: int
    active: bool
    registered_at: datetime | None
    tasks: Mapping[str, int] = field(default_factory=dict[str, int])


class SchedulerState(Struct, frozen=True):
    """One consistent answer of the leading master.

    `recovered` are ids that the registry knows and that have not come back since the last election. `elected_at` is
    when this leader was elected; within `reregister_window` after it, missing agents are expected to come back.
    """

    leader: str
    version: str
    generation: Generation
    elected_at: datetime
    reregister_window: timedelta
    agents: tuple[Agent, ...]
    recovered: tuple[str, ...] = ()
    frameworks: Mapping[str, str] = field(default_factory=dict[str, str])


def workload_key(framework_id: str, task_name: str) -> str:
    """What identifies one workload across agents: instances of one application share framework and task name."""
    return f"{framework_id}:{task_name}"
