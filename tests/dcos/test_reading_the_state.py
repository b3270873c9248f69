"""A recorded answer becomes a state, whichever of its two languages the master speaks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from shared.errors import Retry
from shared.model.mesos import Generation, SchedulerState
from shared.ports.http import HttpAnswer
from tests.dcos.recorded import Json, answer, body, document, older_master, scheduler, v1_master

ELDER = "36862680-b673-4ec1-afcf-1a4f2b75aed4"
"""The master that registered the agents, before it was restarted."""


def after_restart(state: SchedulerState) -> None:
    """What both languages say of the same moment."""
    assert [agent.agent_id for agent in state.agents] == [f"{ELDER}-S1", f"{ELDER}-S2"]
    assert [agent.address for agent in state.agents] == ["127.0.0.11", "127.0.0.13"]
    assert [agent.hostname for agent in state.agents] == ["agent-1.mesos.test", "agent-3.mesos.test"]
    assert [agent.port for agent in state.agents] == [5051, 5051]
    assert [dict(agent.tasks) for agent in state.agents] == [
        {f"{ELDER}-0000:lab-1": 1},
        {f"{ELDER}-0000:lab-3": 1},
    ]
    assert state.recovered == (f"{ELDER}-S0",)
    assert {one.id: one.name for one in state.frameworks.values()} == {f"{ELDER}-0000": "lab"}
    assert state.version == "1.11.0"
    assert state.generation is Generation.DRAIN
    assert state.reregister_window == timedelta(minutes=10)


async def test_a_master_with_the_operator_api_is_read_through_it() -> None:
    http = v1_master()
    state = await scheduler(http).state()
    after_restart(state)
    assert state.elected_at == datetime(2026, 11, 22, 9, 47, 17, 709033, UTC)
    assert state.agents[1].registered_at == datetime(2026, 11, 22, 9, 46, 9, 697092, UTC)
    assert {call.url for call in http.calls} == {"http://10.0.0.5:5050/api/v1"}


async def test_an_older_master_is_read_through_state_and_slaves() -> None:
    http = older_master(document("state-after-restart.json"), document("slaves-after-restart.json"))
    state = await scheduler(http).state()
    after_restart(state)
    assert state.elected_at == datetime(2026, 11, 22, 9, 46, 6, 664154, UTC)
    assert state.agents[1].registered_at == datetime(2026, 11, 22, 9, 46, 9, 697092, UTC)


async def test_recovered_agents_are_in_slaves_where_state_does_not_list_them() -> None:
    state = document("state-after-restart.json")
    del state["recovered_slaves"]
    found = await scheduler(older_master(state, document("slaves-after-restart.json"))).state()
    assert found.recovered == (f"{ELDER}-S0",)


async def test_a_master_whose_operator_api_hides_the_election_is_read_the_older_way() -> None:
    state = document("state-after-restart.json")
    master = document("get-master-1.1.json")
    master["get_master"]["master_info"]["id"] = state["id"]
    http = v1_master(GET_MASTER=answer(master))
    http.routes |= older_master(state, document("slaves-after-restart.json")).routes | http.routes
    after_restart(await scheduler(http).state())


async def test_the_state_of_a_dcos_cluster_is_read() -> None:
    told = body("state-dcos-2.0.json")  # /slaves tells the same of agents, and more
    state = await scheduler(older_master(told, told)).state()
    assert len(state.agents) == 5
    assert all(agent.active and agent.hostname == agent.address for agent in state.agents)
    assert state.generation is Generation.DRAIN


def only_agents(agents: Json) -> Json:
    return {"get_state": {"get_tasks": {}, "get_frameworks": {}, "get_agents": agents["get_agents"]}}


async def test_an_agent_whose_process_died_is_not_active() -> None:
    state = only_agents(document("get-agents-disconnected.json"))
    found = await scheduler(v1_master(GET_STATE=answer(state))).state()
    assert {agent.agent_id[-2:]: agent.active for agent in found.agents} == {
        "S0": True,
        "S1": True,
        "S2": False,
    }


async def test_an_agent_that_an_operator_deactivated_is_active() -> None:
    """Mesos shows it as not active, like a dead one; to replace it would destroy a machine that works."""
    recorded = document("get-agents-deactivated.json")
    shown = {a["agent_info"]["id"]["value"][-2:]: a["active"] for a in recorded["get_agents"]["agents"]}
    found = await scheduler(v1_master(GET_STATE=answer(only_agents(recorded)))).state()
    assert shown["S2"] is False
    assert {agent.agent_id[-2:]: agent.active for agent in found.agents}["S2"] is True


async def test_frameworks_of_a_dcos_cluster_are_told() -> None:
    told = body("state-dcos-2.0.json")
    frameworks = (await scheduler(older_master(told, told)).state()).frameworks
    assert {one.name: one.roles for one in frameworks.values()} == {
        "marathon": ("slave_public",),
        "metronome": ("*",),
    }
    (marathon,) = (one for one in frameworks.values() if one.name == "marathon")
    assert (marathon.principal, marathon.webui_url) == ("dcos_marathon", "https://10.0.6.201:8443")
    assert (marathon.active, marathon.connected, marathon.partition_aware, marathon.checkpoint) == (True,) * 4


async def test_only_running_tasks_count_and_those_of_one_application_count_together() -> None:
    state = document("get-state-after-restart.json")
    task = state["get_state"]["get_tasks"]["tasks"][0]
    states = ["TASK_RUNNING", "TASK_RUNNING", "TASK_STAGING", "TASK_KILLING", "TASK_UNREACHABLE"]
    state["get_state"]["get_tasks"]["tasks"] = [
        task | {"state": each, "task_id": {"value": f"web.{number}"}, "name": "web"}
        for number, each in enumerate(states)
    ]
    found = await scheduler(v1_master(GET_STATE=answer(state))).state()
    assert [dict(agent.tasks) for agent in found.agents] == [{}, {f"{ELDER}-0000:web": 2}]


async def test_orphan_tasks_of_old_masters_run_and_count() -> None:
    state = document("state-after-restart.json")
    state["orphan_tasks"] = state["frameworks"][0]["tasks"]
    state["frameworks"] = []
    found = await scheduler(older_master(state, {})).state()
    assert sum(sum(agent.tasks.values()) for agent in found.agents) == 2


@pytest.mark.parametrize("name", ["agent_reregister_timeout", "slave_reregister_timeout"])
async def test_the_re_register_window_is_the_masters_flag(name: str) -> None:
    flags = {"get_flags": {"flags": [{"name": name, "value": "15mins"}]}}
    found = await scheduler(v1_master(GET_FLAGS=answer(flags))).state()
    assert found.reregister_window == timedelta(minutes=15)


async def test_without_that_flag_the_window_is_ten_minutes() -> None:
    found = await scheduler(v1_master(GET_FLAGS=answer({"get_flags": {}}))).state()
    assert found.reregister_window == timedelta(minutes=10)


async def test_agents_come_in_the_order_of_their_ids() -> None:
    state = document("get-state-after-restart.json")
    state["get_state"]["get_agents"]["agents"].reverse()
    there = await scheduler(v1_master(GET_STATE=answer(state))).state()
    assert there == await scheduler(v1_master()).state()


async def test_a_master_elected_anew_while_it_was_read_gives_no_state() -> None:
    elections = iter(range(100))

    def another_each_time() -> HttpAnswer:
        master = document("get-master.json")
        master["get_master"]["master_info"]["id"] = f"election-{next(elections)}"
        return answer(master)

    with pytest.raises(Retry, match=r"the leader changed while master 10\.0\.0\.5:5050 was read"):
        await scheduler(v1_master(GET_MASTER=another_each_time)).state()
