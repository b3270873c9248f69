"""People and programs who are told of what happens in a scene."""

from __future__ import annotations

from datetime import timedelta

from shared.memory.notifier import MemoryEvents, MemoryNotifier, Told
from shared.model.news import News, NewsKind
from shared.news.post import Post
from shared.policy.load import load
from shared.ports.queues import Queue
from shared.ports.store import Table
from tests.scene import Scene

ALL = "[opened, resolved, handed_over, approval, storm, operation, step, person, policy]"
ONCALL = "notify: [{to: ONCALL_URL}]"


class Readers:
    """`about` is what the one target is told of."""

    def __init__(self, scene: Scene, notify: str = ONCALL) -> None:
        self.scene = scene
        self.notifier, self.events = MemoryNotifier(), MemoryEvents()
        self.notify = notify
        self.post = Post(scene.store, scene.queues, scene.clock, self.notifier, self.events)

    async def look(self) -> None:
        """The timer, and every letter that is due."""
        await self.post.tell(load(f"{self.scene.policy}{self.notify}\n", "policy.yaml"))
        await self.deliver()

    async def deliver(self) -> None:
        queues = self.scene.queues
        while due := queues.receive(Queue.NOTIFICATIONS):
            for message in due:
                await self.post.deliver(message.body.decode())
                queues.delete(message.id)

    async def after(self, minutes: float) -> None:
        """Time passes in the scene, and each half minute somebody looks for news."""
        for _ in range(int(minutes * 2)):
            await self.scene.after(seconds=30)
            await self.look()

    @property
    def titles(self) -> list[str]:
        return [one.title for one in self.notifier.told]

    @property
    def last(self) -> Told:
        return self.notifier.told[-1]

    def published(self, kind: NewsKind) -> list[News]:
        return [one for one in self.events.published if one.kind is kind]

    async def given_up(self) -> int:
        return len(await self.scene.store.query(Table.QUARANTINE, "quarantine", "", ""))

    def wait(self, minutes: float) -> None:
        self.scene.clock.advance(timedelta(minutes=minutes))


async def with_a_hand_over() -> Readers:
    """A machine came for a deleted one and did not join in time."""
    scene = Scene(agents=6, more="repair: {join_timeout: 5m}")
    readers = Readers(scene)
    await readers.after(minutes=2)
    scene.booting = False
    await scene.hears(scene.machine_is_deleted(1))
    await readers.after(minutes=8)
    return readers
