"""Random stories: a player who does bad things to a small pool, and an observer who knows the truth.

The observer sits between the app and its ports and complains at the moment an invariant is broken:

    1   nothing is destroyed or marked gone without readings of both worlds younger than 60 s
    2   no ledger holds more disruptions than the policy allows at once
    3   no node has two operations
    4   no machine that is well is destroyed
    10  no destruction without a machine that is named
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import msgspec

from shared.errors import PoolkeeperError, Retry, Unknown
from shared.model.ledger import Ledger
from shared.ports.store import Table
from tests.scene import Scene
from tests.watched import Around, Call, Crash, Tripwire

AT_ONCE = 2
MORE = f"""\
disruption: {{at_once: {AT_ONCE}, per_hour: 100, per_day: 1000, per_fault_domain: none}}
        storm: {{unhealthy: 60%, hold: 2m}}
        repair: {{join_timeout: 6m, verify_timeout: 5m}}"""
OLDEST = timedelta(seconds=60)
LOST = Unknown("the connection was closed")


class Observer:
    """Put around every port; `complaints` must stay empty."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._read: dict[str, datetime] = {}
        self.complaints: list[str] = []

    def around(self, inner: Around | None = None) -> Around:
        async def observed(call: Call) -> Any:
            if call.name in {"compute.destroy", "scheduler.mark_gone"}:
                self._before(call)
            answer = await (inner(call) if inner else call.go())
            self._read[call.name] = self._scene.clock.now()
            if call.name in {"store.write", "store.write_all"}:
                await self._after_write(call)
            return answer

        return observed

    def _before(self, call: Call) -> None:
        now = self._scene.clock.now()
        for reading in ("scheduler.state", "compute.instances"):
            at = self._read.get(reading)
            if at is None or now - at > OLDEST:
                self.complaints.append(f"{call.name} at {now} on a {reading} of {at}")
        if call.name == "compute.destroy" and len(call.args[1]) != 1:
            self.complaints.append(f"destruction of {call.args[1]}")

    async def _after_write(self, call: Call) -> None:
        if call.args[0] is Table.LEDGER:
            for write in call.args[2] if call.name == "store.write_all" else [call.args[2]]:
                book = msgspec.json.decode(write.body or b"", type=Ledger)
                if len(book.active) > AT_ONCE:
                    self.complaints.append(f"{len(book.active)} disruptions at once")
        elif call.args[0] is Table.OPERATIONS:
            nodes = Counter(one.subject.node for one in await self._scene.running())
            twice = [node for node, count in nodes.items() if count > 1]
            if twice:
                self.complaints.append(f"two operations of {twice}")


class Player:
    """Each verb is one misfortune; `number` chooses whom or what it meets."""

    VERBS = (
        "an_agent_dies",
        "an_agent_comes_back",
        "a_machine_is_deleted",
        "a_machine_is_deleted_and_nobody_tells",
        "a_machine_is_deallocated",
        "the_masters_fall_silent",
        "azure_falls_silent",
        "storage_fails",
        "all_is_well_again",
        "the_next_answer_is_lost",
        "azure_throttles",
        "azure_has_no_room",
        "the_leader_fails_over",
        "the_worker_crashes",
        "the_worker_restarts",
        "an_old_event_comes_again",
    )

    def __init__(self) -> None:
        self.scene = Scene(agents=6, more=MORE, boot_s=20, takes_s=5)
        self.scene.policy = self.scene.policy.replace("    pools:", "    failover_hold_off: 2m\n    pools:")
        self.scene.forgives = (PoolkeeperError, Crash)
        self.observer = Observer(self.scene)
        self.told: list[dict[str, Any]] = []
        self._wire: Tripwire | None = None
        self.the_worker_restarts(0)

    async def play(self, verb: str, number: int, seconds: int) -> None:
        """One misfortune, then time passes."""
        event = getattr(self, verb)(number)
        if event is not None:
            self.told.append(event)
            await self._tell(event)
        await self.scene.after(seconds=seconds)
        if self._wire is not None and self._wire.reached:
            self.the_worker_restarts(0)

    async def calm(self, minutes: int) -> None:
        """Everything answers, every event is delivered again as Event Grid does, and nothing more happens."""
        self.all_is_well_again(0)
        self.the_worker_restarts(0)
        for agent in self.scene.lost_agents():
            self.scene.agent_returns(agent)
        for event in self.told:
            await self._tell(event)
        await self.scene.after(minutes=minutes)

    async def _tell(self, event: dict[str, Any]) -> None:
        try:
            await self.scene.hears(event)
        except (PoolkeeperError, Crash):
            return

    def _someone_well(self, number: int) -> int | None:
        well = [int(id) for id in self.scene.listed if self.scene.is_healthy(id)]
        return well[number % len(well)] if len(well) > 1 else None

    def an_agent_dies(self, number: int) -> None:
        who = self._someone_well(number)
        if who is not None:
            self.scene.agent_dies(who)

    def an_agent_comes_back(self, number: int) -> None:
        dead = self.scene.lost_agents()
        if dead:
            self.scene.agent_returns(dead[number % len(dead)])

    def a_machine_is_deleted(self, number: int) -> dict[str, Any] | None:
        who = self._someone_well(number)
        return None if who is None else self.scene.machine_is_deleted(who)

    def a_machine_is_deleted_and_nobody_tells(self, number: int) -> None:
        self.a_machine_is_deleted(number)

    def a_machine_is_deallocated(self, number: int) -> None:
        who = self._someone_well(number)
        if who is not None:
            self.scene.machine_is_deallocated(who)

    def the_masters_fall_silent(self, number: int) -> None:
        self.scene.masters_fall_silent()

    def azure_falls_silent(self, number: int) -> None:
        self.scene.azure_falls_silent()

    def storage_fails(self, number: int) -> None:
        for call in ("get", "query", "write", "write_all"):
            self.scene.store.faults.next(call, LOST, done=number % 2 == 0, times=1 + number % 4)

    def all_is_well_again(self, number: int) -> None:
        self.scene.all_answer_again()
        self.scene.store.faults.clear()

    def the_next_answer_is_lost(self, number: int) -> None:
        call = ("destroy", "set_capacity", "mark_gone")[number % 3]
        twin = self.scene.scheduler if call == "mark_gone" else self.scene.compute
        twin.faults.next(call, LOST, done=number % 2 == 0)

    def azure_throttles(self, number: int) -> None:
        for call in ("destroy", "set_capacity", "look", "instance"):
            self.scene.compute.faults.next(call, Retry("429", timedelta(seconds=10 * number)), times=2)

    def azure_has_no_room(self, number: int) -> None:
        self.scene.compute.fail_operation("AllocationFailed", "There is no room.")

    def the_leader_fails_over(self, number: int) -> None:
        agents = dict(self.scene.scheduler.agents)
        self.scene.scheduler.fail_over(f"http://master-{number}:5050")
        for id, agent in agents.items():
            if agent.active:
                self.scene.scheduler.join(agent)
            else:
                self.scene.dead.discard(id)

    def the_worker_crashes(self, number: int) -> None:
        self._wire = Tripwire(1 + 3 * number)
        self.scene.app = self.scene.new_app(self.observer.around(self._wire))

    def the_worker_restarts(self, number: int) -> None:
        self._wire = None
        self.scene.app = self.scene.new_app(self.observer.around())

    def an_old_event_comes_again(self, number: int) -> dict[str, Any] | None:
        return self.told[number % len(self.told)] if self.told else None
