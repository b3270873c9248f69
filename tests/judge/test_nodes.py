"""Which instance, which address and which agent are one machine.

Addresses are used again by new machines and agent ids outlive machines, so a wrong join judges one machine by the
agent of another.
"""

from __future__ import annotations

from datetime import timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from shared.judge import judge
from shared.judge.nodes import nodes_of_pool
from shared.model.nodes import Condition, Node
from shared.model.snapshot import Snapshot
from tests.builders import (
    NOW,
    SET,
    Cluster,
    address,
    agent,
    cluster_policy,
    instance,
    memory,
    name,
    pool_policy,
)

MINUTE = timedelta(minutes=1)


def joined(cluster: Cluster) -> dict[str, Node]:
    return {node.name: node for node in nodes_of_pool(cluster.snapshot(), "private", cluster.memory)}


def agent_of(cluster: Cluster, number: int) -> str | None:
    found = joined(cluster)[name(number)].agent
    return found.agent_id if found else None


def test_a_machine_and_its_agent_are_joined_by_the_address_of_the_nic() -> None:
    cluster = Cluster(nodes=3)
    cluster.memory.clear()
    assert [agent_of(cluster, number) for number in (1, 2, 3)] == ["agent-S1", "agent-S2", "agent-S3"]
    assert joined(cluster)[name(2)].address == address(2)


def test_a_remembered_agent_is_known_by_its_id_when_the_addresses_could_not_be_read() -> None:
    cluster = Cluster(nodes=2)
    cluster.unreadable = {"addresses"}
    assert [agent_of(cluster, number) for number in (1, 2)] == ["agent-S1", "agent-S2"]
    assert joined(cluster)[name(1)].address == address(1), "the remembered one"


def test_a_connected_agent_that_is_remembered_stays_the_machines_when_its_address_changes() -> None:
    cluster = Cluster(nodes=1)
    cluster.agents["agent-S1"] = agent(1, address="10.9.9.9")
    assert agent_of(cluster, 1) == "agent-S1"


def test_an_agent_that_registered_again_under_a_new_id_is_the_machines_new_agent() -> None:
    cluster = Cluster(nodes=1)
    cluster.agents = {"agent-S9": agent(1, agent_id="agent-S9")}
    assert agent_of(cluster, 1) == "agent-S9"
    cluster.agents["agent-S1"] = agent(1, active=False)
    assert agent_of(cluster, 1) == "agent-S9", "also while the old one is still listed"
    assert cluster.finding(1).condition is Condition.HEALTHY


def test_the_remembered_agent_is_chosen_among_disconnected_ones_at_its_address() -> None:
    cluster = Cluster(nodes=1)
    cluster.agents = {id: agent(1, agent_id=id, active=False) for id in ("agent-S0", "agent-S1")}
    node = joined(cluster)[name(1)]
    assert node.agent is not None
    assert (node.agent.agent_id, node.rivals) == ("agent-S1", 0)


@pytest.mark.parametrize("active", [True, False])
def test_two_agents_at_one_address_of_which_none_is_remembered_are_rivals(active: bool) -> None:
    cluster = Cluster(nodes=1)
    cluster.agents = {id: agent(1, agent_id=id, active=active) for id in ("agent-S7", "agent-S8")}
    node = joined(cluster)[name(1)]
    assert (node.agent, node.rivals) == (None, 2)


def test_of_two_agents_at_one_address_the_only_connected_one_is_taken() -> None:
    cluster = Cluster(nodes=1)
    cluster.memory.clear()
    cluster.agents = {id: agent(1, agent_id=id, active=id == "agent-S8") for id in ("agent-S7", "agent-S8")}
    assert agent_of(cluster, 1) == "agent-S8"


def address_used_again() -> Cluster:
    """Node 1 was deleted; node 2 is new and has its address. Node 1's agent is still listed as disconnected."""
    cluster = Cluster(nodes=1)
    cluster.is_deleted(1)
    cluster.agents["agent-S1"] = agent(1, active=False)
    cluster.is_new(2)
    cluster.addresses["2"] = address(1)
    return cluster


