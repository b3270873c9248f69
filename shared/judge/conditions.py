"""What the readings of one node amount to: the numbered rules, in the order in which they are asked.

 1. Azure's instances could not be read, or the snapshot is from the future, because our clock was put back: unknown
    (blind).
 2. Azure does not list it, but its agent is connected: unknown, the two contradict each other. Unless Azure's events
    have told as well that it was deleted or evicted, more than a minute after the agent registered last: gone. A
    machine that is taken away closes no connection, and the masters go on counting on its agent for five minutes
    (apache/mesos:docs/configuration/master.md, agent_ping_timeout).
 3. Azure does not list it: gone.
 4. Azure says it is deallocated, but its agent is connected: the same as 2.
 5. Azure says it is deallocated: gone, because its temporary disk and with it its agent's identity are lost.
 6. Azure is deleting it, and its agent is not connected: gone.
 7. It is being deleted while its agent is still connected, or stopped, deallocated, or started again after it had an
    agent: stopped, on its way somewhere.
 8. It is powered off, but allocated: stopped.
 9. The masters could not be read, or were read before its agent joined, as somebody else has seen: unknown (blind).
10. Several agents announce its address: unknown, none of them can be told to be its agent.
11. Its agent is connected, and it is announced that its host goes or that it is taken away: doomed.
12. Its agent is connected, and our own readings say that it does not do its work (`ill.py`): impaired.
13. Its agent is connected, and something else is announced, which is left to happen: doomed.
14. Its agent is connected: healthy, also when somebody has deactivated it, so that it gets no new tasks.
15. Azure gives no power state for it, is not just creating it, and did not fail to create it: unknown.
16. It never had an agent, and was seen first in the future, by our own clock; or it had time enough to join and was
    created in the future, by Azure's: unknown, one of the clocks is wrong.
17. It never had an agent, and is younger than the time it may take to join: joining.
18. It never had an agent, and its address could not be read: unknown (blind), its agent can not be told.
19. It never had an agent, and had time enough: stuck.
20. Mesos lists its agent as disconnected, or does not list it any more, or still counts on it though it answers
    neither the leading master nor us (`shared/operate/roll_call.py`): unreachable.

A machine counts as young from when the inventory first saw it or from when Azure says that it was created, whichever
is later: a wrong creation time may only make us more patient. Each rule has a test of the same number in
tests/judge/test_conditions.py.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from shared.model.azure import Power, Provisioning
from shared.model.mesos import Agent, Drain
from shared.model.nodes import Condition, Fate, Finding, Node, Notice
from shared.model.readings import Failure
from shared.model.snapshot import Snapshot

from .ill import Ills
from .notices import doom_of, fate_of

AHEAD = timedelta(seconds=5)
"""A snapshot may lie so much in the future: clocks are put right by moments all the time."""
WRONG = timedelta(minutes=1)
"""Two clocks that differ by more are not both right."""
LEAVING = frozenset({Power.STOPPING, Power.DEALLOCATING})


class Light(Struct, frozen=True):
    """What the nodes of a pool are judged by, beside their own readings. `grace` is how long a new machine may take to
    register its agent."""

    snapshot: Snapshot
    ills: Ills
    grace: timedelta
    now: datetime


def condition_of(node: Node, light: Light) -> Finding:
    """The finding for one node."""
    instances = light.snapshot.pools[node.pool].instances
    if isinstance(instances, Failure):
        return _blind(node, 1, f"Azure's instances could not be read: {instances.why}")
    if light.snapshot.started_at > light.now + AHEAD:
        return _blind(node, 1, "the readings are from the future, our clock was put back")
    return _from_azure(node) or _from_mesos(node, light)


def _from_azure(node: Node) -> Finding | None:
    """Rules 2 to 8: what Azure alone can tell."""
    instance = node.instance
    connected = node.agent is not None and node.agent.active
    if instance is None:
        if connected:
            return _contradicted(node, 2, "Azure does not list it")
        return _is(node, Condition.GONE, 3, "Azure does not list it any more")
    if instance.power is Power.DEALLOCATED:
        if connected:
            return _contradicted(node, 4, "Azure says deallocated")
        return _is(node, Condition.GONE, 5, "it is deallocated, its temporary disk is lost")
    if instance.provisioning is Provisioning.DELETING:
        if connected:
            return _is(node, Condition.STOPPED, 7, "Azure is deleting it, its agent is still connected")
        return _is(node, Condition.GONE, 6, "Azure is deleting it")
    started_again = instance.power is Power.STARTING and node.memory is not None and node.memory.agent_id
    if instance.power in LEAVING or (started_again and not connected):
        return _is(node, Condition.STOPPED, 7, f"it is {instance.power.value}")
    if instance.power is Power.STOPPED:
        return _is(node, Condition.STOPPED, 8, "it is powered off, but still allocated")
    return None


def _contradicted(node: Node, rule: int, azure: str) -> Finding:
    """Rules 2 and 4: the masters list its agent as connected. Of a machine that was taken away that is not true."""
    agent, taken = node.agent, node.memory.taken_at if node.memory else None
    registered = agent.registered_at if agent else None
    if agent is None or taken is None or registered is None or taken <= registered + WRONG:
        return _is(node, Condition.UNKNOWN, rule, f"{azure}, but its agent is connected")
    because = f"{azure} and took it away at {taken:%H:%M:%S} UTC, the masters have not missed its agent yet"
    return _is(replace(node, agent=replace(agent, active=False)), Condition.GONE, rule, because)


def _from_mesos(node: Node, light: Light) -> Finding:
    """Rules 9 to 20: what the masters say of a machine that is there."""
    scheduler = light.snapshot.scheduler
    if isinstance(scheduler, Failure):
        return _blind(node, 9, f"the masters could not be read: {scheduler.why}")
    if node.rivals:
        return _is(node, Condition.UNKNOWN, 10, f"{node.rivals} agents announce its address {node.address}")
    if node.agent is not None and node.agent.active:
        return _connected(node, node.agent, light)
    if node.instance is None or _without_power(node):
        return _is(node, Condition.UNKNOWN, 15, "Azure gives no power state")
    if node.agent is None and (node.memory is None or node.memory.agent_id is None):
        return _without_agent(node, light)
    if (
        node.agent is None
        and node.memory
        and (node.memory.joined_at or scheduler.taken_at) > scheduler.taken_at
    ):
        return _blind(node, 9, "the masters were read before its agent joined")
    if node.agent is not None:
        lists = (
            "still lists its agent, which answers nobody"
            if node.agent.mute
            else "lists its agent as disconnected"
        )
        return _is(node, Condition.UNREACHABLE, 20, f"Mesos {lists}")
    return _is(node, Condition.UNREACHABLE, 20, "Mesos does not list its agent any more")


def _connected(node: Node, agent: Agent, light: Light) -> Finding:
    """Rules 11 to 14."""
    doom = doom_of(node.memory, light.now)
    if doom is not None and fate_of(doom) is not Fate.LEFT:
        return _doomed(node, 11, doom)
    ill = light.ills.against(node)
    if ill is not None:
        because = f"its agent is connected, but {ill.because}"
        return Finding(
            node,
            Condition.IMPAIRED,
            12,
            because,
            unit=ill.unit,
            read_at=ill.read_at,
            is_heard=ill.is_heard,
            is_asked=ill.is_asked,
        )
    if doom is not None:
        return _doomed(node, 13, doom)
    return _is(node, Condition.HEALTHY, 14, f"its agent is connected{_but_idle(agent)}")


def _doomed(node: Node, rule: int, doom: Notice) -> Finding:
    when = f" for {doom.deadline:%Y-%m-%d %H:%M:%S} UTC" if doom.deadline else ""
    because = f"{doom.what} is announced{when} ({doom.source})"
    return Finding(node, Condition.DOOMED, rule, because, deadline=doom.deadline, fate=fate_of(doom))


def _but_idle(agent: Agent) -> str:
    if agent.drain is Drain.DRAINING:
        return ", but it is being drained: it gets no new tasks"
    if agent.deactivated:
        return ", but it is deactivated: it gets no new tasks"
    return ""


def _without_agent(node: Node, light: Light) -> Finding:
    """Rules 16 to 19: it never had an agent."""
    now, grace = light.now, light.grace
    seen = node.memory.first_seen_at if node.memory else now
    created = (node.instance.created_at if node.instance else None) or seen
    age = now - max(created, seen)
    if seen > now + WRONG:
        return _is(node, Condition.UNKNOWN, 16, f"it was first seen {_s(seen - now)} s in the future")
    if now - seen >= grace and created > now + WRONG:
        return _is(node, Condition.UNKNOWN, 16, f"Azure created it {_s(created - now)} s in the future")
    if age < grace:
        return _is(node, Condition.JOINING, 17, f"no agent after {_s(age)} s of {_s(grace)} s")
    addresses = light.snapshot.pools[node.pool].addresses
    if isinstance(addresses, Failure):
        return _blind(node, 18, f"its address could not be read: {addresses.why}")
    return _is(node, Condition.STUCK, 19, f"no agent after {_s(age)} s, allowed are {_s(grace)} s")


def _without_power(node: Node) -> bool:
    """A machine that is being created has no power state yet, and one that could not be created, and so never had an
    agent, has none at all: both are no contradiction."""
    instance, memory = node.instance, node.memory
    if instance is None or instance.power is not Power.UNKNOWN:
        return False
    had_agent = node.agent is not None or (memory is not None and memory.agent_id is not None)
    never_made = instance.provisioning is Provisioning.FAILED and not had_agent
    return not never_made and instance.provisioning is not Provisioning.CREATING


def _is(node: Node, condition: Condition, rule: int, because: str) -> Finding:
    return Finding(node, condition, rule, because)


def _blind(node: Node, rule: int, because: str) -> Finding:
    return Finding(node, Condition.UNKNOWN, rule, because, blind=True)


def _s(duration: timedelta) -> int:
    return int(duration.total_seconds())
