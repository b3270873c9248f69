"""A body: a failed machine that is kept for somebody to look at, powered off, instead of being destroyed.

    reserved --(powered off and protected)--> off duty --(its time is over)--> destroyed --(gone)--> forgotten

It is off duty: Azure lists it, and for everything that judges, guards and grows it is as if it were gone. It stands in
its pool's ledger, so that its number is bounded also between concurrent workers.
"""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct


class Body(Struct, frozen=True):
    """`kept_at` None: only its place is taken, the machine is not off duty yet. `begun_at` is when the operation began
    that would have destroyed it. `destroyed_at` is when its deletion was ordered, `held` why it is kept for longer than
    `until`, empty when nothing stands in the way."""

    node: str
    instance_id: str
    vm_id: str
    address: str | None
    operation: str
    incident: str
    begun_at: datetime
    until: datetime
    because: str
    kept_at: datetime | None = None
    destroyed_at: datetime | None = None
    held: str = ""

    @property
    def is_off_duty(self) -> bool:
        return self.kept_at is not None
