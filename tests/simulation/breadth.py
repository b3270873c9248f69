"""What a world may have besides one pool of machines: masters that fail, services with data, troubles that are told.

A world that has it says so by having these methods; in one that has not, the verbs that need it do nothing. What is
told of a machine (`ails`, `announce`) is true until it is taken back, and the taking back counts from when the app has
heard of it (`absolve`): nobody can know earlier.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable

from shared.operate.outside import Outside
from tests.simulation.nature import Machine
from tests.watched import Around


@dataclass(frozen=True)
class Member:
    """One member of a service: the machine that has its data, empty where that is no more, and whether it works.
    `may_be_down` is how many of its sort, of all together, the service can do without. `is_hidden`: its machine hangs
    and nobody knows."""

    service: str
    name: str
    sort: str
    node: str
    is_up: bool
    may_be_down: int
    is_hidden: bool = False


@runtime_checkable
class Breadth(Protocol):
    def equipped(self, plain: Outside, around: Around) -> Outside:
        """With the ports by which the app reaches the rest of this world."""
        ...

    # Masters.

    def masters(self) -> list[Machine]:
        """By their addresses, in the order of the policy; none where the world has none."""
        ...

    def master_fails(self, number: int, how: str) -> set[str]:
        """`hangs`, `process` (its Mesos alone), or `stopped` (somebody stops it). The names of those whom it befalls,
        which are all of them when ZooKeeper has no majority any more."""
        ...

    def master_recovers(self, number: int) -> None: ...

    def exhibitor_hangs(self, hangs: bool) -> None: ...

    # Services.

    def members(self) -> list[Member]: ...

    def member_fails(self, number: int) -> None:
        """One member starts again where it is, and works after a while."""
        ...

    def scheduler_hangs(self, number: int, hangs: bool) -> None:
        """Nobody can ask this service how it is."""
        ...

    async def replace_lost_members(self) -> None:
        """People have those replaced whose data is gone with its machine."""
        ...

    # What is told of machines.

    def ails(self, node: str, how: str) -> None:
        """Its agent is connected and it does no work: a `unit` of DC/OS failed, or an `alarm` of the policy's."""
        ...

    def is_ailing(self, node: str) -> bool: ...

    def announces(self, node: str, announces: bool) -> None:
        """Azure announces its end or its move, or the app has heard that one announcement about it is over."""
        ...

    def absolve(self, node: str) -> None:
        """The app has heard that the alarm of the machine is over."""
        ...

    def is_moved(self, node: str) -> None:
        """Azure moves it to another host: it boots there, without its temporary disk. One that is off stays off."""
        ...

    def steals_address(self, node: str, steals: bool) -> None:
        """A second agent announces the address of this machine's."""
        ...

    def clock_differs(self, by_s: float) -> None:
        """The masters' clock."""
        ...

    def since(self, node: str) -> datetime | None:
        """When the machine was made; None when it is no more."""
        ...
