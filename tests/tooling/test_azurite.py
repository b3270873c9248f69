"""The emulator that the other tests stand on: it answers, it is alone on its ports, and it never stays behind."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from azure.data.tables.aio import TableServiceClient
from azure.storage.queue.aio import QueueServiceClient

from simulator import azurite as storage
from simulator.azurite import Azurite, AzuriteFailed

ROOT = Path(__file__).resolve().parents[2]


async def test_a_message_and_a_row_come_back(azurite: Azurite, unique_name: str) -> None:
    async with QueueServiceClient.from_connection_string(azurite.connection_string) as queues:
        queue = await queues.create_queue(unique_name)
        async with queue:
            await queue.send_message("an agent is gone")
            received = await queue.receive_message()
        assert received is not None
        assert received.content == "an agent is gone"

    async with TableServiceClient.from_connection_string(azurite.connection_string) as tables:
        async with await tables.create_table(unique_name) as table:
            await table.create_entity({"PartitionKey": "prod", "RowKey": "1", "Condition": "gone"})
            row = await table.get_entity("prod", "1")
        assert row["Condition"] == "gone"


def test_two_emulators_run_side_by_side(azurite: Azurite) -> None:
    with Azurite.start() as other:
        ports = {azurite.queue_port, azurite.table_port, azurite.blob_port}
        assert ports.isdisjoint({other.queue_port, other.table_port, other.blob_port})


def test_after_stop_nothing_listens_and_a_second_stop_is_harmless() -> None:
    emulator = Azurite.start()
    emulator.stop()
    emulator.stop()
    with pytest.raises(ConnectionRefusedError), socket.create_connection(("127.0.0.1", emulator.queue_port)):
        pass


def test_the_emulator_dies_with_a_parent_that_is_killed() -> None:
    """SIGKILL leaves the parent no chance to clean up."""
    program = (
        "import time; from simulator.azurite import Azurite; a = Azurite.start();"
        "print(a.queue_port, flush=True); time.sleep(60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    with parent:
        assert parent.stdout is not None
        port = int(parent.stdout.readline())
        assert _listens(port)
        os.kill(parent.pid, signal.SIGKILL)
    deadline = time.monotonic() + 5
    while _listens(port) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not _listens(port)


def test_without_an_installation_the_error_names_the_command(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(storage, "_ENTRY", tmp_path / "azurite.js")
    with pytest.raises(AzuriteFailed, match="make setup"):
        Azurite.start()


def test_an_emulator_that_ends_at_once_is_reported_with_its_last_words(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    broken = tmp_path / "azurite.js"
    broken.write_text("console.log('no room on this machine'); process.exit(3)")
    monkeypatch.setattr(storage, "_ENTRY", broken)
    with pytest.raises(AzuriteFailed, match=r"code 3 .* no room on this machine"):
        Azurite.start()


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
