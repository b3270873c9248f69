"""Older masters show less: whoever reads their answers must not count on what came later."""

import msgspec
import pytest

from simulator.world.build import ClusterSpec
from simulator.world.versions import Release
from tests.simulator.stage import Stage, play


def test_an_old_master_shows_neither_capabilities_nor_deactivation() -> None:
    async def story(stage: Stage) -> None:
        _, answer = await stage.call("GET_AGENTS")
        agent = answer["get_agents"]["agents"][0]
        assert not {"capabilities", "deactivated", "drain_info"} & agent.keys()
        slave = msgspec.json.decode((await stage.ask_mesos("GET", "/slaves"))[2])["slaves"][0]
        assert not {"capabilities", "deactivated"} & slave.keys()
        state = msgspec.json.decode((await stage.ask_mesos("GET", "/state"))[2])
        assert not {"capabilities", "unreachable_slaves"} & state.keys()
        assert state["elected_time"] > 0

    play(story, ClusterSpec("old", "1.8"))


@pytest.mark.parametrize(
    ("dcos", "capability"),
    [("1.11", "RESOURCE_PROVIDER"), ("2.0", "AGENT_DRAINING"), ("2.2", "TASK_RESOURCE_LIMITS")],
)
def test_capabilities_grow_with_the_release(dcos: str, capability: str) -> None:
    async def story(stage: Stage) -> None:
        _, answer = await stage.call("GET_AGENTS")
        shown = [one["type"] for one in answer["get_agents"]["agents"][0]["capabilities"]]
        assert shown[-1] == capability

    play(story, ClusterSpec("some", dcos))


@pytest.mark.parametrize(
    ("dcos", "gone", "drains", "limit"),
    [
        ("1.8", False, False, "1/20mins"),
        ("1.10", False, False, "1/20mins"),
        ("1.11", True, False, "1/20mins"),
        ("1.12", True, False, "100/1mins"),
        ("1.13", True, False, "100/1mins"),
        ("2.0", True, True, "100/1mins"),
        ("2.2", True, True, "100/1mins"),
    ],
)
def test_what_each_release_can_do(dcos: str, gone: bool, drains: bool, limit: str) -> None:
    release = Release.of(dcos)
    assert (release.marks_gone, release.drains, release.removal_rate_limit) == (gone, drains, limit)


def test_the_flags_tell_how_slow_the_masters_are() -> None:
    async def story(stage: Stage) -> None:
        flags = msgspec.json.decode((await stage.ask_mesos("GET", "/flags"))[2])["flags"]
        assert flags["agent_removal_rate_limit"] == "1/20mins"
        assert (flags["agent_ping_timeout"], flags["max_agent_ping_timeouts"]) == ("15secs", "20")
        assert flags["agent_reregister_timeout"] == "10mins"
        assert flags["quorum"] == "2"

    play(story)


def test_metrics_count_what_happened() -> None:
    async def story(stage: Stage) -> None:
        async def metrics() -> dict[str, float]:
            found: dict[str, float] = msgspec.json.decode(
                (await stage.ask_mesos("GET", "/metrics/snapshot"))[2]
            )
            return found

        assert (await metrics())["master/slaves_active"] == 4.0
        stage.world.kill_agent_process(stage.instance(0))
        now = await metrics()
        assert (now["master/slaves_active"], now["master/slaves_disconnected"]) == (3.0, 1.0)
        await stage.after(minutes=6)
        now = await metrics()
        assert (now["master/slaves_unreachable"], now["master/slave_removals/reason_unhealthy"]) == (1.0, 1.0)
        assert now["master/uptime_secs"] == pytest.approx(3962, abs=5)

    play(story)