def test_a_new_machine_does_not_inherit_the_agent_of_the_one_that_had_its_address() -> None:
    cluster = address_used_again()
    assert (agent_of(cluster, 1), agent_of(cluster, 2)) == ("agent-S1", None)
    assert cluster.finding(1).condition is Condition.GONE
    assert cluster.finding(2).condition is Condition.JOINING


def test_a_machine_that_is_gone_does_not_get_the_agent_of_the_one_that_has_its_address_now() -> None:
    """On the first look after the new agent's registration the inventory does not know whose it is."""
    cluster = address_used_again()
    cluster.agents["agent-S2"] = agent(2, address=address(1))
    assert (agent_of(cluster, 1), agent_of(cluster, 2)) == ("agent-S1", "agent-S2")
    assert cluster.finding(1).condition is Condition.GONE
    assert cluster.finding(2).condition is Condition.HEALTHY
    del cluster.agents["agent-S1"]
    assert (agent_of(cluster, 1), agent_of(cluster, 2)) == (None, "agent-S2")
    assert cluster.finding(1).condition is Condition.GONE


def test_a_nic_that_outlives_its_machine_still_tells_the_machines_agent() -> None:
    cluster = Cluster(nodes=1)
    cluster.is_deleted(1)
    cluster.addresses["1"] = address(1)
    cluster.agents["agent-S9"] = agent(1, agent_id="agent-S9")
    assert agent_of(cluster, 1) == "agent-S9"
    assert cluster.finding(1).condition is Condition.UNKNOWN


def test_an_address_that_a_machine_of_another_pool_has_now_is_not_the_lost_machines_any_more() -> None:
    cluster = Cluster(nodes=1)
    cluster.is_deleted(1)
    cluster.agents["agent-S5"] = agent(5, address=address(1))
    other = Cluster()
    other.is_new(5)
    other.addresses["5"] = address(1)
    one, two = cluster.snapshot(), other.snapshot()
    both = Snapshot(
        "prod", NOW, {"private": one.pools["private"], "public": two.pools["private"]}, one.scheduler
    )
    public = pool_policy(name="public", scale_set="public")
    findings = judge(both, cluster_policy(pool_policy(), public), cluster.memory, NOW)
    assert [finding.condition for finding in findings] == [Condition.GONE, Condition.HEALTHY]


def test_a_machine_whose_nic_could_not_be_read_is_joined_by_what_is_remembered() -> None:
    cluster = Cluster(nodes=2)
    del cluster.addresses["2"]
    cluster.agents["agent-S9"] = agent(2, agent_id="agent-S9")
    del cluster.agents["agent-S2"]
    assert joined(cluster)[name(2)].address == address(2)
    assert agent_of(cluster, 2) == "agent-S9"


def test_a_new_machine_whose_nic_could_not_be_read_has_no_address_and_no_agent() -> None:
    cluster = Cluster(nodes=1)
    cluster.is_new(2)
    del cluster.addresses["2"]
    cluster.agents["agent-S2"] = agent(2)
    node = joined(cluster)[name(2)]
    assert (node.address, node.agent, node.rivals) == (None, None, 0)


def test_nodes_of_other_pools_are_not_mixed_in() -> None:
    cluster = Cluster(nodes=1)
    cluster.memory["other_1"] = memory(1, name="other_1", pool="other", agent_id="agent-S9")
    assert list(joined(cluster)) == [name(1)]


def test_nodes_come_in_the_order_of_their_numbers() -> None:
    cluster = Cluster(nodes=11)
    cluster.is_deleted(10)
    cluster.instances = dict(reversed(cluster.instances.items()))
    assert list(joined(cluster)) == [name(number) for number in range(1, 12)]


NAMES = st.one_of(
    st.integers(0, 120).map(str), st.sampled_from(["", "01", "1", "00", "_", "²", "x", "x_1", "٣", "1_"])
)


