"""`DcosWorkloads`: Marathon and the services of one cluster behind the port `Workloads`.

Marathon is asked first, because its labels name the services; then all services side by side. Each part stands for
itself: a scheduler that hangs takes its own reading with it and no other. Frameworks that nobody in Marathon has
named (started by hand, or by a second Marathon) are found through the Mesos state that the caller has read anyway.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Collection, Mapping

from shared.dcos import marathon_apps
from shared.dcos.catalog.recognise import (
    FRAMEWORK_NAME,
    framework_name,
    is_sdk_page,
    recognise_framework,
    roles_with_data,
    without_sdk,
)
from shared.dcos.doors import Hosts, host_alone
from shared.dcos.marathon_kill import kill
from shared.dcos.sdk import SdkService
from shared.errors import PoolkeeperError, Refused
from shared.model.catalog import UNKNOWN_SDK, Move, Package
from shared.model.mesos import Framework, SchedulerState
from shared.model.readings import Failure, Reading, Value
from shared.model.workloads import App, Service, WorkloadState
from shared.ports.clock import Clock
from shared.ports.http import Http
from shared.ports.workloads import Workloads
from shared.settings import DcosPorts

LONGEST_S = 30.0
"""For each part of Marathon, and after that for all services together, however many masters are asked."""

SERVICES_AT_ONCE = 6


class DcosWorkloads(Workloads):
    """`masters` as the policy gives them, each `host` or `host:port`; the port is that of Mesos and not used here."""

    def __init__(
        self,
        http: Http,
        clock: Clock,
        masters: tuple[str, ...],
        ports: DcosPorts | None = None,
        longest_s: float = LONGEST_S,
    ) -> None:
        hosts = tuple(dict.fromkeys(host_alone(one) for one in masters))
        self._clock, self._hosts, self._ports = clock, Hosts(http, hosts), ports or DcosPorts()
        self._longest_s = longest_s

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
        return WorkloadState(apps, pods, deployments, services, packages)

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
        few = asyncio.Semaphore(SERVICES_AT_ONCE)

        async def read(name: str) -> Service:
            async with few:
                return await self._service(name).read(packages[name])

        names = sorted(packages)
        found = await asyncio.gather(*(self._reading(f"service {name}", read(name)) for name in names))
        return dict(zip(names, found, strict=True))

    async def _reading[T](self, source: str, call: Awaitable[T]) -> Reading[T]:
        try:
            async with asyncio.timeout(self._longest_s):
                value = await call
        except PoolkeeperError as error:
            return Failure(str(error), source, self._clock.now())
        except TimeoutError:
            return Failure(f"no answer within {self._longest_s:g} s", source, self._clock.now())
        return Value(value, source, self._clock.now())


def _services(apps: Collection[App], frameworks: Collection[Framework]) -> dict[str, Package]:
    """Name to package, from Marathon's labels and, for what it does not know of, from the frameworks' pages."""
    pages = {one.name.strip("/"): UNKNOWN_SDK for one in frameworks if is_sdk_page(one.webui_url)}
    return pages | {app.service: app.package for app in apps if app.service is not None}


def _packages(
    mesos: SchedulerState, apps: Collection[App], services: Mapping[str, Reading[Service]]
) -> dict[str, Package]:
    """By framework id. What moves by its pods must have a service that can be asked for them."""
    schedulers = {
        framework_name(app.id, app.labels): app.package for app in apps if FRAMEWORK_NAME in app.labels
    }
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
