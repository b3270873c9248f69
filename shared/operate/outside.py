"""Everything that a pass or an operation reaches outside itself through: one value instead of six parameters."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import count

from shared.audit import AuditLog
from shared.policy.schema import ClusterPolicy
from shared.ports.clock import Clock
from shared.ports.compute import Compute
from shared.ports.health import HealthReports
from shared.ports.http import Http
from shared.ports.machines import Machines
from shared.ports.masters import MasterReports
from shared.ports.queues import Queues
from shared.ports.scheduler import Scheduler
from shared.ports.store import Store
from shared.ports.telemetry import Telemetry, Untold
from shared.ports.workloads import Workloads
from shared.records import Records
from shared.records.alert_states import Alarms
from shared.records.last_health import LastHealth

from .fruitless import Fruitless
from .look import Eyes, Looks
from .roll_call import RollCall
from .samples import Samples
from .sweeping import Sweeping


@dataclass(frozen=True)
class Outside:
    """`worker` names this process in leases, `turns` numbers its turns, so that two turns of one process are two
    owners. `scheduler_of` gives the masters of a cluster, `looks` are the snapshots that operations share, `samples`
    tells which of many alike things are written down.
    `health_of` gives what DC/OS says of its own health; None: this cluster is not asked.
    `workloads_of` gives Marathon and the services of a cluster; None: nobody asks what runs there, and what may hold
    data is not touched.
    `http` reaches masters and agents for their metrics; None: they are not asked.
    `masters_of` asks each master of a cluster for itself; None: they are not judged. `machines` are theirs in Azure;
    None: none of them is touched. `roll_call` asks the agents whether they answer; None: the masters' word counts.
    `sweeping` knows when sweeps are due, `fruitless` in which pools nothing was found to move. `telemetry` is told what
    was done and how much there is."""

    clock: Clock
    compute: Compute
    scheduler_of: Callable[[ClusterPolicy], Scheduler]
    store: Store
    queues: Queues
    records: Records
    audit: AuditLog
    worker: str
    turns: Iterator[int] = field(default_factory=lambda: count(1))
    looks: Looks = field(default_factory=Looks)
    samples: Samples = field(default_factory=Samples)
    health_of: Callable[[ClusterPolicy], HealthReports | None] = lambda _: None
    workloads_of: Callable[[ClusterPolicy], Workloads | None] = lambda _: None
    http: Http | None = None
    masters_of: Callable[[ClusterPolicy], MasterReports | None] = lambda _: None
    machines: Machines | None = None
    sweeping: Sweeping = field(default_factory=Sweeping)
    roll_call: RollCall | None = None
    fruitless: Fruitless = field(default_factory=Fruitless)
    telemetry: Telemetry = field(default_factory=Untold)

    @cached_property
    def eyes(self) -> Eyes:
        last_health, alarms = LastHealth(self.store), Alarms(self.store)
        return Eyes(self.clock, self.compute, self.scheduler_of, last_health, alarms, self.roll_call)
