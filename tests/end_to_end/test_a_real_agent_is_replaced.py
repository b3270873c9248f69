"""The real app, in Microsoft's worker library over Azurite, heals a real Mesos on simulated machines."""

from __future__ import annotations

from pathlib import Path

from shared import runtime
from simulator.azurite import Azurite
from simulator.host import HostOptions, LocalHost
from simulator.serve import served
from tests.end_to_end.real_agents import world_with_real_agents
from tests.real_mesos.cluster import RealMesos

ROOT = Path(__file__).resolve().parent.parent.parent
POLICY = """\
version: 1
defaults: {{mode: enforce, repair: {{ladder: [replace]}}}}
clusters:
  real:
    subscription: {subscription}
    resource_group: acs-real
    failover_hold_off: 0s  # the master was elected a moment ago
    dcos: {{masters: ["{master}"]}}
    pools:
      private:
        scale_set: {scale_set}
        capacity: {{min: 1, max: 5}}
        repair: {{confirm_after: 1s, join_timeout: 2m, verify_timeout: 2m}}
"""


async def test_a_killed_agent_is_marked_gone_and_a_new_one_joins_and_its_tasks_run_again(
    real_mesos: RealMesos, azurite: Azurite, tmp_path: Path
) -> None:
    world, pool = world_with_real_agents(real_mesos, agents=3)
    addresses = [instance.nic.address for instance in pool.instances.values()]
    before = await real_mesos.until_agents(*addresses)
    real_mesos.run_tasks("web", tasks=6, per_agent=2)
    await real_mesos.until_running("web", 6)
    ids = {agent["hostname"]: agent["id"] for agent in before["slaves"]}
    victim = pool.instances[1]

    async with served(world) as faces:
        policy = tmp_path / "policy.yaml"
        policy.write_text(
            POLICY.format(subscription=pool.subscription, master=real_mesos.master, scale_set=pool.name)
        )
        values = {
            "FUNCTIONS_WORKER_RUNTIME": "python",
            "AzureWebJobsStorage": azurite.connection_string,
            "POOLKEEPER_POLICY_FILE": str(policy),
            "POOLKEEPER_SWEEP": "*/1 * * * * *",
            "POOLKEEPER_BEAT": "*/1 * * * * *",
            "AzureWebJobs.metrics_events.Disabled": "true",  # there is no event hub here
            "POOLKEEPER_ARM_ENDPOINT": faces.arm_url,
            "POOLKEEPER_ARM_STATIC_TOKEN": "poolkeeper",
        }
        async with LocalHost(HostOptions(app=ROOT, port=0, values=values)) as host:
            await host.run_now("beat")
            real_mesos.kill_agent(victim.nic.address)

            lost = ids[victim.nic.address]
            await real_mesos.until(
                "three agents are active and the lost one is not among them",
                lambda state: len(active(state)) == 3 and lost not in active(state),
                seconds=60,
            )
            await real_mesos.until_running("web", 6)
        await runtime.close()

    assert 1 not in pool.instances, "the dead machine is destroyed"
    assert pool.capacity == 3
    state = await real_mesos.state()
    assert {ids[address] for address in addresses} - {lost} < active(state), "the others were not touched"
    assert f"Marking agent '{lost}' as gone" in real_mesos.master_log()


def active(state: dict[str, list[dict[str, object]]]) -> set[object]:
    return {agent["id"] for agent in state["slaves"] if agent["active"]}
