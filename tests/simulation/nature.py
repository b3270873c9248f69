"""What a true world has to offer to a tale, whichever world it is.

A world lives by itself (`live`): machines boot, agents join, operations of Azure end. It tells what is true
(`machines`), what the app orders of it at the moment at which that takes effect (`on_order`), and what Azure's events
say about it (`tell`). The verbs are what befalls it; what they meet is chosen by name, from `machines`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from shared.model.azure import PoolAddress
from shared.ports.compute import Compute
from shared.ports.scheduler import Scheduler

type Tell = Callable[[dict[str, Any]], None]


@dataclass(frozen=True)
class Machine:
    """The truth about one machine that Azure lists. `well_since` is None while it does not do its work: it does while
    it runs, its agent is connected to the masters and nothing else is wrong with it. `is_leaving`: Azure is deleting
    it. `tasks` of those that keep nothing run there; `is_ending`: Azure has announced its end, or its move;
    `connected_since`: its agent is, as far as the world knows. `is_hidden`: it hangs, and nobody who is asked knows it
    yet, because the masters count on its agent until enough pings went unanswered."""

    name: str
    fault_domain: int | None
    well_since: datetime | None
    is_leaving: bool = False
    is_running: bool = True
    tasks: int = 0
    is_ending: bool = False
    connected_since: datetime | None = None
    is_hidden: bool = False
    zone: str | None = None


@dataclass(frozen=True)
class Order:
    """What the app ordered of the world, when it took effect. `machine` is the truth about its subject just before;
    None where it has none any more. `what` is the method of the port, `size` the capacity that was ordered, `pod` the
    member of a service that is to be replaced, as `service/pod`. `is_master`: it is about a master's machine."""

    at: datetime
    what: str
    node: str
    machine: Machine | None
    size: int = 0
    pod: str = ""
    is_master: bool = False


class Nature(Protocol):
    """`azure` and `mesos` are what the app reaches it by."""

    address: PoolAddress
    on_order: Callable[[Order], None]
    on_change: Callable[[], None]
    tell: Tell

    @property
    def azure(self) -> Compute: ...

    @property
    def mesos(self) -> Scheduler: ...

    async def live(self) -> None:
        """Until it is cancelled."""
        ...

    def machines(self) -> list[Machine]:
        """Every machine that Azure lists, in the order of its ids."""
        ...

    @property
    def capacity(self) -> int: ...

    def leftovers(self) -> list[str]:
        """What nobody took back in Mesos: machines that are down or in a window, living agents that are deactivated."""
        ...

    def idle(self) -> list[str]:
        """Workloads that do not run as they are wanted, although there is room."""
        ...

    def node_fails(self, node: str) -> None:
        """Its process ends and nothing starts it again; its machine goes on."""
        ...

    def node_recovers(self, node: str) -> None:
        """Whatever is wrong with it is over, if its machine runs."""
        ...

    def node_freezes(self, node: str) -> None: ...

    async def delete(self, node: str) -> None:
        """Somebody deletes it."""
        ...

    async def deallocate(self, node: str) -> None: ...

    def evict(self, node: str) -> None:
        """Azure takes it back, and no event of the resource manager tells of it."""
        ...

    async def restart(self, node: str) -> None: ...

    async def scale(self, size: int) -> None: ...

    def newborn_fail(self, fail: bool) -> None:
        """From now on new machines never get an agent; or do again. Those that were born meanwhile stay as they are."""
        ...

    def no_room(self, times: int) -> None:
        """The next orders that need room are accepted and fail; 0: none any more."""
        ...

    def hang(self, times: int) -> None:
        """The next orders to a machine are accepted and never end."""
        ...

    def fail_over(self) -> None: ...

    def mend(self) -> None:
        """What is broken in Azure's own services works again."""
        ...
