"""DC/OS 1.11 alone: agents are given up, their tasks move, and nothing is replaced.

    an agent is given up after 20 pings of 15 s without an answer (MESOS_MAX_SLAVE_PING_TIMEOUTS), and then at most one
        in 20 minutes (MESOS_SLAVE_REMOVAL_RATE_LIMIT=1/20mins): dcos/dcos 1.11 gen/dcos-config.yaml
    Marathon starts the tasks of an agent that was given up elsewhere; those with local volumes wait for it
        (mesosphere/marathon docs/docs/unreachable.md, persistent-volumes.md)
    systemd restarts an agent's process that ends; the traces say when that helps

There is nothing to model but that nobody acts; the masters' rules are those of the simulated cluster
(`simulator/world/removal.py`), under which the app is measured too.
"""

from __future__ import annotations

from benchmarks.repair.site import Site

DCOS = "1.11"


async def repair(site: Site) -> None:
    """Nothing, for ever."""
    while True:
        await site.clock.sleep(3600.0)
