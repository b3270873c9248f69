"""What a command printed is found wherever Azure puts it, cut to its end, and without secrets."""

from __future__ import annotations

import json
from typing import Any

import pytest

from shared.azure.arm_output import MOST_BYTES
from shared.azure.compute import AzureCompute
from shared.model.azure import PoolAddress, Progress, ProgressState
from tests.azure.scripted import Answer, Script

LINKS = {
    "Azure-AsyncOperation": "{here}/subscriptions/sub/operations/1?api-version=2026-04-01",
    "Location": "{here}/subscriptions/sub/operations/1?api-version=2026-04-01&monitor=true",
}
ACCEPTED = Answer(202, b"", LINKS)


def statuses(*messages: str) -> list[dict[str, str]]:
    return [{"code": "ProvisioningState/succeeded", "message": message} for message in messages]


def linux(stdout: str, stderr: str = "") -> list[dict[str, str]]:
    return statuses(f"Enable succeeded: \n[stdout]\n{stdout}\n[stderr]\n{stderr}")


def ended(output: Any) -> dict[str, Any]:
    return {"status": "Succeeded", "name": "1", "properties": {"output": output}}


async def printed(arm: Script, compute: AzureCompute, pool: PoolAddress, body: Any) -> str:
    arm.will(ACCEPTED, Answer(200, body))
    token = await compute.run_command(pool, "3", ["hostname"])
    progress = await compute.look(pool, token)
    assert progress.state is ProgressState.SUCCEEDED
    return progress.output


async def test_a_command_is_sent_as_a_shell_script(
    arm: Script, compute: AzureCompute, pool: PoolAddress
) -> None:
    arm.will(ACCEPTED)

    await compute.run_command(pool, "3", ["hostname", "echo exit=$?"])

    (asked,) = arm.asked
    assert asked.url.endswith("/virtualMachines/3/runCommand?api-version=2026-04-01")
    assert json.loads(asked.body) == {"commandId": "RunShellScript", "script": ["hostname", "echo exit=$?"]}


@pytest.mark.parametrize(
    "body",
    [
        ended({"value": linux("node-3")}),
        ended(linux("node-3")),
        ended(statuses("node-3")),
        ended({"value": linux("", "node-3")}),
    ],
    ids=["today", "formerly", "one stream for each", "stderr"],
)
async def test_what_was_printed_is_found_wherever_it_is(
    arm: Script, compute: AzureCompute, pool: PoolAddress, body: Any
) -> None:
    assert await printed(arm, compute, pool, body) == "node-3"


async def test_by_the_location_protocol_the_result_is_the_whole_answer(
    arm: Script, compute: AzureCompute, pool: PoolAddress
) -> None:
    arm.will(Answer(202, b"", {"Location": LINKS["Location"]}), Answer(200, {"value": linux("node-3")}))

    token = await compute.run_command(pool, "3", ["hostname"])

    assert (await compute.look(pool, token)).output == "node-3"


@pytest.mark.parametrize(
    "output", [None, [], {}, {"value": None}, {"value": [{"code": "x"}]}, 7, "text", [7]]
)
async def test_an_output_that_says_nothing_is_empty(
    arm: Script, compute: AzureCompute, pool: PoolAddress, output: Any
) -> None:
    assert await printed(arm, compute, pool, ended(output)) == ""


async def test_of_much_output_the_end_is_kept(arm: Script, compute: AzureCompute, pool: PoolAddress) -> None:
    text = await printed(arm, compute, pool, ended({"value": linux("é" * 5000, "the end")}))

    assert text.endswith("é\nthe end")
    assert MOST_BYTES - 1 <= len(text.encode()) <= MOST_BYTES


async def test_secrets_in_the_output_are_not_kept(
    arm: Script, compute: AzureCompute, pool: PoolAddress
) -> None:
    said = "started with password=hunter2 and Bearer abc.def"

    text = await printed(arm, compute, pool, ended({"value": linux(said)}))

    assert "hunter2" not in text
    assert "abc.def" not in text


async def test_a_command_that_failed_says_why(arm: Script, compute: AzureCompute, pool: PoolAddress) -> None:
    error = {"code": "VMExtensionProvisioningError", "message": "VM has reported a failure."}
    arm.will(ACCEPTED, Answer(200, {"status": "Failed", "error": error, "name": "1"}))

    token = await compute.run_command(pool, "3", ["hostname"])

    failed = Progress(ProgressState.FAILED, "VMExtensionProvisioningError", "VM has reported a failure.")
    assert await compute.look(pool, token) == failed
