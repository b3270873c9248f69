"""What `doctor` looks at for each cluster: whether the app sees to it, what Azure lets one read, and its masters.

Azure does not say what somebody may do without it being done. So of the actions that change something it is only told
that they are unknown, and where they are listed; every action that reads is tried.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

from cli.examined import Finding, State, tried
from shared.desk.archive import Archive
from shared.desk.audit import last_entries
from shared.desk.words import ago, counted, span
from shared.errors import PoolkeeperError, brief
from shared.model.audit import AuditKind
from shared.model.mesos import SchedulerState
from shared.model.readings import Failure
from shared.operate.masters import ask_machines
from shared.operate.outside import Outside
from shared.policy.schema import ClusterPolicy, PoolPolicy
from shared.settings import Settings

NEWEST = 500
QUIET = timedelta(days=1)
SKEW = timedelta(seconds=30)
ROLE = "give it the role of infra/app/role.bicep in the resource group, or correct the policy"


async def of_cluster(
    outside: Outside, archive: Archive, cluster: ClusterPolicy, settings: Settings
) -> list[Finding]:
    parts = await asyncio.gather(
        _sweep(archive, cluster),
        _events(archive, cluster),
        *(_pool(outside, cluster, pool) for pool in cluster.pools),
        _machines(outside, cluster),
        _scheduler(outside, cluster),
        _each_master(outside, cluster),
    )
    own = _echoes(cluster, settings)
    return [*own, *(finding for part in parts for finding in part)]


def _echoes(cluster: ClusterPolicy, settings: Settings) -> list[Finding]:
    if settings.own_ids:
        return []
    said = "POOLKEEPER_OWN_IDS is empty: events about the app's own calls wake passes that find nothing"
    return [
        Finding("settings", cluster.name, State.UNKNOWN, said, "name the identity's object id and client id")
    ]


async def _sweep(archive: Archive, cluster: ClusterPolicy) -> list[Finding]:
    try:
        swept = await archive.records.last_sweep(cluster.name)
    except PoolkeeperError as error:
        return [
            Finding(
                "app", cluster.name, State.UNKNOWN, f"its last sweep can't be read ({error})", "ask again"
            )
        ]
    do = "see that the Function app runs, and what its log says of `sweep` and `work_signal`"
    if swept is None:
        return [Finding("app", cluster.name, State.WRONG, "no sweep has ever looked at it", do)]
    when = f"the last sweep was {ago(swept.at, archive.now)}"
    if swept.is_late(archive.now):
        return [Finding("app", cluster.name, State.WRONG, f"{when}, three and more were missed since", do)]
    return [Finding("app", cluster.name, State.OK, when)]


async def _events(archive: Archive, cluster: ClusterPolicy) -> list[Finding]:
    """A cluster in which nothing happens has no events, so silence alone is not wrong."""
    entries = await last_entries(archive.store, [cluster.name], NEWEST, archive.now)
    heard = [one.record.at for one in entries if one.record.kind is AuditKind.HEARD]
    do = "see the event subscriptions of infra/ and their dead letters, if machines came or went since"
    if not heard:
        said = f"nothing was heard of it; the newest entries of the audit, {len(entries)}, tell of none"
        return [Finding("events", cluster.name, State.UNKNOWN, said, do)]
    when = f"something was last heard {ago(heard[-1], archive.now)}"
    if archive.now - heard[-1] > QUIET:
        return [Finding("events", cluster.name, State.UNKNOWN, when, do)]
    return [Finding("events", cluster.name, State.OK, when)]


async def _pool(outside: Outside, cluster: ClusterPolicy, pool: PoolPolicy) -> list[Finding]:
    """Each of the three readings that a pass takes."""
    address, compute, about = cluster.address_of(pool), outside.compute, f"{cluster.name}/{pool.name}"
    calls: dict[str, Callable[[], Awaitable[object]]] = {
        "its scale set": lambda: compute.scale_set(address),
        "its instances": lambda: compute.instances(address),
        "its network interfaces": lambda: compute.addresses(address),
    }
    whys = await asyncio.gather(*(tried(call) for call in calls.values()))
    failed = [(what, why) for what, why in zip(calls, whys, strict=True) if why]
    if failed:
        return [
            Finding("azure", about, State.WRONG, f"{what} can't be read ({brief(why)})", ROLE)
            for what, why in failed
        ]
    changing = "whether its machines may be changed is not told by Azure before it is done"
    return [
        Finding("azure", about, State.OK, f"{', '.join(calls)} can be read"),
        Finding("azure", about, State.UNKNOWN, changing, "compare the role with infra/app/role.bicep"),
    ]


async def _machines(outside: Outside, cluster: ClusterPolicy) -> list[Finding]:
    if cluster.machine_group is None:
        return []
    found = await ask_machines(outside, cluster)
    if isinstance(found, Failure):
        said = f"the masters' machines can't be read ({brief(found.why)})"
        return [Finding("azure", cluster.name, State.WRONG, said, ROLE)]
    expected = len(cluster.masters)
    said = f"{counted(len(found.value), 'machine')} of {counted(expected, 'master')}"
    if len(found.value) != expected:
        do = "see that `masters.vms` matches the machines of the masters and no others"
        return [Finding("azure", cluster.name, State.WRONG, said, do)]
    return [Finding("azure", cluster.name, State.OK, said)]


async def _scheduler(outside: Outside, cluster: ClusterPolicy) -> list[Finding]:
    do = "see `dcos.masters` of the policy, and that the network of the app (and yours) reaches port 5050"
    states: list[SchedulerState] = []

    async def read() -> None:
        states.append(await outside.scheduler_of(cluster).state())

    why = await tried(read)
    if why:
        said = f"no leading master answers ({brief(why)})"
        return [Finding("masters", cluster.name, State.WRONG, said, do)]
    (state,) = states
    said = f"{state.leader} leads, Mesos {state.version}, {counted(len(state.agents), 'agent')}"
    return [Finding("masters", cluster.name, State.OK, said), *_clock(outside, cluster, state)]


def _clock(outside: Outside, cluster: ClusterPolicy, state: SchedulerState) -> list[Finding]:
    if state.answered_at is None:
        said, do = "the leading master does not say what time it is", "see that its clock is right"
        return [Finding("clock", cluster.name, State.UNKNOWN, said, do)]
    apart = state.answered_at - outside.clock.now()
    if abs(apart) > SKEW:
        way = "ahead of" if apart > timedelta(0) else "behind"
        said = f"the leading master's clock is {span(apart)} {way} this computer's"
        return [
            Finding("clock", cluster.name, State.WRONG, said, "see which of the two is wrong, and its NTP")
        ]
    return [
        Finding(
            "clock", cluster.name, State.OK, f"the leading master's clock is {span(apart)} from this one's"
        )
    ]


async def _each_master(outside: Outside, cluster: ClusterPolicy) -> list[Finding]:
    """Those that do not lead too: a quorum is lost one by one."""
    reports = outside.masters_of(cluster)
    if reports is None:
        return []
    said = await reports.read()
    silent = {name: one.why for name, one in said.mesos.items() if isinstance(one, Failure)}
    found = [
        Finding(
            "masters", cluster.name, State.WRONG, f"{name} does not answer ({brief(why)})", "see that machine"
        )
        for name, why in silent.items()
    ]
    if not silent:
        count = counted(len(said.mesos), "master")
        found.append(Finding("masters", cluster.name, State.OK, f"{count} asked, each answers"))
    if isinstance(said.ensemble, Failure):
        why = f"nothing is known of ZooKeeper ({brief(said.ensemble.why)})"
        found.append(Finding("masters", cluster.name, State.UNKNOWN, why, "see Exhibitor on the masters"))
    return found
