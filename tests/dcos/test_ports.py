"""Host ports of agents, in both languages of the masters: what they offer and what is in use."""

from __future__ import annotations

import pytest

from shared.dcos import resources
from shared.errors import Retry
from shared.model.ports import Ports
from tests.dcos.recorded import Json, answer, document, older_master, scheduler, v1_master
from tests.dcos.test_resources import STACKED, listed

RECORDED = Ports(((31000, 31100),))


def ports(*ranges: tuple[int, int], **more: object) -> Json:
    found = {"range": [{"begin": first, "end": last} for first, last in ranges]}
    return {"name": "ports", "type": "RANGES", "ranges": found, "role": "*"} | more


@pytest.mark.parametrize(
    ("text", "ranges"),
    [
        ("[1025-2180, 2182-3887]", ((1025, 2180), (2182, 3887))),
        ("[1-21,23-5050]", ((1, 21), (23, 5050))),
        ("[10000-10000]", ((10000, 10000),)),
        ("[]", ()),
    ],
)
def test_ranges_are_read_as_the_older_endpoints_print_them(text: str, ranges: object) -> None:
    assert resources.ports_in(text).ranges == ranges


@pytest.mark.parametrize("text", ["", "31000-31100", "[31000]", "[a-b]", "[1-2", "[1-2] x", "[-1-2]"])
def test_what_is_no_range_is_no_ports(text: str) -> None:
    with pytest.raises(ValueError, match="not ports"):
        resources.ports_in(text)


def test_ports_that_a_framework_holds_are_offered_to_nobody_else() -> None:
    parts = listed(ports((1, 9)), ports((20, 29), **STACKED))
    assert resources.offered_ports(parts) == Ports(((1, 9),))
    assert resources.ports(parts) == Ports(((1, 9), (20, 29)))
    assert resources.ports(()) is None


async def test_the_newer_masters_say_what_is_offered_and_what_is_in_use() -> None:
    state = document("get-state-after-restart.json")
    listed_agents = state["get_state"]["get_agents"]["agents"]
    listed_agents[0].setdefault("allocated_resources", []).append(ports((31005, 31007)))
    agents = (await scheduler(v1_master(GET_STATE=answer(state))).state()).agents
    assert {agent.ports for agent in agents} == {RECORDED}
    (used,) = [agent.used_ports for agent in agents if agent.used_ports.ranges]
    assert used == Ports(((31005, 31007),))


async def test_the_older_masters_say_what_is_offered_and_what_is_in_use() -> None:
    state = document("state-after-restart.json")
    state["slaves"][0]["used_resources"]["ports"] = "[31005-31007]"
    agents = (await scheduler(older_master(state, document("slaves-after-restart.json"))).state()).agents
    assert {agent.ports for agent in agents} == {RECORDED}
    assert [agent.used_ports for agent in agents if agent.used_ports.ranges] == [Ports(((31005, 31007),))]


async def test_ports_that_cannot_be_are_an_answer_that_is_not_understood() -> None:
    state = document("state-after-restart.json")
    state["slaves"][0]["resources"]["ports"] = "many"
    with pytest.raises(Retry):
        await scheduler(older_master(state, document("slaves-after-restart.json"))).state()
