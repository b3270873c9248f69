"""Karpenter's node repair (feature gate NodeRepair), with what its providers ship.

    unhealthy   Ready is False or Unknown for 30 minutes (RepairPolicies of aws/karpenter-provider-aws
                pkg/cloudprovider/cloudprovider.go and of Azure/karpenter-provider-azure)
    remedy      the NodeClaim is deleted by force, without a drain; its pods are pending, so another node is made
    brake       none is repaired while more than 20 % of the pool are unhealthy, rounded up
                (kubernetes-sigs/karpenter pkg/controllers/node/health/controller.go, allowedUnhealthyPercent)
    vanished    a NodeClaim whose machine is not listed any more is collected every 2 minutes
                (pkg/controllers/nodeclaim/garbagecollection/controller.go)
    startup     a machine that has not registered within 15 minutes is deleted and made anew
                (pkg/controllers/nodeclaim/lifecycle/liveness.go, registrationTimeout)

For the peer: a new node is ordered the moment the old one is deleted, as if its pods found no room elsewhere; Karpenter
itself makes nodes for pods and not to a number, so a cluster with room to spare would not get one at all. What it does
about notices of eviction (on AWS) is left out, because on Azure there is none yet (Azure/karpenter-provider-azure issue
1829).
"""

from __future__ import annotations

import math
from datetime import timedelta

from benchmarks.peers.kubernetes import MONITOR_S, Nodes
from benchmarks.repair.site import Site, repairer

UNHEALTHY_FOR = timedelta(minutes=30)
REGISTRATION = timedelta(minutes=15)
COLLECTED_EVERY = timedelta(minutes=2)
ALLOWED = 0.2
ACTOR = repairer("karpenter")


async def repair(site: Site) -> None:
    nodes, vanished = Nodes(site), list[int]()
    collect_at = site.clock.now() + COLLECTED_EVERY
    while True:
        await site.clock.sleep(MONITOR_S)
        site.world.settle()
        vanished += nodes.look()
        now, not_ready = site.clock.now(), nodes.not_ready()
        due = [number for number, since in not_ready.items() if now - since >= UNHEALTHY_FOR]
        if len(not_ready) > math.ceil(ALLOWED * nodes.count):
            due = []
        collected = vanished if now >= collect_at else []
        condemned = [site.pool.instances[number] for number in due] + nodes.never_joined(REGISTRATION)
        if condemned or collected:
            site.replace(condemned, ACTOR)
            vanished = [] if collected else vanished
        if now >= collect_at:
            collect_at = now + COLLECTED_EVERY
        for number in due:
            nodes.delete(number)
