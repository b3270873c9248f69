"""Schemathesis against the API, through the local Functions host and over Azurite, from the API's own description."""

from __future__ import annotations

import asyncio
import hashlib
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from shared import runtime
from shared.api.openapi import description
from shared.azure.storage import StorageSettings
from shared.azure.tables import AzureStore
from shared.ports.store import Write
from simulator.azurite import Azurite
from simulator.host import HostOptions, Keys, LocalHost
from tests.api.callers import line
from tests.craft.repository import ROOT
from tests.prod import POLICY, SET, SUBSCRIPTION

KEY = "a-key-for-this-test-alone-0123456789"
NEVER = "0 0 0 1 1 *"
SETTINGS = {
    "AzureWebJobs.metrics_events.Disabled": "true",  # there is no event hub here
    "POOLKEEPER_BEAT": NEVER,
    "POOLKEEPER_ARM_ENDPOINT": "http://127.0.0.1:9",
    "POOLKEEPER_ARM_STATIC_TOKEN": "nobody",
    "POOLKEEPER_API_KEYS": f"fuzz:approve:{hashlib.sha256(KEY.encode()).hexdigest()}",
}
FUZZER = f"""\
[auth.openapi.key]
api_key = "{KEY}"

[parameters]
cluster = "prod"
pool = "private"

# What has the right form and makes no sense is a 422.
[checks.positive_data_acceptance]
expected-statuses = ["2xx", "304", "401", "403", "404", "409", "412", "422"]
"""


@asynccontextmanager
async def answering(directory: Path) -> AsyncIterator[str]:
    """The address of the API of a cluster in which something waits for an approval."""
    policy = directory / "policy.yaml"
    policy.write_text(POLICY.format(mode="propose", subscription=SUBSCRIPTION, scale_set=SET, more=""))
    with Azurite.start() as azurite:
        values = {
            **SETTINGS,
            "AzureWebJobsStorage": azurite.connection_string,
            "POOLKEEPER_POLICY_FILE": str(policy),
        }
        store = AzureStore(StorageSettings(connection_string=azurite.connection_string))
        async with LocalHost(HostOptions(app=ROOT, port=0, values=values, keys=Keys())) as host, store:
            for (table, partition), rows in (await line(mode="propose")).scene.store.everything().items():
                for row in rows:
                    await store.write(table, partition, Write(row.row, row.body, "*"))
            yield f"{host.url}/api/v1"
        await runtime.close()


async def fuzz(address: str, directory: Path) -> tuple[int, str]:
    """Its exit code, and what it told."""
    (directory / "schemathesis.toml").write_text(FUZZER)
    (directory / "openapi.json").write_text(json.dumps(description()))
    fuzzer = await asyncio.create_subprocess_exec(
        str(Path(sys.executable).parent / "schemathesis"),
        *["run", "openapi.json", "--url", address, "--seed", "1", "--max-examples", "5"],
        *["--phases", "coverage,fuzzing", "--no-color"],
        cwd=directory,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    told, _ = await asyncio.wait_for(fuzzer.communicate(), 240)
    return fuzzer.returncode or 0, told.decode()
