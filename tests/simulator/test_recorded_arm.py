"""Azure Resource Manager's face answers in recorded shapes, and takes every request that the SDK sends."""

from typing import Any

import msgspec
import pytest

from simulator.arm.face import ArmFace
from tests.simulator.recorded import azure_exchanges, sdk_requests
from tests.simulator.shapes import compare
from tests.simulator.stage import Stage, play

WINDOWS = ".windowsConfiguration"
LACKING = (
    # The recorded machines run Windows; agents of DC/OS run Linux.
    "osProfile.windowsConfiguration",
    # Written out only where somebody set it when creating the set.
    "upgradePolicy.automaticOSUpgradePolicy",
)
EXTRA = (
    "osProfile.linuxConfiguration",
    # The recorded machine is in no availability set, and its interface was not said to be the primary one.
    ".properties.availabilitySet",
    "networkInterfaces[].properties",
)
HEADERS = {"content-type", "etag", "x-ms-need-to-refresh-epl-cache", "location", "azure-asyncoperation"}


def _recorded(file: str, method: str, ending: str, status: int) -> dict[str, Any]:
    for exchange in azure_exchanges(file):
        path = exchange["request"]["url"].split("?")[0]
        if (exchange["request"]["method"], exchange["response"]["status"]) == (
            method,
            status,
        ) and path.endswith(ending):
            return exchange
    raise LookupError(f"no {method} ...{ending} with {status} in {file}")


def _same_shape(recorded: Any, ours: Any) -> None:
    found = compare(recorded, ours)
    assert {path for path in found.lacking if not any(known in path for known in LACKING)} == set()
    assert {path for path in found.extra if not any(known in path for known in EXTRA)} == set()
    assert found.differing == frozenset()


def _headers(exchange: dict[str, Any]) -> set[str]:
    return {name.lower() for name in exchange["response"]["headers"]} & HEADERS


@pytest.mark.parametrize(
    ("file", "ending", "path"),
    [
        ("vmss_vm.json", "/virtualMachines", "/virtualMachines"),
        ("vmss_vm.json", "/virtualMachines/0", "/virtualMachines/0"),
        ("vmss_vm.json", "/virtualMachines/0/instanceView", "/virtualMachines/0/instanceView"),
        ("vmss_vm.json", "/virtualMachineScaleSets/testParentResource", ""),
    ],
)
def test_reads_have_the_recorded_shapes(file: str, ending: str, path: str) -> None:
    async def story(stage: Stage) -> None:
        recorded = _recorded(file, "GET", ending, 200)
        response = await stage.ask_arm("GET", f"{stage.private.id}{path}")
        assert response.status == 200
        _same_shape(recorded["response"]["body"], msgspec.json.decode(response.body))
        assert _headers(recorded) <= {name.lower() for name in response.headers}

    play(story)


def test_a_master_s_machine_has_the_recorded_shape() -> None:
    async def story(stage: Stage) -> None:
        machine = stage.cluster.machines[0]
        one = _recorded("vm.json", "GET", "/virtualMachines/testResource", 200)
        response = await stage.ask_arm("GET", machine.id)
        assert response.status == 200
        _same_shape(one["response"]["body"], msgspec.json.decode(response.body))
        assert _headers(one) <= {name.lower() for name in response.headers}
        listed = _recorded("vm.json", "GET", "/virtualMachines", 200)
        assert listed["response"]["body"] == {"value": []}
        path = machine.id.rpartition("/")[0]
        answer = msgspec.json.decode((await stage.ask_arm("GET", path)).body)
        assert [found["name"] for found in answer["value"]] == [one.name for one in stage.cluster.machines]

    play(story)


def test_a_delete_is_accepted_with_the_recorded_headers_and_its_operation_has_the_recorded_shape() -> None:
    async def story(stage: Stage) -> None:
        recorded = _recorded("vmss_vm.json", "DELETE", "/virtualMachines/0", 202)
        response = await stage.ask_arm("DELETE", f"{stage.private.id}/virtualMachines/0")
        assert (response.status, response.body) == (202, b"")
        assert _headers(recorded) <= {name.lower() for name in response.headers}
        link = response.headers["Azure-AsyncOperation"].removeprefix("https://management.azure.com")
        await stage.after(minutes=2)
        operation = await stage.ask_arm("GET", link.replace("api-version=2026-04-01&", ""))
        recorded = next(e for e in azure_exchanges("vmss_vm.json") if "/operations/" in e["request"]["url"])
        _same_shape(recorded["response"]["body"], msgspec.json.decode(operation.body))

    play(story)


