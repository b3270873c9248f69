"""An operation: one durable execution of a remedy, a list of steps that survives crashes.

    running --(last step done)--> done
       |----(the node recovered before anything irreversible)--> withdrawn
       |----(it was done, and did not help)--> failed
       +----(a step can not go on)--> handed_over

Its row in the Operations table is the truth; messages only say "look at it". A worker takes the lease, does one step
after the other, and writes the row with its etag after each: a worker that lost its lease can no longer write.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from msgspec import Struct, field

from .remedies import Remedy


class Plan(StrEnum):
    """The steps by which a remedy is carried out, see `shared/operate/plans.py`. A machine whose agent is still
    connected is replaced in another order than a dead one: its successor comes first. One that Azure is about to take
    is emptied ahead of that, and its successor is not waited for."""

    RESTART_UNIT = "restart_unit"
    RESTART = "restart"
    REDEPLOY = "redeploy"
    REIMAGE = "reimage"
    REPLACE_DEAD = "replace_dead"
    REPLACE_LIVING = "replace_living"
    MASTER_RESTART_UNIT = "master_restart_unit"
    MASTER_RESTART = "master_restart"
    MASTER_START = "master_start"
    MASTER_REDEPLOY = "master_redeploy"
    REPLACE_ENDING = "replace_ending"
    GROW = "grow"
    SHRINK = "shrink"
    RELIEVE = "relieve"


SURPLUS = "surplus"
"""The note that names a machine which came for the subject, is not needed any more, and is being destroyed."""


ENDS = "ends"
"""The note of an operation that ends early: how it will have ended."""


RESTS = "rests"
"""The note that says since when it rests, because the policy does not name its pool as it did, as ISO 8601."""


def taken_note(step: str) -> str:
    """The name of the note that says since when Azure carries out what a step ordered, as ISO 8601."""
    return f"taken:{step}"


SCALE_SET = "scale_set"
"""The note of an operation that is about a pool's size: the set that it is about, lower case."""


class OperationState(StrEnum):
    RUNNING = "running"
    DONE = "done"
    WITHDRAWN = "withdrawn"
    FAILED = "failed"
    HANDED_OVER = "handed_over"


class Lease(Struct, frozen=True):
    """Who works on it until when. `fence` grows by one with every new owner; it is never reused."""

    owner: str
    expires_at: datetime
    fence: int


class Subject(Struct, frozen=True):
    """The machine that the operation is about, as it was when the operation was decided.

    `tasks` is what ran on it (workload key to count), `elsewhere` what of the same workloads ran on other agents.
    `services` had a member or data there (`shared/guards/stakes.py`).
    """

    node: str
    instance_id: str
    vm_id: str
    address: str | None
    agent_id: str | None
    hostname: str | None
    fault_domain: int | None
    tasks: Mapping[str, int] = field(default_factory=dict[str, int])
    elsewhere: Mapping[str, int] = field(default_factory=dict[str, int])
    services: tuple[str, ...] = ()


class StepRecord(Struct, frozen=True):
    """One finished step."""

    step: str
    started_at: datetime
    ended_at: datetime
    outcome: str


class Operation(Struct, frozen=True):
    """`step` is the current step's name, `step_since` when it began, `attempt` counts looks at it. `token` is the
    continuation token of a running ARM operation (it embeds a request: never shown). `notes` is what steps leave for
    later steps, `fence` the number of the last lease."""

    id: str
    cluster: str
    pool: str
    incident: str
    remedy: Remedy
    subject: Subject
    step: str
    created_at: datetime
    step_since: datetime
    wake_at: datetime
    state: OperationState = OperationState.RUNNING
    attempt: int = 0
    token: str | None = None
    lease: Lease | None = None
    fence: int = 0
    notes: Mapping[str, str] = field(default_factory=dict[str, str])
    steps: tuple[StepRecord, ...] = ()
    closed_at: datetime | None = None
    outcome: str = ""
    plan: Plan = Plan.REPLACE_DEAD

    @property
    def nodes(self) -> frozenset[str]:
        """The machines that it is at work on."""
        return frozenset({self.subject.node, self.notes.get(SURPLUS, self.subject.node)})
