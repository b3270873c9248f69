"""A master goes down and comes back with its machine, and its cluster feels it."""

import msgspec
import pytest

from simulator.dcos.network import DcosNetwork
from simulator.dcos.services import Services
from simulator.in_process import MesosNetwork
from simulator.world.build import ClusterSpec
from tests.simulator.stage import Stage, play


async def ensemble(stage: Stage, by: int) -> dict[str, str]:
    """What Exhibitor on the master `by` says of each."""
    network = DcosNetwork(stage.world, Services(stage.cluster), MesosNetwork(stage.faces))
    host = stage.cluster.mesos.masters[by].host
    _, _, body = await network.send(
        "GET", f"http://{host}:8181/exhibitor/v1/cluster/status", {}, b"", timeout_s=1.0
    )
    return {one["hostname"]: one["description"] for one in msgspec.json.decode(body)}


def test_masters_live_in_an_availability_set_of_their_own() -> None:
    async def story(stage: Stage) -> None:
        machines = stage.cluster.machines
        assert [machine.nic.address for machine in machines] == ["172.16.0.5", "172.16.0.6", "172.16.0.7"]
        assert [machine.fault_domain for machine in machines] == [0, 1, 2]
        path = machines[0].availability_set.rpartition("/")[0]
        answer = msgspec.json.decode((await stage.ask_arm("GET", path)).body)
        (found,) = answer["value"]
        assert found["name"] == "dcos-master-availabilitySet-633E21A3"
        assert [one["id"] for one in found["properties"]["virtualMachines"]] == [one.id for one in machines]

    play(story, ClusterSpec("test", suffix="633E21A3"))


def test_the_leader_s_restart_makes_another_master_lead_and_it_serves_again() -> None:
    async def story(stage: Stage) -> None:
        first = stage.cluster.mesos.masters[0]
        stage.world.restart(stage.cluster.machines[0])
        assert not first.up
        assert not stage.cluster.machines[0].healthy
        await stage.after(s=30)
        assert (await ensemble(stage, by=1))[first.host] == "down"
        assert stage.cluster.mesos.leader not in (None, first)
        await stage.after(minutes=3)
        assert first.up
        assert set((await ensemble(stage, by=0)).values()) == {"serving"}
        assert stage.cluster.machines[0].healthy

    play(story)


@pytest.mark.parametrize("action", ["restart", "redeploy"])
def test_without_two_of_three_nobody_leads_until_they_are_back(action: str) -> None:
    async def story(stage: Stage) -> None:
        for machine in stage.cluster.machines[:2]:
            await stage.ask_arm("POST", f"{machine.id}/{action}")
        await stage.after(s=30)
        assert stage.cluster.mesos.leader is None
        assert set((await ensemble(stage, by=2)).values()) == {"down", "not serving"}
        await stage.after(minutes=10)
        assert stage.cluster.mesos.leader is not None

    play(story)


def test_a_hanging_master_answers_nothing_and_a_restart_cures_it() -> None:
    async def story(stage: Stage) -> None:
        stage.world.freeze_vm(stage.cluster.machines[0])
        await stage.after(s=30)
        with pytest.raises(TimeoutError):
            await ensemble(stage, by=0)
        assert stage.cluster.mesos.leader is stage.cluster.mesos.masters[1]
        stage.world.restart(stage.cluster.machines[0])
        await stage.after(minutes=3)
        assert set((await ensemble(stage, by=0)).values()) == {"serving"}

    play(story)


def test_a_hang_that_passes_leaves_a_master_that_serves() -> None:
    async def story(stage: Stage) -> None:
        stage.world.freeze_vm(stage.cluster.machines[2])
        await stage.after(minutes=1)
        assert not stage.cluster.mesos.masters[2].up
        stage.world.thaw_vm(stage.cluster.machines[2])
        assert stage.cluster.mesos.masters[2].up

    play(story)


def test_a_master_s_unit_is_mended_by_a_script() -> None:
    async def story(stage: Stage) -> None:
        failed = ("172.16.0.5", "dcos-mesos-dns.service")
        stage.cluster.units.failed.add(failed)
        body = {"commandId": "RunShellScript", "script": ["systemctl restart dcos-mesos-dns"]}
        answer = await stage.ask_arm("POST", f"{stage.cluster.machines[0].id}/runCommand", body)
        assert answer.status == 202
        await stage.after(minutes=1)
        assert failed not in stage.cluster.units.failed

    play(story)


def test_a_master_s_machine_is_not_reimaged_and_not_deleted() -> None:
    async def story(stage: Stage) -> None:
        machine = stage.cluster.machines[0]
        assert (await stage.ask_arm("POST", f"{machine.id}/reimage")).status == 409
        assert (await stage.ask_arm("DELETE", machine.id)).status == 404
        assert machine.healthy

    play(story)


def test_a_machine_s_interface_is_found_by_its_id() -> None:
    async def story(stage: Stage) -> None:
        machine = stage.cluster.machines[1]
        group = machine.id.partition("/providers/")[0]
        path = f"{group}/providers/Microsoft.Network/networkInterfaces"
        listed = msgspec.json.decode((await stage.ask_arm("GET", path)).body)["value"]
        assert len(listed) == 3
        one = msgspec.json.decode((await stage.ask_arm("GET", f"{path}/{machine.nic.name}")).body)
        assert one == listed[1]
        assert one["properties"]["virtualMachine"]["id"] == machine.id
        assert (await stage.ask_arm("GET", f"{path}/no-such-nic")).status == 404

    play(story)
