"""AKS node auto-repair, as its page describes it (MicrosoftDocs/azure-aks-docs articles/aks/node-auto-repair.md, 2026).

    unhealthy   NotReady on consecutive checks within 10 minutes, or no status for 10 minutes
    then        after at least 5 more minutes: reboot; if it stays unhealthy reimage; if it still does redeploy; the
                sequence is tried up to three times; the whole may take up to an hour; "best effort"
    not         nodes that never registered, that were shut down, or whose network is at fault

For the peer: the 10 minutes are not waited for, only the 5 after NotReady; a rung has 5 minutes to help, counted from
its end, which makes the whole about an hour; nodes are repaired side by side, although older versions of the page say
one after the other. A node whose machine was deleted or deallocated is not repaired: auto-repair acts on machines that
are there (Azure/AKS issue 2406 for those that are shut down), and what a cluster autoscaler would do is another
product's.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta

from benchmarks.peers.kubernetes import MONITOR_S, Nodes, is_off
from benchmarks.repair.site import Site, repairer

UNHEALTHY_FOR = timedelta(minutes=5)
HELPS_WITHIN_S = 300.0
RUNGS = ("restart", "reimage", "redeploy") * 3
ACTOR = repairer("aks-remediator")


async def repair(site: Site) -> None:
    nodes, at_work = Nodes(site), set[int]()
    async with asyncio.TaskGroup() as group:
        while True:
            await site.clock.sleep(MONITOR_S)
            site.world.settle()
            nodes.look()
            for number, since in nodes.not_ready().items():
                is_due = site.clock.now() - since >= UNHEALTHY_FOR
                if is_due and number not in at_work and not is_off(site.pool.instances[number]):
                    at_work.add(number)
                    group.create_task(_climb(site, nodes, number, at_work))


async def _climb(site: Site, nodes: Nodes, number: int, at_work: set[int]) -> None:
    """One rung after the other, until the node is Ready again, its machine is gone, or none is left. A node that was
    given up stays in `at_work` and is left alone."""
    for action in RUNGS:
        if number not in nodes.not_ready():
            break
        operation = site.act(site.pool.instances[number], action, ACTOR)
        while operation is not None and operation.running:
            await site.clock.sleep(MONITOR_S)
        waited_s = 0.0
        while number in nodes.not_ready() and waited_s < HELPS_WITHIN_S:
            await site.clock.sleep(MONITOR_S)
            waited_s += MONITOR_S
    if number not in nodes.not_ready():
        at_work.discard(number)
