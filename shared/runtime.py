"""The one place that wires ports to adapters, lazily: SDKs are imported when the first call needs them.

The Functions worker imports the app and keeps one `App` per process. Tests and the simulation build their own from
`Outside`, so nothing here knows about them.
"""

from __future__ import annotations

import asyncio
import logging
import os
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shared.api.api import Api
    from shared.app import App
    from shared.auth.entra import EntraTokens
    from shared.auth.gate import AlertGate
    from shared.console.serve import Console
    from shared.dcos.http import AiohttpHttp
    from shared.model.mark import Mark
    from shared.news.post import Post
    from shared.operate.outside import Outside
    from shared.ports.telemetry import Telemetry
    from shared.settings import Settings

log = logging.getLogger(__name__)

type _Closing = Sequence[Callable[[], Awaitable[None]]]

SECRET = re.compile(r"SECRET|TOKEN|PASSWORD|_KEY$|NOTIFY|WEBHOOK", re.IGNORECASE)
"""Names of app settings whose values nobody is to see, besides our own: those that the policy names are people's."""
APP_DIRECTORY = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Wired:
    """The app on its adapters, and how to let go of them."""

    app: App
    gate: AlertGate
    api: Api
    closing: _Closing


def app() -> App:
    """This process's app, wired from the environment at the first call."""
    return _wired().app


def gate() -> AlertGate:
    """Who may tell this process's app of alerts."""
    return _wired().gate


def api() -> Api:
    """What people see of this process's app, and say to it."""
    return _wired().api


@cache
def console() -> Console:
    """The page for people, and its files."""
    from shared.console.files import read
    from shared.console.serve import Console
    from shared.settings import from_env

    return Console(read(), from_env(os.environ, APP_DIRECTORY).entra)


async def close() -> None:
    """Let go of all connections; the next call wires anew. For hosts that go on after the app has ended."""
    if _wired.cache_info().currsize:
        wired = _wired()
        _wired.cache_clear()
        for closing in wired.closing:
            await closing()


@cache
def _wired() -> Wired:
    from shared.outlets.discreet import be_discreet
    from shared.settings import advice, from_env, unread

    settings = from_env(os.environ, APP_DIRECTORY)
    for name in unread(os.environ):
        log.warning("nobody reads the setting %r: docs/settings.md has those that are read", name)
    for unwise in advice(os.environ):
        log.warning("the setting %s", unwise.sentence)
    be_discreet((*settings.secrets, *(value for name, value in os.environ.items() if SECRET.search(name))))
    return build(settings)


def build(settings: Settings) -> Wired:
    """The app on the real adapters."""
    from shared.app import App
    from shared.auth.entra import EntraTokens
    from shared.auth.gate import AlertGate
    from shared.dcos.http import AiohttpHttp
    from shared.model.mark import Mark
    from shared.policy.beside import read_policy_file
    from shared.policy.in_force import PolicyInForce
    from shared.policy.pushed import pushed_text

    http, mark = AiohttpHttp(), Mark(settings.installation)
    telemetry, of_telemetry = _telemetry(settings)
    outside, closing = _outside(settings, http, mark, telemetry)
    post, of_post = _post(settings, outside)

    async def policy_text() -> bytes:
        if settings.is_policy_in_storage:
            return await pushed_text(outside.store)
        return await asyncio.to_thread(read_policy_file, settings.policy_file)

    policy = PolicyInForce(policy_text, settings.policy_file.name, outside.store)
    app = App(outside, policy, settings.own_ids, mark, post)
    entra = EntraTokens(http, settings.entra)
    gate = AlertGate(outside.clock, settings.alert_login, entra)
    api = _api(settings, outside, mark, entra)
    return Wired(app, gate, api, (*of_post, http.close, *closing, *of_telemetry))


def _api(settings: Settings, outside: Outside, mark: Mark, entra: EntraTokens) -> Api:
    from shared.api.api import Api
    from shared.api.once import Once
    from shared.api.turned_away import TurnedAway
    from shared.api.who import Doorman
    from shared.desk.over_storage import StorageOffice

    store, clock, log = outside.store, outside.clock, outside.audit
    office = StorageOffice(store, outside.queues, log, clock, settings.own_ids, mark)
    doorman = Doorman(clock, entra, settings.api_keys)
    return Api(office, doorman, Once(store), TurnedAway(log), clock)


