"""A script that Azure runs in a node mends what a person at its shell would mend."""

from typing import Any

import msgspec
import pytest

from simulator.dcos.services import CRITICAL, OK, Services
from simulator.world.agent import Life
from simulator.world.build import ClusterSpec
from simulator.world.operations import AzureRefusal, OperationStatus
from tests.simulator.stage import Stage, play

METRICS = "dcos-metrics-agent.service"
AGENT = "dcos-mesos-slave.service"


async def run(stage: Stage, vm_id: str, *lines: str) -> dict[str, Any]:
    """The operation of the script, at its end."""
    body = {"commandId": "RunShellScript", "script": list(lines)}
    answer = await stage.ask_arm("POST", f"{vm_id}/runCommand", body)
    assert answer.status == 202, answer.body
    await stage.after(minutes=2)
    link = answer.headers["Azure-AsyncOperation"].removeprefix("https://management.azure.com")
    ended: dict[str, Any] = msgspec.json.decode((await stage.ask_arm("GET", link)).body)
    return ended


def health(stage: Stage, address: str, unit: str) -> int:
    services = Services(stage.cluster)
    return next(services.units(node)[unit] for node in services.nodes() if node.address == address)


def test_a_failed_unit_that_is_restarted_is_well() -> None:
    async def story(stage: Stage) -> None:
        address = stage.instance(0).nic.address
        stage.cluster.units.failed.add((address, METRICS))
        assert health(stage, address, METRICS) == CRITICAL
        ended = await run(
            stage,
            stage.instance(0).id,
            "systemctl is-active dcos-metrics-agent",
            f"systemctl restart {METRICS} && systemctl is-active {METRICS}",
        )
        (status,) = ended["properties"]["output"]["value"]
        assert status["message"] == "Enable succeeded: \n[stdout]\nfailed\nactive\n\n[stderr]\n"
        assert health(stage, address, METRICS) == OK

    play(story)


def test_a_stubborn_unit_stays_failed_and_the_operation_succeeds_all_the_same() -> None:
    async def story(stage: Stage) -> None:
        address = stage.instance(0).nic.address
        stage.cluster.units.failed.add((address, METRICS))
        stage.cluster.units.stubborn.add((address, METRICS))
        ended = await run(stage, stage.instance(0).id, f"systemctl restart {METRICS}")
        assert ended["status"] == "Succeeded"
        assert health(stage, address, METRICS) == CRITICAL

    play(story)


def test_an_agent_that_died_is_started_and_keeps_its_id() -> None:
    async def story(stage: Stage) -> None:
        agent_id = stage.agent(0).id
        stage.world.kill_agent_process(stage.instance(0))
        await stage.after(s=5)
        assert stage.agent(0).process.life is Life.ABSENT
        await run(stage, stage.instance(0).id, f"systemctl restart {AGENT}")
        assert stage.agent(0).process.life is Life.RUNNING
        assert stage.agent(0).id == agent_id
        assert stage.instance(0).healthy

    play(story)


def test_what_a_broken_image_never_started_is_not_started_by_a_restart() -> None:
    async def story(stage: Stage) -> None:
        stage.world.set_capacity(stage.private, 4)
        await stage.after(minutes=5)
        await run(stage, stage.instance(3).id, f"systemctl restart {AGENT}")
        assert not stage.instance(3).healthy

    play(story, ClusterSpec("test", never_join=frozenset({"private"})))


def test_a_hang_lets_a_script_wait_until_azure_gives_up() -> None:
    async def story(stage: Stage) -> None:
        stage.world.freeze_vm(stage.instance(0))
        assert (await run(stage, stage.instance(0).id, "hostname"))["status"] == "InProgress"
        await stage.after(minutes=30)
        command = stage.instance(0).command
        assert command is not None
        assert command.status is OperationStatus.FAILED

    play(story)


def test_a_restart_takes_the_script_with_it() -> None:
    async def story(stage: Stage) -> None:
        stage.world.freeze_vm(stage.instance(0))
        await run(stage, stage.instance(0).id, "hostname")
        stage.world.restart(stage.instance(0))
        command = stage.instance(0).command
        assert command is not None
        assert command.status is OperationStatus.CANCELED

    play(story)


def test_a_script_is_refused_where_nothing_runs() -> None:
    async def story(stage: Stage) -> None:
        stage.world.deallocate(stage.instance(0))
        await stage.after(minutes=2)
        answer = await stage.ask_arm(
            "POST", f"{stage.instance(0).id}/runCommand", {"commandId": "RunShellScript", "script": ["x"]}
        )
        assert answer.status == 409
        assert b"set to run" in answer.body

    play(story)


@pytest.mark.parametrize("body", [{}, {"commandId": "RunPowerShellScript", "script": ["x"]}])
def test_only_shell_scripts_are_known(body: dict[str, Any]) -> None:
    async def story(stage: Stage) -> None:
        assert (await stage.ask_arm("POST", f"{stage.instance(0).id}/runCommand", body)).status == 404

    play(story)


def test_protection_keeps_an_instance_from_what_is_done_to_its_set() -> None:
    async def story(stage: Stage) -> None:
        policy = {"protectFromScaleIn": True, "protectFromScaleSetActions": True}
        body = {"location": "westeurope", "properties": {"protectionPolicy": policy}}
        assert (await stage.ask_arm("PUT", stage.instance(0).id, body)).status == 200
        await stage.after(s=10)
        await stage.ask_arm("POST", f"{stage.private.id}/reimage", {})
        ordered = stage.world.journal.of("instance_reimage_ordered")
        assert [entry.detail["instance"] for entry in ordered] == ["1", "2"]
        with pytest.raises(AzureRefusal):
            stage.world.restart(stage.instance(1))
        stage.world.restart(stage.instance(0))

    play(story)
