"""Which machine, set and pool of the policy an event is about.

A Uniform instance has its set in its id. A Flexible one is a machine of its own: its set is told by the resource
itself where an event carries it (`virtualMachineScaleSet.id`), and otherwise only by its name, which Azure makes of
the set's name, an underscore and eight characters. A name like that counts as one of the pool's machines; another
name that merely begins like it is a guess, and asks for a look and nothing more.
Source: MicrosoftDocs/azure-compute-docs virtual-machine-scale-sets-instance-ids.md.
"""

from __future__ import annotations

import re

from msgspec import Struct

from shared.policy.schema import ClusterPolicy, Policy, PoolPolicy
from shared.signals.resource_ids import machine_of, scale_set_of

from .envelope import Event, text, word

_MADE_BY_AZURE = re.compile(r"[0-9a-z]{8}", re.IGNORECASE)


class Target(Struct, frozen=True):
    """`node` is our name for a machine, `about` Azure's where ours is not known; neither: the whole set. `is_guess`:
    that it belongs to this pool is only likely."""

    cluster: ClusterPolicy
    pool: PoolPolicy
    node: str | None = None
    about: str = ""
    is_guess: bool = False

    @property
    def is_machine(self) -> bool:
        return self.node is not None or bool(self.about)

    def member(self, name: str) -> Target:
        """A machine of this set by its name, as lists of machines in an event have it."""
        prefix, suffix = f"{self.pool.scale_set}_".lower(), name[len(self.pool.scale_set) + 1 :]
        if name.lower().startswith(prefix) and suffix.isascii() and suffix.isdigit():
            return Target(self.cluster, self.pool, f"{self.pool.scale_set}_{suffix}")
        return Target(self.cluster, self.pool, about=name)


def target_of(event: Event, policy: Policy) -> Target | None:
    """None when it is about no machine of a pool."""
    found = scale_set_of(event.subject)
    if found is not None:
        owner = policy.owner_of(found.address)
        if owner is None:
            return None
        cluster, pool = owner
        return Target(cluster, pool, f"{pool.scale_set}_{found.instance_id}" if found.instance_id else None)
    return _flexible(event, policy)


def _flexible(event: Event, policy: Policy) -> Target | None:
    machine = machine_of(event.subject)
    if machine is None:
        return None
    name = word(machine.name)
    told = scale_set_of(text(event.data, "resourceInfo", "properties", "virtualMachineScaleSet", "id"))
    if told is not None:
        owner = policy.owner_of(told.address)
        return Target(*owner, about=name) if owner else None
    home = (machine.subscription.lower(), machine.resource_group.lower())
    likely = [
        (cluster, pool)
        for cluster in policy.clusters
        if (cluster.subscription.lower(), cluster.resource_group.lower()) == home
        for pool in cluster.pools
        if name.lower().startswith(f"{pool.scale_set}_".lower())
    ]
    if not likely:
        return None
    cluster, pool = max(likely, key=lambda owner: len(owner[1].scale_set))
    suffix = name[len(pool.scale_set) + 1 :]
    return Target(cluster, pool, about=name, is_guess=_MADE_BY_AZURE.fullmatch(suffix) is None)
