"""How late a stock DC/OS notices: the timeline of four agents that die together."""

from datetime import datetime, timedelta

import pytest

from simulator.world.build import ClusterSpec
from tests.simulator.stage import Stage, play

FOUR = {"private": 8}


async def _noticed(stage: Stage, minutes: float) -> list[float]:
    """Freeze four VMs; minutes until each was given up."""
    died: datetime = stage.now()
    for number in range(4):
        stage.world.freeze_vm(stage.instance(number))
    await stage.after(minutes=minutes)
    return [
        (entry.time - died) / timedelta(minutes=1) for entry in stage.world.journal.of("agent_unreachable")
    ]


@pytest.mark.parametrize("dcos", ["1.8", "1.9", "1.10", "1.11"])
def test_up_to_dcos_1_11_one_agent_is_noticed_in_twenty_minutes(dcos: str) -> None:
    async def story(stage: Stage) -> None:
        first, second, third, fourth = await _noticed(stage, 70)
        assert 5.0 <= first <= 5.25
        assert second == pytest.approx(first + 20)
        assert third == pytest.approx(first + 40)
        assert fourth == pytest.approx(first + 60)

    play(story, ClusterSpec("slow", dcos, pools=FOUR))


@pytest.mark.parametrize("dcos", ["1.12", "2.2"])
def test_from_dcos_1_12_on_all_are_noticed_after_the_pings(dcos: str) -> None:
    async def story(stage: Stage) -> None:
        noticed = await _noticed(stage, 10)
        assert len(noticed) == 4
        assert 5.0 <= noticed[0] <= noticed[-1] < 5.3

    play(story, ClusterSpec("fast", dcos, pools=FOUR))


def test_a_killed_process_is_inactive_at_once_but_given_up_no_sooner() -> None:
    async def story(stage: Stage) -> None:
        stage.world.kill_agent_process(stage.instance(0))
        await stage.after(s=299)
        assert stage.world.journal.of("agent_unreachable") == []
        await stage.after(s=17)
        assert len(stage.world.journal.of("agent_unreachable")) == 1

    play(story)


def test_an_agent_that_returns_gives_its_place_in_the_queue_back() -> None:
    async def story(stage: Stage) -> None:
        for number in range(3):
            stage.world.freeze_vm(stage.instance(number))
        await stage.after(minutes=10)
        waiting = [
            number for number in range(3) if stage.cluster.agent_of(stage.instance(number)) is not None
        ]
        assert len(waiting) == 2
        stage.world.thaw_vm(stage.instance(waiting[0]))
        await stage.after(minutes=60)
        assert len(stage.world.journal.of("agent_unreachable")) == 2
        assert stage.cluster.mesos.counts["slave_unreachable_canceled"] == 1

    play(story, ClusterSpec("slow", pools=FOUR))


def test_marking_an_agent_gone_needs_no_permit() -> None:
    async def story(stage: Stage) -> None:
        dead = [stage.agent(number).id for number in range(4)]
        for number in range(4):
            stage.world.freeze_vm(stage.instance(number))
        for agent_id in dead:
            assert await stage.mark_gone(agent_id) == (200, "")
        assert set(dead) == set(stage.cluster.mesos.gone)
        await stage.after(minutes=70)
        assert stage.world.journal.of("agent_unreachable") == []

    play(story, ClusterSpec("gone", pools=FOUR))
