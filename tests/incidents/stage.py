"""Where published incidents are played again: the scene, with somebody who watches every order that cannot be undone.

    stage = Stage(agents=12)             a pool, as in tests/scene.py
    stage.answers("compute.instances", lambda said: ())      what the app is told from now on, whatever is true
    await stage.after(minutes=30)
    stage.orders, stage.calls            what was ordered in the world, and how often each port was called

A machine is well in truth when it runs and its agent is connected, and the test has not said of it that it is `ill`.
Whatever takes such a machine or its data away is written into `harmed`, which must stay empty in every incident:
`conftest.py` looks at it after each test, so that no test can forget to. One thing is no harm: a machine that the app
ordered itself during the story, and that nothing runs on yet, may be sent away again when it is not needed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any, ClassVar

from shared.app import App
from shared.memory.store import MemoryStore
from shared.model.azure import Power
from shared.records import Records
from tests.scene import POOL, START, SWEEP, Scene
from tests.watched import Around, Call

FOR_GOOD = frozenset({"destroy", "redeploy", "reimage"})
ORDERS = FOR_GOOD | {"restart", "power_off", "run_command", "set_capacity"}

EMITTED = "Microsoft.ResourceNotifications.MaintenanceResources.ScheduledEventEmitted"

type Lie = Callable[[Any], Any]


class Stage(Scene):
    """`harmed` is (verb, instance or agent) of everything well that was taken away; `orders` is (verb, what)."""

    every: ClassVar[list[Stage]] = []

    def __init__(self, *args: Any, **other: Any) -> None:
        self.ill: set[str] = set()
        self.harmed: list[tuple[str, str]] = []
        self.orders: list[tuple[str, str]] = []
        self.calls: Counter[str] = Counter()
        self.most_at_once = 0
        self._lies: dict[str, Lie] = {}
        super().__init__(*args, **other)
        self.every.append(self)

    def new_app(self, around: Around | None = None) -> App:
        async def witnessed(call: Call) -> Any:
            async def go() -> Any:
                self._witness(call)
                answer = await call.go()
                return self._lies.get(call.name, _truth)(answer)

            return await (around(replace(call, go=go)) if around else go())

        return super().new_app(witnessed)

    # What a test says.

    def answers(self, call: str, lie: Lie) -> None:
        """From now on the app is told this instead of what the port answers."""
        self._lies[call] = lie

    def answers_truly(self) -> None:
        self._lies.clear()

    def agents_die(self, *numbers: int) -> None:
        for number in numbers:
            self.agent_dies(number)

    def announced(
        self, number: int, what: str, status: str = "Scheduled", in_s: float = 7200
    ) -> dict[str, Any]:
        """Azure says what it will do to a machine, or that it will not (Azure/azure-docs, scheduled-events)."""
        (self.ill.add if status == "Scheduled" else self.ill.discard)(str(number))
        before = self.clock.now() + timedelta(seconds=in_s)
        facts = {
            "EventId": f"announced-{number}-{what}",
            "EventType": what,
            "EventStatus": status,
            "NotBefore": before.isoformat() if status == "Scheduled" else "",
            "Resources": [self.name(number)],
        }
        event = self.event(number, "Write", f"{what}-{status}")
        return event | {"eventType": EMITTED, "data": {"resourceInfo": {"properties": facts}}}

    def sleeps(self, minutes: float) -> None:
        """The app does not run for so long, and another process begins."""
        self.clock.advance(timedelta(minutes=minutes))
        self._next_sweep = self.clock.now() + SWEEP
        self.restarts()

    def forgets(self) -> None:
        """Everything in storage is lost, and another process begins."""
        self.store = MemoryStore()
        self.reader = Records(self.store)
        self.restarts()

    # What there is to see.

    def is_well(self, id: str) -> bool:
        """In truth, whatever the app is told."""
        there = self.compute._pools[POOL]
        if id in self.ill or id not in there.instances or there.instances[id].power is not Power.RUNNING:
            return False
        address = there.addresses[id]
        agents = [one for one in self._at(address) if self._is_connected(one.agent_id)]
        is_ours = (there.instances[id].created_at or START) > START and bool(self.ordered)
        return bool(agents) and not (is_ours and not any(one.tasks for one in agents))

    def ordered_to(self, verb: str) -> list[str]:
        return [what for order, what in self.orders if order == verb]

    async def refusals_of(self, number: int) -> set[str]:
        """The reasons for which nothing is done about this node."""
        incident = (await self.open_incidents()).get(self.name(number))
        answers = incident.decision.answers if incident and incident.decision else ()
        return {answer.reason for answer in answers if not answer.allowed}

    # How it is watched.

    def turns(self, at_once: bool = False) -> None:
        super().turns(at_once)
        self.most_at_once = max(self.most_at_once, len(self._away()))

    def _away(self) -> set[str]:
        """The agents that our orders keep from work: barred from new tasks, or being emptied."""
        return {one for one, agent in self.scheduler.agents.items() if agent.deactivated} | {
            str(machine) for machine in self.scheduler.windows
        }

    def _witness(self, call: Call) -> None:
        self.calls[call.name] += 1
        port, _, verb = call.name.partition(".")
        if port == "compute" and verb in ORDERS:
            what = call.args[1]
            several = what if isinstance(what, (list, tuple)) else [str(what)]
            self.orders += [(verb, one) for one in several]
            if call.args[0] == POOL and verb in FOR_GOOD:
                self.harmed += [(verb, one) for one in several if self.is_well(one)]
        if call.name == "scheduler.mark_gone" and self._is_connected(call.args[0]):
            self.harmed.append(("mark_gone", call.args[0]))

    def _is_connected(self, agent_id: str) -> bool:
        agent = self.scheduler.agents.get(agent_id)
        return agent is not None and agent.active and agent_id not in self.scheduler.silent

    def _at(self, address: str) -> list[Any]:
        return [one for one in self.scheduler.agents.values() if one.address == address]


def _truth(answer: Any) -> Any:
    return answer
