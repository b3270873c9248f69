"""A look at a long operation is one question, from any process that has the token."""

from __future__ import annotations

import base64
from datetime import timedelta
from typing import Any

import pytest

from shared.azure.arm_client import ArmSettings
from shared.azure.compute import AzureCompute
from shared.errors import Refused, Retry, Unknown
from shared.model.azure import PoolAddress, Progress, ProgressState
from tests.azure.scripted import CUT, Answer, Script, documented, exchanges, recorded, refusal

OPERATION = "/subscriptions/sub/providers/Microsoft.Compute/locations/westeurope/operations/1?p=1&s=signed"
LINKS = {
    "Azure-AsyncOperation": "{here}" + OPERATION,
    "Location": "{here}" + OPERATION + "&monitor=true",
    "Retry-After": "30",
}
ACCEPTED = Answer(202, b"", LINKS)
RUNNING = Answer(
    200, {"startTime": "2026-03-02T09:00:00Z", "status": "InProgress", "name": "1"}, {"Retry-After": "10"}
)
DONE = Answer(200, exchanges("vmss.json")[2]["response"]["body"])
FAILED = Answer(
    200, {"status": "Failed", "error": {"code": "AllocationFailed", "message": "No room."}, "name": "1"}
)


async def test_beginning_sends_the_write_and_nothing_else(
    arm: Script, compute: AzureCompute, pool: PoolAddress
) -> None:
    arm.will(ACCEPTED, RUNNING)

    await compute.destroy(pool, ["3", "4"])

    (asked,) = arm.asked
    assert asked.method == "POST"
    assert asked.url.endswith("/virtualMachineScaleSets/agents/delete?api-version=2026-04-01")
    assert asked.body == b'{"instanceIds": ["3", "4"]}'


async def test_each_look_is_one_get_until_the_end_and_at_the_end(
    arm: Script, compute: AzureCompute, pool: PoolAddress
) -> None:
    arm.will(ACCEPTED, RUNNING, RUNNING, DONE)
    token = await compute.destroy(pool, ["3"])
    arm.asked.clear()

    states = [(await compute.look(pool, token)).state for _ in range(3)]

    assert states == [ProgressState.IN_PROGRESS, ProgressState.IN_PROGRESS, ProgressState.SUCCEEDED]
    assert [(asked.method, asked.url) for asked in arm.asked] == [("GET", arm.url + OPERATION)] * 3


async def test_a_token_is_good_in_another_process(
    arm: Script, compute: AzureCompute, pool: PoolAddress
) -> None:
    arm.will(ACCEPTED, DONE)
    token = await compute.destroy(pool, ["3"])

    async with AzureCompute(ArmSettings(endpoint=arm.url, static_token="another")) as elsewhere:
        assert await elsewhere.look(pool, token) == Progress(ProgressState.SUCCEEDED)

    assert arm.asked[-1].headers["Authorization"] == "Bearer another"


async def test_a_token_holds_neither_the_credential_nor_the_model(
    arm: Script, compute: AzureCompute, pool: PoolAddress
) -> None:
    model: dict[str, Any] = {
        "name": "agents",
        "properties": {"customData": "x" * 20_000, "provisioningState": "Updating"},
    }
    arm.will(Answer(200, model, LINKS), DONE)

    token = await compute.set_capacity(pool, 4, '"1"')

    assert len(token) < 2_000
    assert b"the-secret-token" not in base64.b64decode(token)
    assert (await compute.look(pool, token)).state is ProgressState.SUCCEEDED


async def test_a_failed_operation_says_why(arm: Script, compute: AzureCompute, pool: PoolAddress) -> None:
    arm.will(ACCEPTED, FAILED)
    token = await compute.destroy(pool, ["3"])

    assert await compute.look(pool, token) == Progress(ProgressState.FAILED, "AllocationFailed", "No room.")


async def test_a_preempted_operation_says_so(arm: Script, compute: AzureCompute, pool: PoolAddress) -> None:
    arm.will(ACCEPTED, Answer(200, {"status": "Canceled"}))
    token = await compute.destroy(pool, ["3"])
    assert await compute.look(pool, token) == Progress(ProgressState.FAILED, "Canceled", "")

    arm.will(Answer(200, documented("lro_operation_preempted.json")))
    progress = await compute.look(pool, token)

    assert (progress.state, progress.code) == (ProgressState.FAILED, "OperationPreempted")
    assert "more recent operation" in progress.message


async def test_an_operation_that_is_followed_by_location_alone_is_understood(
    arm: Script, compute: AzureCompute, pool: PoolAddress
) -> None:
    location = {"Location": LINKS["Location"]}
    arm.will(Answer(202, b"", location), Answer(202, b"", location), Answer(200, b""))
    token = await compute.destroy(pool, ["3"])

    assert (await compute.look(pool, token)).state is ProgressState.IN_PROGRESS
    assert (await compute.look(pool, token)).state is ProgressState.SUCCEEDED

    arm.will(refusal(409, "AllocationFailed", "No room."))
    assert await compute.look(pool, token) == Progress(ProgressState.FAILED, "AllocationFailed", "No room.")


async def test_a_busy_azure_is_looked_at_later(arm: Script, compute: AzureCompute, pool: PoolAddress) -> None:
    arm.will(ACCEPTED, recorded("compute_429_too_many_requests.json"))
    token = await compute.destroy(pool, ["3"])

    with pytest.raises(Retry) as retry:
        await compute.look(pool, token)

    assert retry.value.after == timedelta(minutes=20)
    assert len(arm.asked) == 2


@pytest.mark.parametrize(
    "answer",
    [
        CUT,
        refusal(500, "InternalServerError", "Broke."),
        Answer(200, {}),
        Answer(200, b'{"sta'),
        Answer(200, b""),
    ],
    ids=["cut", "500", "no-status", "half", "empty"],
)
async def test_a_look_without_an_answer_can_be_taken_again(
    arm: Script, compute: AzureCompute, pool: PoolAddress, answer: Answer
) -> None:
    arm.will(ACCEPTED, answer)
    token = await compute.destroy(pool, ["3"])

    with pytest.raises(Retry):
        await compute.look(pool, token)

    arm.will(DONE)
    assert (await compute.look(pool, token)).state is ProgressState.SUCCEEDED


async def test_an_operation_that_azure_has_forgotten_is_unknown(
    arm: Script, compute: AzureCompute, pool: PoolAddress
) -> None:
    arm.will(ACCEPTED, refusal(404, "OperationNotFound", "The operation was not found."))
    token = await compute.destroy(pool, ["3"])

    with pytest.raises(Unknown):
        await compute.look(pool, token)


async def test_looking_without_permission_is_refused(
    arm: Script, compute: AzureCompute, pool: PoolAddress
) -> None:
    arm.will(ACCEPTED, refusal(403, "AuthorizationFailed", "No."))
    token = await compute.destroy(pool, ["3"])

    with pytest.raises(Refused) as refused:
        await compute.look(pool, token)

    assert refused.value.reason == "not_authorized"


@pytest.mark.parametrize("token", ["", "nonsense", "e30=", base64.b64encode(b'{"version": 9}').decode()])
async def test_a_token_that_cannot_be_read_leaves_the_outcome_unknown(
    arm: Script, compute: AzureCompute, pool: PoolAddress, token: str
) -> None:
    arm.will(DONE)

    with pytest.raises(Unknown):
        await compute.look(pool, token)

    assert arm.asked == []
