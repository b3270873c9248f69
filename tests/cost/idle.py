"""What the app does when nothing happens, counted over virtual time: invocations, and calls of storage.

Beats come each 20 seconds and DC/OS's own health is asked for each fifth minute, as in production (the settings of
`local.settings.sample.json`, `functions/timers.py`); messages are delivered as they are due. Functions of different
names share no instance, so each invocation counts as an activity period of its own, and those of one function that go
on at the same time are still counted apart: that is more than the platform counts, never less.
The policy is read from storage, and news are looked for, with nobody to be told.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any

from shared.app import App
from shared.memory.notifier import MemoryEvents, MemoryNotifier
from shared.memory.queues import Received
from shared.news.post import Post
from shared.operate.outside import Outside
from shared.operate.sweeping import Sweeping
from shared.policy.in_force import PolicyInForce
from shared.ports.queues import Queue
from shared.ports.store import Table
from tests.cost.bill import Month
from tests.prod import OURS, read_once
from tests.scene import Scene
from tests.watched import Around, Call, watched

BEAT, HEALTH = timedelta(seconds=20), timedelta(minutes=5)


class Idle(Scene):
    """A cluster where all is well. `invoked` is how often each function was, `stored` each call of storage."""

    def __init__(self, agents: int) -> None:
        self.invoked: Counter[str] = Counter()
        self.stored: Counter[str] = Counter()
        super().__init__(agents=agents)
        self.new_app(self._count)
        store, queues = self.outside.store, self.outside.queues

        async def pushed() -> str:
            await store.get(Table.POLICY, "policy", "pushed")
            return self.policy

        policy = PolicyInForce(pushed, "storage", store, read_once)
        post = Post(store, queues, self.clock, MemoryNotifier(), MemoryEvents())
        self.app = App(self.outside, policy, frozenset({OURS}), post=post)

    def equipped(self, plain: Outside, around: Around | None) -> Outside:
        return replace(
            plain, sweeping=Sweeping("0 */1 * * * *"), queues=watched("queues", self.queues, around)
        )

    async def pass_by(self, time: timedelta) -> None:
        """Let it pass, beat by beat."""
        end = self.clock.now() + time
        while self.clock.now() < end:
            now = self.clock.now()
            self.invoked["beat"] += 1
            await self.app.beat()
            if now.second < BEAT.seconds and now.minute % (HEALTH.seconds // 60) == 0:
                self.invoked["check_health"] += 1
                await self.app.check_health()
            await self.deliver()
            self.clock.advance_to(now + BEAT)
            self.turns()

    async def hour(self) -> Month:
        """What the next hour comes to."""
        self.invoked.clear()
        self.stored.clear()
        await self.pass_by(timedelta(hours=1))
        sent = self.stored["queues.send"]
        return Month(dict(self.invoked), self.stored.total() - sent, sent * 3)

    async def _work(self, queue: Queue, message: Received) -> None:
        self.invoked[f"work_{queue.value.removesuffix('s')}"] += 1
        await super()._work(queue, message)

    async def _count(self, call: Call) -> Any:
        if call.name.startswith(("store.", "queues.")):
            self.stored[call.name] += 1
        return await call.go()
