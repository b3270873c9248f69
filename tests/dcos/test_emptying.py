"""Deactivate, reactivate, drain on the wire: what is sent, what is not, and what the master's answers become."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import msgspec
import pytest

from shared.errors import Refused, Retry, Unknown
from shared.memory.http import MemoryHttp
from shared.ports.http import HttpAnswer
from tests.dcos.recorded import Json, answer, document, scheduler, v1_master

S1 = "36862680-b673-4ec1-afcf-1a4f2b75aed4-S1"
"""Deactivated in the recorded state."""
S2 = "36862680-b673-4ec1-afcf-1a4f2b75aed4-S2"
GRACE = timedelta(minutes=10, milliseconds=250)


def master(change: Callable[[Json], None] = lambda agent: None, **answers: HttpAnswer) -> MemoryHttp:
    """The recorded master, its agent S2 changed; all orders are answered well unless told otherwise."""
    state = document("get-state-after-restart.json")
    (agent,) = (
        one for one in state["get_state"]["get_agents"]["agents"] if one["agent_info"]["id"]["value"] == S2
    )
    change(agent)
    well = dict.fromkeys(("DEACTIVATE_AGENT", "REACTIVATE_AGENT", "DRAIN_AGENT"), answer(b""))
    return v1_master(**{"GET_STATE": answer(state)} | well | answers)


def sent(http: MemoryHttp) -> list[Json]:
    bodies = [msgspec.json.decode(call.body or b"{}") for call in http.calls]
    return [body for body in bodies if not body["type"].startswith("GET_")]


async def test_a_drain_names_the_agent_and_the_grace_in_the_form_of_objects() -> None:
    http = master()
    await scheduler(http).drain(S2, GRACE)
    grace = {"seconds": 600, "nanos": 250_000_000}
    assert sent(http) == [
        {"type": "DRAIN_AGENT", "drain_agent": {"agent_id": {"value": S2}, "max_grace_period": grace}}
    ]


async def test_deactivating_and_reactivating_name_the_agent() -> None:
    http = master()
    await scheduler(http).deactivate(S2)
    await scheduler(http).reactivate(S1)
    assert sent(http) == [
        {"type": "DEACTIVATE_AGENT", "deactivate_agent": {"agent_id": {"value": S2}}},
        {"type": "REACTIVATE_AGENT", "reactivate_agent": {"agent_id": {"value": S1}}},
    ]


async def test_what_is_so_already_sends_nothing() -> None:
    http = master()
    await scheduler(http).deactivate(S1)
    await scheduler(http).reactivate(S2)
    assert sent(http) == []


def is_older(agent: Json) -> None:
    agent["capabilities"] = [one for one in agent["capabilities"] if one["type"] != "AGENT_DRAINING"]


async def test_an_agent_that_is_too_old_to_drain_is_never_ordered_to() -> None:
    """It would stay DRAINING for ever: it does not understand, and the drain can't be taken back."""
    http = master(is_older)
    with pytest.raises(Refused) as refusal:
        await scheduler(http).drain(S2, GRACE)
    assert (refusal.value.reason, sent(http)) == ("agent_cannot_drain", [])
    await scheduler(http).deactivate(S2)
    assert [one["type"] for one in sent(http)] == ["DEACTIVATE_AGENT"]


async def test_a_master_that_lists_no_draining_is_never_asked() -> None:
    info = document("get-master.json")
    info["get_master"]["master_info"]["capabilities"] = [{"type": "AGENT_UPDATE"}]
    http = master(GET_MASTER=answer(info))
    with pytest.raises(Refused) as refusal:
        await scheduler(http).deactivate(S2)
    assert (refusal.value.reason, sent(http)) == ("call_not_known", [])


@pytest.mark.parametrize("state", ["DRAINING", "UNKNOWN", "SOMETHING_NEW"])
async def test_a_drain_that_goes_on_is_neither_ordered_again_nor_taken_back(state: str) -> None:
    http = master(lambda agent: agent.update(deactivated=True, drain_info={"state": state}))
    await scheduler(http).drain(S2, GRACE)
    with pytest.raises(Refused) as refusal:
        await scheduler(http).reactivate(S2)
    assert (refusal.value.reason, sent(http)) == ("agent_is_draining", [])


@pytest.mark.parametrize(
    ("status", "said"), [(400, "Unknown agent"), (409, "Agent is currently being marked gone")]
)
async def test_a_refusal_of_the_master_is_told_in_its_own_words(status: int, said: str) -> None:
    http = master(DEACTIVATE_AGENT=answer(said.encode(), status))
    with pytest.raises(Refused, match=said) as refusal:
        await scheduler(http).deactivate(S2)
    assert refusal.value.reason == "master_refuses"


async def test_an_agent_in_a_maintenance_window_is_told_apart() -> None:
    said = f"Agent {S2} is part of a maintenance schedule under Machine a (10.0.0.1)".encode()
    with pytest.raises(Refused) as refusal:
        await scheduler(master(DRAIN_AGENT=answer(said, 400))).drain(S2, GRACE)
    assert refusal.value.reason == "machine_in_maintenance"


async def test_a_master_that_is_busy_is_asked_again_later() -> None:
    with pytest.raises(Retry):
        await scheduler(master(DEACTIVATE_AGENT=answer(b"", 503))).deactivate(S2)


async def test_an_order_without_an_answer_may_have_been_carried_out() -> None:
    def lost() -> HttpAnswer:
        raise TimeoutError("no answer")

    http = v1_master(DRAIN_AGENT=lost)
    with pytest.raises(Unknown):
        await scheduler(http).drain(S2, GRACE)


async def test_a_grace_of_less_than_nothing_is_a_mistake_of_the_caller() -> None:
    http = master()
    with pytest.raises(ValueError, match="a grace of"):
        await scheduler(http).drain(S2, -GRACE)
    assert sent(http) == []
