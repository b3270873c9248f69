"""The policy as frozen types: what may be done to which pool, how soon, how often, and when not at all.

This is the resolved form. `defaults`, cluster and pool are merged field by field when the file is read (the closer
one wins), so a reader of these types never looks a default up and never asks where a value came from. Under each
field stand its meaning, the reason for its default and when to change it; `docs/policy.md` is made from these texts.

Only what this version obeys has a field, and a word without one is a fault in the file and not a silent no-op: a
policy that is accepted is a policy that is kept.

Safe with nothing given: `mode` is observe, one node at a time is touched, and two dead of three are a storm in
which nothing is touched. The story goes on in `load.py` (text to these types) and `lint.py` (valid but unwise).
"""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from functools import cached_property
from typing import Annotated

from msgspec import Struct, field

from shared.model.azure import MachineGroup, PoolAddress
from shared.model.masters import MASTERS
from shared.model.remedies import RUNGS, Remedy
from shared.policy.alerts import Alerts
from shared.policy.autoscale import AzureAutoscale
from shared.policy.limits import NAME, RESOURCE_GROUP, SCALE_SET, SUBSCRIPTION, Among, Amount, Between
from shared.policy.metric_rules import Firehose
from shared.policy.notify import Target
from shared.policy.offers import Offers
from shared.policy.quorum import Quorum
from shared.policy.rebalance import Rebalance
from shared.policy.scaling import Scaling
from shared.policy.schedules import Schedule
from shared.policy.share import Share
from shared.policy.windows import Window

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
UP_TO_AN_HOUR = Between(timedelta(0), timedelta(hours=1))
UP_TO_A_DAY = Between(timedelta(0), DAY)


class Mode(StrEnum):
    """How far the app may go, from least to most.

    observe  hears, judges, decides, and records what it would do; touches nothing
    propose  the same, and records each decision as one that a person is asked to carry out; touches nothing
    enforce  does it
    """

    OBSERVE = "observe"
    PROPOSE = "propose"
    ENFORCE = "enforce"


class Capacity(Struct, frozen=True, kw_only=True):
    """The sizes that a pool may have. Both are written out: there is no size that suits every pool."""

    min: Annotated[int, Between(0, 1000)]
    """The fewest nodes that the pool is meant to have. When somebody shrinks the scale set, the smaller size is taken
    for wanted, but never less than this: what went beyond it is missed and brought back. Set it to the smallest size
    that you would choose yourself."""

    max: Annotated[int, Between(1, 1000)]
    """The most nodes that the pool may have, and so the end of every growth, whatever the arithmetic says. Azure
    allows 1,000 in a scale set made from a marketplace image and 600 from an own one."""


