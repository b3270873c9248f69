"""Host ports that tasks insist on: what waits for one, and who may go whose tasks need one elsewhere."""

from __future__ import annotations

from msgspec.structs import replace

from shared.model.load import Load, Queue, Queued
from shared.model.mesos import Amounts
from shared.model.ports import Ports
from shared.model.workloads import Needs
from shared.policy.scaling import Waiting
from tests.builders import read
from tests.decide.sizing import Sizing, scaled

OFFERED, WEB = Ports(((80, 90), (1025, 2180))), Ports(((80, 80),))
ON_80 = Needs(Amounts(0.5, 100), 1, (80,))


def having_ports(nodes: int, *in_use: int) -> Sizing:
    """Of these machines port 80 is in use on those of the numbers."""
    pool = Sizing(nodes, scaled(Waiting()))
    for number in range(1, nodes + 1):
        agent = pool.agents[f"agent-S{number}"]
        used = WEB if number in in_use else Ports()
        pool.agents[agent.agent_id] = replace(agent, ports=OFFERED, used_ports=used)
    return pool


def waits(pool: Sizing, count: int, port: int) -> int:
    """How many nodes are asked for, when so many applications wait that insist on the port."""
    needs = replace(ON_80, own_ports=(port,))
    entries = [Queued(app=f"/{number}", count=1, needs=needs) for number in range(count)]
    pool.load = Load(read(Queue(tuple(entries))))
    return int(pool.sized().wanted.numbers["waiting"] or 0)


def test_each_task_that_insists_on_a_port_needs_an_agent_of_its_own() -> None:
    assert waits(having_ports(3), 3, 80) == 0
    assert waits(having_ports(3), 5, 80) == 3 + 2
    assert waits(having_ports(3, 1, 2), 3, 80) == 3 + 2


def test_a_port_that_the_agents_of_the_pool_do_not_offer_brings_none() -> None:
    assert waits(having_ports(3), 5, 443) == 0


def test_who_has_a_task_with_a_port_that_is_free_nowhere_else_stays() -> None:
    pool = having_ports(3, 1, 2, 3)
    pool.runs("/lb", 1, 2, 3, needs=ON_80)
    pool.says(target=2)
    assert pool.gone() == []
    assert "ports (80)" in pool.why_not(1) or "UNIQUE" in pool.why_not(1)
    pool.agents["agent-S3"] = replace(pool.agents["agent-S3"], used_ports=Ports(), task_ids={})
    pool.apps.clear()
    pool.runs("/lb", 1, needs=ON_80)
    pool.runs("/other", 2, needs=ON_80)
    assert pool.gone() == [3]


def test_two_applications_with_one_port_do_not_take_the_same_place() -> None:
    pool = having_ports(3, 1, 2)
    for app, number in (("/lb", 1), ("/other", 2)):
        pool.runs(app, number, needs=ON_80)
    pool.runs("/web", 3)
    pool.says(target=1)
    assert len(pool.gone()) == 1