@given(st.lists(NAMES, min_size=1, max_size=8, unique=True), st.randoms())
def test_the_order_does_not_depend_on_the_order_of_the_readings(ids: list[str], random: Random) -> None:
    """Whatever the names are: the order is the same, and so are the findings."""
    cluster = Cluster()
    for number, id in enumerate(ids):
        cluster.instances[number] = instance(number, name=f"{SET}_{id}", instance_id=id)
    first = list(joined(cluster))
    random.shuffle(ids)
    by_id = {one.instance_id: one for one in cluster.instances.values()}
    cluster.instances = dict(enumerate(by_id[id] for id in ids))
    assert list(joined(cluster)) == first


def test_every_pool_is_judged_in_the_order_of_the_names() -> None:
    cluster = Cluster(nodes=1)
    snapshot = cluster.snapshot()
    both = Snapshot(
        "prod", NOW, {"b": snapshot.pools["private"], "a": snapshot.pools["private"]}, snapshot.scheduler
    )
    policy = cluster_policy(pool_policy(name="b"), pool_policy(name="a", scale_set="other"))
    assert [finding.node.pool for finding in judge(both, policy, {}, NOW)] == ["a", "b"]


def test_a_finding_is_a_value_that_can_be_compared() -> None:
    cluster = Cluster(nodes=2)
    assert cluster.findings() == cluster.findings()
    assert replace(cluster.finding(1), rule=0) != cluster.finding(1)


def test_an_address_that_two_machines_have_finds_no_agent_but_the_one_that_is_remembered() -> None:
    cluster = Cluster(nodes=3)
    cluster.addresses["2"] = cluster.addresses["3"] = address(1)
    cluster.agents = {"agent-S1": cluster.agents["agent-S1"]}
    del cluster.memory[name(2)], cluster.memory[name(3)]
    found = [cluster.finding(number).node.agent for number in (1, 2, 3)]
    assert [one.agent_id if one else None for one in found] == ["agent-S1", None, None]
    cluster.memory.clear()
    assert [cluster.finding(number).node.agent for number in (1, 2, 3)] == [None, None, None]


def test_an_agent_of_a_machine_that_is_listed_is_not_kept_by_one_that_is_not() -> None:
    """An answer of Azure that came late had shown it at the machine which had its address before."""
    cluster = Cluster(nodes=1)
    cluster.is_deleted(1)
    cluster.is_new(2, age=timedelta(minutes=20))
    cluster.addresses["2"] = address(1)
    late = agent(7, address=address(1), registered_at=NOW - timedelta(minutes=18))
    cluster.agents["agent-S7"] = late
    cluster.remembers(1, agent_id="agent-S7")
    assert agent_of(cluster, 2) == "agent-S7"
    assert cluster.finding(2).condition is Condition.HEALTHY
    gone = cluster.finding(1)
    assert gone.condition is Condition.GONE
    assert gone.node.memory is not None
    assert gone.node.memory.agent_id is None, "Mesos is told nothing of it"


def test_the_agent_of_a_lost_machine_is_not_taken_for_that_of_a_new_one_at_its_address() -> None:
    """Mesos lists it until it has missed five pings."""
    cluster = Cluster(nodes=1)
    lost = cluster.agents["agent-S1"]
    cluster.is_deleted(1)
    cluster.agents["agent-S1"] = lost
    cluster.is_new(2)
    cluster.addresses["2"] = address(1)
    assert agent_of(cluster, 2) is None
    assert agent_of(cluster, 1) == "agent-S1"


@pytest.mark.parametrize(("registered", "found"), [(-MINUTE, None), (MINUTE, "agent-S9")])
def test_a_lost_agent_that_registered_before_a_machine_was_made_is_not_its_own(
    registered: timedelta, found: str | None
) -> None:
    """It is of the machine that had the address before, and Mesos lists it for minutes."""
    cluster = Cluster(nodes=1)
    made = NOW - 3 * MINUTE
    cluster.is_new(2, age=3 * MINUTE)
    cluster.agents["agent-S9"] = agent(2, agent_id="agent-S9", active=False, registered_at=made + registered)
    assert agent_of(cluster, 2) == found
