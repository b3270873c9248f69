"""The one place that wires ports to adapters, lazily: SDKs are imported when the first call needs them.

The Functions worker imports the app and keeps one `App` per process. Tests and the simulation build their own from
`Outside`, so nothing here knows about them.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shared.app import App
    from shared.auth.gate import AlertGate
    from shared.dcos.http import AiohttpHttp
    from shared.model.mark import Mark
    from shared.news.post import Post
    from shared.operate.outside import Outside
    from shared.settings import Settings

type _Closing = Sequence[Callable[[], Awaitable[None]]]

APP_DIRECTORY = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Wired:
    """The app on its adapters, and how to let go of them."""

    app: App
    gate: AlertGate
    closing: _Closing


def app() -> App:
    """This process's app, wired from the environment at the first call."""
    return _wired().app


def gate() -> AlertGate:
    """Who may tell this process's app of alerts."""
    return _wired().gate


async def close() -> None:
    """Let go of all connections; the next call wires anew. For hosts that go on after the app has ended."""
    if _wired.cache_info().currsize:
        wired = _wired()
        _wired.cache_clear()
        for closing in wired.closing:
            await closing()


@cache
def _wired() -> Wired:
    from shared.settings import from_env

    return build(from_env(os.environ, APP_DIRECTORY))


def build(settings: Settings) -> Wired:
    """The app on the real adapters."""
    from shared.app import App
    from shared.auth.entra import EntraTokens
    from shared.auth.gate import AlertGate
    from shared.dcos.http import AiohttpHttp
    from shared.model.mark import Mark
    from shared.policy.beside import read_policy_file
    from shared.policy.in_force import PolicyInForce

    http, mark = AiohttpHttp(), Mark(settings.installation)
    outside, closing = _outside(settings, http, mark)
    post, of_post = _post(settings, outside)

    async def policy_text() -> bytes:
        return await asyncio.to_thread(read_policy_file, settings.policy_file)

    policy = PolicyInForce(policy_text, settings.policy_file.name, outside.store)
    app = App(outside, policy, settings.own_ids, mark, post)
    gate = AlertGate(outside.clock, settings.alert_login, EntraTokens(http, settings.entra))
    return Wired(app, gate, (*of_post, http.close, *closing))


def _outside(settings: Settings, http: AiohttpHttp, mark: Mark) -> tuple[Outside, _Closing]:
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
    arm = ArmSettings(settings.arm_endpoint, settings.arm_static_token, settings.client_id, mark)
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
        audit=AuditLog(store),
        worker=this_process(),
        health_of=lambda cluster: DcosHealth(http, clock, cluster.masters, settings.dcos_ports),
        workloads_of=lambda cluster: DcosWorkloads(http, clock, cluster.masters, settings.dcos_ports),
        http=http,
        masters_of=masters_of,
        machines=AzureMachines(compute.arm),
        sweeping=Sweeping(settings.sweep),
        roll_call=RollCall(http, clock, settings.dcos_ports.router) if settings.dcos_ports.agents else None,
    )
    return outside, (compute.close, queues.close, store.close)


def _post(settings: Settings, outside: Outside) -> tuple[Post, _Closing]:
    """Who brings the news to people and to the event topic, and how to let go of that."""
    from shared.azure.event_topic import EventTopic
    from shared.news.post import Post
    from shared.outlets.apprise import AppriseNotifier

    topic = EventTopic(settings.event_topic, settings.client_id) if settings.event_topic else None
    notifier = AppriseNotifier(os.environ.get)
    post = Post(outside.store, outside.queues, outside.clock, notifier, topic)
    return post, (topic.close,) if topic else ()
