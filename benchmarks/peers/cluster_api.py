"""Cluster API's MachineHealthCheck for workers, with its defaults and the times of its own example.

    unhealthy   Ready is False or Unknown for 300 s; the node of a machine is gone: at once; no node joins within
                10 minutes (kubernetes-sigs/cluster-api
                docs/book/src/tasks/automated-machine-management/healthchecking.md)
    remedy      the Machine is deleted, its MachineSet makes another one at the same time
    brake       unhealthyLessThanOrEqualTo is 100 % by default: none, as the page warns
    retries     no limit for workers (same page; kubernetes-sigs/cluster-api issue 12553)

For the peer: the drain of the old node is not waited for, although it has no end by default (nodeDrainTimeout), because
the MachineSet does not wait for it either; and that a machine was deleted in Azure is seen as soon as its node is gone.
"""

from __future__ import annotations

from datetime import timedelta

from benchmarks.peers.kubernetes import MONITOR_S, Nodes
from benchmarks.repair.site import Site, repairer

UNHEALTHY_FOR = timedelta(seconds=300)
STARTUP = timedelta(minutes=10)
ACTOR = repairer("machine-health-check")


async def repair(site: Site) -> None:
    nodes = Nodes(site)
    while True:
        await site.clock.sleep(MONITOR_S)
        site.world.settle()
        vanished = nodes.look()
        silent = [n for n, since in nodes.not_ready().items() if site.clock.now() - since >= UNHEALTHY_FOR]
        condemned = [site.pool.instances[number] for number in silent] + nodes.never_joined(STARTUP)
        if vanished or condemned:
            site.replace(condemned, ACTOR)
        for number in silent:
            nodes.delete(number)
