"""The shipped app as a repairer: on its real adapters, with the policy that ships but for the mode.

The policy names what must be named and leaves everything else at its default: the ladder restart_unit, restart,
replace; confirm after 45 s; a tenth of the pool at once, six an hour, one in a fault domain; nothing while 40 % of the
pool are unwell.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from benchmarks.repair.site import Site
from simulator.demo.policy import policy_text
from simulator.demo.virtual_app import running_app

LADDER = "restart_unit, restart, replace"
CONFIRM_S = 45.0
"""Default of `confirm_after`."""


type Noticed = Callable[[], Awaitable[float | None]]
"""When the repairer first knew of anything, in seconds after the first blow; None: never, or it does not tell."""


@asynccontextmanager
async def ours(site: Site) -> AsyncIterator[Noticed]:
    addresses = [master.address for master in site.cluster.mesos.masters]
    policy = policy_text(site.cluster, addresses, most=site.trace.agents + 10, ladder=LADDER)
    async with running_app(site.world, site.cluster, site.clock, policy) as running:

        async def noticed() -> float | None:
            rows = await running.records.incidents.between(site.cluster.name, "", "~")
            return min([site.since_s(kept.value.opened_at) for kept in rows.values()], default=None)

        yield noticed
