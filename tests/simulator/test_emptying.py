"""Drains, windows that begin and end, agents of an older release, and what frameworks keep on agents."""

from typing import Any

import msgspec
import pytest

from simulator.world.agent import DrainState
from simulator.world.build import ClusterSpec
from simulator.world.journal import OPERATOR
from simulator.world.kept import Reserved, Volume
from simulator.world.tasks import App
from tests.simulator.stage import Stage, play

KAFKA = Reserved("kafka-role", "kafka-principal", 0.5, 512.0, 1000.0, [Volume("vol-1", "kafka-data", 600.0)])


async def drain(stage: Stage, number: int, grace_s: int = 60) -> None:
    order = {"agent_id": {"value": stage.agent(number).id}, "max_grace_period": {"seconds": grace_s}}
    assert await stage.call("DRAIN_AGENT", drain_agent=order) == (200, "")


async def schedule(stage: Stage, starts_in_s: float, lasts_s: float) -> None:
    """One window for the machine of instance 0."""
    start_ns = int((stage.now().timestamp() + starts_in_s) * 1e9)
    unavailability = {"start": {"nanoseconds": start_ns}, "duration": {"nanoseconds": int(lasts_s * 1e9)}}
    address = stage.agent(0).address
    window = {"machine_ids": [{"hostname": address, "ip": address}], "unavailability": unavailability}
    body = msgspec.json.encode({"windows": [window]})
    assert (await stage.ask_mesos("POST", "/maintenance/schedule", body))[0] == 200


async def slave(stage: Stage, number: int) -> Any:
    answer = msgspec.json.decode((await stage.ask_mesos("GET", "/slaves"))[2])
    return next(one for one in answer["slaves"] if one["id"] == stage.agent(number).id)


def where(stage: Stage) -> list[int]:
    """How many tasks each private agent has."""
    return [len(stage.agent(number).tasks) for number in sorted(stage.private.instances)]


def test_the_tasks_of_a_drained_agent_run_elsewhere() -> None:
    async def story(stage: Stage) -> None:
        await drain(stage, 0)
        state = stage.agent(0).drain
        assert state is not None
        assert state.state is DrainState.DRAINING
        await stage.after(s=20)
        assert state.state is DrainState.DRAINED
        assert where(stage)[0] == 0
        assert stage.cluster.mesos.schedulers[0].running("web") == 6

    play(story, ClusterSpec("new", "2.2", apps=(App("web", 6),)))


def test_a_task_has_no_longer_than_the_grace_of_the_drain() -> None:
    async def story(stage: Stage) -> None:
        await drain(stage, 0, grace_s=1)
        await stage.after(s=1.5)
        assert where(stage)[0] == 0

    play(story, ClusterSpec("new", "2.2", apps=(App("web", 6),)))


def test_a_deactivated_agent_keeps_its_tasks_and_gets_no_more() -> None:
    async def story(stage: Stage) -> None:
        stage.cluster.orders.deactivate(stage.agent(0).id, OPERATOR)
        stage.world.delete_instance(stage.instance(1))
        stage.world.delete_instance(stage.instance(2))
        await stage.after(minutes=10)
        assert len(stage.agent(0).tasks) == 2
        stage.cluster.orders.reactivate(stage.agent(0).id, OPERATOR)
        await stage.after(s=20)
        assert len(stage.agent(0).tasks) == 6

    play(story, ClusterSpec("new", "2.2", apps=(App("web", 6),)))


def test_an_agent_of_an_older_release_stays_draining_and_its_tasks_run_on() -> None:
    async def story(stage: Stage) -> None:
        shown = await slave(stage, 0)
        assert shown["version"] == "1.8.0"
        assert "AGENT_DRAINING" not in shown["capabilities"]
        await drain(stage, 0)
        await stage.after(minutes=30)
        assert (await slave(stage, 0))["drain_info"]["state"] == "DRAINING"
        assert where(stage)[0] == 2

    spec = ClusterSpec("upgrade", "2.0", older_pools={"private": "1.13"}, apps=(App("web", 6),))
    play(story, spec)


