"""Virtual machines outside of scale sets: the masters of a cluster.

Nothing here deletes or reimages, and nothing ever will: a cluster's masters are its memory. Errors are those of
`shared/ports/compute`; what does not exist is `Refused` with `machine_not_found`. A name that the group's pattern does
not match is a `ValueError`, before anything is sent.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from shared.model.azure import Machine, MachineGroup, Progress


class Machines(Protocol):
    async def machines(self, group: MachineGroup) -> tuple[Machine, ...]:
        """Every machine whose name matches, with its instance view and address, in the order of their names."""
        ...

    async def machine(self, group: MachineGroup, name: str) -> Machine | None:
        """One machine read directly; None when Azure says that it does not exist."""
        ...

    async def start(self, group: MachineGroup, name: str) -> str:
        """Boot a machine that is stopped, or deallocated and so on another host; its disks and address stay, but for
        the temporary disk, which was lost with its host. One that runs is left as it is. Returns a token."""
        ...

    async def restart(self, group: MachineGroup, name: str) -> str:
        """Shut down and boot where it is: every disk and address stays. Returns a token."""
        ...

    async def redeploy(self, group: MachineGroup, name: str) -> str:
        """Move to another host and boot: the temporary disk is lost, all others and the address stay. Returns a
        token."""
        ...

    async def run_command(self, group: MachineGroup, name: str, script: Sequence[str]) -> str:
        """Run a shell script as root, as `Compute.run_command` does. Returns a token."""
        ...

    async def look(self, group: MachineGroup, token: str) -> Progress:
        """How far a long operation is. One request; never waits. `Unknown` as for `Compute.look`."""
        ...
