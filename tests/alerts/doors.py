"""The doors for alerts as their senders meet them: the host, the worker library, Azurite, a tenant on localhost."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web

from shared import runtime
from shared.azure.storage import StorageSettings
from shared.azure.tables import AzureStore
from shared.ports.store import Table
from shared.records.quarantine import PARTITION
from simulator.azurite import Azurite
from simulator.host import HostOptions, Keys, LocalHost
from tests.alerts.tenant import AUDIENCE, TENANT, published
from tests.prod import POLICY, SET, SUBSCRIPTION

ROOT = Path(__file__).resolve().parents[2]
TOKEN = "a-token"
OTHERS = ("metrics_events", "check_health")  # not asked here; timers that may write
KEYS = Keys(functions={"alertmanager_alert": "am-key", "azure_monitor_alert": "azm-key"}, master="master")


class Doors:
    def __init__(self, url: str, store: AzureStore, session: aiohttp.ClientSession) -> None:
        self.url, self._store, self._session = f"{url}/api/alerts", store, session
        self._before: set[str] = set()

    async def post(self, path: str, body: Any, **headers: str) -> tuple[int, dict[str, Any]]:
        """Status and answer. `path` may hold a key; headers are written with underscores."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        written = {name.replace("_", "-"): value for name, value in headers.items()}
        sent = {"Content-Type": "application/json; charset=utf-8", **written}
        url = f"{self.url}/{path}"
        async with self._session.post(url, data=io.BytesIO(data), headers=sent) as answer:
            text = await answer.text()
            return answer.status, json.loads(text) if text else {}

    async def begin(self) -> None:
        """What is in the quarantine now is nobody's affair."""
        self._before = {row.row for row in await self._rows()}

    async def quarantined(self) -> list[str]:
        """Source and reason of what was quarantined since `begin`."""
        bodies = [json.loads(row.body) for row in await self._rows() if row.row not in self._before]
        return [f"{body['source']}: {body['why']}" for body in bodies]

    async def _rows(self) -> Any:
        return await self._store.query(Table.QUARANTINE, PARTITION, "", "")

    async def heard(self, words: str, within_s: float = 10) -> list[str]:
        """What the passes have written into the audit with these words, as soon as there is something."""
        for _ in range(int(within_s * 10)):
            rows = await self._store.query(Table.AUDIT, f"prod|{datetime.now(UTC):%Y-%m}", "", "")
            found = [row.body.decode() for row in rows if words.encode() in row.body]
            if found:
                return found
            await asyncio.sleep(0.1)
        return []


@asynccontextmanager
async def tenant() -> AsyncIterator[str]:
    """The tenant publishes its keys on localhost. Its authority's address."""

    async def answer(request: web.Request) -> web.Response:
        return web.Response(body=published("k1"), content_type="application/json")

    application = web.Application()
    application.router.add_get(f"/{TENANT}/discovery/v2.0/keys", answer)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def opened(azurite: Azurite, directory: Path) -> AsyncIterator[Doors]:
    """The app with its doors open."""
    policy = directory / "policy.yaml"
    policy.write_text(POLICY.format(mode="observe", subscription=SUBSCRIPTION, scale_set=SET, more=""))
    async with tenant() as authority:
        values = {
            "AzureWebJobsStorage": azurite.connection_string,
            **{f"AzureWebJobs.{name}.Disabled": "true" for name in OTHERS},
            "POOLKEEPER_POLICY_FILE": str(policy),
            "POOLKEEPER_SWEEP": "0 0 0 1 1 *",
            "POOLKEEPER_BEAT": "0 0 0 1 1 *",
            "POOLKEEPER_ARM_ENDPOINT": "http://127.0.0.1:9",
            "POOLKEEPER_ARM_STATIC_TOKEN": "nobody",
            "POOLKEEPER_ALERTMANAGER_TOKEN": TOKEN,
            "POOLKEEPER_ENTRA_TENANT": TENANT,
            "POOLKEEPER_ENTRA_AUDIENCE": f"{AUDIENCE}, client-id",
            "POOLKEEPER_ENTRA_AUTHORITY": authority,
        }
        async with (
            LocalHost(HostOptions(app=ROOT, port=0, values=values, keys=KEYS)) as host,
            AzureStore(StorageSettings(connection_string=azurite.connection_string)) as store,
            aiohttp.ClientSession() as session,
        ):
            doors = Doors(host.url, store, session)
            await doors.begin()
            yield doors
        await runtime.close()
