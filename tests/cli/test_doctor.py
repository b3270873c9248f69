"""Is everything there that the app needs? Asked of a simulated Azure, simulated masters and real tables."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from typer.testing import Result

from cli.desk import this_desk
from shared.audit import AuditLog
from shared.azure.storage import StorageSettings
from shared.azure.tables import AzureStore
from shared.model.audit import AuditKind, AuditRecord
from shared.model.sweeps import LastSweep
from shared.policy.in_force import PARTITION, REJECTED, PolicyInForce
from shared.ports.store import Table, Write
from shared.records import Records
from simulator.arm.caller import bearer_token
from simulator.azurite import Azurite
from simulator.clock import WallClock
from simulator.demo.policy import policy_text
from simulator.faults import Fault
from simulator.serve import Served, served
from simulator.wire import Silence
from simulator.world.build import ClusterSpec, build_cluster, new_world
from tests.cli.typed import data_of, typed, words_of

CLOSED = "http://127.0.0.1:9"
FORBIDDEN = {"error": {"code": "AuthorizationFailed", "message": "The client does not have authorization."}}


@dataclass
class Clinic:
    """A world that works, with the app's settings for it."""

    faces: Served
    store: AzureStore
    policy: str
    env: dict[str, str]

    async def put_in_force(self, text: str) -> None:
        async def source() -> str:
            return text

        await PolicyInForce(source, "policy.yaml", self.store).current(datetime.now(UTC))

    async def told(self, *words: str) -> Result:
        desk = replace(this_desk(), env=self.env)
        return await asyncio.to_thread(typed, "doctor", *words, desk=desk, width=300)

    async def findings(self, state: str) -> dict[str, Any]:
        """What is in this state: what was said, by part and what it is about."""
        found = data_of(await self.told("--json"))["findings"]
        return {
            f"{one['part']} {one['about']}".strip(): one["said"] for one in found if one["state"] == state
        }


@pytest.fixture(scope="module")
def storage() -> Iterator[Azurite]:
    """Of these tests' own: the app has one name for each table."""
    with Azurite.start() as running:
        yield running


@pytest.fixture
async def clinic(storage: Azurite) -> AsyncIterator[Clinic]:
    world = new_world(WallClock())
    cluster = build_cluster(world, ClusterSpec("demo", "1.11", pools={"private": 3}))
    async with (
        served(world) as faces,
        AzureStore(StorageSettings(connection_string=storage.connection_string)) as store,
    ):
        policy = policy_text(cluster, faces.master_addresses("demo"), most=6)
        ports = faces.health_ports["demo"] | {"agents": 0}
        env = {
            "AzureWebJobsStorage": storage.connection_string,
            "POOLKEEPER_DCOS_PORTS": ",".join(f"{name}={port}" for name, port in ports.items()),
            "POOLKEEPER_ARM_ENDPOINT": faces.arm_url,
            "POOLKEEPER_ARM_STATIC_TOKEN": bearer_token("a-principal", "an-app"),
            "POOLKEEPER_OWN_IDS": "a-principal,an-app",
        }
        made = Clinic(faces, store, policy, env)
        await store.write(Table.POLICY, PARTITION, Write(REJECTED, None, "*"))
        await made.put_in_force(policy)
        now = datetime.now(UTC)
        await Records(store).keep_sweep("demo", LastSweep(now))
        heard = AuditRecord(now, "demo", AuditKind.HEARD, "demo", "something happened")
        await AuditLog(store).append("demo", [heard])
        yield made


async def test_where_all_is_well_nothing_is_wrong(clinic: Clinic) -> None:
    result = await clinic.told("--json")
    told = data_of(result)
    assert [one for one in told["findings"] if one["state"] == "wrong"] == []
    assert (result.exit_code, told["is_well"]) == (0, True)
    parts = {one["part"] for one in told["findings"] if one["state"] == "ok"}
    assert parts == {"settings", "storage", "policy", "app", "events", "azure", "masters", "clock"}


