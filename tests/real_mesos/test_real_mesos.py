"""The lab itself: what it says happens to a process really happens to it."""

from __future__ import annotations

import asyncio

from tests.real_mesos.cluster import RealMesos

ONE, TWO, THREE = "127.0.0.11", "127.0.0.12", "127.0.0.13"


def ids(state: dict[str, list[dict[str, str]]]) -> dict[str, str]:
    return {agent["hostname"]: agent["id"] for agent in state["slaves"]}


async def test_an_agent_started_again_has_its_id_and_a_wiped_one_a_new_id(real_mesos: RealMesos) -> None:
    real_mesos.start_agent(ONE)
    real_mesos.start_agent(TWO)
    before = ids(await real_mesos.until_agents(ONE, TWO))

    real_mesos.kill_agent(ONE)
    real_mesos.wipe_agent(TWO)
    await real_mesos.until("both are given up", lambda state: not state["slaves"])
    real_mesos.start_agent(ONE)
    real_mesos.start_agent(TWO)
    after = ids(await real_mesos.until_agents(ONE, TWO))

    assert after[ONE] == before[ONE]
    assert after[TWO] != before[TWO]


async def test_the_tasks_of_a_dead_agent_run_elsewhere_under_the_same_name(real_mesos: RealMesos) -> None:
    real_mesos.start_agent(ONE)
    real_mesos.start_agent(TWO)
    await real_mesos.until_agents(ONE, TWO)
    real_mesos.run_tasks("web", tasks=2)
    await real_mesos.until_running("web", 2)

    real_mesos.kill_agent(ONE)
    real_mesos.start_agent(THREE)
    await real_mesos.until_agents(TWO, THREE)
    state = await real_mesos.until_running("web", 2)

    new_home = ids(state)[THREE]
    assert {task["name"] for task in state["frameworks"][0]["tasks"] if task["slave_id"] == new_home} == {
        "web"
    }


async def test_the_master_remembers_its_agents_over_a_restart(real_mesos: RealMesos) -> None:
    real_mesos.start_agent(ONE)
    before = ids(await real_mesos.until_agents(ONE))
    real_mesos.freeze_agent(ONE)

    real_mesos.stop_master()
    real_mesos.start_master()
    state = await real_mesos.until("the agent is recovered", lambda state: bool(state["recovered_slaves"]))
    real_mesos.thaw_agent(ONE)
    after = ids(await real_mesos.until_agents(ONE))

    assert [agent["id"] for agent in state["recovered_slaves"]] == [before[ONE]]
    assert after == before


async def test_nothing_of_a_cluster_lives_on_after_it_was_stopped(real_mesos: RealMesos) -> None:
    real_mesos.start_agent(ONE)
    await real_mesos.until_agents(ONE)
    real_mesos.run_tasks("web", tasks=1)
    await real_mesos.until_running("web", 1)

    real_mesos.stop()

    assert not real_mesos.is_running(ONE)
    await asyncio.sleep(0.1)
    assert real_mesos.processes_left() == []
