"""Metrics through the real door: the host's HTTP route with its keys, the worker library, Azurite."""

from __future__ import annotations

import gzip
import json
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from shared import runtime
from shared.azure.storage import StorageSettings
from shared.azure.tables import AzureStore
from shared.ports.store import Table
from shared.records import Records
from simulator.azurite import Azurite
from simulator.host import HostOptions, Keys, LocalHost
from tests.builders import memory, name
from tests.prod import POLICY, SET, SUBSCRIPTION

ROOT = Path(__file__).resolve().parent.parent.parent
RULES = "    firehose: {rules: [{name: full, metric: disk.used_percent, above: 90, for: 1m}]}\n"


class Telegraf:
    """Sends batches to the host, as outputs.http does."""

    def __init__(self, host: LocalHost, store: AzureStore, session: aiohttp.ClientSession) -> None:
        self._host, self.store, self._session = host, store, session

    async def sends(self, *metrics: Any, key: str = "secret") -> tuple[int, dict[str, Any]]:
        url = f"{self._host.url}/api/metrics/telegraf?code={key}"
        headers = {"Content-Type": "text/plain; charset=utf-8", "Content-Encoding": "gzip"}
        body = gzip.compress(json.dumps({"metrics": metrics}).encode())
        async with self._session.post(url, data=body, headers=headers) as answer:
            return answer.status, await answer.json() if answer.status != 401 else {}

    async def rows(self) -> list[str]:
        return [row.row for row in await self.store.query(Table.ALERT_STATES, "prod", "", "")]


@pytest.fixture
async def telegraf(tmp_path: Path) -> AsyncIterator[Telegraf]:
    with Azurite.start() as azurite:
        policy = tmp_path / "policy.yaml"
        plain = POLICY.format(mode="observe", subscription=SUBSCRIPTION, scale_set=SET, more="")
        policy.write_text(plain + RULES)
        values = {
            "AzureWebJobsStorage": azurite.connection_string,
            "POOLKEEPER_POLICY_FILE": str(policy),
            "AzureWebJobs.metrics_events.Disabled": "true",  # there is no event hub here
            "POOLKEEPER_SWEEP": "0 0 0 1 1 *",
            "POOLKEEPER_BEAT": "0 0 0 1 1 *",
            "POOLKEEPER_ARM_ENDPOINT": "http://127.0.0.1:9",
            "POOLKEEPER_ARM_STATIC_TOKEN": "nobody",
        }
        async with (
            LocalHost(HostOptions(app=ROOT, port=0, values=values, keys=Keys(host="secret"))) as host,
            AzureStore(StorageSettings(connection_string=azurite.connection_string)) as store,
            aiohttp.ClientSession() as session,
        ):
            await Records(store).inventory.put("prod", name(1), memory(1), None)
            yield Telegraf(host, store, session)
        await runtime.close()


def disk(used: float) -> dict[str, Any]:
    tags = {"host": "10.0.0.1", "path": "/"}
    return {"name": "disk", "tags": tags, "fields": {"used_percent": used}, "timestamp": int(time.time())}


async def test_a_packed_batch_reaches_the_rules_and_a_wrong_key_reaches_nothing(telegraf: Telegraf) -> None:
    assert await telegraf.sends(disk(99), key="wrong") == (401, {})
    assert await telegraf.rows() == []
    status, counts = await telegraf.sends(disk(99), {"name": "nobody"})
    assert (status, counts.get("metrics"), counts.get("wanted")) == (202, 2, 1), counts
    status, _ = await telegraf.sends(disk(99))
    assert status == 202
    assert f"full|node|{name(1)}|/" in await telegraf.rows()
