"""What the pure core is given, in one line each: instances, agents, memories, snapshots, findings, ledgers, policies.

    cluster = Cluster(nodes=5)           a pool of five healthy nodes, numbered from 1, each with instance and agent
    cluster.is_deleted(2)                Azure does not list it any more, and Mesos lost its agent
    cluster.finding(2).condition         what the judge says
    cluster.decide()                     what is decided about the whole

Everything in a `Cluster` is a plain value that a test may change before it asks. Tests of the product as a whole use
`tests/scene.py`; this is for pure functions, so there is no clock, no storage and no I/O.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from msgspec.structs import replace

from shared.decide.repair import Situation, decide_repairs
from shared.guards import Question, tally_pools
from shared.judge import judge
from shared.model.alarms import UNASKED, Alarm
from shared.model.azure import Instance, Power, Provisioning, ScaleSet
from shared.model.decisions import Decision
from shared.model.health import UNREAD, ClusterHealth
from shared.model.incidents import Incident
from shared.model.ledger import Disruption, Ledger
from shared.model.load import UNASKED_LOAD
from shared.model.mesos import Agent, Framework, Generation, SchedulerState
from shared.model.nodes import Condition, Finding, NodeMemory, Notice
from shared.model.overrides import Override
from shared.model.readings import Failure, Reading, Value
from shared.model.remedies import Remedy
from shared.model.signals import Signal, SignalKind, Source
from shared.model.snapshot import PoolReadings, Snapshot
from shared.model.workloads import NOT_ASKED, WorkloadState
from shared.policy.schema import (
    Capacity,
    ClusterPolicy,
    Mode,
    Policy,
    PoolPolicy,
    Repair,
    Storm,
)
from shared.policy.schema import (
    Disruption as Limits,
)
from shared.policy.share import Share

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
DAY = timedelta(days=1)
SUBSCRIPTION = "00000000-0000-0000-0000-000000000000"
GROUP = "acs-prod"
SET = "dcos-agent-private-633E21A3-vmss0"
CALM = Storm(unhealthy=Share(1000, False))


def name(number: int, scale_set: str = SET) -> str:
    return f"{scale_set}_{number}"


def address(number: int) -> str:
    return f"10.{number // 65536}.{number // 256 % 256}.{number % 256}"


def instance(number: int, **other: Any) -> Instance:
    """A running machine, a day old. Five fault domains."""
    plain = Instance(
        name(number),
        str(number),
        f"vm-{number}",
        Power.RUNNING,
        Provisioning.SUCCEEDED,
        number % 5,
        None,
        NOW - DAY,
    )
    return replace(plain, **other)


def agent(number: int, **other: Any) -> Agent:
    """The connected agent of the machine of that number."""
    plain = Agent(f"agent-S{number}", address(number), address(number), 5051, True, NOW - DAY)
    return replace(plain, **other)


def memory(number: int, **other: Any) -> NodeMemory:
    """What is remembered of a node that joined a day ago."""
    plain = NodeMemory(
        name(number), "private", str(number), f"vm-{number}", NOW - DAY, number % 5, None, address(number)
    )
    joined = replace(
        plain, agent_id=f"agent-S{number}", hostname=address(number), joined_at=NOW - DAY, held=()
    )
    return replace(joined, **other)


def pool_policy(**other: Any) -> PoolPolicy:
    """Enforced, and replaced whatever it is; everything else as it is when nothing is written."""
    plain = PoolPolicy(
        name="private",
        scale_set=SET,
        capacity=Capacity(min=1, max=1000),
        mode=Mode.ENFORCE,
        repair=Repair(ladder=(Remedy.REPLACE,)),
    )
    return replace(plain, **other)


def generous(**other: Any) -> PoolPolicy:
    """A pool whose ledger and storm do not stand in the way of the first thousand."""
    limits = Limits(at_once=Share(1000, False), per_hour=1000, per_day=10000, per_fault_domain=None)
    return pool_policy(disruption=limits, storm=CALM, **other)


def cluster_policy(*pools: PoolPolicy, **other: Any) -> ClusterPolicy:
    plain = ClusterPolicy(
        name="prod",
        subscription=SUBSCRIPTION,
        resource_group=GROUP,
        masters=("172.16.0.5",),
        pools=pools or (pool_policy(),),
    )
    return replace(plain, **other)


def policy(*clusters: ClusterPolicy) -> Policy:
    return Policy(clusters=clusters or (cluster_policy(),))


def signal(kind: SignalKind, number: int | None = None, pool: str | None = "private") -> Signal:
    """Heard from Event Grid just now; about one node, or about the pool."""
    node = None if number is None else name(number)
    return Signal(kind, Source.EVENT_GRID, "prod", f"event-{kind.value}-{number}", NOW, NOW, pool, node)


def incident(number: int, condition: Condition, since: timedelta, **other: Any) -> Incident:
    """An open incident, in this condition since so long ago."""
    plain = Incident(f"i-{number}", "prod", "private", name(number), condition, "", NOW - since, NOW - since)
    return replace(plain, **other)


def disruption(number: int, ago: timedelta = timedelta(minutes=1), **other: Any) -> Disruption:
    return replace(Disruption(f"o-{number}", name(number), NOW - ago, number % 5), **other)


def read[T](value: T, at: datetime = NOW) -> Value[T]:
    return Value(value, "test", at)


def unread(source: str = "test", why: str = "it answered 503") -> Failure:
    return Failure(why, source, NOW)


class Cluster:
    """One pool `private` of healthy nodes. `unreadable`: scale_set, instances, addresses, scheduler."""

    def __init__(self, nodes: int = 0, pool: PoolPolicy | None = None) -> None:
        numbers = range(1, nodes + 1)
        self.policy = cluster_policy(pool or pool_policy())
        self.instances: dict[int, Instance] = {number: instance(number) for number in numbers}
        self.addresses: dict[str, str] = {str(number): address(number) for number in numbers}
        self.agents: dict[str, Agent] = {f"agent-S{number}": agent(number) for number in numbers}
        self.memory: dict[str, NodeMemory] = {name(number): memory(number) for number in numbers}
        self.capacity, self.zones = nodes, tuple[str, ...]()
        self.ledger = Ledger("private", wanted=nodes)
        self.incidents: dict[str, Incident] = {}
        self.busy: set[str] = set()
        self.signals: list[Signal] = []
        self.unreadable: set[str] = set()
        self.overrides: list[Override] = []
        self.frameworks: dict[str, Framework] = {}
        self.started_at = self.now = NOW
        self.elected_at = NOW - DAY
        self.answered_at: datetime | None = None
        self.health: Reading[ClusterHealth] = UNREAD
        self.alarms: Reading[tuple[Alarm, ...]] = UNASKED
        self.workloads: Reading[WorkloadState] = NOT_ASKED
        self.load = UNASKED_LOAD

    # What happens to it.

    def is_deleted(self, number: int, told: bool = True) -> None:
        """Somebody deletes the instance: it is listed no more, the capacity falls, the agent is lost."""
        del self.instances[number], self.addresses[str(number)]
        self.capacity -= 1
        self.loses_agent(number)
        if told:
            self.signals.append(signal(SignalKind.VM_DELETED, number))

    def is_deallocated(self, number: int) -> None:
        self.loses_agent(number)
        self.becomes(number, power=Power.DEALLOCATED)

    def is_unreachable(self, number: int, since: timedelta = timedelta(minutes=5)) -> None:
        """Its agent is lost, and its incident has been open for so long."""
        self.loses_agent(number)
        self.incidents[name(number)] = incident(number, Condition.UNREACHABLE, since)

    def loses_agent(self, number: int) -> None:
        """Mesos does not list its agent any more."""
        self.agents.pop(f"agent-S{number}", None)

    def is_new(self, number: int, age: timedelta = timedelta(minutes=1), **other: Any) -> None:
        """A machine that was ordered: it is listed, and has no agent and no memory yet."""
        self.instances[number] = instance(number, created_at=self.now - age, **other)
        self.addresses[str(number)] = address(number)
        self.capacity += 1

    def becomes(self, number: int, **other: Any) -> None:
        """Azure says something else of the machine."""
        self.instances[number] = replace(self.instances[number], **other)

    def remembers(self, number: int, **other: Any) -> None:
        """Something else is remembered of the node."""
        self.memory[name(number)] = replace(self.memory[name(number)], **other)

    def is_announced(self, number: int, ahead: timedelta | None, what: str = "Preempt") -> None:
        """Azure announces for so much later what becomes of the node; None: without a time."""
        deadline = None if ahead is None else self.now + ahead
        notice = Notice(
            f"event-{number}", what, "event_grid", self.now, self.now, self.now, deadline=deadline
        )
        self.remembers(number, notices=(notice,))

    # What is asked about it.

    def snapshot(self) -> Snapshot:
        scale_set = ScaleSet(SET, self.capacity, "etag", Provisioning.SUCCEEDED, zones=self.zones)
        pool = PoolReadings(
            self._reading("scale_set", scale_set),
            self._reading("instances", tuple(self.instances.values())),
            self._reading("addresses", dict[str, str](self.addresses)),
        )
        masters = SchedulerState(
            leader="172.16.0.5:5050",
            version="1.5.0",
            generation=Generation.MARK_GONE,
            elected_at=self.elected_at,
            reregister_window=timedelta(minutes=10),
            agents=tuple(self.agents.values()),
            frameworks=self.frameworks,
            answered_at=self.answered_at,
        )
        return Snapshot(
            cluster="prod",
            started_at=self.started_at,
            pools={"private": pool},
            scheduler=self._reading("scheduler", masters),
            health=self.health,
            alarms=self.alarms,
            workloads=self.workloads,
            load=self.load,
        )

    def findings(self) -> tuple[Finding, ...]:
        return judge(self.snapshot(), self.policy, self.memory, self.now)

    def finding(self, number: int) -> Finding:
        return next(finding for finding in self.findings() if finding.node.name == name(number))

    def question(self, number: int, operation: str | None = None) -> Question:
        findings, snapshot = self.findings(), self.snapshot()
        incident = self.incidents.get(name(number))
        return Question(
            cluster=self.policy,
            pool=self.policy.pools[0],
            snapshot=snapshot,
            tally=tally_pools(snapshot, findings)["private"],
            finding=next(finding for finding in findings if finding.node.name == name(number)),
            remedy=Remedy.REPLACE,
            ledger=self.ledger,
            overrides=tuple(self.overrides),
            incident=incident.id if incident else None,
            operation=operation,
            begun_at=None,
            now=self.now,
        )

    def situation(self) -> Situation:
        return Situation(
            cluster=self.policy,
            snapshot=self.snapshot(),
            findings=self.findings(),
            incidents=self.incidents,
            ledgers={"private": self.ledger},
            busy=frozenset(self.busy),
            signals=tuple(self.signals),
            overrides=tuple(self.overrides),
            now=self.now,
        )

    def decide(self) -> Mapping[str, Decision]:
        """The decisions by the node's name."""
        return {decision.node: decision for decision in decide_repairs(self.situation())}

    def _reading[T](self, source: str, value: T) -> Reading[T]:
        return unread(source) if source in self.unreadable else read(value, self.now)
