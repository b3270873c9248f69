"""When we cannot see, nothing is done and it says why; when we can see again, what happened meanwhile is healed."""

from __future__ import annotations

from typing import Any

import pytest

from shared.model.incidents import IncidentState
from shared.model.mesos import Agent
from shared.ports.store import Table
from tests.scene import Scene
from tests.watched import Call

CLUSTER = "(cluster)"
SILENCES = pytest.mark.parametrize(
    ("silence", "source"),
    [(Scene.masters_fall_silent, "mesos"), (Scene.azure_falls_silent, "azure.instances")],
)


@SILENCES
async def test_silence_opens_one_incident_of_the_cluster_and_nothing_is_done(
    silence: Any, source: str
) -> None:
    scene = Scene(agents=6)
    await scene.sweeps()
    silence(scene)
    await scene.after(minutes=20)
    assert (scene.destroyed, scene.ordered, scene.scheduler.gone) == ([], [], set())
    incidents = await scene.open_incidents()
    assert list(incidents) == [CLUSTER]
    assert f"{source} could not be read" in incidents[CLUSTER].because
    told = [line for line in await scene.said() if f"{source} could not be read" in line]
    assert incidents[CLUSTER].state is IncidentState.HANDED_OVER, "it has lasted for a quarter of an hour"
    assert 1 <= len(told) <= 3, "when it opens, for the decision, for the person, and not with every sweep"


@SILENCES
async def test_the_incident_is_closed_when_everything_can_be_read_again(silence: Any, source: str) -> None:
    scene = Scene(agents=6)
    await scene.sweeps()
    silence(scene)
    await scene.after(minutes=3)
    scene.all_answer_again()
    await scene.after(minutes=2)
    assert await scene.open_incidents() == {}
    (incident,) = await scene.closed_incidents()
    assert (incident.node, incident.state) == (CLUSTER, IncidentState.RESOLVED)
    assert incident.outcome == "everything can be read again"


async def test_silence_of_the_masters_is_no_storm() -> None:
    scene = Scene(agents=6)
    await scene.sweeps()
    scene.masters_fall_silent()
    await scene.after(minutes=3)
    assert (await scene.ledger()).storm_until is None


async def test_a_storm_goes_on_while_the_masters_are_silent() -> None:
    scene = Scene(agents=6)
    await scene.sweeps()
    for number in range(3):
        scene.agent_dies(number)
    await scene.after(minutes=2)
    scene.masters_fall_silent()
    await scene.after(minutes=20)
    book = await scene.ledger()
    assert book.storm_until is not None
    assert book.storm_until > scene.clock.now()


async def test_a_machine_deleted_while_the_masters_are_silent_is_replaced_later() -> None:
    scene = Scene(agents=6)
    await scene.sweeps()
    scene.masters_fall_silent()
    await scene.after(minutes=2)
    await scene.hears(scene.machine_is_deleted(3))
    await scene.after(minutes=5)
    assert (scene.ordered, scene.scheduler.gone) == ([], set())
    decision = (await scene.open_incidents())[scene.name(3)].decision
    assert decision is not None
    assert "scheduler_unread" in {answer.reason for answer in decision.answers if not answer.allowed}
    scene.all_answer_again()
    await scene.after(minutes=6)
    assert (scene.ordered, scene.connected, scene.running_tasks) == ([1], 6, 12)
    assert await scene.open_incidents() == {}


async def test_a_machine_deleted_while_azure_is_silent_is_replaced_later() -> None:
    scene = Scene(agents=6)
    await scene.sweeps()
    event = scene.machine_is_deleted(3)
    scene.azure_falls_silent()
    await scene.hears(event)
    await scene.after(minutes=5)
    assert scene.scheduler.gone == set()
    scene.all_answer_again()
    await scene.after(minutes=6)
    assert (scene.ordered, scene.connected) == ([1], 6)
    assert await scene.open_incidents() == {}


async def test_no_agent_at_all_is_our_mistake_and_not_theirs() -> None:
    scene = Scene(agents=3, more="storm: {unhealthy: 100}")
    await scene.sweeps()
    for number in range(3):
        scene.agent_dies(number)
    await scene.after(minutes=10)
    assert scene.destroyed == []
    assert any("no_agent_connected" in line for line in await scene.said())


async def test_the_agents_of_another_cluster_prove_nothing() -> None:
    """The masters' addresses were mistyped, and are those of a cluster that is well."""
    scene = Scene(agents=3, more="storm: {unhealthy: 100}")
    await scene.sweeps()
    scene.booting = False
    for agent in list(scene.scheduler.agents):
        scene.scheduler.lose(agent)
    scene.scheduler.join(Agent("another-S1", "10.99.0.4", "10.99.0.4", 5051, True, None))
    await scene.after(minutes=10)
    assert (scene.destroyed, scene.scheduler.gone) == ([], set())
    assert any("no_agent_connected" in line for line in await scene.said())


async def after_a_failover() -> Scene:
    """All agents but the first have come back to the new leader."""
    scene = Scene(agents=6)
    await scene.sweeps()
    agents = dict(scene.scheduler.agents)
    scene.booting = False
    scene.scheduler.fail_over("http://master-2:5050")
    for agent in list(agents)[1:]:
        scene.scheduler.join(agents[agent])
    return scene


async def test_after_a_failover_agents_are_given_the_time_to_come_back() -> None:
    scene = await after_a_failover()
    await scene.after(minutes=9)
    assert (scene.destroyed, scene.scheduler.gone) == ([], set())
    decision = next(iter((await scene.open_incidents()).values())).decision
    assert decision is not None
    assert "leader_is_new" in {answer.reason for answer in decision.answers if not answer.allowed}
    scene.booting = True
    await scene.after(minutes=3)
    assert (scene.connected, scene.destroyed) == (6, [])
    assert await scene.open_incidents() == {}


async def test_an_agent_that_does_not_come_back_in_that_time_is_replaced() -> None:
    scene = await after_a_failover()
    await scene.after(minutes=13)
    assert (scene.destroyed, scene.scheduler.gone) == (["0"], {"agent-S1"})


async def test_what_could_not_be_proved_in_silence_is_decided_again_after_it() -> None:
    scene = Scene(agents=6)
    await scene.sweeps()
    scene.agent_dies(1)
    await scene.sweeps()
    silent: list[bool] = []

    async def falls_silent_when_the_operation_begins(call: Call) -> Any:
        answer = await call.go()
        if call.name == "store.write" and call.args[0] is Table.OPERATIONS and not silent:
            silent.append(True)
            scene.masters_fall_silent()
        return answer

    scene.app = scene.new_app(falls_silent_when_the_operation_begins)
    await scene.after(minutes=15)
    assert scene.destroyed == []
    scene.all_answer_again()
    await scene.after(minutes=6)
    assert (scene.destroyed, scene.connected, await scene.open_incidents()) == (["1"], 6, {})
