"""Which machine an Azure resource id means. Ids come in any casing, sometimes within one event.

An instance of a Flexible set is a machine of its own, and only its name tells the set: Azure makes it of the set's
name, an underscore and eight characters. A name like that counts as one of the pool's machines; another one that merely
begins like it is a guess, and asks for a look and nothing more.
Source: MicrosoftDocs/azure-compute-docs virtual-machine-scale-sets-instance-ids.md.
"""

from __future__ import annotations

import re

from msgspec import Struct

from shared.model.azure import PoolAddress
from shared.policy.schema import ClusterPolicy, Policy, PoolPolicy

_SET = re.compile(
    r"/subscriptions/(?P<subscription>[^/]+)/resourcegroups/(?P<group>[^/]+)"
    r"/providers/microsoft\.compute/virtualmachinescalesets/(?P<set>[^/]+)"
    r"(?:/virtualmachines/(?P<instance>[^/]+))?(?:/.*)?",
    re.IGNORECASE,
)
_MACHINE = re.compile(
    r"/subscriptions/(?P<subscription>[^/]+)/resourcegroups/(?P<group>[^/]+)"
    r"/providers/microsoft\.compute/virtualmachines/(?P<name>[^/]+)(?:/.*)?",
    re.IGNORECASE,
)
_MADE_BY_AZURE = re.compile(r"[0-9a-z]{8}", re.IGNORECASE)


class SetResource(Struct, frozen=True):
    """A scale set, or one of its instances."""

    address: PoolAddress
    instance_id: str | None


class MachineResource(Struct, frozen=True):
    """A machine that is a resource of its own: it stands alone, or belongs to a set in Flexible orchestration. Its id
    does not tell which of both."""

    subscription: str
    resource_group: str
    name: str


def scale_set_of(resource_id: str) -> SetResource | None:
    """None when the id is not that of a scale set or of something in one."""
    match = _SET.fullmatch(resource_id)
    if match is None:
        return None
    address = PoolAddress(match["subscription"], match["group"], match["set"])
    return SetResource(address, match["instance"])


def machine_of(resource_id: str) -> MachineResource | None:
    """None when the id is not that of a machine of its own or of something on one."""
    match = _MACHINE.fullmatch(resource_id)
    return MachineResource(match["subscription"], match["group"], match["name"]) if match else None


class Owner(Struct, frozen=True):
    """The pool that a machine's name points to. `is_guess`: that it belongs to it is only likely."""

    cluster: ClusterPolicy
    pool: PoolPolicy
    is_guess: bool


def owner_by_name(machine: MachineResource, policy: Policy) -> Owner | None:
    """The pool after whose set a machine is named, of those in its resource group."""
    home = (machine.subscription.lower(), machine.resource_group.lower())
    likely = [
        (cluster, pool)
        for cluster in policy.clusters
        if (cluster.subscription.lower(), cluster.resource_group.lower()) == home
        if (pool := pool_by_name(machine.name, cluster)) is not None
    ]
    if not likely:
        return None
    cluster, pool = max(likely, key=lambda owner: len(owner[1].scale_set))
    suffix = machine.name[len(pool.scale_set) + 1 :]
    return Owner(cluster, pool, _MADE_BY_AZURE.fullmatch(suffix) is None)


def pool_by_name(name: str, cluster: ClusterPolicy) -> PoolPolicy | None:
    """The pool after whose set a machine is named; the longest name counts, since one may begin like another."""
    begins = [pool for pool in cluster.pools if name.lower().startswith(f"{pool.scale_set}_".lower())]
    return max(begins, key=lambda pool: len(pool.scale_set), default=None)
