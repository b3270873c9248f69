"""A caller who may not come in leaves nothing in storage, whatever he sends."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from azure.data.tables.aio import TableServiceClient
from azure.storage.queue.aio import QueueServiceClient

from shared.signals.alert import MOST_BYTES
from simulator.azurite import Azurite
from tests.alerts.doors import Doors
from tests.alerts.tenant import claims, token
from tests.signals.alerts import alert, metric, notification
from tests.signals.events import subject

FIRING = notification(alert(host="10.0.0.4"))
HUGE = b'{"alerts": []}'.ljust(4 * MOST_BYTES)
BODIES: list[Any] = [FIRING, metric(subject("2")), b"{broken", b"\x1f\x8b" + b"\0" * 999, HUGE]

WRONG: list[tuple[str, dict[str, str]]] = [
    ("alertmanager", {}),
    ("alertmanager?code=azm-key", {}),
    ("alertmanager", {"x_functions_key": "am-keY"}),
    ("alertmanager?code=am-key", {"Authorization": "Basic YTpi"}),
    ("alertmanager/login", {}),
    ("alertmanager/login", {"Authorization": "Bearer a-token2"}),
    ("azure-monitor", {}),
    ("azure-monitor?code=am-key", {}),
    ("azure-monitor/entra?code=azm-key", {}),
    ("azure-monitor/entra", {"Authorization": f"Bearer {token(claims(datetime.now(UTC), aud='api://x'))}"}),
]


async def stored(azurite: Azurite) -> dict[str, list[str]]:
    """Every row of every table, and what waits in every queue."""
    found: dict[str, list[str]] = {}
    async with (
        TableServiceClient.from_connection_string(azurite.connection_string) as tables,
        QueueServiceClient.from_connection_string(azurite.connection_string) as queues,
    ):
        async for table in tables.list_tables():
            rows = tables.get_table_client(table.name).list_entities()
            found[table.name] = sorted([f"{row['PartitionKey']}/{row['RowKey']}" async for row in rows])
        async for queue in queues.list_queues():
            waiting = await queues.get_queue_client(str(queue.name)).peek_messages(32)
            found[str(queue.name)] = [str(one.content) for one in waiting]
    return {name: rows for name, rows in found.items() if rows}


@pytest.mark.parametrize("body", BODIES, ids=["alertmanager", "azure", "broken", "packed", "huge"])
async def test_whoever_may_not_come_in_leaves_nothing_in_storage(
    doors: Doors, own_azurite: Azurite, body: Any
) -> None:
    before = await stored(own_azurite)
    answers = [await doors.post(path, body, **headers) for path, headers in WRONG]
    assert [status for status, _ in answers] == [401] * len(WRONG)
    assert await stored(own_azurite) == before
    assert not any("key" in json.dumps(answer) for _, answer in answers)


async def test_the_same_from_one_who_may_is_stored(doors: Doors, own_azurite: Azurite) -> None:
    assert (await doors.post("alertmanager?code=am-key", b"{broken"))[0] == 400
    assert (await stored(own_azurite))["Quarantine"]
    assert (await doors.post("alertmanager?code=am-key", FIRING))[0] == 202
    assert await doors.heard("alertmanager says node_unwell")
