"""Automatic instance repairs of a scale set, under DC/OS 1.11, with their defaults.

    health      the application health extension asks every 5 s, and one answer is enough (intervalInSeconds 5,
                numberOfProbes 1): MicrosoftDocs/azure-compute-docs virtual-machine-scale-sets-health-extension.md
    action      replace: the unhealthy instance is deleted and a new one created; the creation does not wait for the
                deletion (virtual-machine-scale-sets-automatic-instance-repairs.md, "Terminate notification")
    batches     at most 5 % of the instances at any time; one at a time in a set of fewer than 20 (same page)
    grace       10 minutes, PT10M. That page says: it begins when a change of the instance's state by a request to the
                set has completed, and holds for new instances. So one that fails by itself is repaired at once. The
                documentation of Terraform's provider says: it begins when the instance is found unhealthy
                (hashicorp/terraform-provider-azurerm website/docs/r/linux_virtual_machine_scale_set.html.markdown).
                Both readings are measured: `repair`, the faster one, and `repair_late`
    suspension  by itself, when new instances stay unhealthy "even after repeatedly performing repair operations"; how
                often is not written. Taken: three in a row, and nobody resumes it

What is asked is whether the agent's process answers on its machine; so a machine that only the masters cannot reach is
healthy here. For the peer: a machine that hangs or is deallocated counts as unhealthy at the next probe, although the
extension sits inside of it and how long Azure waits for a silent one is not written. Against it: repairs do not
know of a lower capacity, so a machine that somebody deleted is not missed.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from benchmarks.repair.site import Site, process_of, repairer
from simulator.world.agent import Life
from simulator.world.scale_set import Instance
from simulator.world.vm import Power

DCOS = "1.11"
PROBE_S = 5.0
GRACE = timedelta(minutes=10)
BATCH = 0.05
MOST_FAILURES = 3
ACTOR = repairer("automatic instance repairs")


async def repair(site: Site) -> None:
    """As Microsoft's own page says."""
    await _Repairs(site, timedelta(0)).run()


async def repair_late(site: Site) -> None:
    """As the documentation of Terraform's provider says."""
    await _Repairs(site, GRACE).run()


class _Repairs:
    """`patience` is how long an instance has to be unhealthy. `_made` are those that repairs have created, and when
    they ran first."""

    def __init__(self, site: Site, patience: timedelta) -> None:
        self._site, self._patience = site, patience
        self._unhealthy: dict[int, datetime] = {}
        self._made: dict[int, datetime | None] = {}
        self._failures = 0

    async def run(self) -> None:
        while self._failures < MOST_FAILURES:
            await self._site.clock.sleep(PROBE_S)
            self._site.world.settle()
            self._probe()
            self._repair()

    def _probe(self) -> None:
        now = self._site.clock.now()
        for one in self._site.instances:
            if one.number in self._made and self._made[one.number] is None and one.power is Power.RUNNING:
                self._made[one.number] = now
            if _answers(one):
                self._unhealthy.pop(one.number, None)
                self._failures -= self._failures if one.number in self._made else 0
            else:
                self._unhealthy.setdefault(one.number, now)

    def _repair(self) -> None:
        there = self._site.pool.instances
        at_work = sum(ran is None for number, ran in self._made.items() if number in there)
        room = max(1, int(len(there) * BATCH)) - at_work
        due = [there[number] for number in self._unhealthy if number in there and self._is_due(there[number])]
        for instance in due[: max(0, room)]:
            self._failures += instance.number in self._made
            before = self._site.pool.next_number
            self._site.replace([instance], ACTOR)
            self._made.update(dict.fromkeys(range(before, self._site.pool.next_number)))

    def _is_due(self, instance: Instance) -> bool:
        now = self._site.clock.now()
        if instance.deleting or now - self._unhealthy[instance.number] < self._patience:
            return False
        if instance.number not in self._made:
            return True
        ran = self._made[instance.number]
        return ran is not None and now - ran >= GRACE


def _answers(instance: Instance) -> bool:
    runs = instance.power is Power.RUNNING and not instance.is_frozen
    return runs and process_of(instance).life is Life.RUNNING
