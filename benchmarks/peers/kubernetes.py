"""What Kubernetes itself does about a node that is silent, for those repairers that are built on it.

    a node's status is looked at every 5 s; one that is silent for 40 s becomes NotReady
        (--node-monitor-period, --node-monitor-grace-period; kubernetes/website
        reference/command-line-tools-reference/kube-controller-manager.md; since 1.32 it is 50 s, worse for the peers)
    pods leave it 300 s after that (DefaultTolerationSeconds, the same source:
        --default-unreachable-toleration-seconds of the API server)
    a node that is NotReady and that the cloud does not list any more is deleted, and its pods move at once
        (kubernetes/kubernetes staging/src/k8s.io/cloud-provider/controllers/nodelifecycle)

Everything else is the simulated orchestrator that also plays Mesos, with these times in place of its own and without a
limit on how many nodes are given up: pods are its tasks, a deployment is its application, a local persistent volume is
a local volume. What a kubelet does is what a Mesos agent does: when it dies, the containers go on.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from benchmarks.repair.site import Site, process_of, repairer
from simulator.world.agent import Process
from simulator.world.mesos import MesosTimes
from simulator.world.orders import OrderRefused
from simulator.world.scale_set import Instance
from simulator.world.vm import Power

DCOS = "2.2"
"""Of the simulated orchestrators the one without a removal rate limit."""
MONITOR_S = 5.0
GRACE = timedelta(seconds=40)
TOLERATION_S = 300.0
CLOUD = repairer("cloud-controller-manager")


def prepare(site: Site) -> None:
    """Pods leave a silent node after grace and toleration; a node reports every 10 s."""
    pings = int((GRACE.total_seconds() + TOLERATION_S) / 10.0)
    site.cluster.mesos.times = MesosTimes(ping_s=10.0, max_pings=pings)


class Nodes:
    """The node objects: who was heard when. `look` has to be called every `MONITOR_S`."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._heard: dict[int, datetime] = {}
        self._processes: dict[int, Process] = {}

    def look(self) -> list[int]:
        """Instance ids of nodes that were deleted just now, because their machine is no longer listed."""
        now, listed = self._site.clock.now(), self._site.pool.instances
        for number, instance in listed.items():
            if instance.healthy:
                self._heard[number], self._processes[number] = now, process_of(instance)
        vanished = [one for one, at in self._heard.items() if one not in listed and now - at >= GRACE]
        for number in vanished:
            del self._heard[number]
            self._forget(self._processes.pop(number))
        return vanished

    def not_ready(self) -> dict[int, datetime]:
        """Instance id and since when, of nodes whose machines are listed and not being deleted."""
        now = self._site.clock.now()
        return {
            number: at + GRACE
            for number, at in self._heard.items()
            if now - at >= GRACE and self._stays(number)
        }

    def never_joined(self, within: timedelta) -> list[Instance]:
        """Machines that are older and have no node."""
        now = self._site.clock.now()
        there = self._site.instances
        return [one for one in there if one.number not in self._heard and self._is_late(one, now - within)]

    @property
    def count(self) -> int:
        return len(self._heard)

    def delete(self, number: int) -> None:
        """The node object goes, and its pods with it."""
        if number in self._heard:
            del self._heard[number]
            self._forget(self._processes.pop(number))

    def _stays(self, number: int) -> bool:
        instance = self._site.pool.instances.get(number)
        return instance is not None and not instance.deleting

    def _is_late(self, instance: Instance, born_before: datetime) -> bool:
        return not instance.deleting and instance.created <= born_before

    def _forget(self, process: Process) -> None:
        try:
            self._site.cluster.orders.mark_gone(process.agent_id or "", CLOUD)
        except OrderRefused:
            return  # its record was replaced before


def is_off(instance: Instance) -> bool:
    """Shut down or deallocated."""
    return instance.power in {Power.STOPPED, Power.DEALLOCATED}
