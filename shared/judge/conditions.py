"""What the readings of one node amount to: the numbered rules, in the order in which they are asked.

 1. Azure's instances could not be read: unknown (blind).
 2. Azure does not list it, but its agent is connected: unknown, the two contradict each other.
 3. Azure does not list it: gone.
 4. Azure says it is deallocated, but its agent is connected: unknown, the two contradict each other.
 5. Azure says it is deallocated: gone, because its temporary disk and with it its agent's identity are lost.
 6. Azure is deleting it, and its agent is not connected: gone.
 7. It is being deleted while its agent is still connected, or stopped, deallocated, or started again after it had an
    agent: stopped, on its way somewhere.
 8. It is powered off, but allocated: stopped.
 9. The masters could not be read: unknown (blind).
10. Several agents announce its address: unknown, none of them can be told to be its agent.
11. Its agent is connected: healthy.
12. Azure gives no power state for it, and is not just creating it: unknown.
13. It never had an agent, and is younger than the time it may take to join: joining.
14. It never had an agent, and its address could not be read: unknown (blind), its agent can not be told.
15. It never had an agent, and had time enough: stuck.
16. Mesos lists its agent as disconnected, or does not list it any more: unreachable.

A machine counts as young from when the inventory first saw it or from when Azure says that it was created, whichever
is later: a wrong creation time may only make us more patient. Each rule has a test of the same number in
tests/judge/test_conditions.py.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from shared.model.azure import Instance, Power, Provisioning
from shared.model.nodes import Condition, Finding, Node
from shared.model.readings import Failure
from shared.model.snapshot import Snapshot


def condition_of(node: Node, snapshot: Snapshot, grace: timedelta, now: datetime) -> Finding:
    """The finding for one node. `grace` is how long a new machine may take to register its agent."""
    instances = snapshot.pools[node.pool].instances
    if isinstance(instances, Failure):
        return _blind(node, 1, f"Azure's instances could not be read: {instances.why}")
    return _from_azure(node) or _from_mesos(node, snapshot, grace, now)


def _from_azure(node: Node) -> Finding | None:
    """Rules 2 to 8: what Azure alone can tell."""
    instance = node.instance
    connected = node.agent is not None and node.agent.active
    if instance is None:
        if connected:
            return _is(node, Condition.UNKNOWN, 2, "Azure does not list it, but its agent is connected")
        return _is(node, Condition.GONE, 3, "Azure does not list it any more")
    if instance.power is Power.DEALLOCATED:
        if connected:
            return _is(node, Condition.UNKNOWN, 4, "Azure says deallocated, but its agent is connected")
        return _is(node, Condition.GONE, 5, "it is deallocated, its temporary disk is lost")
    if instance.provisioning is Provisioning.DELETING:
        if connected:
            return _is(node, Condition.STOPPED, 7, "Azure is deleting it, its agent is still connected")
        return _is(node, Condition.GONE, 6, "Azure is deleting it")
    started_again = instance.power is Power.STARTING and node.memory is not None and node.memory.agent_id
    if instance.power in {Power.STOPPING, Power.DEALLOCATING} or (started_again and not connected):
        return _is(node, Condition.STOPPED, 7, f"it is {instance.power.value}")
    if instance.power is Power.STOPPED:
        return _is(node, Condition.STOPPED, 8, "it is powered off, but still allocated")
    return None


def _from_mesos(node: Node, snapshot: Snapshot, grace: timedelta, now: datetime) -> Finding:
    """Rules 9 to 16: what the masters say of a machine that is there."""
    scheduler = snapshot.scheduler
    if isinstance(scheduler, Failure):
        return _blind(node, 9, f"the masters could not be read: {scheduler.why}")
    if node.rivals:
        return _is(node, Condition.UNKNOWN, 10, f"{node.rivals} agents announce its address {node.address}")
    if node.agent is not None and node.agent.active:
        return _is(node, Condition.HEALTHY, 11, "its agent is connected")
    if node.instance is None or _without_power(node.instance):
        return _is(node, Condition.UNKNOWN, 12, "Azure gives no power state")
    if node.agent is None and (node.memory is None or node.memory.agent_id is None):
        return _without_agent(node, snapshot, grace, now)
    if node.agent is not None:
        return _is(node, Condition.UNREACHABLE, 16, "Mesos lists its agent as disconnected")
    return _is(node, Condition.UNREACHABLE, 16, "Mesos does not list its agent any more")


def _without_agent(node: Node, snapshot: Snapshot, grace: timedelta, now: datetime) -> Finding:
    """Rules 13 to 15: it never had an agent."""
    created = node.instance.created_at if node.instance else None
    seen = node.memory.first_seen_at if node.memory else now
    age = now - max(created or seen, seen)
    if age < grace:
        return _is(node, Condition.JOINING, 13, f"no agent after {_s(age)} s of {_s(grace)} s")
    addresses = snapshot.pools[node.pool].addresses
    if isinstance(addresses, Failure):
        return _blind(node, 14, f"its address could not be read: {addresses.why}")
    return _is(node, Condition.STUCK, 15, f"no agent after {_s(age)} s, allowed are {_s(grace)} s")


def _without_power(instance: Instance) -> bool:
    """A machine that is being created has no power state yet; that is no contradiction."""
    return instance.power is Power.UNKNOWN and instance.provisioning is not Provisioning.CREATING


def _is(node: Node, condition: Condition, rule: int, because: str) -> Finding:
    return Finding(node, condition, rule, because)


def _blind(node: Node, rule: int, because: str) -> Finding:
    return Finding(node, Condition.UNKNOWN, rule, because, blind=True)


def _s(duration: timedelta) -> int:
    return int(duration.total_seconds())
