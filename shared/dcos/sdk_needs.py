"""What a pod of a service built on dcos-commons needs on its agent, by the specification that it runs by.

1. Tasks of a pod that name the same set of resources share it; what sets hold is added up, with what Mesos's default
   executor gets besides. A volume on the agent's own disk is part of the disk.
2. Ports are told only for tasks on the host's network. A certain one keeps two pods of a sort from one agent.
3. Of the rules of placement those are understood that say how many of a sort may be on one agent, all rules together,
   the service's own region, and none.
4. Everything else is a `ValueError` that says what: disks of their own, other resources, other rules. Whoever takes
   those for nothing would order too little, or machines that help nobody.
Sources: mesosphere/dcos-commons:sdk/scheduler/src/main/java/com/mesosphere/sdk (offer/evaluate/OfferEvaluator,
getExecutorResources; offer/evaluate/placement; specification/DefaultResourceSet, DefaultVolumeSpec, PortSpec).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from math import isfinite
from typing import Any

from shared.dcos.sdk_shapes import PodSpecShape, ResourceShape
from shared.model.mesos import ANYBODY, Amounts
from shared.model.workloads import Needs

EXECUTOR = {"cpus": 0.1, "mem": 32.0, "disk": 256.0}
MOST = 1e9
"""More than this of anything, megabytes included, no machine has."""

PORTS, DISK, ROOT = "ports", "disk", "ROOT"

type Constraint = tuple[str, ...]


def needs_of(spec: PodSpecShape, tasks: Collection[str]) -> Needs:
    """Of these tasks of the pod, which start together. Rules 1, 2 and 4."""
    sums = {**EXECUTOR, "gpus": 0.0}
    ports, own = 0, set[int]()
    for one in _resources(spec, tasks):
        if one.name == PORTS:
            begins = [each.begin for each in one.value.ranges.range] if one.value.ranges else []
            ports += len(begins)
            own |= {begin for begin in begins if begin}
        elif one.name in sums:
            sums[one.name] += _amount(one)
        else:
            raise ValueError(f"the resource {one.name[:40]} is not counted")
    amounts = Amounts(sums["cpus"], sums["mem"], sums["disk"], sums["gpus"])
    return Needs(amounts, ports, tuple(sorted(own)), (spec.pre_reserved_role or ANYBODY,))


def constraints_of(rule: Mapping[str, Any] | None) -> tuple[Constraint, ...]:
    """Rules 3 and 4, in Marathon's words."""
    match rule:
        case None | {"@type": "PassthroughRule" | "IsLocalRegionRule"}:
            return ()
        case {"@type": "AndRule", "rules": [_, *_] as rules}:
            return tuple(constraint for each in rules for constraint in constraints_of(each))
        case {"@type": "MaxPerHostnameRule", "max": int(most)} if most > 0:
            return (("hostname", "MAX_PER", str(most)),)
    raise ValueError(f"the rule of placement {str(rule.get('@type'))[:40]} is not understood")


def _resources(spec: PodSpecShape, tasks: Collection[str]) -> Iterator[ResourceShape]:
    sets = {one.resource_set.id: one.resource_set for one in spec.task_specs if one.name in tasks}
    if not tasks or not {one.name for one in spec.task_specs}.issuperset(tasks):
        raise ValueError(f"what {', '.join(sorted(tasks))[:80]} needs is not told")
    volumes = list(spec.volumes or ())
    for one in sets.values():
        yield from (each for each in one.resource_specifications if not each.network_names)
        volumes += one.volume_specifications or ()
    for volume in volumes:
        if volume.type != ROOT:
            raise ValueError(
                f"a volume of the type {str(volume.type)[:40]} needs a disk that nobody can count"
            )
        yield volume


def _amount(one: ResourceShape) -> float:
    value = one.value.scalar.value if one.value.scalar is not None else -1.0
    if not isfinite(value) or not 0 <= value <= MOST:
        raise ValueError(f"{value} of {one.name} can't be needed")
    return value