class Repair(Struct, frozen=True, kw_only=True):
    """How a failed node is helped."""

    ladder: Annotated[tuple[Remedy, ...], Among(RUNGS)] = (
        Remedy.RESTART_UNIT,
        Remedy.RESTART,
        Remedy.REPLACE,
    )
    """The remedies in the order in which they are tried, mildest first. `restart_unit` starts one failed service again
    and touches nothing else; `restart` boots the machine and keeps its disks; `redeploy` moves it to another host and
    loses its temporary disk, where DC/OS keeps local volumes; `reimage` writes its disks anew; `replace` destroys it
    and has a new one made. A rung that cannot help in the case at hand, that did not help before, or whose help did not
    last a day is skipped. Neither `redeploy` nor `reimage` is in the default: they lose as much as `replace` and bring
    no new capacity first. Write `[replace]` where machines are cattle and speed is all."""

    approve: Annotated[tuple[Remedy, ...], Among(RUNGS)] = ()
    """The remedies of the ladder that need a person's approval each time, also where the mode is `enforce`. None:
    whoever writes `enforce` wants to sleep. Name those here whose effect you want to see first."""

    confirm_after: Annotated[timedelta, UP_TO_AN_HOUR] = timedelta(seconds=45)
    """How long a node stays unreachable before it counts as failed. 45 seconds is three agent pings of 15 seconds
    (apache/mesos:docs/configuration/master.md, agent_ping_timeout): long enough for a restart of the agent or a
    short network fault, short against the 5 minutes that DC/OS waits itself. Lengthen it where agents restart
    slowly. A machine that Azure says is deleted needs no confirmation."""

    impaired_after: Annotated[timedelta, UP_TO_A_DAY] = timedelta(minutes=5)
    """How long a node whose agent is connected stays impaired before anything is done about it. It still works for
    somebody, so there is no hurry; 5 minutes is one round of DC/OS's own health checks. Lengthen it where services
    recover by themselves."""

    restart_timeout: Annotated[timedelta, Between(MINUTE, DAY)] = timedelta(minutes=5)
    """How long after a restart, of a unit or of the machine, the node may take to be well again, before the next rung.
    A virtual machine boots within 3 minutes, and an agent recovers its tasks within one more."""

    redeploy_timeout: Annotated[timedelta, Between(MINUTE, DAY)] = timedelta(minutes=15)
    """The same after a redeployment or a reimage, which take Azure up to 10 minutes."""

    drain_grace: Annotated[timedelta, UP_TO_A_DAY] = timedelta(minutes=2)
    """How long one task may take to end when its node is emptied, before it is killed hard."""

    drain_timeout: Annotated[timedelta, UP_TO_A_DAY] = timedelta(minutes=30)
    """How long emptying a node that still works may take in all. After that a person is called and nothing is
    destroyed. Lengthen it for services that copy much data."""

    join_timeout: Annotated[timedelta, Between(MINUTE, DAY)] = timedelta(minutes=15)
    """How long a new machine may take from its order to its agent's registration. After that the replacement counts
    as failed and a person is called. A machine that is there and was seen stopped, or that somebody was heard to
    restart, is given the same time to come back before it counts as failed. 15 minutes hold a boot, the DC/OS
    installation and one slow image pull. Lengthen it when your nodes install more; shorter than a boot replaces
    machines that were on their way."""

    keep_body: Annotated[timedelta | None, Between(MINUTE, timedelta(days=7))] = None
    """For how long a failed machine is kept instead of being destroyed, powered off and protected, for somebody to look
    at; or `none`. The pool is grown as if it were gone, and when the time is over it is destroyed, unless somebody has
    started it again. None, because it costs as much as a machine that works and counts against the quota, also beyond
    the pool's max. Write `24h` while you search for the cause of failures. Machines that Azure takes away or that are
    announced to end are not kept."""

    keep_most: Annotated[int, Between(1, 10)] = 1
    """How many are kept at the same time in a pool; further ones are destroyed. One is enough for most causes."""

    verify_timeout: Annotated[timedelta, UP_TO_A_DAY] = timedelta(minutes=10)
    """How long, after the new agent joined, the tasks of the lost node may take to run again elsewhere or here. A
    repair that ends here without them is handed to a person instead of being called done. Lengthen it for
    workloads that restore large state."""


class Disruption(Struct, frozen=True, kw_only=True):
    """How much may be taken away, by one account for everything that takes nodes away."""

    at_once: Share = Share(10, True)
    """How many nodes of the pool may be in repair at the same time: a share of its nodes or of its wanted size, if
    that is larger, rounded down and at least 1; or a count. 10 % is a loss that a cluster is usually sized to carry.
    Raise it for stateless pools with spare room, lower it to 1 where services replicate slowly."""

    per_hour: Annotated[int, Between(1, 1000)] = 6
    """How many repairs may begin within 60 minutes. One each ten minutes leaves time to see that the first ones
    helped, before the rest follow; a wrong health signal is then a small accident. Raise it for pools of hundreds. A
    machine that goes because its pool is to have fewer counts too, unless it is empty."""

    per_day: Annotated[int, Between(1, 10000)] = 24
    """How many repairs may begin within 24 hours. A pool that needs more than one each hour, all day, has a cause
    that repair does not cure. Raise it together with `per_hour`."""

    per_fault_domain: Annotated[int | None, Between(1, 1000)] = 1
    """How many nodes of one fault domain may be in repair at the same time, or `none` for no such limit. Failures
    that share a rack are often one failure, and capacity in that rack is short just then. Where Azure names no
    fault domain the limit does not apply. Raise it or write `none` for pools spread over few domains."""

    per_framework: Annotated[int | None, Between(1, 1000)] = 1
    """How many nodes with tasks of one framework (Cassandra, Kafka, Spark, ...) may be in repair at the same time, over
    all pools of the cluster, or `none` for no such limit. 1 because services replicate and lose data by pairs. Marathon
    does not count. Raise it where a framework that keeps nothing, such as Spark, runs on most nodes."""

    deadline_reserve: Share = Share(20, True)
    """How many nodes of the pool may be emptied at the same time because Azure takes them away within 15 minutes,
    beside all other limits: a share of its nodes, rounded down and at least 1; or a count. Such a node is lost anyway;
    its tasks move and its successor is ordered ahead of that, and nothing is destroyed before Azure does it. Raise it
    for pools of spot machines."""


