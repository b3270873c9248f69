"""The office: everything that people may see and say, as one protocol with two ways to it.

`over_storage.py` reads and writes the app's storage; the command line may have another one that asks the app's API.
What goes out are the structs of this room, so that both ways, and the API itself, tell the same in the same words.

Everything is named as a whole, clusters first; `Told` where there is no such thing. Finding something by its ending is
for a terminal (`find.py`). Lists take which part of them is wanted and what of it (`asked.py`), actions what is said
(`orders.py`), who says it, and the etag of what somebody has read and speaks about; empty: of whatever is there now.
"""

from __future__ import annotations

from typing import Protocol

from shared.audit import Entry

from .asked import (
    OfAudit,
    OfHistory,
    OfIncidents,
    OfMonths,
    OfNodes,
    OfOperations,
    OfOverrides,
    OfQuarantine,
    OfSchedules,
)
from .audit import Month
from .bodies import KeptBody
from .clusters import ClusterView
from .explain import Explained
from .history import PoolHistory
from .incidents import IncidentView
from .nodes import NodeView
from .operations import OperationView
from .orders import (
    Approve,
    ClearSize,
    Done,
    Drop,
    Hold,
    Keep,
    Pause,
    Reject,
    Replace,
    Replay,
    Resume,
    SetSize,
)
from .overrides import Said
from .pages import Page
from .policies import PolicyView
from .pools import PoolStatus
from .quarantine import Item
from .schedules import PoolSchedule


class Reads(Protocol):
    """What people may see."""

    async def clusters(self) -> tuple[ClusterView, ...]: ...
    async def cluster(self, cluster: str) -> ClusterView: ...
    async def pools(self, cluster: str) -> tuple[PoolStatus, ...]: ...
    async def pool(self, cluster: str, pool: str) -> PoolStatus: ...
    async def history(self, cluster: str, pool: str, wanted: OfHistory) -> PoolHistory: ...
    async def nodes(self, cluster: str, wanted: OfNodes) -> Page[NodeView]: ...
    async def node(self, cluster: str, node: str) -> NodeView: ...
    async def incidents(self, cluster: str, wanted: OfIncidents) -> Page[IncidentView]: ...
    async def incident(self, cluster: str, incident: str) -> IncidentView: ...
    async def explain(self, cluster: str, subject: str) -> Explained:
        """Of a node, or of an incident by its id."""
        ...

    async def operations(self, cluster: str, wanted: OfOperations) -> Page[OperationView]: ...
    async def operation(self, cluster: str, operation: str) -> OperationView: ...
    async def audit(self, cluster: str, wanted: OfAudit) -> Page[Entry]:
        """Also of a cluster that the policy does not name any more, and of `(none)`."""
        ...

    async def verified(self, cluster: str, wanted: OfMonths) -> tuple[Month, ...]:
        """Whether the audit is as it was written, month by month; of the same clusters."""
        ...

    async def bodies(self, cluster: str) -> tuple[KeptBody, ...]: ...
    async def schedules(self, cluster: str, wanted: OfSchedules) -> Page[PoolSchedule]: ...
    async def overrides(self, cluster: str, wanted: OfOverrides) -> Page[Said]: ...
    async def quarantine(self, wanted: OfQuarantine) -> Page[Item]: ...
    async def quarantined(self, row: str) -> Item: ...
    async def policy(self) -> PolicyView:
        """Also when none is in force."""
        ...


class Actions(Protocol):
    """What people may say. The answer tells what it touches, what can't be undone, and where to follow it."""

    async def pause(self, cluster: str, order: Pause, who: str, etag: str = "") -> Done: ...
    async def resume(self, cluster: str, order: Resume, who: str, etag: str = "") -> Done: ...
    async def hold(self, cluster: str, node: str, order: Hold, who: str) -> Done: ...
    async def release(self, cluster: str, node: str, order: Keep, who: str) -> Done:
        """Take a hold back."""
        ...

    async def approve(
        self, cluster: str, incident: str, order: Approve, who: str, etag: str = ""
    ) -> Done: ...
    async def reject(self, cluster: str, incident: str, order: Reject, who: str, etag: str = "") -> Done: ...
    async def set_size(self, cluster: str, pool: str, order: SetSize, who: str, etag: str = "") -> Done: ...
    async def clear_size(
        self, cluster: str, pool: str, order: ClearSize, who: str, etag: str = ""
    ) -> Done: ...
    async def replace_node(
        self, cluster: str, node: str, order: Replace, who: str, etag: str = ""
    ) -> Done: ...
    async def keep_node(self, cluster: str, node: str, order: Keep, who: str) -> Done:
        """Take the wish for another machine back."""
        ...

    async def replay(self, row: str, order: Replay, who: str, etag: str = "") -> Done: ...
    async def drop(self, row: str, order: Drop, who: str, etag: str = "") -> Done: ...


class Office(Reads, Actions, Protocol):
    """Both."""

    def rehearsed(self) -> Office:
        """The same, where nothing that is said is kept; see `rehearsal.py`."""
        ...
