"""Deciding: judge and decide for a whole pool, without any I/O.

How: a snapshot of a pool with so many nodes, of which every twentieth has lost its agent five minutes ago and has an
open incident. Judging all nodes, looking for what the failed ones share, and deciding about them are counted together.
Limits: 50 ms for 1,000 nodes, 500 ms for 10,000. The failed are spread evenly over fault domains and zones, so that
nothing is suspect and all of that is worked out in vain. The policy is as generous as it can be, so that every guard is
asked for every node and the ledger grows with every decision, which is the most work.

Honest remarks: a scale set has at most 1,000 instances, so 10,000 nodes in one pool are more than Azure can give; ten
pools of one cluster come to the same. The yardstick is what merely decoding the same snapshot from JSON costs.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial

import msgspec

from benchmarks.figures import Figure, Measured, Unit, median_ms
from shared.decide.repair import Situation, decide_repairs
from shared.judge import judge
from shared.judge.correlation import correlate
from shared.judge.traits import lasting_traits
from shared.model.azure import Instance, Power, Provisioning, ScaleSet
from shared.model.incidents import Incident
from shared.model.ledger import Ledger, Loss
from shared.model.mesos import Agent, Generation, SchedulerState
from shared.model.nodes import Condition, NodeMemory
from shared.model.readings import Value
from shared.model.snapshot import PoolReadings, Snapshot
from shared.policy.schema import Capacity, ClusterPolicy, Disruption, Mode, PoolPolicy, Storm
from shared.policy.share import Share

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LONG_AGO = NOW - timedelta(days=1)
SET = "dcos-agent-private-633E21A3-vmss0"
LIMITS_MS = {1_000: 50.0, 10_000: 500.0}
FAILED_EVERY = 20


def measure() -> Measured:
    figures: list[Figure] = []
    remarks: list[str] = []
    for nodes, limit in LIMITS_MS.items():
        case = _Case(nodes)
        body = msgspec.json.encode(case.snapshot)
        decoder = msgspec.json.Decoder(Snapshot)
        yardstick = median_ms(partial(decoder.decode, body))
        taken = median_ms(case.decide)
        what = f"judge and decide {nodes:,} nodes, {nodes // FAILED_EVERY} failed"
        figures.append(Figure(what, taken, Unit.MILLISECONDS, limit, yardstick))
        remarks.append(f"{nodes:,} nodes: {len(case.decide())} decisions; decoding takes {yardstick:.1f} ms")
    return Measured("decide", "decoding the same snapshot with msgspec", tuple(figures), tuple(remarks))


class _Case:
    """A pool of so many nodes, every twentieth without its agent."""

    def __init__(self, nodes: int) -> None:
        self._memory = {_name(number): _remembered(number) for number in range(nodes)}
        failed = range(0, nodes, FAILED_EVERY)
        self._incidents = {_name(number): _incident(number) for number in failed}
        losses = tuple(
            Loss(_name(number), NOW, LONG_AGO, lasting_traits(_instance(number))) for number in failed
        )
        self._ledger = Ledger("private", wanted=nodes, losses=losses)
        self._policy = _policy()
        self.snapshot = _snapshot(nodes)

    def decide(self) -> tuple[object, ...]:
        findings = judge(self.snapshot, self._policy, self._memory, NOW)
        situation = Situation(
            cluster=self._policy,
            snapshot=self.snapshot,
            findings=findings,
            incidents=self._incidents,
            ledgers={"private": self._ledger},
            busy=frozenset(),
            signals=(),
            overrides=(),
            now=NOW,
            suspects=correlate(findings, {"private": self._ledger}, NOW),
        )
        return decide_repairs(situation)


def _snapshot(nodes: int) -> Snapshot:
    numbers = range(nodes)
    pool = PoolReadings(
        Value(ScaleSet(SET, nodes, "etag", Provisioning.SUCCEEDED), "azure", NOW),
        Value(tuple(_instance(number) for number in numbers), "azure", NOW),
        Value({str(number): _address(number) for number in numbers}, "azure", NOW),
    )
    masters = SchedulerState(
        leader="172.16.0.5:5050",
        version="1.5.0",
        generation=Generation.MARK_GONE,
        elected_at=LONG_AGO,
        reregister_window=timedelta(minutes=10),
        agents=tuple(_agent(number) for number in numbers if number % FAILED_EVERY),
    )
    return Snapshot("prod", NOW, {"private": pool}, Value(masters, "mesos", NOW))


def _policy() -> ClusterPolicy:
    pool = PoolPolicy(
        name="private",
        scale_set=SET,
        capacity=Capacity(min=1, max=1000),
        mode=Mode.ENFORCE,
        disruption=Disruption(at_once=Share(100, True), per_hour=1000, per_day=10000, per_fault_domain=None),
        storm=Storm(unhealthy=Share(100, True)),
    )
    return ClusterPolicy(
        name="prod",
        subscription="00000000-0000-0000-0000-000000000000",
        resource_group="acs-prod",
        masters=("172.16.0.5",),
        pools=(pool,),
    )


def _instance(number: int) -> Instance:
    return Instance(
        _name(number),
        str(number),
        f"vm-{number}",
        Power.RUNNING,
        Provisioning.SUCCEEDED,
        number // FAILED_EVERY % 5,
        str(number // FAILED_EVERY % 3),
        LONG_AGO,
        latest_model=True,
        image="credativ:Debian:8:8.0.201801170",
        size="Standard_D2_v2",
    )


def _agent(number: int) -> Agent:
    tasks = {f"marathon/app-{number % 50}": 2}
    return Agent(f"agent-S{number}", _address(number), _address(number), 5051, True, LONG_AGO, tasks)


def _remembered(number: int) -> NodeMemory:
    return NodeMemory(
        _name(number),
        "private",
        str(number),
        f"vm-{number}",
        LONG_AGO,
        number % 5,
        address=_address(number),
        agent_id=f"agent-S{number}",
        hostname=_address(number),
        joined_at=LONG_AGO,
    )


def _incident(number: int) -> Incident:
    since = NOW - timedelta(minutes=5)
    return Incident(f"i-{number}", "prod", "private", _name(number), Condition.UNREACHABLE, "", since, since)


def _name(number: int) -> str:
    return f"{SET}_{number}"


def _address(number: int) -> str:
    return f"10.32.{number // 256}.{number % 256}"