class Storm(Struct, frozen=True, kw_only=True):
    """When so much fails at once that the nodes are probably not the cause, and nothing is touched."""

    unhealthy: Share = Share(40, True)
    """From how many unhealthy nodes on it is a storm: a share of the pool's nodes, rounded up, or a count; never
    fewer than 2, so that a single dead node is no storm in any pool. 40 % makes a storm of two out of three or of
    five. Lower it for large pools, where even a tenth at once has one common cause. 100% is valid and unwise."""

    hold: Annotated[timedelta, UP_TO_A_DAY] = timedelta(minutes=15)
    """How long repair still rests after the last moment in which the storm was seen. Machines come back in waves,
    and 15 minutes let a wave settle before anything is judged."""

    def begins_at(self, total: int) -> int:
        """This many unhealthy nodes of `total`, or more, are a storm. At least 2."""
        return max(2, self.unhealthy.reached_at(total))


class PoolPolicy(Struct, frozen=True, kw_only=True):
    """One agent pool: a scale set whose machines are alike."""

    name: Annotated[str, NAME]
    """The pool's name, which is its key under `pools`."""

    scale_set: Annotated[str, SCALE_SET]
    """The virtual machine scale set that holds the pool. One scale set belongs to one pool of one cluster."""

    capacity: Capacity
    """The sizes that the pool may have."""

    mode: Mode = Mode.OBSERVE
    """How far the app may go here. Taken from the cluster or from `defaults` when not written; when it is written
    nowhere it is `observe`, because a file that forgot to say so must not destroy machines. Begin with `propose`,
    read the audit for some weeks, then write `enforce`."""

    repair: Repair = Repair()
    """How a failed node is helped."""

    disruption: Disruption = Disruption()
    """How much may be taken away at once and in a time."""

    storm: Storm = Storm()
    """When nothing is touched because too much fails at once."""

    notify: tuple[Target, ...] = ()
    """Who is told of what happens here: see notify below. Not written: whom the cluster names, else the file."""

    windows: tuple[Window, ...] = ()
    """When nodes that still work may be taken away, or `always`. Dead nodes are not held by it, nor those whose
    announced end comes before the next window; nor is starting one failed service again, which takes nothing away. The
    list that stands closest counts as a whole. Not written: always, because a node that does not do its work seldom
    gets better by waiting. Write it where people must be awake when tasks move."""

    schedules: tuple[Schedule, ...] = ()
    """Sizes by the clock: see schedules below. Not written: the clock moves nothing."""

    scaling: Scaling | None = None
    """How the pool follows its load, and how it shrinks: see scaling below. Not written: it follows none, and shrinks
    by the defaults where schedules or people say so."""

    rebalance: Rebalance = Rebalance()
    """Whether the pool is evened out."""

    azure_autoscale: AzureAutoscale | None = None
    """That Azure's own autoscale moves the pool's size, and within which bounds: see azure_autoscale below. Not
    written: a size that falls without anybody having been heard to write it is a loss."""

    offers: Offers | None = None
    """What an empty agent of the pool offers: see offers below. Not written: it is learned from the agents that are
    there, or were; a pool of which none was ever seen gets one machine on trial when work waits that fits nowhere
    else."""

    price: Annotated[float | None, Amount(100_000)] = None
    """What a node costs for an hour, in any currency: for previews and reports. Where all pools of the cluster that
    follow waiting work have one, the cheapest of those that can grow takes it first, by what it costs to hold as much;
    and so it is with `scaling.alternates` that are written as `cheapest`. Write what is paid: for spot machines the
    price of spot."""


