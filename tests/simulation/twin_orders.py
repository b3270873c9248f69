"""What the app orders of the twins, seen where it takes effect, under all weather.

What was true just before goes with the order, and the event that Azure sends about it comes when it is over.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import replace
from typing import Any

from shared.model.mesos import Drain
from tests.prod import OURS, POOL
from tests.simulation.nature import Order
from tests.simulation.twin_agents import Agents, id_of, name_of
from tests.watched import Call

EFFECTS = {
    "compute.destroy": "delete",
    "compute.restart": "restart/action",
    "compute.redeploy": "redeploy/action",
    "compute.reimage": "reimage/action",
    "compute.run_command": "runCommand/action",
    "compute.power_off": "powerOff/action",
}
ABOUT_AGENTS = {"scheduler.mark_gone", "scheduler.deactivate", "scheduler.reactivate", "scheduler.drain"}
ABOUT_ADDRESSES = {
    "scheduler.machine_down",
    "scheduler.machine_up",
    "scheduler.schedule_maintenance",
    "scheduler.unschedule_maintenance",
}


class Orders:
    """`tell` gets Azure's events."""

    def __init__(self, agents: Agents) -> None:
        self._agents = agents
        self.on_order: Callable[[Order], None] = lambda order: None
        self.tell: Callable[[dict[str, Any]], None] = lambda event: None

    async def effect(self, call: Call) -> Any:
        """A call takes effect."""
        orders = self._orders_in(call)
        answer = await call.go()
        for order in orders:
            self.on_order(order)
            self._echo(order)
        if orders:
            self._agents.stirs()
        return answer

    def _orders_in(self, call: Call) -> list[Order]:
        name, what = call.name, call.name.partition(".")[2]
        now, agents = self._agents.clock.now(), self._agents
        if name == "compute.set_capacity":
            return [Order(now, what, "", None, call.args[1])]
        if name in EFFECTS:
            ids = call.args[1] if name == "compute.destroy" else [call.args[1]]
            return [Order(now, what, name_of(id), agents.machine(id)) for id in ids]
        if name in ABOUT_AGENTS:
            return [self._about(what, self._address_of(call.args[0]))]
        if name in ABOUT_ADDRESSES:
            return [self._about(what, call.args[1])]
        if name == "workloads.kill":
            return [self._ended(agent_id, many) for agent_id, many in self.tasks_of(call.args[0]).items()]
        if name == "workloads.replace_pod":
            service, pod, agent_id = call.args
            return [self._about(what, self._address_of(agent_id), f"{service}/{pod}")]
        return []

    def tasks_of(self, ids: Collection[str]) -> Counter[str]:
        """How many of these tasks run on which agents."""
        agents = self._agents.scheduler.agents.values()
        return Counter(
            one.agent_id for one in agents for some in one.task_ids.values() for id in some if id in ids
        )

    def _ended(self, agent_id: str, many: int) -> Order:
        """Tasks are ended on an agent that is being emptied, or on one that goes on to get others."""
        scheduler = self._agents.scheduler
        agent = scheduler.agents[agent_id]
        is_barred = agent.deactivated or (agent.hostname, agent.address) in scheduler.windows
        what = "empty" if is_barred or agent.drain is not Drain.NONE else "relieve"
        return replace(self._about(what, agent.address), size=many)

    def _address_of(self, agent_id: str) -> str:
        agent = self._agents.scheduler.agents.get(agent_id)
        return agent.address if agent else ""

    def _about(self, what: str, address: str, pod: str = "") -> Order:
        agents = self._agents
        there = agents.compute._pools[POOL].addresses
        id = next((id for id, one in there.items() if one == address), None)
        machine = agents.machine(id) if id is not None else None
        return Order(agents.clock.now(), what, name_of(id) if id is not None else "", machine, pod=pod)

    def _echo(self, order: Order) -> None:
        operation = EFFECTS.get(f"compute.{order.what}")
        if order.what == "set_capacity":
            self.say(None, "Write", "write", OURS)
        elif operation is not None:
            self.say(id_of(order.node), "Delete" if operation == "delete" else "Action", operation, OURS)

    def say(self, id: str | None, verb: str, operation: str, by: str = "somebody") -> None:
        """Azure's event about it, when it is over."""
        agents, number = self._agents, None if id is None else int(id)
        agents.after(agents.compute.takes, lambda: self.tell(agents.event(number, verb, operation, by)))
