"""Who takes part in the race."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from functools import partial

from benchmarks.peers import aks, cluster_api, karpenter, kubernetes, stock_dcos, vmss_repairs
from benchmarks.repair.ours import Noticed, ours
from benchmarks.repair.site import Site

OURS = "Poolkeeper"
VMSS = "VMSS repairs"
VMSS_LATE = "VMSS repairs, grace first"


@dataclass(frozen=True)
class System:
    """`dcos` is the release of the orchestrator under it, `prepare` gives that its times, `repairs` is a block in which
    the repairer is at work and the world lives."""

    dcos: str
    repairs: Callable[[Site], AbstractAsyncContextManager[Noticed]]
    prepare: Callable[[Site], None] = lambda site: None


@asynccontextmanager
async def _modelled(repair: Callable[[Site], Awaitable[None]], site: Site) -> AsyncIterator[Noticed]:
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(site.world.run()), group.create_task(_run(repair, site))]
        yield _untold
        for task in tasks:
            task.cancel()


async def _untold() -> None:
    return None


async def _run(repair: Callable[[Site], Awaitable[None]], site: Site) -> None:
    await repair(site)


def _model(repair: Callable[[Site], Awaitable[None]], dcos: str) -> System:
    prepare = kubernetes.prepare if dcos == kubernetes.DCOS else (lambda site: None)
    return System(dcos, partial(_modelled, repair), prepare)


SYSTEMS = {
    OURS: System(stock_dcos.DCOS, ours),
    VMSS: _model(vmss_repairs.repair, vmss_repairs.DCOS),
    VMSS_LATE: _model(vmss_repairs.repair_late, vmss_repairs.DCOS),
    "AKS auto-repair": _model(aks.repair, kubernetes.DCOS),
    "Cluster API MHC": _model(cluster_api.repair, kubernetes.DCOS),
    "Karpenter repair": _model(karpenter.repair, kubernetes.DCOS),
    "DC/OS 1.11 alone": _model(stock_dcos.repair, stock_dcos.DCOS),
}
