"""An answer that can't be read gives no state at all, and the sentence says what was wrong with it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from shared.errors import Retry
from tests.dcos.recorded import Json, answer, body, document, older_master, scheduler, v1_master

type Spoil = Callable[[Json], object]


def first_agent(state: Json) -> Json:
    agent: Json = state["get_state"]["get_agents"]["agents"][0]
    return agent


SPOILS: dict[str, tuple[Spoil, str]] = {
    "no agents at all": (lambda state: state["get_state"].pop("get_agents"), "get_agents"),
    "no tasks at all": (lambda state: state["get_state"].pop("get_tasks"), "get_tasks"),
    "agents that are no list": (lambda state: state["get_state"]["get_agents"].update(agents=3), "agents"),
    "an agent without an id": (lambda state: first_agent(state)["agent_info"].pop("id"), "id"),
    "an agent with an empty id": (
        lambda state: first_agent(state)["agent_info"].update(id={"value": ""}),
        "id",
    ),
    "an agent without an address": (lambda state: first_agent(state).pop("pid"), "pid"),
    "an address that is none": (lambda state: first_agent(state).update(pid="nowhere"), "nowhere"),
    "active that is a word": (lambda state: first_agent(state).update(active="yes"), "active"),
    "a time beyond all years": (
        lambda state: first_agent(state).update(registered_time={"nanoseconds": 10**30}),
        "time",
    ),
    "a task without an agent": (
        lambda state: state["get_state"]["get_tasks"]["tasks"][0].pop("agent_id"),
        "agent_id",
    ),
}


@pytest.mark.parametrize("name", SPOILS)
async def test_a_spoiled_state_is_no_state(name: str) -> None:
    spoil, said = SPOILS[name]
    state = document("get-state-after-restart.json")
    spoil(state)
    with pytest.raises(Retry, match=rf"master 10\.0\.0\.5:5050 .* is malformed .*{said}"):
        await scheduler(v1_master(GET_STATE=answer(state))).state()


@pytest.mark.parametrize("cut", [0, 1, 1000, -2])
async def test_a_cut_off_state_is_no_state(cut: int) -> None:
    with pytest.raises(Retry, match="malformed"):
        await scheduler(v1_master(GET_STATE=answer(body("get-state-after-restart.json")[:cut]))).state()


async def test_a_version_that_is_none_is_malformed() -> None:
    master = document("get-master.json")
    master["get_master"]["master_info"]["version"] = "unknown"
    with pytest.raises(Retry, match="not a Mesos version: 'unknown'"):
        await scheduler(v1_master(GET_MASTER=answer(master))).state()


async def test_a_window_that_is_no_duration_is_malformed() -> None:
    flags = {"get_flags": {"flags": [{"name": "agent_reregister_timeout", "value": "soon"}]}}
    with pytest.raises(Retry, match="not a duration of Mesos: 'soon'"):
        await scheduler(v1_master(GET_FLAGS=answer(flags))).state()


async def test_an_older_state_without_its_agents_is_no_state() -> None:
    state = document("state-after-restart.json")
    del state["slaves"]
    with pytest.raises(Retry, match="malformed"):
        await scheduler(older_master(state, {})).state()


async def test_a_state_that_is_not_answered_with_200_is_no_state() -> None:
    with pytest.raises(Retry, match=r"answered GET_STATE with 500 \(out of order\)"):
        await scheduler(v1_master(GET_STATE=answer(b"out of order", 500))).state()


async def test_a_state_lost_once_is_asked_for_again() -> None:
    answers = iter([answer(b"", 503)])
    there = answer(body("get-state-after-restart.json"))
    state = await scheduler(v1_master(GET_STATE=lambda: next(answers, there))).state()
    assert len(state.agents) == 2