async def test_what_azure_does_not_tell_is_not_called_well(clinic: Clinic) -> None:
    unknown = await clinic.findings("unknown")
    assert "not told by Azure before it is done" in unknown["azure demo/private"]


async def test_settings_that_name_no_storage_end_it(clinic: Clinic) -> None:
    clinic.env = {}
    result = await clinic.told()
    assert result.exit_code == 1
    assert "AzureWebJobsStorage" in result.stdout


async def test_a_storage_account_behind_a_wrong_port_is_told(clinic: Clinic) -> None:
    port = clinic.env["AzureWebJobsStorage"].split("TableEndpoint=")[1].split("/")[2].split(":")[1]
    clinic.env["AzureWebJobsStorage"] = clinic.env["AzureWebJobsStorage"].replace(f":{port}/", ":9/")
    assert "tables can't be read" in (await clinic.findings("wrong"))["storage"]


async def test_storage_without_a_policy_is_told(clinic: Clinic) -> None:
    await clinic.store.write(Table.POLICY, PARTITION, Write("last-good", None, "*"))
    assert "the app has not yet run on it" in (await clinic.findings("wrong"))["policy"]


async def test_a_broken_policy_is_told_with_its_line(clinic: Clinic) -> None:
    await clinic.put_in_force(clinic.policy.replace("mode: enforce", "mode: enforced"))
    said = (await clinic.findings("wrong"))["policy"]
    assert "policy.yaml, line" in said
    assert "found 'enforced'" in said


async def test_masters_that_are_away_are_told_one_by_one(clinic: Clinic) -> None:
    for face in clinic.faces.masters["demo"]:
        face.faults.add(Fault(times=None, silence=Silence.DROPPED))
    result = await clinic.told()
    assert result.exit_code == 1
    assert "no leading master answers" in words_of(result)
    for address in clinic.faces.master_addresses("demo"):
        assert f"{address} does not answer" in words_of(result)


async def test_one_silent_master_of_three_is_told(clinic: Clinic) -> None:
    follower = clinic.faces.masters["demo"][-1]
    follower.faults.add(Fault(times=None, silence=Silence.DROPPED))
    address = clinic.faces.master_addresses("demo")[-1]
    assert f"{address} does not answer" in (await clinic.findings("wrong"))["masters demo"]


async def test_what_azure_forbids_is_told_with_the_role(clinic: Clinic) -> None:
    clinic.faces.arm.faults.add(Fault(times=None, path="networkInterfaces", status=403, error=FORBIDDEN))
    result = await clinic.told()
    assert result.exit_code == 1
    told = words_of(result)
    assert (
        "wrong azure demo/private its network interfaces can't be read (azure refuses (not_authorized" in told
    )
    assert "Give it the role of infra/app/role.bicep" in told


async def test_azure_behind_a_wrong_address_is_told(clinic: Clinic) -> None:
    clinic.env["POOLKEEPER_ARM_ENDPOINT"] = CLOSED
    assert "can't be read" in (await clinic.findings("wrong"))["azure demo/private"]


async def test_an_app_that_does_not_sweep_is_told(clinic: Clinic) -> None:
    await Records(clinic.store).keep_sweep("demo", LastSweep(datetime.now(UTC) - timedelta(hours=2)))
    assert "three and more were missed" in (await clinic.findings("wrong"))["app demo"]


async def test_nothing_secret_is_shown(clinic: Clinic) -> None:
    clinic.env["POOLKEEPER_ARM_ENDPOINT"] = CLOSED
    shown = (await clinic.told()).output + (await clinic.told("--json")).output
    key = clinic.env["AzureWebJobsStorage"].split("AccountKey=")[1].split(";")[0]
    assert key not in shown
    assert clinic.env["POOLKEEPER_ARM_STATIC_TOKEN"] not in shown
