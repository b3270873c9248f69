"""A machine counts as gone only when Azure says so of this very machine."""

from __future__ import annotations

import json

import pytest

from shared.azure import arm_operations
from shared.azure.compute import AzureCompute
from shared.errors import Refused
from shared.model.azure import PoolAddress
from tests.azure.scripted import Answer, Script, refusal

GONE = refusal(404, "NotFound", "The entity was not found in this Azure location.")
NOT_ACTIVE = refusal(
    400,
    "InvalidParameter",
    "The provided instanceId 3 is not an active Virtual Machine Scale Set VM instanceId.",
)
ACCEPTED = Answer(
    202, b"", {"Azure-AsyncOperation": "{here}/subscriptions/sub/operations/1?api-version=2026-04-01"}
)


def machine(number: int, state: str) -> Answer:
    return Answer(
        200,
        {"name": f"agents_{number}", "instanceId": f"{number}", "properties": {"provisioningState": state}},
    )


@pytest.mark.parametrize(
    "answer",
    [
        GONE,
        refusal(
            404,
            "ResourceNotFound",
            "The Resource 'Microsoft.Compute/virtualMachineScaleSets/agents/virtualMachines/3'.",
        ),
    ],
    ids=["compute", "gateway"],
)
async def test_a_machine_that_azure_does_not_find_is_gone(
    arm: Script, compute: AzureCompute, pool: PoolAddress, answer: Answer
) -> None:
    arm.will(answer)

    assert await compute.instance(pool, "3") is None


@pytest.mark.parametrize(
    "answer",
    [
        refusal(
            404,
            "ResourceNotFound",
            "The Resource 'Microsoft.Compute/virtualMachineScaleSets/agents' was not found.",
        ),
        refusal(404, "ResourceGroupNotFound", "Resource group 'group' could not be found."),
        refusal(404, "SubscriptionNotFound", "The subscription 'sub' could not be found."),
        refusal(404, "ParentResourceNotFound", "Can not perform requested operation on nested resource."),
        refusal(404, "InvalidResourceType", "The resource type could not be found in the namespace."),
        Answer(404, b"<html>not here</html>", {"Content-Type": "text/html"}),
        NOT_ACTIVE,
    ],
    ids=["set", "group", "subscription", "parent", "type", "proxy", "not-active"],
)
async def test_any_other_thing_that_is_not_found_proves_nothing_about_the_machine(
    arm: Script, compute: AzureCompute, pool: PoolAddress, answer: Answer
) -> None:
    arm.will(answer)

    with pytest.raises(Refused):
        await compute.instance(pool, "3")


async def test_machines_that_are_gone_or_leaving_are_left_out_and_the_rest_is_destroyed(
    arm: Script, compute: AzureCompute, pool: PoolAddress
) -> None:
    arm.will(NOT_ACTIVE, GONE, machine(4, "Deleting"), machine(5, "Succeeded"), ACCEPTED)

    await compute.destroy(pool, ["3", "4", "5"])

    bodies = [json.loads(asked.body) for asked in arm.asked if asked.method == "POST"]
    assert bodies == [{"instanceIds": ["3", "4", "5"]}, {"instanceIds": ["5"]}]


async def test_when_all_are_gone_or_leaving_nothing_more_is_sent(
    arm: Script, compute: AzureCompute, pool: PoolAddress
) -> None:
    arm.will(NOT_ACTIVE, GONE, machine(4, "Deleting"))

    assert await compute.destroy(pool, ["3", "4"]) == arm_operations.FINISHED
    assert [asked.method for asked in arm.asked] == ["POST", "GET", "GET"]


async def test_a_rejection_for_another_reason_is_not_tried_again(
    arm: Script, compute: AzureCompute, pool: PoolAddress
) -> None:
    arm.will(refusal(400, "BadRequest", "No."), machine(3, "Succeeded"))

    with pytest.raises(Refused) as refused:
        await compute.destroy(pool, ["3"])

    assert refused.value.reason == "request_rejected"
    assert [asked.method for asked in arm.asked] == ["POST", "GET"]