@pytest.mark.parametrize(
    ("file", "status", "path"),
    [
        (
            "vmss.json",
            404,
            "/subscriptions/{s}/resourceGroups/{g}/providers/Microsoft.Compute/virtualMachineScaleSets/no",
        ),
        (
            "vmss.json",
            404,
            "/subscriptions/{s}/resourceGroups/no/providers/Microsoft.Compute/virtualMachineScaleSets",
        ),
        ("vmss_vm.json", 400, "{set}/virtualMachines/0notfound"),
    ],
)
def test_refusals_have_the_recorded_codes(file: str, status: int, path: str) -> None:
    async def story(stage: Stage) -> None:
        subscription, group = stage.private.subscription, stage.group
        response = await stage.ask_arm("GET", path.format(s=subscription, g=group, set=stage.private.id))
        ours = msgspec.json.decode(response.body)
        codes = {
            exchange["response"]["body"]["error"]["code"]
            for exchange in azure_exchanges(file)
            if exchange["response"]["status"] == status and exchange["response"]["body"]
        }
        assert response.status == status
        assert ours["error"]["code"] in codes

    play(story)


def test_a_wrong_etag_is_refused_in_the_recorded_words() -> None:
    async def story(stage: Stage) -> None:
        recorded = next(e for e in azure_exchanges("vmss.json") if e["response"]["status"] == 412)
        headers = {"If-Match": recorded["request"]["headers"]["If-Match"][0]}
        response = await stage.ask_arm("PATCH", stage.private.id, {"sku": {"capacity": 9}}, headers)
        assert response.status == 412
        assert msgspec.json.decode(response.body) == recorded["response"]["body"]
        assert stage.private.capacity == 3

    play(story)


SERVED = (
    "vmss.list", "vmss.list_all", "vmss.get", "vmss.get_instance_view", "vmss.restart", "vmss.redeploy", "vmss.reimage",
    "vmss.reimage_all", "vmss.power_off", "vmss.start", "vmss.deallocate", "vmss.delete_instances",
    "vmss.perform_maintenance", "vmss.update capacity", "vmss.update capacity etag", "vmssvm.list", "vmssvm.get",
    "vmssvm.iv", "vmssvm.restart", "vmssvm.redeploy", "vmssvm.reimage", "vmssvm.reimage_all", "vmssvm.power_off",
    "vmssvm.deallocate", "vmssvm.start", "vmssvm.protect", "vmssvm.run_command", "vm.list", "vm.get", "vm.iv",
    "vm.restart", "vm.redeploy", "vm.start", "vm.deallocate", "vm.perform_maintenance", "vm.power_off", "avset.list",
)  # fmt: skip


@pytest.mark.parametrize("call", SERVED)
def test_the_first_request_of_an_sdk_call_is_taken(call: str) -> None:
    async def story(stage: Stage) -> None:
        stage.world.set_capacity(stage.private, 5)
        await stage.after(minutes=5)
        sent = sdk_requests()[call][0]
        path = sent["path"].replace("/subscriptions/s/", f"/subscriptions/{stage.private.subscription}/")
        path = path.replace("/resourceGroups/rg/", f"/resourceGroups/{stage.group}/")
        path = path.replace("/virtualMachines/vm", f"/virtualMachines/{stage.cluster.machines[0].name}")
        path = path.replace("virtualMachineScaleSets/ss", f"virtualMachineScaleSets/{stage.private.name}")
        headers = dict(sent["headers"])
        if "If-Match" in headers:
            headers["If-Match"] = stage.private.etag
        response = await stage.ask_arm(
            sent["method"], path.replace("api-version=2026-04-01", "x=y"), sent["body"], headers
        )
        assert response.status == (200 if sent["method"] in ("GET", "PATCH", "PUT") else 202), response.body

    play(story)


def test_every_answer_is_remembered_for_observers() -> None:
    async def story(stage: Stage) -> None:
        face: ArmFace = stage.arm
        await stage.ask_arm("GET", stage.private.id)
        assert [(request.method, request.path) for request in face.requests] == [("GET", stage.private.id)]

    play(story)
