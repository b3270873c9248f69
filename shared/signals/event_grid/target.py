"""Which machine, set and pool of the policy an event is about.

A Uniform instance has its set in its id. A Flexible one is a machine of its own: its set is told by the resource
itself where an event carries it (`virtualMachineScaleSet.id`), and otherwise only by its name, see `resource_ids.py`.
Machines of masters are those that the policy names (`masters.vms`). That somebody stopped or booted one is believed,
because it makes us wait; whatever else is told of them only wakes the pass.
"""

from __future__ import annotations

from msgspec import Struct

from shared.model.masters import MASTERS
from shared.model.signals import SignalKind
from shared.policy.schema import ClusterPolicy, Policy, PoolPolicy
from shared.signals.resource_ids import MachineResource, machine_of, owner_by_name, scale_set_of

from .envelope import Event, text, word

DONE_BY_SOMEBODY = frozenset({SignalKind.VM_STOPPED, SignalKind.VM_DEALLOCATED, SignalKind.VM_RESTARTED})


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

    def kind_of(self, told: SignalKind) -> SignalKind:
        """What is believed of what is told: of a machine that only looks like one of the pool's, that it changed."""
        is_believed = self.pool.name == MASTERS and told in DONE_BY_SOMEBODY
        return told if is_believed or not self.is_guess else SignalKind.VM_CHANGED

    def member(self, name: str) -> Target:
        """A machine of this set by its name or id, as lists of machines in an event have it."""
        name = name.rstrip("/").rpartition("/")[2]
        if name.isascii() and name.isdigit():
            return Target(self.cluster, self.pool, f"{self.pool.scale_set}_{name}")
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
    told = scale_set_of(text(event.data, "resourceInfo", "properties", "virtualMachineScaleSet", "id"))
    if told is not None:
        owner = policy.owner_of(told.address)
        return Target(*owner, about=word(machine.name)) if owner else None
    named = owner_by_name(machine, policy)
    if named is None:
        return _master(machine, policy)
    return Target(named.cluster, named.pool, about=word(machine.name), is_guess=named.is_guess)


def _master(machine: MachineResource, policy: Policy) -> Target | None:
    for cluster in policy.clusters:
        group, home = cluster.machine_group, (machine.subscription.lower(), machine.resource_group.lower())
        if group is None or not group.matches(machine.name):
            continue
        if (group.subscription.lower(), group.resource_group.lower()) == home:
            return Target(cluster, cluster.masters_pool, about=word(machine.name), is_guess=True)
    return None
