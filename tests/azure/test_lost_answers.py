"""What was certainly not done may be tried again; what may have been done is unknown; and nobody waits for long."""

from __future__ import annotations

import socket
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from shared.azure.arm_client import ArmSettings
from shared.azure.compute import AzureCompute
from shared.errors import Retry, Unknown
from shared.model.azure import PoolAddress
from tests.azure.scripted import CUT, Answer, Script, refusal

EMPTY = Answer(200, {"value": []})
BROKEN = [refusal(code, "InternalServerError", "Something broke.") for code in (500, 502, 503, 504)]

type Write = Callable[[AzureCompute, PoolAddress], Awaitable[str]]
WRITES: dict[str, Write] = {
    "destroy": lambda compute, pool: compute.destroy(pool, ["3"]),
    "set_capacity": lambda compute, pool: compute.set_capacity(pool, 4, '"1"'),
    "restart": lambda compute, pool: compute.restart(pool, "3"),
    "run_command": lambda compute, pool: compute.run_command(pool, "3", ["hostname"]),
}


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
@pytest.mark.parametrize(
    "answer", [*BROKEN, CUT, Answer(late_s=5.0)], ids=["500", "502", "503", "504", "cut", "late"]
)
async def test_a_write_whose_answer_is_lost_is_unknown_and_was_sent_once(
    arm: Script, pool: PoolAddress, write: Write, answer: Answer
) -> None:
    arm.will(answer)
    settings = ArmSettings(endpoint=arm.url, static_token="t", timeout_s=0.3)

    async with AzureCompute(settings) as compute:
        with pytest.raises(Unknown):
            await write(compute, pool)

    assert len(arm.asked) == 1


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
async def test_a_write_that_reached_nobody_may_be_tried_again(pool: PoolAddress, write: Write) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

    async with AzureCompute(ArmSettings(endpoint=f"http://127.0.0.1:{port}", static_token="t")) as compute:
        with pytest.raises(Retry, match="no answer"):
            await write(compute, pool)


@pytest.mark.parametrize("answer", [*BROKEN, CUT], ids=["500", "502", "503", "504", "cut"])
async def test_a_read_is_tried_again_after_a_failure_that_may_pass(
    arm: Script, compute: AzureCompute, pool: PoolAddress, answer: Answer
) -> None:
    arm.will(answer, answer, EMPTY)

    assert await compute.instances(pool) == ()
    assert len(arm.asked) == 3


async def test_a_read_gives_up_after_three_tries(
    arm: Script, compute: AzureCompute, pool: PoolAddress
) -> None:
    arm.will(BROKEN[2])
    began = time.monotonic()

    with pytest.raises(Retry, match="503"):
        await compute.instances(pool)

    assert len(arm.asked) == 3
    assert time.monotonic() - began < 5


async def test_a_short_pause_that_azure_asks_for_is_kept_within_the_call(
    arm: Script, compute: AzureCompute, pool: PoolAddress
) -> None:
    arm.will(refusal(429, "TooManyRequests", "Too many.", Retry_After="1"), EMPTY)
    began = time.monotonic()

    assert await compute.instances(pool) == ()

    assert 0.9 < time.monotonic() - began < 5


@pytest.mark.parametrize("status", [429, 503])
async def test_a_long_pause_is_handed_to_the_caller_and_not_slept(
    arm: Script, compute: AzureCompute, pool: PoolAddress, status: int
) -> None:
    arm.will(refusal(status, "TooManyRequests", "Too many.", Retry_After="1200"))
    began = time.monotonic()

    with pytest.raises(Retry) as retry:
        await compute.instances(pool)

    assert retry.value.after == timedelta(seconds=1200)
    assert len(arm.asked) == 1
    assert time.monotonic() - began < 1


async def test_a_pause_may_be_given_as_a_date(arm: Script, compute: AzureCompute, pool: PoolAddress) -> None:
    dates = {"Date": "Mon, 02 Mar 2026 09:00:00 GMT", "Retry_After": "Mon, 02 Mar 2026 09:05:00 GMT"}
    arm.will(refusal(429, "TooManyRequests", "Too many.", **dates))

    with pytest.raises(Retry) as retry:
        await compute.instances(pool)

    assert retry.value.after == timedelta(minutes=5)


async def test_an_answer_cut_in_the_middle_is_no_reading(
    arm: Script, compute: AzureCompute, pool: PoolAddress
) -> None:
    arm.will(Answer(200, b'{"value": [{"name": "agents_0", "instanceId": "0"}, {"na'))

    with pytest.raises(Retry):
        await compute.instances(pool)


async def test_a_scale_set_without_a_capacity_is_no_reading_of_zero(
    arm: Script, compute: AzureCompute, pool: PoolAddress
) -> None:
    arm.will(Answer(200, {"name": "agents", "sku": {"name": "Standard_D2s_v3"}, "etag": '"1"'}))

    with pytest.raises(Retry, match="capacity"):
        await compute.scale_set(pool)


async def test_pages_that_lead_in_a_circle_are_no_reading(
    arm: Script, compute: AzureCompute, pool: PoolAddress
) -> None:
    arm.will(Answer(200, {"value": [], "nextLink": "{here}/subscriptions/sub/again?api-version=2026-04-01"}))

    with pytest.raises(Retry, match="circle"):
        await compute.instances(pool)

    assert len(arm.asked) == 2
