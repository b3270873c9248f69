"""How agents of this cluster can be emptied and given up: read from what master and agents say they can.

A version alone lies during a rolling upgrade: a Mesos 1.9 master with agents of 1.8 knows DRAIN_AGENT, and none of
those agents would carry it out. So the master's version must allow it, and everybody concerned must have the
capability: the master for the generation of the cluster, the agent for what is done with it
(`SchedulerState.generation_for`).
Sources: apache/mesos:CHANGELOG (MARK_AGENT_GONE 1.5, MESOS-7443; DRAIN_AGENT 1.9, MESOS-9814),
apache/mesos:include/mesos/mesos.proto (`AGENT_DRAINING` in MasterInfo and SlaveInfo capabilities).
"""

from __future__ import annotations

import re
from collections.abc import Collection

from shared.model.mesos import Generation

DRAINING = "AGENT_DRAINING"


def version_of(text: str) -> tuple[int, int]:
    """Major and minor of `1.11.0`, `1.5.0-rc1`, `1.4.2-dcos`. `ValueError` for anything else."""
    found = re.match(r"(\d+)\.(\d+)(?!\d)", text)
    if found is None:
        raise ValueError(f"not a Mesos version: {text!r}")
    return int(found[1]), int(found[2])


def generation(version: str, capabilities: Collection[str] | None) -> Generation:
    """The generation of a master of `version` with these capabilities; None is a list that was not given.

    1. Before 1.5 there is only maintenance.
    2. From 1.9 on agents can be drained, unless the master lists capabilities without draining.
    3. Else an agent can be marked gone.
    """
    number = version_of(version)
    if number < (1, 5):
        return Generation.MAINTENANCE
    if number >= (1, 9) and can_drain(capabilities):
        return Generation.DRAIN
    return Generation.MARK_GONE


def can_drain(capabilities: Collection[str] | None) -> bool:
    """It says so, or it says nothing of what it can."""
    return capabilities is None or DRAINING in capabilities
