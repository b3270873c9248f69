"""The smaller corners of the management endpoint: lists, operations, tags, evictions."""

from typing import Any

import msgspec
import pytest

from simulator.arm.caller import bearer_token, caller_of, principal_of
from simulator.wire import Request
from simulator.world.azure import AllocationFault
from simulator.world.build import ClusterSpec
from tests.simulator.stage import APP, PRINCIPAL, Stage, play


async def _get(stage: Stage, path: str) -> Any:
    answer = await stage.ask_arm("GET", path)
    assert answer.status == 200, answer.body
    return msgspec.json.decode(answer.body)


def test_sets_are_listed_by_group_by_subscription_and_by_location() -> None:
    async def story(stage: Stage) -> None:
        compute = "providers/Microsoft.Compute"
        subscription = f"/subscriptions/{stage.private.subscription}"
        paths = {
            f"{subscription}/resourceGroups/{stage.group}/{compute}/virtualMachineScaleSets": 2,
            f"{subscription}/{compute}/virtualMachineScaleSets": 2,
            f"{subscription}/{compute}/locations/westeurope/virtualMachineScaleSets": 2,
            f"{subscription}/{compute}/locations/eastus/virtualMachineScaleSets": 0,
        }
        for path, count in paths.items():
            assert len((await _get(stage, path))["value"]) == count

    play(story)


def test_the_view_of_a_set_counts_its_instances_by_state() -> None:
    async def story(stage: Stage) -> None:
        stage.world.delete_instance(stage.instance(0))
        view = await _get(stage, f"{stage.private.id}/instanceView")
        assert view["virtualMachine"]["statusesSummary"] == [
            {"code": "ProvisioningState/deleting", "count": 1},
            {"code": "ProvisioningState/succeeded", "count": 2},
        ]

    play(story)


def test_a_failed_instance_says_why() -> None:
    async def story(stage: Stage) -> None:
        stage.world.azure.allocation_faults.append(AllocationFault(leaves_instance=True))
        stage.world.set_capacity(stage.private, 4)
        await stage.after(minutes=3)
        view = await _get(stage, f"{stage.private.id}/virtualMachines/3/instanceView")
        codes = [status["code"] for status in view["statuses"]]
        assert codes == ["ProvisioningState/failed/AllocationFailed", "PowerState/stopped"]

    play(story)


def test_a_frozen_vms_guest_agent_is_not_ready() -> None:
    async def story(stage: Stage) -> None:
        stage.world.freeze_vm(stage.instance(0))
        view = await _get(stage, f"{stage.private.id}/virtualMachines/0/instanceView")
        assert view["vmAgent"]["statuses"][0]["displayStatus"] == "Not Ready"
        assert view["statuses"][1]["code"] == "PowerState/running"

    play(story)


def test_an_instance_lists_its_own_nic() -> None:
    async def story(stage: Stage) -> None:
        nics = await _get(stage, f"{stage.instance(1).id}/networkInterfaces")
        assert [nic["properties"]["virtualMachine"]["id"] for nic in nics["value"]] == [stage.instance(1).id]

    play(story)


def test_location_says_202_until_the_end_and_then_200_or_the_error() -> None:
    async def story(stage: Stage) -> None:
        accepted = await stage.ask_arm("DELETE", stage.instance(0).id)
        monitor = accepted.headers["Location"].removeprefix("https://management.azure.com")
        assert (await stage.ask_arm("GET", monitor)).status == 202
        await stage.after(minutes=1)
        assert (await stage.ask_arm("GET", monitor)).status == 200

        stage.world.azure.allocation_faults.append(AllocationFault())
        patched = await stage.ask_arm("PATCH", stage.private.id, {"sku": {"capacity": 3}})
        assert "Location" not in patched.headers, "a PATCH answers with the resource"
        link = patched.headers["Azure-AsyncOperation"].removeprefix("https://management.azure.com")
        await stage.after(minutes=3)
        assert (await _get(stage, link))["error"]["code"] == "AllocationFailed"
        assert (await stage.ask_arm("GET", f"{link}&monitor=true")).status == 409

    play(story)


def test_an_operation_nobody_started_is_not_found() -> None:
    async def story(stage: Stage) -> None:
        path = f"/subscriptions/{stage.private.subscription}/providers/Microsoft.Compute/locations/x/operations/none"
        assert (await stage.ask_arm("GET", path)).status == 404

    play(story)


def test_tags_are_written_and_shown() -> None:
    async def story(stage: Stage) -> None:
        await stage.ask_arm("PATCH", stage.private.id, {"tags": {"orchestratorName": "dcos"}})
        await stage.after(s=5)
        assert (await _get(stage, stage.private.id))["tags"] == {"orchestratorName": "dcos"}
        assert stage.private.capacity == 3

    play(story)


def test_zones_are_shown_on_sets_and_instances() -> None:
    async def story(stage: Stage) -> None:
        assert (await _get(stage, stage.private.id))["zones"] == ["1", "2"]
        assert (await _get(stage, stage.instance(1).id))["zones"] == ["2"]

    play(story, ClusterSpec("zoned", zones=("1", "2")))


def test_a_simulated_eviction_is_accepted_and_comes_later() -> None:
    async def story(stage: Stage) -> None:
        answer = await stage.ask_arm("POST", f"{stage.instance(0).id}/simulateEviction")
        assert answer.status == 204
        assert stage.instance(0).healthy
        await stage.after(minutes=2)
        assert 0 not in stage.private.instances

    play(story)


@pytest.mark.parametrize("action", ["restart", "poweroff", "start", "deallocate", "redeploy", "reimage"])
def test_actions_on_a_set_reach_the_chosen_instances_only(action: str) -> None:
    async def story(stage: Stage) -> None:
        answer = await stage.ask_arm("POST", f"{stage.private.id}/{action}", {"instanceIds": ["0", "2"]})
        assert answer.status == 202
        ordered = stage.world.journal.of(f"instance_{action}_ordered")
        assert [entry.detail["instance"] for entry in ordered] == ["0", "2"]
        assert {entry.by.principal_id for entry in ordered} == {PRINCIPAL}

    play(story)


def test_an_action_nobody_knows_is_not_found() -> None:
    async def story(stage: Stage) -> None:
        assert (await stage.ask_arm("POST", f"{stage.private.id}/explode")).status == 404
        assert (await stage.ask_arm("POST", f"{stage.instance(0).id}/explode")).status == 404

    play(story)


def test_a_token_is_its_callers_identity() -> None:
    def caller(token: str) -> tuple[str, str]:
        actor = caller_of(Request.of("GET", "http://x/", {"Authorization": f"Bearer {token}"}))
        assert actor is not None
        return actor.principal_id, actor.app_id

    assert caller(bearer_token(PRINCIPAL, APP)) == (PRINCIPAL, APP)
    assert caller("opaque")[0] == principal_of("opaque")
    assert caller("opaque") == caller("opaque") != caller("other")
    assert caller("not.base64!.x")[0] == principal_of("not.base64!.x")
    assert caller_of(Request.of("GET", "http://x/", {"Authorization": "Basic eDp5"})) is None
