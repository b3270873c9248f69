"""Azure's scale sets, as far as the product touches them.

Reads raise `Retry` (throttled or unavailable) or `Refused` (no permission, no such scale set). Writes also raise
`Unknown` when the request may have been carried out although no answer came. A write returns the token of a long
operation at once; `look` asks how far it is, without waiting.

Acting on one instance is `Refused` with `instance_not_found` when Azure says that it does not exist, and with
`not_running` when it would have to run and somebody stopped it; it is `Retry` while another operation holds it.
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

    async def restart(self, pool: PoolAddress, instance_id: str) -> str:
        """Shut down and boot where it is: every disk, address and agent id stays. Returns a token."""
        ...

    async def redeploy(self, pool: PoolAddress, instance_id: str) -> str:
        """Move to another host and boot: the temporary disk is lost, and with it /var/lib/mesos. Returns a token."""
        ...

    async def reimage(self, pool: PoolAddress, instance_id: str) -> str:
        """A new system disk from the set's present image; take the temporary disk for lost too. Returns a token."""
        ...

    async def power_off(self, pool: PoolAddress, instance_id: str) -> str:
        """Stop, and keep host, disks and address: what is kept for somebody to look at. Returns a token."""
        ...

    async def run_command(self, pool: PoolAddress, instance_id: str, script: Sequence[str]) -> str:
        """Run a shell script as root. Returns a token; what was printed comes with the last `look`.

        Succeeds whatever the script's exit code was (Azure/azure-cli issue 14425): the script has to print what is
        to be known. An empty script is a `ValueError`. Needs Azure's agent in the machine, see `Instance.guest_agent`:
        while that is silent, the operation goes on until Azure gives it up.
        """
        ...

    async def protect(
        self, pool: PoolAddress, instance_id: str, on: bool, *, only_scale_in: bool = False
    ) -> str:
        """Have it left out of scaling in and of actions on the whole set, or not any more. Returns a token, of an
        operation that has ended where it is so already. `Conflict` when the instance changed meanwhile.
        `only_scale_in`: people may still act on the whole set, and what is protected from that stays as it is.

        Neither stops anybody from deleting this very instance
        (MicrosoftDocs/azure-compute-docs virtual-machine-scale-sets-instance-protection.md).
        """
        ...

    async def look(self, pool: PoolAddress, token: str) -> Progress:
        """How far a long operation is. One request; never waits. `Unknown` when Azure has forgotten the operation, or
        the token says nothing: read the world instead."""
        ...
