"""`DcosWorkloads`: Marathon and the services of one cluster behind the port `Workloads`.

Marathon is asked first, because its labels name the services; then all services side by side. Each part stands for
itself: a scheduler that hangs takes its own reading with it and no other. Frameworks that nobody in Marathon has
named (started by hand, or by a second Marathon) are found through the Mesos state that the caller has read anyway.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping

from shared.dcos import marathon_apps, marathon_queue
from shared.dcos.catalog.beside import MARATHON
from shared.dcos.catalog.recognise import (
    FRAMEWORK_NAME,
    framework_name,
    is_sdk_page,
    recognise_framework,
    roles_with_data,
    without_sdk,
)
from shared.dcos.marathon_kill import kill
from shared.dcos.of_masters import OfMasters
from shared.dcos.sdk import NAME, SdkService
from shared.dcos.sdk_pending import pending_of
from shared.errors import Refused
from shared.model.catalog import PLAIN, UNKNOWN_FRAMEWORK, UNKNOWN_SDK, Move, Package
from shared.model.load import Pending, Queue
from shared.model.mesos import Framework, SchedulerState
from shared.model.readings import Reading, Value
from shared.model.workloads import App, Service, WorkloadState
from shared.ports.clock import Clock
from shared.ports.http import Http
from shared.ports.workloads import Workloads
from shared.settings import DcosPorts

LONGEST_S = 30.0
"""For each part of Marathon, and after that for all services together, however many masters are asked."""

SERVICES_AT_ONCE = 6


class DcosWorkloads(OfMasters, Workloads):
    def __init__(
        self,
        http: Http,
        clock: Clock,
        masters: tuple[str, ...],
        ports: DcosPorts | None = None,
        longest_s: float = LONGEST_S,
    ) -> None:
        super().__init__(http, clock, masters, ports, longest_s)

    async def read(self, mesos: SchedulerState | None = None) -> WorkloadState:
        hosts, port = self._hosts, self._ports.marathon
        apps, pods, deployments = await asyncio.gather(
            self._reading("marathon apps", marathon_apps.apps(hosts, port)),
            self._reading("marathon pods", marathon_apps.pods(hosts, port)),
            self._reading("marathon deployments", marathon_apps.deployments(hosts, port)),
        )
        known = apps.value if isinstance(apps, Value) else ()
        frameworks = mesos.frameworks.values() if mesos is not None else ()
        services = await self._services(_services(known, frameworks))
        packages = {} if mesos is None else _packages(mesos, known, services)
        if mesos is not None and list(packages.values()).count(MARATHON.package) > 1:
            own = await self._reading("marathon info", marathon_apps.framework_id(hosts, port))
            packages = _of_one_marathon(packages, mesos, own.value if isinstance(own, Value) else "")
        return WorkloadState(apps, pods, deployments, services, packages)

    async def queue(self) -> Reading[Queue]:
        return await self._reading("marathon queue", marathon_queue.queue(self._hosts, self._ports.marathon))

    async def other_queues(self, names: Collection[str]) -> Mapping[str, Reading[Queue]]:
        hosts, port = self._hosts, self._ports.router
        asked = sorted({name for name in names if NAME.fullmatch(name)})
        found = await asyncio.gather(
            *(
                self._reading(f"queue of {name}", marathon_queue.queue(hosts, port, f"/service/{name}"))
                for name in asked
            )
        )
        return dict(zip(asked, found, strict=True))

    async def pending(self, mesos: SchedulerState) -> Mapping[str, Reading[tuple[Pending, ...]]]:
        async def read(name: str) -> tuple[Pending, ...]:
            return await pending_of(self._service(name), name)

        return await self._of_services(_services((), mesos.frameworks.values()), read)

    async def kill(self, task_ids: Collection[str], *, wipe: bool) -> None:
        await kill(self._hosts, self._ports.marathon, task_ids, wipe=wipe)

    async def replace_pod(self, service: str, pod: str, on_agent: str) -> None:
        one = self._service(service)
        if await one.agent_of(pod) == on_agent:
            await one.order(pod, "replace")

    async def restart_pod(self, service: str, pod: str) -> None:
        await self._service(service).order(pod, "restart")

    def _service(self, name: str) -> SdkService:
        try:
            return SdkService(self._hosts, self._ports.router, name)
        except ValueError as error:
            raise Refused("sdk", "not_a_service", {"service": name[:80]}) from error

    async def _services(self, packages: Mapping[str, Package]) -> dict[str, Reading[Service]]:
        async def read(name: str) -> Service:
            return await self._service(name).read(packages[name])

        return await self._of_services(packages, read)

    async def _of_services[T](
        self, names: Collection[str], read: Callable[[str], Awaitable[T]]
    ) -> dict[str, Reading[T]]:
        """By name, a few at a time."""
        few = asyncio.Semaphore(SERVICES_AT_ONCE)

        async def one(name: str) -> T:
            async with few:
                return await read(name)

        asked = sorted(names)
        found = await asyncio.gather(*(self._reading(f"service {name}", one(name)) for name in asked))
        return dict(zip(asked, found, strict=True))


def _services(apps: Collection[App], frameworks: Collection[Framework]) -> dict[str, Package]:
    """Name to package, from Marathon's labels and, for what it does not know of, from the frameworks' pages."""
    pages = {one.name.strip("/"): UNKNOWN_SDK for one in frameworks if is_sdk_page(one.webui_url)}
    return pages | {app.service: app.package for app in apps if app.service is not None}


def _packages(
    mesos: SchedulerState, apps: Collection[App], services: Mapping[str, Reading[Service]]
) -> dict[str, Package]:
    """By framework id. What moves by its pods must have a service that can be asked for them."""
    schedulers = {framework_name(app.id, app.labels): app.package for app in apps if _names_one(app)}
    held = roles_with_data(mesos)
    packages: dict[str, Package] = {}
    for one in mesos.frameworks.values():
        name = one.name.strip("/")
        keeps_data = not held.isdisjoint(one.roles)
        package = recognise_framework(one, schedulers.get(name), keeps_data=keeps_data)
        if package.framework is Move.REPLACE_POD and name not in services:
            package = without_sdk(package)
        packages[one.id] = package
    return packages


def _names_one(app: App) -> bool:
    """Whether the application is known to run a scheduler. Older packages have no label that names its framework; they
    call that as they call the application."""
    return FRAMEWORK_NAME in app.labels or (app.package.is_known and app.package.framework is not None)


def _of_one_marathon(packages: Mapping[str, Package], mesos: SchedulerState, own: str) -> dict[str, Package]:
    """Of several frameworks that are called as the Marathon of DC/OS is, only that one, `own`, was asked for its
    applications; what another one runs, and may keep, nobody has seen. While it is not known which is which, that holds
    for all of them."""
    held = roles_with_data(mesos)
    return {
        id: _unseen(mesos.frameworks[id], held) if package == MARATHON.package and id != own else package
        for id, package in packages.items()
    }


def _unseen(framework: Framework, held: frozenset[str]) -> Package:
    return PLAIN if held.isdisjoint(framework.roles) else UNKNOWN_FRAMEWORK
