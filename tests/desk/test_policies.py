"""What people may see of the policy: what is in force, what has changed by it, and what is wrong with the file."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from shared.audit import AuditLog
from shared.desk.over_storage import StorageOffice
from shared.desk.policies import PolicyView
from shared.memory.clock import SteppedClock
from shared.memory.queues import MemoryQueues
from shared.memory.store import MemoryStore
from shared.model.mark import NO_MARK
from shared.policy.in_force import BEFORE, PARTITION, PolicyInForce
from shared.ports.store import Table, Write
from tests.policy.texts import with_pool

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
OLD, NEW, BAD = with_pool("mode: propose"), with_pool("mode: enforce"), with_pool("mode: bold")


class Files:
    """A file that is written over and read a minute later, and what people are told of it."""

    def __init__(self) -> None:
        self.text, self.now, self.store = "", NOW, MemoryStore()
        self._in_force = PolicyInForce(self._read, "policy.yaml", self.store)

    async def _read(self) -> str:
        return self.text

    async def become(self, text: str) -> None:
        self.text, self.now = text, self.now + timedelta(minutes=1)
        await self._in_force.current(self.now)

    async def told(self) -> PolicyView:
        clock = SteppedClock(self.now)
        queues, log = MemoryQueues(clock), AuditLog(self.store)
        return await StorageOffice(self.store, queues, log, clock, frozenset(), NO_MARK).policy()


async def test_the_first_policy_is_told_with_its_text_and_no_other_before_it() -> None:
    files = Files()
    assert await files.told() == PolicyView(good=None, rejected=None, earlier=None)
    await files.become(OLD)
    told = await files.told()
    assert told.good is not None
    assert (told.good.text, told.good.at, told.rejected, told.earlier) == (OLD, files.now, None, None)


async def test_what_has_changed_by_a_new_policy_is_told_field_by_field() -> None:
    files = Files()
    await files.become(OLD)
    await files.become(NEW)
    told = await files.told()
    assert told.earlier is not None
    assert told.earlier.difference is not None
    assert told.earlier.since == NOW + timedelta(minutes=1)
    changes = [
        (one.path.rpartition(".")[2], one.before, one.after, one.bolder)
        for one in told.earlier.difference.changes
    ]
    assert ("mode", "propose", "enforce", True) in changes


async def test_a_faulty_file_leaves_what_is_in_force_and_what_had_changed_by_it() -> None:
    files = Files()
    for text in (OLD, NEW, BAD):
        await files.become(text)
    told = await files.told()
    assert told.good is not None
    assert told.rejected is not None
    assert told.earlier is not None
    assert told.good.text == NEW
    assert [one.line > 1 for one in told.rejected.faults] == [True]
    assert told.earlier.difference is not None
    assert told.earlier.difference.changes


async def test_an_earlier_policy_that_is_read_no_more_is_told_without_what_has_changed() -> None:
    files = Files()
    await files.become(OLD)
    await files.become(NEW)
    row = await files.store.get(Table.POLICY, PARTITION, BEFORE)
    assert row is not None
    newer = Write(BEFORE, row.body.replace(b"version: 1", b"version: 9"), row.etag)
    await files.store.write(Table.POLICY, PARTITION, newer)
    told = await files.told()
    assert told.earlier is not None
    assert (told.earlier.version != "", told.earlier.difference) == (True, None)
