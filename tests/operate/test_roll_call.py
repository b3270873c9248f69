"""Agents that the masters count on are asked whether they answer; who answers nobody is mute, and nothing is destroyed
on that alone."""

from __future__ import annotations

import dataclasses
from datetime import timedelta

import pytest
from msgspec.structs import replace

from shared.memory.clock import SteppedClock
from shared.model.decisions import Verdict
from shared.model.mesos import Agent, Generation, SchedulerState
from shared.model.nodes import Condition
from shared.model.remedies import Remedy
from shared.operate.outside import Outside
from shared.operate.roll_call import BESIDE, MOST, RollCall
from shared.policy.schema import Repair
from shared.ports.http import Http, HttpAnswer, HttpCall
from tests.builders import DAY, NOW, Cluster, agent, incident, name, pool_policy
from tests.scene import Scene
from tests.watched import Around

ROUTER = ":80"


class Network(Http):
    """Agents answer directly, and by way of the masters. `closed` are hosts, or ids behind the router, that give no
    answer; `router` is the status that it gives to all."""

    def __init__(self) -> None:
        self.closed: set[str] = set()
        self.router = 200
        self.asked: list[str] = []

    async def send(self, call: HttpCall) -> HttpAnswer:
        host, _, path = call.url.removeprefix("http://").partition("/")
        by_router = host.endswith(ROUTER)
        at = path.split("/")[1] if by_router else host.partition(":")[0]
        self.asked.append(at)
        if at in self.closed or (by_router and ROUTER in self.closed):
            raise TimeoutError(f"no answer of {call.url}")
        return HttpAnswer(self.router if by_router else 200, {}, b"")

    def hangs(self, one: Agent) -> None:
        self.closed |= {one.address, one.agent_id}


class Roll:
    """A cluster of so many agents and its roll call."""

    def __init__(self, agents: int = 6) -> None:
        self.network, self.clock = Network(), SteppedClock(NOW)
        self.agents = [agent(number) for number in range(1, agents + 1)]
        self._calls = RollCall(self.network, self.clock, 80)

    async def mute(self, everybody: bool = True) -> frozenset[str]:
        masters = SchedulerState(
            leader="172.16.0.5:5050",
            version="1.5.0",
            generation=Generation.MARK_GONE,
            elected_at=NOW - DAY,
            reregister_window=timedelta(minutes=10),
            agents=tuple(self.agents),
        )
        self.network.asked.clear()
        return await self._calls.mute("prod", masters, everybody)


async def test_whoever_answers_is_asked_once_and_is_not_mute() -> None:
    roll = Roll()
    assert await roll.mute() == frozenset()
    assert sorted(roll.network.asked) == sorted(one.address for one in roll.agents)


async def test_an_agent_that_answers_neither_us_nor_the_masters_is_mute_until_it_answers() -> None:
    roll = Roll()
    roll.network.hangs(roll.agents[1])
    assert await roll.mute() == {"agent-S2"}
    assert await roll.mute(everybody=False) == {"agent-S2"}
    roll.network.closed.clear()
    assert await roll.mute(everybody=False) == frozenset()


async def test_an_agent_that_the_masters_reach_is_not_mute_whatever_we_reach() -> None:
    roll = Roll()
    roll.network.closed = {one.address for one in roll.agents[:3]}
    assert await roll.mute() == frozenset()


@pytest.mark.parametrize("status", [401, 403, 404, 502])
async def test_where_the_masters_do_not_ask_for_us_nobody_is_mute(status: int) -> None:
    roll = Roll()
    roll.network.router = status
    roll.network.closed = {roll.agents[1].address}
    assert await roll.mute() == frozenset()


async def test_a_gateway_that_finds_no_agent_behind_it_is_no_answer_of_the_agent() -> None:
    roll = Roll()
    roll.network.hangs(roll.agents[1])
    roll.network.closed.add(ROUTER)
    assert await roll.mute() == frozenset(), "the masters answer for nobody"
    roll.network.closed.discard(ROUTER)
    assert await roll.mute() == {"agent-S2"}


async def test_when_most_do_not_answer_it_is_our_network() -> None:
    roll = Roll()
    for one in roll.agents[:4]:
        roll.network.hangs(one)
    assert await roll.mute() == frozenset()


async def test_when_nobody_answers_nobody_is_asked_for_ten_minutes() -> None:
    roll = Roll()
    for one in roll.agents:
        roll.network.hangs(one)
    assert await roll.mute() == frozenset()
    roll.network.closed = {roll.agents[1].address, roll.agents[1].agent_id}
    assert (await roll.mute(), roll.network.asked) == (frozenset(), [])
    roll.clock.advance(timedelta(minutes=11))
    assert await roll.mute() == {"agent-S2"}