class ClusterPolicy(Struct, frozen=True, kw_only=True):
    """One DC/OS cluster."""

    name: Annotated[str, NAME]
    """The cluster's name, which is its key under `clusters`. State is kept under it: renaming a cluster begins with
    an empty memory."""

    subscription: Annotated[str, SUBSCRIPTION]
    """The Azure subscription that holds the pools, by id; kept in lower case."""

    resource_group: Annotated[str, RESOURCE_GROUP]
    """The resource group that holds the pools' scale sets."""

    masters: tuple[str, ...]
    """Where the Mesos masters listen (`dcos.masters` in the file): `host` or `host:port`, port 5050 when not
    written. Name all of them: which one leads is found by asking, and any one may be down."""

    pools: tuple[PoolPolicy, ...]
    """The agent pools, in the order of the file. At least one."""

    marathons: tuple[str, ...] = ()
    """Further Marathons beside that of DC/OS (`dcos.marathons` in the file), by the names of their frameworks, such as
    `marathon-user`. What waits in their queues counts for pools that follow waiting work. They are asked through Admin
    Router of the masters, at `/service/NAME`; no other one is asked for anything."""

    mode: Mode = Mode.OBSERVE
    """How far the app may go in this cluster, for pools that do not say it themselves."""

    failover_hold_off: Annotated[timedelta, UP_TO_A_DAY] = timedelta(minutes=10)
    """How long after the election of a new leading master no agent is judged missing. 10 minutes is the time that
    Mesos itself gives agents to come back (apache/mesos:docs/configuration/master.md, agent_reregister_timeout,
    which has 10 minutes as its minimum). Lengthen it with that flag; never shorten it."""

    at_once: Share | None = None
    """How many nodes of all pools together may be in repair at the same time: a share of the cluster's nodes, rounded
    down and at least 1; or a count. `none`, and not written, is as many as that pool may that may most by itself: pools
    share what runs on them, and two that are served side by side are one larger disruption. Write more for clusters
    whose pools have nothing to do with each other."""

    alerts: Alerts = Alerts()
    """How alerts of Alertmanager and Azure Monitor are understood."""

    firehose: Firehose = Firehose()
    """Rules about metrics."""

    notify: tuple[Target, ...] = ()
    """Who is told of what happens in this cluster: see notify below. Not written: whom the file names."""

    quorum: Quorum = Quorum()
    """What may be done to the masters (`masters` in the file)."""

    def address_of(self, pool: PoolPolicy) -> PoolAddress:
        """Where `pool` of this cluster lives in Azure."""
        return PoolAddress(self.subscription, self.resource_group, pool.scale_set)

    def pool(self, name: str) -> PoolPolicy | None:
        """The pool of this name, or the masters' where the policy names their machines."""
        if name == MASTERS:
            return self.masters_pool if self.quorum.vms else None
        return next((pool for pool in self.pools if pool.name == name), None)

    @property
    def masters_pool(self) -> PoolPolicy:
        """The masters in the words of a pool, of which one member at a time is touched. It has no scale set."""
        repair, count = self.quorum.repair, len(self.masters)
        return PoolPolicy(
            name=MASTERS,
            scale_set="",
            capacity=Capacity(min=count, max=count),
            mode=self.mode,
            repair=Repair(
                ladder=repair.ladder,
                approve=repair.approve,
                confirm_after=repair.confirm_after,
                impaired_after=repair.impaired_after,
                restart_timeout=repair.restart_timeout,
                redeploy_timeout=repair.redeploy_timeout,
                verify_timeout=repair.verify_timeout,
            ),
            disruption=Disruption(at_once=Share(1, False)),
            notify=self.notify,
        )

    @property
    def master_addresses(self) -> tuple[str, ...]:
        """The masters' private addresses, in the order of `masters`, no two alike: where several are reached at one
        host and the policy does not give their addresses, what it calls them stands for those."""
        hosts = tuple(master.partition(":")[0] for master in self.masters)
        return self.quorum.addresses or (hosts if len(set(hosts)) == len(hosts) else self.masters)

    @property
    def machine_group(self) -> MachineGroup | None:
        """Where the masters' machines live in Azure; None where the policy does not say."""
        vms = self.quorum.vms
        return MachineGroup(self.subscription, self.resource_group, vms) if vms else None


class Policy(Struct, frozen=True, kw_only=True, dict=True):
    """Everything that the operator wants. Clusters are in the order of the file."""

    version: int = 1
    """The version of this file's form. This version reads 1."""

    clusters: tuple[ClusterPolicy, ...] = field(default_factory=tuple[ClusterPolicy, ...])
    """The clusters that are kept. At least one in a file that was read."""

    notify: tuple[Target, ...] = ()
    """Who is told of what happens in clusters that name nobody, and of the policy itself."""

    def cluster(self, name: str) -> ClusterPolicy | None:
        return next((cluster for cluster in self.clusters if cluster.name == name), None)

    def owner_of(self, address: PoolAddress) -> tuple[ClusterPolicy, PoolPolicy] | None:
        """The cluster and pool that live at `address`, or None when it is not ours. Case does not count, because
        Azure writes the same resource in several casings (Azure/azure-docs, resource-name-rules)."""
        return self._owners.get(_folded(address))

    @cached_property
    def _owners(self) -> dict[tuple[str, str, str], tuple[ClusterPolicy, PoolPolicy]]:
        """Looked up for every event, so made once for a policy. Of two that claim an address, the first has it."""
        owners: dict[tuple[str, str, str], tuple[ClusterPolicy, PoolPolicy]] = {}
        for cluster in self.clusters:
            for pool in cluster.pools:
                owners.setdefault(_folded(cluster.address_of(pool)), (cluster, pool))
        return owners


def _folded(address: PoolAddress) -> tuple[str, str, str]:
    return address.subscription.lower(), address.resource_group.lower(), address.scale_set.lower()
