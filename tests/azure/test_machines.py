"""A master's machine is put together from three answers, of which any may be missing or late."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web

from shared.azure.arm_client import ArmSettings
from shared.azure.compute import AzureCompute
from shared.azure.machines import AzureMachines
from shared.errors import Refused, Retry
from shared.model.azure import MachineGroup, Power
from tests.azure.scripted import Answer, Script, exchanges, playing, refusal

GROUP = MachineGroup("sub", "group", "dcos-master-*")
VMS = "/subscriptions/sub/resourceGroups/group/providers/Microsoft.Compute/virtualMachines"
NICS = "/subscriptions/sub/resourceGroups/network/providers/Microsoft.Network/networkInterfaces"
NOT_THERE = (
    "The Resource 'Microsoft.Compute/virtualMachines/{name}' under resource group 'group' was not found."
)


class Paths(Script):
    """Answers by path, whatever the order; 404 for what it was not told."""

    def __init__(self) -> None:
        super().__init__()
        self.at: dict[str, Answer] = {}

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        self.answers = [self.at.get(request.path, refusal(404, "ResourceNotFound", "It is not there."))]
        return await super().handle(request)


@pytest.fixture
async def arm() -> AsyncIterator[Paths]:
    async with playing(Paths()) as script:
        assert isinstance(script, Paths)
        yield script


@pytest.fixture
async def machines(arm: Paths) -> AsyncIterator[AzureMachines]:
    async with AzureCompute(ArmSettings(endpoint=arm.url, static_token="t", timeout_s=2.0)) as compute:
        yield AzureMachines(compute.arm)


def machine(name: str, *nics: tuple[str, bool | None], **properties: Any) -> dict[str, Any]:
    references = [
        {"id": f"{NICS}/{nic}", "properties": None if primary is None else {"primary": primary}}
        for nic, primary in nics
    ]
    view = {"statuses": [{"code": "PowerState/running"}], "platformFaultDomain": 1, "platformUpdateDomain": 2}
    common = {"vmId": f"id of {name}", "networkProfile": {"networkInterfaces": references}}
    return {"name": name, "properties": {"instanceView": view, **common, **properties}}


def nic(address: str) -> Answer:
    ip = {"properties": {"primary": True, "privateIPAddress": address}}
    return Answer(200, {"properties": {"ipConfigurations": [ip]}})


async def test_the_recorded_machine_is_read(arm: Paths, machines: AzureMachines) -> None:
    recording = exchanges("vm.json")[6]["response"]["body"]
    arm.at[f"{VMS}/dcos-master-0"] = Answer(200, recording)

    found = await machines.machine(GROUP, "dcos-master-0")

    assert found is not None
    assert (found.name, found.size) == ("testResource", "Standard_D2s_v3")
    assert found.image == "MicrosoftWindowsServer:WindowsServer:2019-Datacenter:17763.8276.260109"
    assert found.power is Power.UNKNOWN, "it was recorded without its instance view"
    assert found.address is None


async def test_the_instance_view_is_asked_of_each_machine_and_not_of_the_list(
    arm: Paths, machines: AzureMachines
) -> None:
    arm.at[VMS] = Answer(200, {"value": [{"name": "DCOS-MASTER-1"}, {"name": "jumpbox"}]})
    arm.at[f"{VMS}/DCOS-MASTER-1"] = Answer(200, machine("DCOS-MASTER-1", ("one", None)))
    arm.at[f"{NICS}/one"] = nic("172.16.0.5")

    (found,) = await machines.machines(GROUP)

    assert (found.name, found.address, found.power) == ("DCOS-MASTER-1", "172.16.0.5", Power.RUNNING)
    assert (found.fault_domain, found.update_domain) == (1, 2)
    assert ["expand" in asked.url for asked in arm.asked] == [False, True, False]


async def test_the_address_is_that_of_the_primary_interface(arm: Paths, machines: AzureMachines) -> None:
    arm.at[f"{VMS}/dcos-master-0"] = Answer(200, machine("dcos-master-0", ("one", False), ("two", True)))
    arm.at[f"{NICS}/one"], arm.at[f"{NICS}/two"] = nic("10.0.0.1"), nic("172.16.0.5")

    found = await machines.machine(GROUP, "dcos-master-0")

    assert found is not None
    assert found.address == "172.16.0.5"


async def test_a_machine_without_an_interface_has_no_address(arm: Paths, machines: AzureMachines) -> None:
    arm.at[f"{VMS}/dcos-master-0"] = Answer(200, machine("dcos-master-0"))
    arm.at[f"{VMS}/dcos-master-1"] = Answer(200, machine("dcos-master-1", ("gone", None)))

    for name in ("dcos-master-0", "dcos-master-1"):
        found = await machines.machine(GROUP, name)
        assert found is not None
        assert found.address is None


@pytest.mark.parametrize("broken", [Answer(200, b'{"prop'), refusal(403, "AuthorizationFailed", "No.")])
async def test_an_interface_that_cannot_be_read_is_no_missing_address(
    arm: Paths, machines: AzureMachines, broken: Answer
) -> None:
    arm.at[f"{VMS}/dcos-master-0"] = Answer(200, machine("dcos-master-0", ("one", None)))
    arm.at[f"{NICS}/one"] = broken

    with pytest.raises((Retry, Refused)):
        await machines.machine(GROUP, "dcos-master-0")


async def test_a_machine_that_vanishes_while_they_are_read_is_left_out(
    arm: Paths, machines: AzureMachines
) -> None:
    arm.at[VMS] = Answer(200, {"value": [{"name": "dcos-master-0"}, {"name": "dcos-master-1"}]})
    arm.at[f"{VMS}/dcos-master-0"] = Answer(200, machine("dcos-master-0"))
    gone = NOT_THERE.format(name="dcos-master-1")
    arm.at[f"{VMS}/dcos-master-1"] = refusal(404, "ResourceNotFound", gone)

    assert [found.name for found in await machines.machines(GROUP)] == ["dcos-master-0"]


@pytest.mark.parametrize(
    "answer",
    [
        refusal(404, "ResourceGroupNotFound", "Resource group 'group' could not be found."),
        refusal(404, "ResourceNotFound", NOT_THERE.format(name="dcos-master-11")),
        refusal(404, "NotFound", "The entity was not found in this Azure location."),
        Answer(404, b"<html>not here</html>", {"Content-Type": "text/html"}),
    ],
    ids=["group", "another", "entity", "proxy"],
)
async def test_any_other_thing_that_is_not_found_proves_nothing_about_the_machine(
    arm: Paths, machines: AzureMachines, answer: Answer
) -> None:
    arm.at[f"{VMS}/dcos-master-1"] = answer

    with pytest.raises(Refused) as refused:
        await machines.machine(GROUP, "dcos-master-1")

    assert refused.value.reason == "machine_not_found"


async def test_a_list_that_cannot_be_read_is_no_empty_list(arm: Paths, machines: AzureMachines) -> None:
    arm.at[VMS] = refusal(404, "ResourceGroupNotFound", "Resource group 'group' could not be found.")
    with pytest.raises(Refused):
        await machines.machines(GROUP)

    arm.at[VMS] = refusal(503, "ServiceUnavailable", "Busy.")
    with pytest.raises(Retry):
        await machines.machines(GROUP)
