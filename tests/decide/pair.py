"""Two pools of one cluster, each made as `Sizing` makes one."""

from __future__ import annotations

from msgspec.structs import replace

from shared.decide.repair import Situation
from shared.model.bounds import PoolBounds
from shared.model.readings import Value
from shared.policy.scaling import Signal
from tests.builders import name, read
from tests.decide.sizing import Sizing, scaled


def two_pools(first: Sizing, second: Sizing) -> tuple[Situation, dict[str, PoolBounds]]:
    """The second is called `other`; its machines are numbered on from those of the first."""
    one, two = first.situation(), second.situation()
    other = replace(second.policy.pools[0], name="other", scale_set="other")
    findings = tuple(
        replace(found, node=replace(found.node, pool="other", name=f"other_{number}"))
        for number, found in enumerate(two.findings)
    )
    snapshot = replace(one.snapshot, pools={**one.snapshot.pools, "other": two.snapshot.pools["private"]})
    agents = [found.node.agent for found in (*one.findings, *findings) if found.node.agent]
    assert isinstance(snapshot.scheduler, Value)
    state = replace(snapshot.scheduler.value, agents=tuple(agents))
    both = replace(
        one,
        cluster=replace(one.cluster, pools=(*one.cluster.pools, other)),
        snapshot=replace(snapshot, scheduler=read(state)),
        findings=(*one.findings, *findings),
        ledgers={**one.ledgers, "other": replace(second.ledger, pool="other")},
    )
    bounds = first.sized().bounds
    return both, {"private": bounds, "other": bounds}


def second_pool(*signals: Signal, count: int = 2) -> Sizing:
    pool = Sizing(0, scaled(*signals))
    more = Sizing(count + 10, scaled(*signals))
    numbers = range(11, count + 11)
    pool.instances = {number: more.instances[number] for number in numbers}
    pool.addresses = {str(number): more.addresses[str(number)] for number in numbers}
    pool.agents = {f"agent-S{number}": more.agents[f"agent-S{number}"] for number in numbers}
    pool.memory = {name(number): more.memory[name(number)] for number in numbers}
    pool.capacity, pool.ledger = count, replace(pool.ledger, wanted=count)
    return pool
