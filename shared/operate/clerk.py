"""The clerk: what a person says about a cluster is written down, told to the audit, and wakes the app.

    pause    nothing is begun, and no further step is taken that changes something     until resumed, or for a time
    approve  this remedy may be used for this incident                                 for a time
    reject   no remedy is used for this incident                                       until its end, or for a time
    size     the pool is to have these sizes, within its hard bounds                   until taken back, or for a time

Whoever takes a person's word (the command line) has checked that its subject is there. The last word about a subject
counts: an approval takes a rejection of the same incident back, and the other way round. The audit is written first, so
that no word takes effect that nobody can find again. The row alone is the truth: the signal that wakes the app makes it
obey at once, and without one it obeys with its next look, at most a minute later.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec

from shared.audit import AuditLog
from shared.errors import Conflict, Retry
from shared.model.audit import AuditKind, AuditRecord
from shared.model.overrides import Override, OverrideKind
from shared.model.signals import Signal, SignalKind, Source
from shared.ports.queues import Queue, Queues
from shared.records import Change, Kept, Records, override_row

OPPOSITE = {OverrideKind.APPROVE: OverrideKind.REJECT, OverrideKind.REJECT: OverrideKind.APPROVE}


@dataclass(frozen=True)
class Clerk:
    records: Records
    audit: AuditLog
    queues: Queues
    now: datetime

    async def keep(self, cluster: str, said: Override, etag: str = "*") -> bool:
        """Write it down, over what was said before; `etag`: over this, and over nothing else (`Conflict`). Whether the
        app could be woken."""
        until = f" until {said.until:%Y-%m-%d %H:%M:%S} UTC" if said.until else ""
        await self._tell(cluster, said, f"{said.who} says {said.what}{until}: {said.why}", "said")
        changes = [Change[Override](override_row(said), said, etag)]
        if said.kind in OPPOSITE:
            contrary = Override(OPPOSITE[said.kind], said.subject, "", "", self.now)
            changes.append(Change(override_row(contrary), None, "*"))
        if override_row(said) in await self.records.overrides.put_all(cluster, changes):
            raise Conflict(f"what was said of {said.subject or cluster}")
        return await self._wake(cluster, said)

    async def take_back(self, cluster: str, said: Kept[Override], who: str, why: str) -> bool:
        """As if it had not been said. `Conflict` when something else was said meanwhile. Whether the app could be
        woken."""
        word = said.value
        text = f"{who} takes back the {word.kind.value} of {word.who}" + (f": {why}" if why else "")
        await self._tell(cluster, word, text, "taken_back")
        if await self.records.overrides.put_all(
            cluster, [Change[Override](override_row(word), None, said.etag)]
        ):
            raise Conflict(f"what was said of {word.subject or cluster}")
        return await self._wake(cluster, word)

    async def _tell(self, cluster: str, said: Override, text: str, how: str) -> None:
        record = record_of(self.now, cluster, AuditKind.PERSON, text, (how, said))
        await self.audit.append(cluster, [record])

    async def _wake(self, cluster: str, said: Override) -> bool:
        event = f"{said.kind.value}-{said.subject}-{self.now.isoformat()}"
        signal = Signal(SignalKind.WAKE, Source.OPERATOR, cluster, event, self.now, self.now)
        try:
            await self.queues.send(Queue.SIGNALS, msgspec.json.encode(signal), timedelta(0))
        except Retry:
            return False
        return True


def record_of(
    now: datetime, cluster: str, kind: AuditKind, text: str, about: tuple[str, Override]
) -> AuditRecord:
    """A line of the audit about what a person said. `about` is what became of which word."""
    how, said = about
    node, _, opened = said.subject.partition("@")
    incident = said.subject if opened else None
    return AuditRecord(now, cluster, kind, node or cluster, text, incident, data={how: said})
