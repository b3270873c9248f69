"""The commands as processes of their own, on real tables."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from azure.storage.queue.aio import QueueClient

from shared.audit import AuditLog
from shared.azure.clock import WallClock
from shared.azure.storage import StorageSettings
from shared.azure.tables import AzureStore
from shared.operate.engine import Wake
from shared.policy.in_force import PolicyInForce
from shared.records import Records, open_incident_row
from shared.records.quarantine import quarantine
from simulator.azurite import Azurite
from tests.scene import START, Scene

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A settings file for an emulator of these tests' own: the commands know one name for each table."""
    with Azurite.start() as storage:
        file = tmp_path_factory.mktemp("settings") / "local.settings.json"
        values = {"AzureWebJobsStorage": storage.connection_string}
        file.write_bytes(msgspec.json.encode({"IsEncrypted": False, "Values": values}))
        asyncio.run(write_down(storage.connection_string))
        yield str(file)


async def write_down(connection: str) -> None:
    """What a scene has written down, once more on the tables of the emulator."""
    scene = Scene(agents=6)
    await scene.after(minutes=2)
    for number in (1, 2, 3):
        await scene.hears(scene.machine_is_deleted(number))

    async def text() -> str:
        return scene.policy

    async with AzureStore(StorageSettings(connection_string=connection)) as store:
        await PolicyInForce(text, "policy.yaml", store).current(START)
        # The commands go by the real time, and look for the audit in the months before it.
        now = WallClock().now()
        told = [msgspec.structs.replace(entry.record, at=now) for entry in await scene.audit()]
        await AuditLog(store).append("prod", told)
        records = Records(store)
        await records.ledgers.put("prod", "private", await scene.ledger(), None)
        for incident in (await scene.open_incidents()).values():
            await records.incidents.put("prod", open_incident_row(incident.node), incident, None)
        for operation in await scene.running():
            await records.keep_operation(operation, None)
        await quarantine(store, "event_grid", "not understood", "something", START)
        (operation,) = await scene.running()
        wake = msgspec.json.encode(Wake("prod", operation.id)).decode()
        await quarantine(store, "operations", "its turn failed", wake, START + timedelta(seconds=1))


def poolkeeper(*words: str) -> subprocess.CompletedProcess[str]:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("AzureWebJobs")}
    return subprocess.run(
        [sys.executable, "-m", "cli", *words],
        cwd=ROOT,
        env={**environment, "COLUMNS": "160", "PYTHONWARNINGS": "error"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_every_command_reads_real_tables(settings: str) -> None:
    for words, told in (
        (("status",), "refused by storm (storm_now)"),
        (("incidents", "--json"), "storm_now"),
        (("explain", "vmss0_2"), "ledger_at_once"),
        (("audit", "tail", "--cluster", "prod"), "event_grid says vm_deleted"),
        (("quarantine", "list"), "not understood"),
    ):
        result = poolkeeper("--settings", settings, *words)
        assert (result.returncode, result.stderr) == (0, "")
        assert told in result.stdout


def test_what_is_in_the_quarantine_is_replayed_into_the_real_queue_once_and_dropped(settings: str) -> None:
    def typed(*words: str) -> subprocess.CompletedProcess[str]:
        return poolkeeper("--settings", settings, "quarantine", *words)

    items = {
        item["kept"]["source"]: item["row"] for item in msgspec.json.decode(typed("list", "--json").stdout)
    }
    wake, event = items["operations"], items["event_grid"]
    said = ("--who", "ann", "--why", "it is mended")
    first, second = typed("replay", wake, *said), typed("replay", wake, *said)
    assert (first.returncode, first.stderr) == (0, "")
    assert (second.returncode, "ann has replayed it" in second.stderr) == (1, True)
    connection = json.loads(Path(settings).read_bytes())["Values"]["AzureWebJobsStorage"]
    assert [json.loads(one)["cluster"] for one in asyncio.run(waiting(connection, "operations"))] == ["prod"]
    assert typed("drop", event, *said).returncode == 0
    tail = poolkeeper("--settings", settings, "audit", "tail", "--json").stdout
    assert "ann replays wake-up about dcos-agent-private" in tail
    assert "ann drops no event: it is mended" in tail


async def waiting(connection: str, queue: str) -> list[str]:
    """What is in a queue, as the host would read it."""
    async with QueueClient.from_connection_string(connection, queue) as there:
        return [base64.b64decode(one.content).decode() for one in await there.peek_messages(32)]


def test_the_rows_head_and_months_of_the_audit_are_found_as_they_are_written(settings: str) -> None:
    result = poolkeeper("--settings", settings, "audit", "verify", "--json")
    (month,) = [one for one in msgspec.json.decode(result.stdout)["months"] if one["cluster"] == "prod"]
    assert month["entries"] > 3
    assert result.returncode == 0


def test_storage_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    nobody = (
        "DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;AccountKey=c2VjcmV0;"
        "TableEndpoint=http://127.0.0.1:9/devstoreaccount1;"
    )
    file = tmp_path / "local.settings.json"
    file.write_bytes(msgspec.json.encode({"Values": {"AzureWebJobsStorage": nobody}}))
    result = poolkeeper("--settings", str(file), "status")
    assert result.returncode == 3
    assert result.stderr.startswith("The storage does not answer")
    assert result.stderr.count("\n") == 1
    assert "c2VjcmV0" not in result.stderr
