"""What Azure says is understood in any case and with any part missing; what is not known is unknown."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from shared.azure.compute import AzureCompute
from shared.model.azure import (
    GuestAgent,
    Instance,
    PoolAddress,
    Power,
    Provisioning,
    ScaleSet,
    VmHealth,
)
from tests.azure.scripted import Answer, Script, exchanges

SUBNET = (
    "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/aks-cit-VirtualMachineScaleSetVM/providers"
    "/Microsoft.Network/virtualNetworks/vnet1/subnets/subnet1"
)


def vm(number: int, *statuses: str, **properties: Any) -> dict[str, Any]:
    view = {"platformFaultDomain": 1, "statuses": [{"code": code, "level": "Info"} for code in statuses]}
    return {
        "name": f"agents_{number}",
        "instanceId": str(number),
        "properties": {"vmId": "v", "instanceView": view, "provisioningState": "Succeeded", **properties},
    }


async def read(
    arm: Script, compute: AzureCompute, pool: PoolAddress, *vms: dict[str, Any]
) -> tuple[Instance, ...]:
    arm.will(Answer(200, {"value": list(vms)}))
    return await compute.instances(pool)


async def test_the_recorded_instance_is_read(arm: Script, compute: AzureCompute, pool: PoolAddress) -> None:
    body = dict(exchanges("vmss_vm.json")[4]["response"]["body"]["value"][0])
    body["properties"] |= {"instanceView": exchanges("vmss_vm.json")[3]["response"]["body"]}

    (instance,) = await read(arm, compute, pool, body)

    assert instance == Instance(
        name=f"{pool.scale_set}_0",
        instance_id="0",
        vm_id="00000000-0000-0000-0000-000000000000",
        power=Power.RUNNING,
        provisioning=Provisioning.SUCCEEDED,
        fault_domain=0,
        zone=None,
        created_at=datetime(2001, 2, 3, 4, 5, 6, tzinfo=UTC),
        update_domain=0,
        latest_model=True,
        image="MicrosoftWindowsServer:WindowsServer:2019-Datacenter:17763.8276.260109",
        size="Standard_D2s_v3",
        subnet=SUBNET,
        guest_agent=GuestAgent.READY,
    )
    assert "$expand=instanceView" in arm.asked[0].url.replace("%24", "$")


async def test_the_recorded_scale_set_is_read(arm: Script, compute: AzureCompute, pool: PoolAddress) -> None:
    recording = exchanges("vmss.json")[3]["response"]
    arm.will(Answer(200, recording["body"]))

    scale_set = await compute.scale_set(pool)

    sku = recording["body"]["sku"]
    assert scale_set == ScaleSet(
        "testResource", sku["capacity"], '"1"', Provisioning.SUCCEEDED, size=sku["name"]
    )


async def test_an_etag_may_also_be_in_the_header(
    arm: Script, compute: AzureCompute, pool: PoolAddress
) -> None:
    arm.will(Answer(200, {"name": "agents", "sku": {"capacity": 0}}, {"ETag": '"7"'}))

    assert await compute.scale_set(pool) == ScaleSet("agents", 0, '"7"', Provisioning.UNKNOWN)


async def test_the_zones_of_a_set_are_those_in_which_its_machines_may_be_made(
    arm: Script, compute: AzureCompute, pool: PoolAddress
) -> None:
    arm.will(Answer(200, {"name": "agents", "sku": {"capacity": 3}, "zones": ["1", "3"]}, {"ETag": '"7"'}))
    assert (await compute.scale_set(pool)).zones == ("1", "3")


@pytest.mark.parametrize(
    ("codes", "power"),
    [
        (["ProvisioningState/succeeded", "PowerState/running"], Power.RUNNING),
        (["POWERSTATE/Deallocated", "provisioningstate/Succeeded"], Power.DEALLOCATED),
        (["PowerState/stopped"], Power.STOPPED),
        (["PowerState/hibernated"], Power.UNKNOWN),
        (["PowerState"], Power.UNKNOWN),
        (["HealthState/healthy", "OSState/generalized"], Power.UNKNOWN),
        ([], Power.UNKNOWN),
    ],
)
async def test_the_power_state_is_one_of_the_known_or_unknown(
    arm: Script, compute: AzureCompute, pool: PoolAddress, codes: list[str], power: Power
) -> None:
    (instance,) = await read(arm, compute, pool, vm(0, *codes))

    assert instance.power is power


@pytest.mark.parametrize(
    ("state", "codes", "provisioning"),
    [
        ("Succeeded", [], Provisioning.SUCCEEDED),
        ("FAILED", ["ProvisioningState/failed/AllocationFailed"], Provisioning.FAILED),
        (None, ["ProvisioningState/failed/AllocationFailed"], Provisioning.FAILED),
        ("Deleting", ["ProvisioningState/updating"], Provisioning.DELETING),
        ("Migrating", [], Provisioning.UNKNOWN),
        (None, [], Provisioning.UNKNOWN),
    ],
)
async def test_the_provisioning_state_is_one_of_the_known_or_unknown(
    arm: Script,
    compute: AzureCompute,
    pool: PoolAddress,
    state: str | None,
    codes: list[str],
    provisioning: Provisioning,
) -> None:
    (instance,) = await read(arm, compute, pool, vm(0, *codes, provisioningState=state))

    assert instance.provisioning is provisioning


@pytest.mark.parametrize(
    ("statuses", "agent"),
    [
        ([{"code": "ProvisioningState/succeeded", "displayStatus": "Ready"}], GuestAgent.READY),
        ([{"code": "provisioningstate/SUCCEEDED", "displayStatus": "ready"}], GuestAgent.READY),
        ([{"code": "ProvisioningState/succeeded", "displayStatus": "Not Ready"}], GuestAgent.NOT_READY),
        ([{"code": "ProvisioningState/failed", "displayStatus": None}], GuestAgent.NOT_READY),
        ([{"code": "ProvisioningState/Unavailable", "displayStatus": "Not Ready"}], GuestAgent.SILENT),
        ([{"code": None}], GuestAgent.UNKNOWN),
        ([], GuestAgent.UNKNOWN),
        (None, GuestAgent.UNKNOWN),
    ],
)
async def test_azures_agent_is_ready_not_ready_silent_or_unknown(
    arm: Script, compute: AzureCompute, pool: PoolAddress, statuses: Any, agent: GuestAgent
) -> None:
    one = vm(0, "PowerState/running")
    one["properties"]["instanceView"]["vmAgent"] = {"statuses": statuses}

    (instance,) = await read(arm, compute, pool, one)

    assert instance.guest_agent is agent


@pytest.mark.parametrize(
    ("code", "health"),
    [
        ("HealthState/healthy", VmHealth.HEALTHY),
        ("HealthState/Unhealthy", VmHealth.UNHEALTHY),
        ("HealthState/initializing", VmHealth.INITIALIZING),
        ("HealthState/rolling", VmHealth.UNKNOWN),
        (None, VmHealth.UNKNOWN),
    ],
)
async def test_health_is_what_the_extension_says_or_unknown(
    arm: Script, compute: AzureCompute, pool: PoolAddress, code: str | None, health: VmHealth
) -> None:
    one = vm(0)
    one["properties"]["instanceView"]["vmHealth"] = {"status": {"code": code}}

    (instance,) = await read(arm, compute, pool, one)

    assert instance.health is health


@pytest.mark.parametrize(
    ("image", "name"),
    [
        (
            {"publisher": "p", "offer": "o", "sku": "s", "version": "latest", "exactVersion": "1.2"},
            "p:o:s:1.2",
        ),
        ({"publisher": "p", "offer": "o", "sku": "s", "version": "1.1"}, "p:o:s:1.1"),
        ({"id": "/subscriptions/sub/images/ours"}, "/subscriptions/sub/images/ours"),
        ({}, None),
        (None, None),
    ],
)
async def test_an_image_is_named_by_its_exact_version_or_its_id(
    arm: Script, compute: AzureCompute, pool: PoolAddress, image: Any, name: str | None
) -> None:
    (instance,) = await read(arm, compute, pool, vm(0, storageProfile={"imageReference": image}))

    assert instance.image == name


@pytest.mark.parametrize(
    ("codes", "failure"),
    [
        (["ProvisioningState/failed/AllocationFailed", "PowerState/stopped"], "AllocationFailed"),
        (["ProvisioningState/failed"], ""),
        (["ProvisioningState/succeeded"], ""),
        ([], ""),
    ],
)
async def test_why_provisioning_failed_is_kept_in_azures_word(
    arm: Script, compute: AzureCompute, pool: PoolAddress, codes: list[str], failure: str
) -> None:
    (instance,) = await read(arm, compute, pool, vm(0, *codes))

    assert instance.failure == failure


@pytest.mark.parametrize(
    ("priority", "is_spot"), [("Spot", True), ("Low", True), ("Regular", False), (None, False)]
)
async def test_a_set_of_spot_machines_is_known(
    arm: Script, compute: AzureCompute, pool: PoolAddress, priority: str | None, is_spot: bool
) -> None:
    profile = {"virtualMachineProfile": {"priority": priority}}
    arm.will(Answer(200, {"name": "agents", "sku": {"capacity": 1}, "etag": '"1"', "properties": profile}))

    assert (await compute.scale_set(pool)).is_spot is is_spot


async def test_a_machine_of_which_azure_says_almost_nothing_is_still_listed(
    arm: Script, compute: AzureCompute, pool: PoolAddress
) -> None:
    bare = {"name": "agents_7", "properties": None}
    nulls = vm(2, timeCreated="not a time", instanceView=None) | {"zones": []}

    third, seventh = await read(arm, compute, pool, bare, nulls)

    assert (seventh.instance_id, seventh.power, seventh.created_at) == ("7", Power.UNKNOWN, None)
    assert (third.zone, third.created_at, third.fault_domain) == (None, None, None)


async def test_zone_and_time_are_read_with_azures_seven_digits(
    arm: Script, compute: AzureCompute, pool: PoolAddress
) -> None:
    one = vm(0, timeCreated="2026-03-02T09:00:00.1234567+00:00") | {"zones": ["2"]}

    (instance,) = await read(arm, compute, pool, one)

    assert instance.zone == "2"
    assert instance.created_at == datetime(2026, 3, 2, 9, 0, 0, 123456, tzinfo=UTC)


async def test_of_several_addresses_the_primary_ipv4_of_the_primary_interface_counts(
    arm: Script, compute: AzureCompute, pool: PoolAddress
) -> None:
    def nic(
        machine: str | None, primary: bool | None, *ips: tuple[bool | None, str | None, str | None]
    ) -> Any:
        configurations = [
            {"properties": {"primary": p, "privateIPAddress": a, "privateIPAddressVersion": v}}
            for p, a, v in ips
        ]
        reference = {"id": f"/subscriptions/sub/x/virtualMachines/{machine}"} if machine else None
        return {
            "properties": {
                "primary": primary,
                "virtualMachine": reference,
                "ipConfigurations": configurations,
            }
        }

    interfaces = [
        nic("3", False, (True, "10.0.1.3", "IPv4")),
        nic("3", True, (False, "10.0.0.30", "IPv4"), (True, "10.0.0.3", "IPv4"), (True, "fd00::3", "IPv6")),
        nic("4", None, (None, "10.0.0.4", None)),
        nic("5", True, (True, None, "IPv4")),
        nic(None, True, (True, "10.0.0.6", "IPv4")),
        {"properties": None},
    ]
    arm.will(Answer(200, {"value": interfaces}))

    assert await compute.addresses(pool) == {"3": "10.0.0.3", "4": "10.0.0.4"}
    assert arm.asked[0].url.endswith(
        "/virtualMachineScaleSets/agents/networkInterfaces?api-version=2018-10-01"
    )