async def test_between_sweeps_nobody_is_asked_but_the_mute_and_a_few_beside_them() -> None:
    roll = Roll(agents=20)
    assert (await roll.mute(everybody=False), roll.network.asked) == (frozenset(), [])
    roll.network.hangs(roll.agents[7])
    await roll.mute()
    await roll.mute(everybody=False)
    assert len(set(roll.network.asked) & {one.address for one in roll.agents}) == 1 + BESIDE


async def test_of_a_large_cluster_each_sweep_asks_a_part_and_all_have_their_turn() -> None:
    roll = Roll(agents=2 * MOST)
    heard: set[str] = set()
    for _ in range(2):
        await roll.mute()
        assert len(roll.network.asked) == MOST
        heard |= set(roll.network.asked)
        roll.clock.advance(timedelta(minutes=1))
    assert len(heard) == 2 * MOST


async def test_agents_that_the_masters_have_missed_are_not_asked() -> None:
    roll = Roll()
    roll.agents[2] = replace(roll.agents[2], active=False)
    await roll.mute()
    assert roll.agents[2].address not in roll.network.asked


def a_mute_one(*ladder: Remedy, mute: bool = True) -> Cluster:
    """A cluster in which an agent has been unreachable for long enough; `mute`: the masters still count on it."""
    cluster = Cluster(12, pool_policy(repair=Repair(ladder=ladder)))
    cluster.agents["agent-S3"] = agent(3, active=False, mute=mute)
    cluster.incidents[name(3)] = incident(3, Condition.UNREACHABLE, timedelta(minutes=5))
    return cluster


def test_a_mute_agent_makes_its_machine_unreachable() -> None:
    finding = a_mute_one(Remedy.RESTART).finding(3)
    assert (finding.condition, finding.rule) == (Condition.UNREACHABLE, 20)
    assert "answers nobody" in finding.because


def test_a_machine_whose_agent_is_mute_is_started_again() -> None:
    decision = a_mute_one(Remedy.RESTART, Remedy.REPLACE).decide()[name(3)]
    assert (decision.verdict, decision.remedy) == (Verdict.ACT, Remedy.RESTART)


@pytest.mark.parametrize("remedy", [Remedy.REPLACE, Remedy.REIMAGE, Remedy.REDEPLOY])
def test_nothing_is_lost_before_the_masters_have_missed_the_agent_too(remedy: Remedy) -> None:
    decision = a_mute_one(remedy).decide()[name(3)]
    assert (decision.verdict, decision.remedy) == (Verdict.HOLD, None)
    assert "the masters still count on its agent" in decision.because


def test_a_machine_that_azure_has_taken_away_is_replaced_before_the_masters_miss_its_agent() -> None:
    cluster = a_mute_one(Remedy.REPLACE)
    cluster.is_deleted(3)
    cluster.agents["agent-S3"] = agent(3, active=False, mute=True)
    cluster.incidents[name(3)] = incident(3, Condition.GONE, timedelta(minutes=5))
    decision = cluster.decide()[name(3)]
    assert (decision.verdict, decision.remedy) == (Verdict.ACT, Remedy.REPLACE)


def test_once_the_masters_have_missed_it_the_machine_is_replaced() -> None:
    decision = a_mute_one(Remedy.REPLACE, mute=False).decide()[name(3)]
    assert (decision.verdict, decision.remedy) == (Verdict.ACT, Remedy.REPLACE)


class Asking(Scene):
    """A scene whose app calls the roll over `network`."""

    def equipped(self, plain: Outside, around: Around | None) -> Outside:
        self.network = Network()
        return dataclasses.replace(plain, roll_call=RollCall(self.network, self.clock, 80))


async def test_a_machine_that_hangs_is_started_again_though_the_masters_count_on_it() -> None:
    scene = Asking(agents=6, more="repair: {ladder: [restart, replace]}")
    await scene.sweeps()
    hung = scene.agent_at(scene.name(1))
    assert hung is not None
    scene.network.hangs(hung)
    await scene.after(minutes=4)
    assert [verb for verb, _ in scene.compute.acted] == ["restart"]
    assert scene.destroyed == []


async def test_a_machine_that_hangs_for_less_than_the_confirm_time_is_left_alone() -> None:
    scene = Asking(agents=6, more="repair: {ladder: [restart, replace]}")
    await scene.sweeps()
    hung = scene.agent_at(scene.name(1))
    assert hung is not None
    scene.network.hangs(hung)
    await scene.sweeps()
    assert list(await scene.open_incidents()) == [scene.name(1)]
    await scene.after(seconds=30)
    scene.network.closed.clear()
    await scene.after(minutes=10)
    assert (scene.compute.acted, await scene.open_incidents()) == ([], {})
