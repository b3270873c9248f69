"""Services with data in the simulator: their pods, where their volumes are, and whether they work."""

from __future__ import annotations

from shared.model.catalog import UNKNOWN_SDK, Package
from simulator.world.agent import Agent
from simulator.world.mesos import Mesos
from simulator.world.sdk import SdkScheduler, ServiceSpec
from tests.simulation.breadth import Member
from tests.simulation.twin_services import PACKAGES

DONE = "COMPLETE"


def package_of(service: str) -> Package:
    return PACKAGES.get(service, UNKNOWN_SDK)


def service_of(name: str, size: int) -> ServiceSpec:
    sort = package_of(name).members[0].name or "node"
    package = name if name in PACKAGES else ""
    return ServiceSpec(name.replace(" ", "-"), package, {sort: size}, cpus=0.2, mem=512.0)


class Members:
    """Of all services of one cluster."""

    def __init__(self, mesos: Mesos) -> None:
        self._mesos = mesos
        self.services = [one for one in mesos.schedulers if isinstance(one, SdkScheduler)]

    def all(self) -> list[Member]:
        return [self._member(service, pod) for service in self.services for pod in service.spec.pod_names]

    def _member(self, service: SdkScheduler, pod: str) -> Member:
        spec, sort = service.spec, pod.rpartition("-")[0]
        agent = self._home(service, pod)
        up = agent is not None and agent.process.responsive and service.step(pod) == DONE
        node = agent.process.instance.name if agent is not None else ""
        most = package_of(spec.name).may_be_down(sort, spec.pods[sort])
        hidden = agent is not None and not up and agent.connected and not agent.process.responsive
        return Member(spec.name, pod, sort, node, up, most, hidden)

    def _home(self, service: SdkScheduler, pod: str) -> Agent | None:
        """The agent that has the volume, as long as its disk is there."""
        app = service.app_of(pod)
        known = {**self._mesos.unreachable, **self._mesos.recovered, **self._mesos.registered}
        for place in service.places.get(app.name, ()) if app is not None else ():
            instance = place.process.instance
            is_there = instance.scale_set.instances.get(instance.number) is instance
            home = place.home(known)
            if is_there and home is not None:
                return home
        return None

    def fails(self, number: int) -> None:
        pods = [(service, pod) for service in self.services for pod in service.spec.pod_names]
        if pods:
            service, pod = pods[number % len(pods)]
            service.restart(pod)

    def replace_lost(self) -> None:
        for service in self.services:
            for pod in service.spec.pod_names:
                if self._home(service, pod) is None:
                    service.replace(pod)

    def idle(self) -> list[str]:
        """A service has room while there is an agent for each of its pods."""
        agents = sum(one.connected for one in self._mesos.registered.values())
        sizes = {one.spec.name: len(one.spec.pod_names) for one in self.services}
        waiting = [one for one in self.all() if not one.is_up and sizes[one.service] <= agents]
        return [f"{one.name} of {one.service} does not run" for one in waiting]
