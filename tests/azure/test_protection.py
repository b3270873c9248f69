"""Protection is read, changed and written back over what was read, and no tag gets lost by it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from shared.azure.arm_operations import FINISHED
from shared.azure.compute import AzureCompute
from shared.errors import Conflict, Refused
from shared.model.azure import PoolAddress, ProgressState
from tests.azure.scripted import CUT, Answer, Script, exchanges, refusal

LINK = {"Azure-AsyncOperation": "{here}/subscriptions/sub/operations/1?api-version=2026-04-01"}
SCALE_IN, ACTIONS = "protectFromScaleIn", "protectFromScaleSetActions"


def model(policy: dict[str, bool] | None = None, **other: Any) -> Answer:
    """The recorded instance, with its tags, as it comes without its instance view."""
    body: dict[str, Any] = exchanges("vmss_vm.json")[8]["response"]["body"]
    properties = body["properties"] | ({"protectionPolicy": policy} if policy else {})
    return Answer(200, body | {"properties": properties} | other)


async def test_both_flags_are_written_with_what_a_put_would_take_away(
    arm: Script, compute: AzureCompute, pool: PoolAddress
) -> None:
    read = model(etag='"7"', tags={"orchestrator": "dcos"})
    arm.will(read, Answer(200, read.body, LINK))

    await compute.protect(pool, "0", True)

    got, put = arm.asked
    assert (got.method, put.method) == ("GET", "PUT")
    assert put.url.endswith("/virtualMachineScaleSets/agents/virtualMachines/0?api-version=2026-04-01")
    assert put.headers["If-Match"] == '"7"'
    assert json.loads(put.body) == {
        "location": read.body["location"],
        "tags": read.body["tags"],
        "properties": {"protectionPolicy": {SCALE_IN: True, ACTIONS: True}},
    }


@pytest.mark.parametrize("policy", [{SCALE_IN: True}, {SCALE_IN: True, ACTIONS: False}])
async def test_half_a_protection_is_made_whole(
    arm: Script, compute: AzureCompute, pool: PoolAddress, policy: dict[str, bool]
) -> None:
    arm.will(model(policy), Answer(200, {}, LINK))

    assert await compute.protect(pool, "0", True) != FINISHED


@pytest.mark.parametrize(("policy", "on"), [({SCALE_IN: True, ACTIONS: True}, True), (None, False)])
async def test_nothing_is_written_where_nothing_changes(
    arm: Script, compute: AzureCompute, pool: PoolAddress, policy: dict[str, bool] | None, on: bool
) -> None:
    arm.will(model(policy))

    token = await compute.protect(pool, "0", on)

    assert [asked.method for asked in arm.asked] == ["GET"]
    assert (await compute.look(pool, token)).state is ProgressState.SUCCEEDED


async def test_an_instance_that_changed_since_it_was_read_is_a_conflict(
    arm: Script, compute: AzureCompute, pool: PoolAddress
) -> None:
    recording = exchanges("vmss_vm.json")[9]["response"]
    refused = Answer(recording["status"], recording["body"])
    arm.will(model(), refused, model(tags={"somebody": "else"}))

    with pytest.raises(Conflict):
        await compute.protect(pool, "0", True)


async def test_a_write_that_met_itself_is_no_conflict(
    arm: Script, compute: AzureCompute, pool: PoolAddress
) -> None:
    recording = exchanges("vmss_vm.json")[9]["response"]
    refused = Answer(recording["status"], recording["body"])
    arm.will(model(), CUT, refused, model({SCALE_IN: True, ACTIONS: True}))

    assert await compute.protect(pool, "0", True) == FINISHED
    assert [asked.method for asked in arm.asked] == ["GET", "PUT", "PUT", "GET"]


async def test_an_instance_without_an_etag_is_not_written_blindly(
    arm: Script, compute: AzureCompute, pool: PoolAddress
) -> None:
    arm.will(model(etag=None))

    with pytest.raises(Refused) as refused:
        await compute.protect(pool, "0", True)

    assert refused.value.reason == "no_etag"
    assert len(arm.asked) == 1


async def test_a_missing_instance_is_refused_before_anything_is_written(
    arm: Script, compute: AzureCompute, pool: PoolAddress
) -> None:
    arm.will(refusal(404, "NotFound", "The entity was not found in this Azure location."))

    with pytest.raises(Refused) as refused:
        await compute.protect(pool, "0", True)

    assert refused.value.reason == "instance_not_found"
    assert len(arm.asked) == 1
