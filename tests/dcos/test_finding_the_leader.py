"""The leader is found among masters that are dead, hang, disagree or point elsewhere, or a sentence says why not."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

import pytest

from shared.dcos.leader import LeaderSearch
from shared.dcos.masters import PROBE_TIMEOUT_S, Masters
from shared.errors import Retry, brief
from shared.ports.http import HttpAnswer, HttpCall
from tests.dcos.recorded import answer, body, document

type Behaviour = Callable[[HttpCall], HttpAnswer]

A, B, C = "10.0.0.5:5050", "10.0.0.6:5050", "10.0.0.7:5050"


class Network:
    """Masters by address. One that is missing refuses connections; one that is None never answers."""

    def __init__(self, masters: dict[str, Behaviour | None]) -> None:
        self.masters = masters

    async def send(self, call: HttpCall) -> HttpAnswer:
        address = call.url.split("/")[2]
        if address not in self.masters:
            raise ConnectionRefusedError(f"{address} refuses")
        master = self.masters[address]
        if master is None:
            await asyncio.sleep(call.timeout_s)
            raise TimeoutError(f"{address} is silent")
        return master(call)

    def search(self, *addresses: str) -> LeaderSearch:
        return LeaderSearch(Masters(self), addresses or (A, B, C))


def leading(election: str = "one") -> Behaviour:
    document_ = document("get-master.json")
    document_["get_master"]["master_info"]["id"] = election
    return lambda _: answer(document_)


def pointing_to(address: str) -> Behaviour:
    return lambda call: answer(b"", 307, {"location": f"//{address}/{call.url.split('/', 3)[3]}"})


def answering(status: int, text: bytes = b"") -> Behaviour:
    return lambda _: answer(text, status)


async def test_the_leader_is_the_one_that_answers_while_the_others_point() -> None:
    network = Network({A: pointing_to(B), B: leading(), C: pointing_to(B)})
    assert (await network.search().find()).master == B


async def test_a_dead_master_does_not_hold_up_the_search() -> None:
    network = Network({B: leading(), C: pointing_to(B)})
    begun = time.monotonic()
    assert (await network.search().find()).master == B
    assert time.monotonic() - begun < 0.5


async def test_a_hanging_master_holds_up_the_first_search_by_its_timeout_and_later_ones_hardly() -> None:
    network = Network({A: None, B: leading(), C: pointing_to(B)})
    search = network.search()
    begun = time.monotonic()
    assert (await search.find()).master == B
    assert time.monotonic() - begun < PROBE_TIMEOUT_S + 0.5
    again = time.monotonic()
    assert (await search.find()).master == B
    assert time.monotonic() - again < 1.0


async def test_a_remembered_leader_that_lost_the_election_is_not_believed_any_more() -> None:
    network = Network({A: leading("one"), B: pointing_to(A), C: pointing_to(A)})
    search = network.search()
    assert (await search.find()).election == "one"
    network.masters |= {A: pointing_to(C), B: pointing_to(C), C: leading("two")}
    assert (await search.find()).master == C


async def test_two_masters_that_claim_to_lead_are_both_not_believed() -> None:
    network = Network({A: leading("one"), B: leading("two"), C: pointing_to(B)})
    with pytest.raises(Retry, match=r"10\.0\.0\.5:5050 and 10\.0\.0\.6:5050 all claim to lead"):
        await network.search().find()


async def test_a_claim_that_another_master_contradicts_is_not_believed() -> None:
    network = Network({A: leading(), C: pointing_to(B)})
    with pytest.raises(
        Retry, match=r"10\.0\.0\.5:5050 claims to lead, but 10\.0\.0\.7:5050 names 10\.0\.0\.6:5050"
    ):
        await network.search().find()


async def test_one_master_under_two_names_is_one_leader() -> None:
    network = Network({A: leading(), "leader.mesos:5050": leading()})
    assert (await network.search(A, "leader.mesos").find()).election == "one"


async def test_no_answer_from_any_master_names_each_of_them() -> None:
    with pytest.raises(Retry) as silence:
        await Network({}).search().find()
    masters = "10.0.0.5:5050, 10.0.0.6:5050 and 10.0.0.7:5050"
    assert brief(str(silence.value)) == f"no master leads: none of {masters} answers"
    assert "[10.0.0.5:5050 refuses; 10.0.0.6:5050 refuses; 10.0.0.7:5050 refuses]" in silence.value.why


async def test_masters_that_recover_do_not_lead_yet() -> None:
    network = Network({each: answering(503, b"Master has not finished recovery") for each in (A, B, C)})
    with pytest.raises(Retry, match="has not finished recovery"):
        await network.search().find()


async def test_a_leader_that_is_named_and_does_not_answer_is_waited_for() -> None:
    network = Network({A: pointing_to(B), C: pointing_to(B)})
    with pytest.raises(
        Retry, match=r"10\.0\.0\.5:5050 names 10\.0\.0\.6:5050 as the leader, which does not answer"
    ):
        await network.search().find()


async def test_a_leader_that_is_not_in_the_policy_is_explained_and_not_asked() -> None:
    network = Network({A: pointing_to("10.0.0.9:5050"), "10.0.0.9:5050": leading()})
    with pytest.raises(
        Retry, match=r"names 10\.0\.0\.9:5050 as the leader, which is not among the masters of the pol"
    ):
        await network.search(A).find()


async def test_a_master_that_asks_for_a_login_is_no_leader_and_says_so() -> None:
    with pytest.raises(Retry, match="asks for a login"):
        await Network({A: answering(401)}).search(A).find()


@pytest.mark.parametrize("text", [b"", b"{}", b"[]", b"<html>", b'{"get_master": {"master_info": {}}}'])
async def test_an_answer_that_is_no_masters_is_no_leader(text: bytes) -> None:
    with pytest.raises(Retry, match=r"no master leads: .* malformed"):
        await Network({A: answering(200, text)}).search(A).find()


def older(state: bytes | None) -> Behaviour:
    """A master that does not know GET_MASTER (Mesos 1.0); without a state it is one that redirects."""

    def behave(call: HttpCall) -> HttpAnswer:
        if call.method == "POST":
            return answer(b"Failed to validate master::Call: Expecting 'type' to be present", 400)
        return answer(state) if state is not None else pointing_to(A)(call)

    return behave


async def test_a_master_of_mesos_1_0_leads_when_its_state_says_so() -> None:
    network = Network({A: older(body("state-dcos-2.0.json")), B: older(None)})
    leader = await network.search(A, B).find()
    assert (leader.master, leader.has_v1) == (A, False)


async def test_a_master_that_answers_its_own_state_while_another_leads_does_not_lead() -> None:
    """As masters before Mesos 1.0 do."""
    state = document("state-dcos-2.0.json") | {"leader": "master@10.0.0.6:5050"}
    network = Network({A: lambda call: older(None)(call) if call.method == "POST" else answer(state)})
    with pytest.raises(Retry, match=r"names 10\.0\.0\.6:5050"):
        await network.search(A, B).find()


async def test_addresses_get_the_port_5050_and_doubles_are_asked_once() -> None:
    asked: list[str] = []

    def note(call: HttpCall) -> HttpAnswer:
        asked.append(call.url)
        return leading()(call)

    assert (await Network({A: note}).search("10.0.0.5", A).find()).master == A
    assert asked == [f"http://{A}/api/v1"]


def test_a_cluster_without_masters_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="without masters"):
        LeaderSearch(Masters(Network({})), ())
