"""Where a task of an application may run: Marathon's answer to an offer.

An offer is refused for one reason, the first of these, in the words of Marathon 1.4 and later
(mesosphere/marathon src/main/scala/mesosphere/mesos/NoOfferMatchReason.scala):

    UnfulfilledRole                     the agent offers what it has for another role
    UnfulfilledConstraint               a constraint of the application, by what runs of it already
    NoCorrespondingReservationFound     the task waits for the agent that has its volume
    AgentMaintenance                    the machine is in a maintenance window (Marathon 1.6 and later)
    InsufficientCpus, InsufficientMemory
    InsufficientPorts               a port that the application insists on is in use there, or not offered

Constraints as in mesosphere/marathon docs/docs/constraints.md. Of GROUP_BY it is known how many groups there are when
the application says so, and what runs tells the others.
"""

import re
from collections import Counter
from collections.abc import Collection

from simulator.world.agent import Agent
from simulator.world.tasks import App

REASONS = (
    "UnfulfilledRole",
    "UnfulfilledConstraint",
    "NoCorrespondingReservationFound",
    "AgentMaintenance",
    "InsufficientCpus",
    "InsufficientMemory",
    "InsufficientDisk",
    "InsufficientGpus",
    "InsufficientPorts",
)
"""In the order in which they are looked for. Disk and graphics processors refuse nothing here."""
HOSTNAME = frozenset({"hostname", "@hostname"})


def is_for(agent: Agent, app: App) -> bool:
    """By its role: an application of no pool in particular may use every agent but the public ones."""
    return agent.pool == app.pool if app.pool else not agent.public


def fits(agent: Agent, app: App) -> bool:
    return _has_cpus(agent, app) and _has_memory(agent, app) and _has_ports(agent, app)


def refusal(agent: Agent, app: App, beside: Collection[Agent], declines: Collection[str]) -> str | None:
    """None when the offer is taken. `beside` are the agents of the tasks that run, one for each task; `declines` are
    addresses in maintenance."""
    if not is_for(agent, app):
        return "UnfulfilledRole"
    if not keeps_constraints(agent, app, beside):
        return "UnfulfilledConstraint"
    if agent.address in declines:
        return "AgentMaintenance"
    if not _has_cpus(agent, app):
        return "InsufficientCpus"
    if not _has_memory(agent, app):
        return "InsufficientMemory"
    return None if _has_ports(agent, app) else "InsufficientPorts"


def keeps_constraints(agent: Agent, app: App, beside: Collection[Agent]) -> bool:
    """Also with one more task on the agent."""
    if app.unique and any(one is agent for one in beside):
        return False
    return all(_keeps(agent, one, beside) for one in app.constraints)


def _keeps(agent: Agent, constraint: tuple[str, ...], beside: Collection[Agent]) -> bool:
    field, operator, *rest = constraint
    said, value = rest[0] if rest else "", _value(agent, field)
    if operator == "UNLIKE":
        return value is None or re.fullmatch(said, value) is None
    if value is None:
        return False
    taken = Counter(_value(one, field) for one in beside)
    match operator:
        case "IS":
            return value == said
        case "LIKE":
            return re.fullmatch(said, value) is not None
        case "CLUSTER":
            return value == said if said else set(taken) <= {value}
        case "UNIQUE":
            return taken[value] == 0
        case "MAX_PER":
            return taken[value] < int(said)
        case "GROUP_BY":
            fewest = 0 if len(taken) < int(said or 0) else min(taken.values(), default=0)
            return taken[value] <= fewest
    raise ValueError(f"{operator} is no operator of Marathon's constraints.")


def _value(agent: Agent, field: str) -> str | None:
    if field in HOSTNAME:
        return agent.address
    if field in ("@region", "@zone"):
        return None if agent.domain is None else agent.domain[field == "@zone"]
    return agent.attributes.get(field)


def ports_in_use(agent: Agent) -> list[int]:
    return sorted(port for task in agent.tasks.values() for port in task.app.ports)


def _has_ports(agent: Agent, app: App) -> bool:
    if not app.ports:
        return True
    first, last = agent.resources.ports
    used = ports_in_use(agent)
    return all(first <= port <= last and port not in used for port in app.ports)


def _has_memory(agent: Agent, app: App) -> bool:
    return agent.resources.mem - agent.used_mem >= app.mem


def _has_cpus(agent: Agent, app: App) -> bool:
    return agent.resources.cpus - agent.used_cpus + 1e-9 >= app.cpus
