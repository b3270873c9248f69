"""Bad input through the real door: the webhook of the host, the worker library, Azurite."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from shared import runtime
from shared.audit import AuditLog
from shared.azure.storage import StorageSettings
from shared.azure.tables import AzureStore
from shared.ports.store import Table
from shared.records.quarantine import PARTITION
from simulator.azurite import Azurite
from simulator.host import HostOptions, Keys, LocalHost
from tests.prod import POLICY, SET, SUBSCRIPTION

ROOT = Path(__file__).resolve().parent.parent.parent
GROUP = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/acs-prod"
OURS = f"{GROUP}/providers/Microsoft.Compute/virtualMachineScaleSets/{SET}/virtualMachines/2"


class Door:
    """The host with the real app; `post` sends an event as Event Grid does."""

    def __init__(
        self, host: LocalHost, store: AzureStore, session: aiohttp.ClientSession, azurite: Azurite
    ) -> None:
        self._host, self.store, self._session, self.azurite = host, store, session, azurite

    async def post(self, body: str | bytes) -> int:
        url = f"{self._host.url}/runtime/webhooks/eventgrid?functionName=vm_event&code=secret"
        headers = {"aeg-event-type": "Notification", "Content-Type": "application/json"}
        async with self._session.post(url, data=body, headers=headers) as answer:
            return answer.status

    async def quarantined(self) -> list[str]:
        rows = await self.store.query(Table.QUARANTINE, PARTITION, "", "")
        return [json.loads(row.body)["why"] for row in rows]

    async def told(self) -> list[str]:
        entries = await AuditLog(self.store).read("(none)", datetime.now(UTC))
        return [f"{entry.record.kind.value} {entry.record.subject}" for entry in entries]


@pytest.fixture
async def door(tmp_path: Path) -> AsyncIterator[Door]:
    with Azurite.start() as azurite:
        policy = tmp_path / "policy.yaml"
        policy.write_text(POLICY.format(mode="enforce", subscription=SUBSCRIPTION, scale_set=SET, more=""))
        values = {
            "AzureWebJobsStorage": azurite.connection_string,
            "POOLKEEPER_POLICY_FILE": str(policy),
            "AzureWebJobs.metrics_events.Disabled": "true",  # there is no event hub here
            "POOLKEEPER_SWEEP": "0 0 0 1 1 *",
            "POOLKEEPER_BEAT": "0 0 0 1 1 *",
            "POOLKEEPER_ARM_ENDPOINT": "http://127.0.0.1:9",
            "POOLKEEPER_ARM_STATIC_TOKEN": "nobody",
        }
        keys = Keys(system={"eventgrid_extension": "secret"})
        async with (
            LocalHost(HostOptions(app=ROOT, port=0, values=values, keys=keys)) as host,
            AzureStore(StorageSettings(connection_string=azurite.connection_string)) as store,
            aiohttp.ClientSession() as session,
        ):
            yield Door(host, store, session, azurite)
        await runtime.close()


def event(**changes: Any) -> dict[str, Any]:
    good = {
        "id": "1",
        "topic": GROUP,
        "subject": OURS,
        "eventType": "Microsoft.Resources.ResourceDeleteSuccess",
        "eventTime": datetime.now(UTC).isoformat(),
        "data": {"operationName": "Microsoft.Compute/virtualMachineScaleSets/virtualMachines/delete"},
        "dataVersion": "2",
        "metadataVersion": "1",
    }
    return good | changes


async def test_what_can_never_work_is_quarantined_and_not_sent_again(door: Door) -> None:
    bad = [
        event(eventType="Contoso.Invented"),
        event(subject=""),
        event(id=7),
        event(data="not an object"),
        event(data=[1, 2, 3]),
        event(eventType="Contoso.Huge", data={"x": "y" * 500_000}),
    ]
    assert [await door.post(json.dumps([one])) for one in bad] == [202] * len(bad)
    whys = await door.quarantined()
    assert len(whys) == len(bad)
    assert any("'Contoso.Invented', which this version does not know" in why for why in whys)


async def test_what_is_not_json_is_refused_by_the_host_and_nothing_else_happens(door: Door) -> None:
    assert await door.post("{not json") == 400
    assert await door.post(json.dumps([event()])[:-40]) == 400
    assert await door.post(b"\xff\xfe") == 400
    assert await door.quarantined() == []
    assert await door.told() == []


async def test_an_event_for_a_machine_in_no_pool_is_audited_as_not_ours(door: Door) -> None:
    elsewhere = f"{GROUP}/providers/Microsoft.Compute/virtualMachines/jump-host"
    assert await door.post(json.dumps([event(subject=elsewhere)])) == 202
    assert await door.quarantined() == []
    assert f"not_ours {elsewhere}" in await door.told()


async def test_without_storage_the_trigger_fails_so_that_event_grid_delivers_again(door: Door) -> None:
    assert await door.post(json.dumps([event()])) == 202
    await asyncio.to_thread(door.azurite.stop)
    assert await door.post(json.dumps([event(id="2", subject=f"{OURS}3")])) == 500
    assert await door.post(json.dumps([event(id="3", eventType="Contoso.Invented")])) == 500
