"""The doors for alerts as their senders meet them: the host, the worker library, Azurite."""

from __future__ import annotations

import asyncio
import gzip
import io
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from shared import runtime
from shared.azure.storage import StorageSettings
from shared.azure.tables import AzureStore
from shared.ports.store import Table
from shared.records.quarantine import PARTITION
from shared.signals.alert import MOST_BYTES
from simulator.azurite import Azurite
from simulator.host import HostOptions, Keys, LocalHost
from tests.alerts.tenant import AUDIENCE, TENANT, claims, published, token
from tests.signals.alerts import alert, metric, notification
from tests.signals.events import subject
from tests.world import POLICY, SET, SUBSCRIPTION

ROOT = Path(__file__).resolve().parents[2]
ALERTMANAGER, AZURE_MONITOR = "alertmanager", "azure-monitor"
FIRING = notification(alert(host="10.0.0.4"), alert(host="10.0.0.5"), truncatedAlerts=3)
OTHERS = ("metrics_events", "check_health")  # doors that are not asked here
KEYS = Keys(functions={"alertmanager_alert": "am-key", "azure_monitor_alert": "azm-key"}, master="master")


class Doors:
    def __init__(self, host: LocalHost, store: AzureStore, session: aiohttp.ClientSession) -> None:
        self._host, self._store, self._session = host, store, session

    async def post(self, path: str, body: Any, **headers: str) -> tuple[int, dict[str, Any]]:
        """Status and answer. `path` may hold a key; headers are written with underscores."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        written = {name.replace("_", "-"): value for name, value in headers.items()}
        sent = {"Content-Type": "application/json; charset=utf-8", **written}
        async with self._session.post(
            f"{self._host.url}/api/alerts/{path}", data=io.BytesIO(data), headers=sent
        ) as answer:
            text = await answer.text()
            return answer.status, json.loads(text) if text else {}

    async def quarantined(self) -> list[str]:
        rows = await self._store.query(Table.QUARANTINE, PARTITION, "", "")
        return [f"{row['source']}: {row['why']}" for row in (json.loads(each.body) for each in rows)]

    async def heard(self) -> list[str]:
        """What the passes wrote into the audit about signals, once they have taken them all."""
        for _ in range(100):
            rows = await self._store.query(Table.AUDIT, f"prod|{datetime.now(UTC):%Y-%m}", "", "")
            found = [row.body.decode() for row in rows if b"says node_unwell" in row.body]
            if found:
                return found
            await asyncio.sleep(0.1)
        return []


@pytest.fixture
async def keys_url() -> AsyncIterator[str]:
    """The tenant, publishing its keys on localhost."""

    async def answer(request: web.Request) -> web.Response:
        return web.Response(body=published("k1"), content_type="application/json")

    application = web.Application()
    application.router.add_get(f"/{TENANT}/discovery/v2.0/keys", answer)
    runner = web.AppRunner(application)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


@pytest.fixture
async def doors(tmp_path: Path, keys_url: str) -> AsyncIterator[Doors]:
    with Azurite.start() as azurite:
        policy = tmp_path / "policy.yaml"
        policy.write_text(POLICY.format(mode="observe", subscription=SUBSCRIPTION, scale_set=SET, more=""))
        values = {
            "AzureWebJobsStorage": azurite.connection_string,
            **{f"AzureWebJobs.{name}.Disabled": "true" for name in OTHERS},
            "POOLKEEPER_POLICY_FILE": str(policy),
            "POOLKEEPER_SWEEP": "0 0 0 1 1 *",
            "POOLKEEPER_ARM_ENDPOINT": "http://127.0.0.1:9",
            "POOLKEEPER_ARM_STATIC_TOKEN": "nobody",
            "POOLKEEPER_ALERTMANAGER_TOKEN": "a-token",
            "POOLKEEPER_ENTRA_TENANT": TENANT,
            "POOLKEEPER_ENTRA_AUDIENCE": f"{AUDIENCE}, client-id",
            "POOLKEEPER_ENTRA_AUTHORITY": keys_url,
        }
        async with (
            LocalHost(HostOptions(app=ROOT, port=0, values=values, keys=KEYS)) as host,
            AzureStore(StorageSettings(connection_string=azurite.connection_string)) as store,
            aiohttp.ClientSession() as session,
        ):
            yield Doors(host, store, session)
        await runtime.close()


async def test_alerts_are_taken_in_at_once_and_reach_a_pass(doors: Doors) -> None:
    await doors.post(f"{ALERTMANAGER}?code=am-key", notification())  # storage and policy are opened
    began = asyncio.get_running_loop().time()
    answer = await doors.post(f"{ALERTMANAGER}?code=am-key", FIRING)
    assert asyncio.get_running_loop().time() - began < 1
    assert answer == (202, {"signals": 2, "not_ours": 0, "unreadable": 0, "unlisted": 3})
    answer = await doors.post(AZURE_MONITOR, metric(subject("2")), x_functions_key="azm-key")
    assert answer == (202, {"signals": 1, "not_ours": 0, "unreadable": 0, "unlisted": 0})
    assert any("MesosAgentDown" in text or "a-rule" in text for text in await doors.heard())
    assert await doors.quarantined() == []


async def test_whoever_may_not_come_in_leaves_nothing_behind(doors: Doors) -> None:
    spoilt = b"{not json"
    now = datetime.now(UTC)
    refused = [
        await doors.post(ALERTMANAGER, spoilt),
        await doors.post(f"{ALERTMANAGER}?code=azm-key", spoilt),
        await doors.post(f"{ALERTMANAGER}?code=am-key", spoilt, Authorization="Bearer wrong"),
        await doors.post(f"{ALERTMANAGER}/login", spoilt),
        await doors.post(f"{ALERTMANAGER}/login?code=am-key", spoilt),
        await doors.post(f"{ALERTMANAGER}/login", spoilt, Authorization="Bearer wrong"),
        await doors.post(AZURE_MONITOR, spoilt),
        await doors.post(f"{AZURE_MONITOR}?code=azm-key", spoilt, Authorization="Bearer wrong"),
        await doors.post(f"{AZURE_MONITOR}/entra", spoilt, Authorization="Bearer a-token"),
        await doors.post(
            f"{AZURE_MONITOR}/entra", spoilt, Authorization=f"Bearer {token(claims(now, roles=[]))}"
        ),
    ]
    assert [status for status, _ in refused] == [401] * len(refused)
    assert await doors.quarantined() == []


async def test_credentials_open_the_doors_without_a_key(doors: Doors) -> None:
    signed = f"Bearer {token(claims(datetime.now(UTC)))}"
    taken = [
        await doors.post(f"{ALERTMANAGER}/login", FIRING, Authorization="Bearer a-token"),
        await doors.post(f"{ALERTMANAGER}?code=am-key", FIRING, Authorization="Bearer a-token"),
        await doors.post(f"{AZURE_MONITOR}/entra", metric(subject("2")), Authorization=signed),
        await doors.post(f"{AZURE_MONITOR}?code=azm-key", metric(subject("2")), Authorization=signed),
    ]
    assert [status for status, _ in taken] == [202] * len(taken)


async def test_what_can_never_be_understood_is_answered_with_its_fault_and_kept(doors: Doors) -> None:
    good = notification(alert(host="10.0.0.4"), "what?")  # type: ignore[arg-type]
    answers = [
        await doors.post(f"{ALERTMANAGER}?code=am-key", b"{not json"),
        await doors.post(f"{ALERTMANAGER}?code=am-key", b""),
        await doors.post(f"{AZURE_MONITOR}?code=azm-key", {"schemaId": "AzureMonitorMetricAlert"}),
        await doors.post(f"{ALERTMANAGER}?code=am-key", good),
    ]
    assert [status for status, _ in answers] == [400, 400, 400, 202]
    assert answers[3][1] == {"signals": 1, "not_ours": 0, "unreadable": 1, "unlisted": 0}
    kept = await doors.quarantined()
    assert sorted(text.partition(":")[0] for text in kept) == ["alertmanager"] * 3 + ["azure_monitor"]
    assert any("switch the common alert schema on" in text for text in kept)


async def test_a_wrong_form_is_not_taken_in(doors: Doors) -> None:
    code = f"{ALERTMANAGER}?code=am-key"
    assert (await doors.post(code, FIRING, Content_Type="text/plain"))[0] == 415
    packed = gzip.compress(json.dumps(FIRING).encode())
    assert (await doors.post(code, packed, Content_Encoding="gzip"))[0] == 415
    assert (await doors.post(code, b'{"alerts": []}'.ljust(MOST_BYTES)))[0] == 202
    assert (await doors.post(code, b'{"alerts": []}'.ljust(MOST_BYTES + 1)))[0] == 413
    assert await doors.quarantined() == []
