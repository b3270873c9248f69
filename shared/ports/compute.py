"""Azure's machines, as far as the product touches them.

Reads raise `Retry` (throttled or unavailable) or `Refused` (no permission, no such scale set). Writes also raise
`Unknown` when the request may have been carried out although no answer came. A write returns the token of a long
operation at once; `look` asks how far it is, without waiting.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from shared.model.azure import Instance, PoolAddress, Progress, ScaleSet


class Compute(Protocol):
    async def scale_set(self, pool: PoolAddress) -> ScaleSet: ...

    async def instances(self, pool: PoolAddress) -> tuple[Instance, ...]:
        """All instances with their instance view, in the order of their ids."""
        ...

    async def instance(self, pool: PoolAddress, instance_id: str) -> Instance | None:
        """One instance read directly; None when Azure says that it does not exist."""
        ...

    async def addresses(self, pool: PoolAddress) -> Mapping[str, str]:
        """Instance id -> primary private IPv4 address of its network interface."""
        ...

    async def destroy(self, pool: PoolAddress, instance_ids: Sequence[str]) -> str:
        """Delete exactly these instances; the set's capacity falls by their number. Returns a token.

        An empty sequence is a `ValueError`: an empty selection acts on nothing. Deleting what is already gone,
        or on its way, succeeds.
        """
        ...

    async def set_capacity(self, pool: PoolAddress, capacity: int, etag: str) -> str:
        """Write the wanted number of instances, only if the model still has `etag` (else `Conflict`). Returns a
        token. Allocation and quota errors are `Refused` with guard `azure`, at once or from `look`'s code."""
        ...

    async def look(self, pool: PoolAddress, token: str) -> Progress:
        """How far a long operation is. One request; never waits. `Unknown` when Azure has forgotten the operation, or
        the token says nothing: read the world instead."""
        ...