@asynccontextmanager
async def reached(settings: Settings) -> AsyncIterator[Outside]:
    """Azure, DC/OS and storage, for somebody who looks at them beside the app."""
    from shared.dcos.http import AiohttpHttp
    from shared.model.mark import Mark
    from shared.ports.telemetry import Untold

    http = AiohttpHttp()
    outside, closing = _outside(settings, http, Mark(settings.installation), Untold())
    try:
        yield outside
    finally:
        for close in (http.close, *closing):
            await close()


def _outside(
    settings: Settings, http: AiohttpHttp, mark: Mark, telemetry: Telemetry
) -> tuple[Outside, _Closing]:
    """Azure, DC/OS and storage, and how to let go of them."""
    from shared.audit import AuditLog
    from shared.azure.arm_client import ArmSettings
    from shared.azure.clock import WallClock
    from shared.azure.compute import AzureCompute
    from shared.azure.machines import AzureMachines
    from shared.azure.queues import AzureQueues
    from shared.azure.storage import StorageSettings, for_account
    from shared.azure.tables import AzureStore
    from shared.dcos.each_master import EachMaster
    from shared.dcos.health import DcosHealth
    from shared.dcos.mesos import MesosScheduler
    from shared.dcos.workloads import DcosWorkloads
    from shared.operate.outside import Outside
    from shared.operate.roll_call import RollCall
    from shared.operate.sweeping import Sweeping
    from shared.policy.schema import ClusterPolicy
    from shared.records import Records
    from shared.settings import this_process

    if settings.storage_connection is not None:
        storage = StorageSettings(connection_string=settings.storage_connection)
    else:
        storage = for_account(settings.storage_account or "", settings.client_id)
    clock, store, queues = WallClock(), AzureStore(storage), AzureQueues(storage)
    arm = ArmSettings(settings.arm_endpoint, settings.arm_static_token, settings.client_id, mark, telemetry)
    compute = AzureCompute(arm)
    masters: dict[tuple[str, ...], MesosScheduler] = {}

    def scheduler_of(cluster: ClusterPolicy) -> MesosScheduler:
        if cluster.masters not in masters:
            masters[cluster.masters] = MesosScheduler(http, cluster.masters)
        return masters[cluster.masters]

    def masters_of(cluster: ClusterPolicy) -> EachMaster:
        return EachMaster(http, clock, cluster.masters, cluster.master_addresses, settings.dcos_ports)

    outside = Outside(
        clock=clock,
        compute=compute,
        scheduler_of=scheduler_of,
        store=store,
        queues=queues,
        records=Records(store),
        audit=AuditLog(store, telemetry),
        worker=this_process(),
        health_of=lambda cluster: DcosHealth(http, clock, cluster.masters, settings.dcos_ports),
        workloads_of=lambda cluster: DcosWorkloads(http, clock, cluster.masters, settings.dcos_ports),
        http=http,
        masters_of=masters_of,
        machines=AzureMachines(compute.arm),
        sweeping=Sweeping(settings.sweep),
        roll_call=RollCall(http, clock, settings.dcos_ports.router) if settings.dcos_ports.agents else None,
        telemetry=telemetry,
    )
    return outside, (compute.close, queues.close, store.close)


def _telemetry(settings: Settings) -> tuple[Telemetry, _Closing]:
    """Who is told of our own work, and how to send the rest of it."""
    from shared.ports.telemetry import Untold
    from shared.settings import this_process

    if settings.telemetry is None:
        return Untold(), ()
    from shared.outlets.otel import OpenTelemetry, exporters_of

    exporters = exporters_of(settings.telemetry, settings.insights, settings.client_id)
    telling = OpenTelemetry(exporters, this_process())
    return telling, (telling.close,)


def _post(settings: Settings, outside: Outside) -> tuple[Post, _Closing]:
    """Who brings the news to people and to the event topic, and how to let go of that."""
    from shared.azure.event_topic import EventTopic
    from shared.news.post import Post
    from shared.outlets.apprise import AppriseNotifier

    topic = EventTopic(settings.event_topic, settings.client_id) if settings.event_topic else None
    notifier = AppriseNotifier(os.environ.get)
    post = Post(outside.store, outside.queues, outside.clock, notifier, topic)
    return post, (topic.close,) if topic else ()
