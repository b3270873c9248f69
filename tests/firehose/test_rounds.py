"""Masters and agents are asked for their metrics: what rules make of it, who is asked, and what failures cost."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from shared.errors import Unknown
from shared.firehose.rounds import LONGEST, who_tells
from shared.model.signals import SignalKind
from shared.policy.default_rules import DEFAULT_RULES
from shared.policy.metric_rules import MetricRule
from shared.ports.http import HttpAnswer
from simulator.world.agent import Life
from tests.builders import name
from tests.firehose.ground import rule
from tests.firehose.rounds import Asking
from tests.simulator.stage import Stage, play

ELECTED = MetricRule(name="leaderless", metric="master/elected", low=1, clear_low=1, lasts=timedelta(0))
BUSY = MetricRule(name="busy", metric="slave/cpus_percent", high=0.5, clear_high=0.5, lasts=timedelta(0))
DISK = rule()
ELECTED_BY_NOBODY = next(one for one in DEFAULT_RULES if one.name == "no-leading-master")


AT_WORK = HttpAnswer(200, {}, b'{"slave/cpus_percent": 0.9}')


def test_a_cluster_that_is_well_says_nothing_by_the_shipped_rules() -> None:
    async def story(stage: Stage) -> None:
        asking = Asking(stage, defaults=True)
        await stage.after(minutes=20)
        assert await asking.rounds(12) == []
        assert asking.came == {"heard": 6}
        assert sorted(asking.asked) == sorted(asking.places)

    play(story)


def test_a_cluster_without_a_leader_is_told_once_and_so_is_its_end() -> None:
    async def story(stage: Stage) -> None:
        asking = Asking(stage, defaults=True)
        await stage.after(minutes=20)
        await asking.rounds(1)
        leader, stage.cluster.mesos.leader = stage.cluster.mesos.leader, None
        (signal,) = await asking.rounds(4)
        assert (signal.kind, signal.what) == (SignalKind.CLUSTER_UNWELL, "no-leading-master")
        stage.cluster.mesos.leader = leader
        (signal,) = await asking.rounds(2)
        assert (signal.kind, signal.what) == (SignalKind.CLUSTER_WELL, "no-leading-master")

    play(story)


def test_with_a_dead_master_the_others_can_still_lead_nobody() -> None:
    async def story(stage: Stage) -> None:
        asking = Asking(stage, defaults=True)
        await stage.after(minutes=20)
        await asking.rounds(3)
        leader, stage.cluster.mesos.leader = stage.cluster.mesos.leader, None
        assert leader is not None
        asking.hanging.add(leader.address)
        (signal,) = await asking.rounds(8)
        assert (signal.kind, signal.what) == (SignalKind.CLUSTER_UNWELL, "no-leading-master")
        stage.cluster.mesos.leader = next(one for one in stage.cluster.mesos.masters if one is not leader)
        (signal,) = await asking.rounds(8)
        assert (signal.kind, signal.what) == (SignalKind.CLUSTER_WELL, "no-leading-master")

    play(story)


@pytest.mark.parametrize("silent", [1, 2, 3])
def test_masters_that_do_not_answer_are_no_proof_that_nobody_leads(silent: int) -> None:
    async def story(stage: Stage) -> None:
        asking = Asking(stage, ELECTED_BY_NOBODY)
        await stage.after(minutes=20)
        await asking.rounds(3)
        leader = stage.cluster.mesos.leader
        assert leader is not None
        others = [master for master in asking.masters if master != leader.address]
        gone = others[:1] if silent == 1 else [leader.address, *others][:silent]
        asking.hanging.update(gone)
        assert await asking.rounds(10) == []

    play(story)


def test_a_master_that_restarts_each_minute_is_flapping() -> None:
    async def story(stage: Stage) -> None:
        asking = Asking(stage, defaults=True)
        await stage.after(minutes=20)
        told = []
        for _ in range(13):
            stage.cluster.mesos.masters[2].started = stage.now() + timedelta(seconds=40)
            told += await asking.rounds(1)
        assert {signal.what for signal in told} == {"master-flapping"}
        assert {signal.kind for signal in told} == {SignalKind.CLUSTER_UNWELL}

    play(story)


def test_a_rule_of_two_minutes_about_agents_fires() -> None:
    async def story(stage: Stage) -> None:
        asking = Asking(stage, defaults=True)
        await stage.after(minutes=20)
        not_registered = HttpAnswer(200, {}, b'{"slave/registered": 0.0, "slave/uptime_secs": 900}')
        asking.answers[f"{asking.agents[1]}:5051"] = not_registered
        assert [(one.node, one.what) for one in await asking.rounds(4)] == [(name(2), "agent-not-registered")]

    play(story)


def test_an_agent_that_is_unreachable_costs_the_others_nothing() -> None:
    async def story(stage: Stage) -> None:
        asking = Asking(stage, BUSY)
        stage.agent(0).process.life = Life.ABSENT
        asking.hanging.add(f"{asking.agents[1]}:5051")
        asking.answers[f"{asking.agents[2]}:5051"] = AT_WORK
        assert [one.node for one in await asking.rounds(2)] == [name(3)]
        assert asking.came == {"heard": 1, "silent": 2}
        assert asking.asked[0] == f"{asking.agents[2]}:5051", "who was silent is asked last"

    play(story)


@pytest.mark.parametrize(
    ("answer", "came"),
    [
        (HttpAnswer(401, {}, b""), "refused"),
        (HttpAnswer(307, {"location": "//10.0.0.1:5050"}, b""), "refused"),
        (HttpAnswer(200, {}, b"[" * 100_000), "unreadable"),
        (HttpAnswer(200, {}, b"\xff"), "unreadable"),
        (HttpAnswer(200, {}, bytes(9 * 1024 * 1024)), "refused"),
        (HttpAnswer(200, {}, b'{"slave/cpus_percent": "NaN"}'), "heard"),
    ],
)
def test_what_is_no_snapshot_is_counted_and_fires_nothing(answer: HttpAnswer, came: str) -> None:
    async def story(stage: Stage) -> None:
        asking = Asking(stage, BUSY)
        asking.answers_of_agents(answer)
        assert await asking.rounds(1) == []
        assert asking.came == {came: 3}

    play(story)


def test_nobody_is_asked_when_no_rule_wants_what_mesos_tells() -> None:
    async def story(stage: Stage) -> None:
        asking = Asking(stage, DISK)
        await asking.rounds(2)
        assert asking.asked == []
        assert asking.came == {}

    play(story)


def test_only_the_kind_of_node_that_a_rule_is_about_is_asked() -> None:
    async def story(stage: Stage) -> None:
        of_masters, of_agents = Asking(stage, ELECTED), Asking(stage, BUSY)
        await of_masters.rounds(1)
        await of_agents.rounds(1)
        assert of_masters.asked == of_masters.masters
        assert {one.partition(":")[0] for one in of_agents.asked} == set(of_agents.agents)
        assert who_tells(Asking(stage, rule(metric="system/load_1min")).cluster) == (True, True)

    play(story)


def test_masters_without_a_port_are_asked_at_5050() -> None:
    async def story(stage: Stage) -> None:
        asking = Asking(stage, ELECTED)
        asking.cluster = replace(asking.cluster, masters=("172.16.0.5",))
        asking.restarts()
        await asking.rounds(1)
        assert asking.asked == ["172.16.0.5:5050"]

    play(story)


def test_a_round_ends_in_time_and_the_next_begins_with_whom_it_left() -> None:
    async def story(stage: Stage) -> None:
        asking = Asking(stage, BUSY)
        for number in range(4, 1004):
            address = f"10.9.{number // 250}.{number % 250}"
            await asking.remember(number, address)
            asking.hanging.add(f"{address}:5051")
        await stage.after(minutes=1)
        began = stage.now()
        came = await asking.round()
        assert came["left for the next round"] > 0
        assert came["heard"] + came["silent"] + came["left for the next round"] == 1003
        assert stage.now() - began <= LONGEST + timedelta(seconds=2)
        first = set(asking.asked)
        await asking.rounds(1)
        answered = {f"{agent}:5051" for agent in asking.agents}
        assert first & set(asking.asked[:100]) <= answered

    play(story)


def test_when_storage_does_not_answer_nobody_else_is_asked() -> None:
    async def story(stage: Stage) -> None:
        asking = Asking(stage, BUSY)
        for number in range(4, 204):
            await asking.remember(number, f"10.9.0.{number}")
        asking.answers_of_agents(AT_WORK)
        asking.store.faults.always("write_all", Unknown("storage"))
        asking.store.faults.always("write", Unknown("storage"))
        with pytest.raises(Unknown):
            await asking.rounds(1)
        assert len(asking.asked) < 100
        asking.store.faults.clear()
        assert {one.node for one in await asking.rounds(1)} == {name(1), name(2), name(3)}

    play(story)