def test_an_agent_that_is_away_drains_when_it_comes_back() -> None:
    async def story(stage: Stage) -> None:
        agent = stage.agent(0)
        stage.world.partition(stage.instance(0))
        await stage.after(minutes=6)
        assert agent.id in stage.cluster.mesos.unreachable
        order = {"agent_id": {"value": agent.id}}
        assert await stage.call("DRAIN_AGENT", drain_agent=order) == (200, "")
        await stage.after(minutes=2)
        assert agent.drain is not None
        assert agent.drain.state is DrainState.DRAINING
        stage.world.partition(stage.instance(0), cut_off=False)
        await stage.after(minutes=1)
        assert agent.drain.state is DrainState.DRAINED
        assert agent.tasks == {}

    play(story, ClusterSpec("new", "2.2", apps=(App("web", 6),)))


@pytest.mark.parametrize(("dcos", "heeds"), [("1.8", False), ("1.10", False), ("1.11", True), ("2.2", True)])
def test_a_window_keeps_new_tasks_away_while_it_is_open(dcos: str, heeds: bool) -> None:
    async def story(stage: Stage) -> None:
        marathon = stage.cluster.mesos.schedulers[0]
        await schedule(stage, starts_in_s=600, lasts_s=600)
        marathon.add(App("before", 3))
        await stage.after(minutes=5)
        assert where(stage) == [1, 1, 1]
        await stage.after(minutes=6)
        marathon.add(App("within", 3))
        await stage.after(minutes=1)
        assert where(stage)[0] == (1 if heeds else 2), "those that run stay"
        await stage.after(minutes=9)
        marathon.add(App("behind", 3))
        await stage.after(minutes=1)
        assert where(stage)[0] > 1

    play(story, ClusterSpec("windows", dcos))


@pytest.mark.parametrize("dcos", ["1.8", "1.11", "2.2"])
def test_what_a_framework_keeps_is_shown_in_the_notation_of_the_release(dcos: str) -> None:
    async def story(stage: Stage) -> None:
        stage.cluster.mesos.keep(stage.agent(0), KAFKA)
        shown = await slave(stage, 0)
        assert shown["reserved_resources"] == {
            "kafka-role": {"cpus": 0.5, "mem": 512.0, "disk": 1000.0, "gpus": 0.0}
        }
        assert shown["unreserved_resources"]["cpus"] == 1.5
        parts = shown["reserved_resources_full"]["kafka-role"]
        assert [(one["name"], one["scalar"]["value"]) for one in parts] == [
            ("cpus", 0.5), ("mem", 512.0), ("disk", 400.0), ("disk", 600.0)
        ]  # fmt: skip
        assert parts[-1]["disk"]["persistence"] == {"id": "vol-1", "principal": "kafka-principal"}
        assert all(one["reservation"] == {"principal": "kafka-principal"} for one in parts)
        assert all(("reservations" in one) is (dcos != "1.8") for one in parts)

    play(story, ClusterSpec("kept", dcos))


def test_what_is_kept_is_on_the_disk() -> None:
    async def story(stage: Stage) -> None:
        first, second = stage.agent(0), stage.agent(1)
        for agent in (first, second):
            stage.cluster.mesos.keep(agent, KAFKA)
        stage.world.restart(stage.instance(0))
        stage.world.redeploy(stage.instance(1))
        await stage.after(minutes=15)
        assert stage.agent(0).id == first.id
        assert stage.agent(0).kept == [KAFKA]
        assert stage.agent(1).id != second.id
        assert stage.agent(1).kept == []

    play(story, ClusterSpec("kept", "1.11"))


def test_what_is_given_back_is_free_again() -> None:
    async def story(stage: Stage) -> None:
        stage.cluster.mesos.keep(stage.agent(0), KAFKA)
        assert (await slave(stage, 0))["reserved_resources"]
        stage.cluster.mesos.let_go(stage.agent(0), "kafka-role")
        shown = await slave(stage, 0)
        assert shown["reserved_resources"] == shown["reserved_resources_full"] == {}
        assert shown["unreserved_resources"] == shown["resources"]

    play(story, ClusterSpec("kept", "2.2"))


@pytest.mark.parametrize(("dcos", "told"), [("1.10", False), ("1.11", True)])
def test_agents_tell_their_zone_from_mesos_1_5_on(dcos: str, told: bool) -> None:
    async def story(stage: Stage) -> None:
        assert ("domain" in await slave(stage, 0)) is told

    play(story, ClusterSpec("zones", dcos, tells_zones=True, zones=("1", "2", "3")))
