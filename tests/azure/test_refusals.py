"""Each way in which Azure says no becomes the one error whose answer is right for it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from azure.core.exceptions import ClientAuthenticationError

from shared.azure import arm_errors, storage_errors
from shared.azure.arm_errors import refusal_for
from shared.azure.compute import AzureCompute
from shared.errors import Conflict, PoolkeeperError, Refused, Retry, Unknown
from shared.model.azure import PoolAddress
from tests.azure.scripted import Answer, Script, exchanges, recorded, refusal

QUOTA = (
    "Operation could not be completed as it results in exceeding approved standardDSv3Family Cores quota. Additional"
    " details - Deployment Model: Resource Manager, Location: westeurope, Current Limit: 4, Current Usage: 4,"
    " Additional Required: 2, (Minimum) New Limit Required: 6."
)

SAID_NO = [
    (refusal(401, "InvalidAuthenticationToken", "The access token is invalid."), "no_credential"),
    (refusal(403, "AuthorizationFailed", "The client 'x' does not have authorization."), "not_authorized"),
    (refusal(403, "LinkedAuthorizationFailed", "No join action on the subnet."), "not_authorized"),
    (refusal(403, "RequestDisallowedByPolicy", "Disallowed by policy."), "disallowed_by_policy"),
    (refusal(409, "ScopeLocked", "The scope cannot perform delete because it is locked."), "locked"),
    (refusal(409, "OperationNotAllowed", QUOTA), "quota_exceeded"),
    (refusal(400, "QuotaExceeded", "Operation results in exceeding quota limits of Core."), "quota_exceeded"),
    (refusal(409, "AllocationFailed", "Allocation failed."), "allocation_failed"),
    (refusal(409, "ZonalAllocationFailed", "Allocation failed in zone 1."), "allocation_failed"),
    (refusal(409, "OverconstrainedAllocationRequest", "Constraints."), "allocation_failed"),
    (refusal(409, "OverconstrainedZonalAllocationRequest", "Constraints."), "allocation_failed"),
    (refusal(409, "SkuNotAvailable", "The requested VM size is not available."), "sku_not_available"),
    (refusal(400, "SubnetIsFull", "No addresses left."), "subnet_full"),
    (refusal(409, "OperationNotAllowed", "The operation requires the VM to be running."), "not_running"),
    (refusal(400, "BadRequest", "Something about the request."), "request_rejected"),
    (Answer(400, b"<html>proxy</html>", {"Content-Type": "text/html"}), "request_rejected"),
]

BUSY = [
    (recorded("compute_429_too_many_requests.json"), timedelta(seconds=1200)),
    (
        refusal(429, "SubscriptionRequestsThrottled", "Too many reads.", Retry_After="17"),
        timedelta(seconds=17),
    ),
    (refusal(429, "TooManyRequests", "Too many."), timedelta(seconds=60)),
    (refusal(409, "Conflict", "Another operation is in progress."), timedelta(seconds=30)),
    (refusal(409, "OperationNotAllowed", "VM 3 is marked for deletion."), timedelta(seconds=30)),
    (refusal(409, "AnotherOperationInProgress", "In progress.", Retry_After="5"), timedelta(seconds=5)),
]

AT_THE_END = [
    ("AllocationFailed", "No room.", Refused, "allocation_failed"),
    ("ZonalAllocationFailed", "No room.", Refused, "allocation_failed"),
    ("OperationNotAllowed", QUOTA, Refused, "quota_exceeded"),
    ("QuotaExceeded", "Quota.", Refused, "quota_exceeded"),
    ("SkuNotAvailable", "No such size.", Refused, "sku_not_available"),
    ("VMExtensionProvisioningError", "The extension failed.", Refused, "provisioning_failed"),
    ("OSProvisioningTimedOut", "Timed out.", Refused, "provisioning_failed"),
    ("NetworkingSubnetIsFull", "Full.", Refused, "subnet_full"),
    ("VMAgentStatusCommunicationError", "No status was reported.", Refused, "guest_agent_silent"),
    ("SomethingNew", "Never seen before.", Refused, "operation_failed"),
    ("", "", Refused, "operation_failed"),
    ("Conflict", "Concurrent request.", Retry, ""),
    ("TooManyRequests", "Throttled.", Retry, ""),
    ("OperationPreempted", "A more recent operation.", Unknown, ""),
    ("Canceled", "", Unknown, ""),
    ("InternalServerError", "An internal error occurred.", Unknown, ""),
    ("InternalExecutionError", "An internal error occurred.", Unknown, ""),
]


def named(value: object) -> str | None:
    if isinstance(value, Answer):
        body = value.body if isinstance(value.body, dict) else {}
        return f"{value.status}-{body.get('error', body).get('code', 'none')}"
    return None


@pytest.mark.parametrize(("answer", "reason"), SAID_NO, ids=named)
async def test_a_no_to_a_write_is_refused_with_a_reason(
    arm: Script, compute: AzureCompute, pool: PoolAddress, answer: Answer, reason: str
) -> None:
    arm.will(answer)

    with pytest.raises(Refused) as refused:
        await compute.set_capacity(pool, 4, '"1"')

    assert (refused.value.guard, refused.value.reason) == ("azure", reason)
    assert refused.value.numbers["status"] == answer.status
    assert len(arm.asked) == 1


@pytest.mark.parametrize(("answer", "after"), BUSY, ids=named)
async def test_a_busy_azure_says_when_to_come_back_to_a_write(
    arm: Script, compute: AzureCompute, pool: PoolAddress, answer: Answer, after: timedelta
) -> None:
    arm.will(answer)

    for write in (compute.set_capacity(pool, 4, '"1"'), compute.destroy(pool, ["3"])):
        with pytest.raises(Retry) as retry:
            await write
        assert not isinstance(retry.value, Conflict)
        assert retry.value.after == after

    assert len(arm.asked) == 2


async def test_a_recorded_412_is_a_conflict(arm: Script, compute: AzureCompute, pool: PoolAddress) -> None:
    recording = exchanges("vmss.json")[7]["response"]
    arm.will(Answer(recording["status"], recording["body"]))

    with pytest.raises(Conflict):
        await compute.set_capacity(pool, 4, '"invalid"')

    assert arm.asked[0].headers["If-Match"] == '"invalid"'


async def test_a_quota_refusal_carries_its_numbers(
    arm: Script, compute: AzureCompute, pool: PoolAddress
) -> None:
    arm.will(refusal(409, "OperationNotAllowed", QUOTA))

    with pytest.raises(Refused) as refused:
        await compute.set_capacity(pool, 4, '"1"')

    numbers = refused.value.numbers
    assert (numbers["limit"], numbers["usage"], numbers["required"]) == (4, 4, 2)


@pytest.mark.parametrize("number", [0, 9])
async def test_a_recorded_404_of_a_set_or_a_group_is_refused(
    arm: Script, compute: AzureCompute, pool: PoolAddress, number: int
) -> None:
    recording = exchanges("vmss.json")[number]["response"]
    arm.will(Answer(recording["status"], recording["body"]))
    pool = PoolAddress(pool.subscription, pool.resource_group, "testResource")

    for call in (compute.scale_set(pool), compute.instance(pool, "3"), compute.destroy(pool, ["3"])):
        with pytest.raises(Refused) as refused:
            await call
        assert refused.value.reason == "scale_set_not_found"


@pytest.mark.parametrize(("code", "message", "kind", "reason"), AT_THE_END)
def test_the_code_of_a_failed_operation_becomes_the_error_that_it_amounts_to(
    code: str, message: str, kind: type[PoolkeeperError], reason: str
) -> None:
    error = refusal_for(code, message)

    assert type(error) is kind
    if isinstance(error, Refused):
        assert (error.guard, error.reason) == ("azure", reason)


def test_a_token_that_could_not_be_had_is_refused_for_reads_and_writes() -> None:
    error = ClientAuthenticationError("the identity endpoint says: no such identity")

    answers = [
        arm_errors.for_read(error, "doing something"),
        arm_errors.for_write(error, "doing something"),
        storage_errors.for_read(error, "something"),
        storage_errors.for_write(error, "something"),
    ]

    refusals = [answer for answer in answers if isinstance(answer, Refused)]
    assert [refused.guard for refused in refusals] == ["azure", "azure", "storage", "storage"]
    assert {refused.reason for refused in refusals} == {"no_credential"}
