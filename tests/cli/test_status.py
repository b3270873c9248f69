"""An operator asks what the app sees and what it is doing."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared.errors import Retry, with_detail
from tests.cli.typed import asked, data_of, words_of
from tests.scene import Scene


async def test_a_healthy_pool_is_shown_with_its_size_and_limits() -> None:
    scene = Scene(agents=6)
    await scene.after(minutes=2)
    told = words_of(await asked(scene, "status"))
    assert "prod/private enforce" in told
    assert "6 remembered, wanted 6 · 6 healthy" in told
    assert "0 of 1 at once · 0 of 6 this hour · 0 of 24 today" in told
    assert "no incident is open in prod" in told


async def test_a_pool_in_observe_mode_says_so() -> None:
    scene = Scene(mode="observe")
    await scene.after(minutes=2)
    assert "prod/private observe" in words_of(await asked(scene, "status"))


async def test_a_node_that_is_being_confirmed_shows_until_when() -> None:
    scene = Scene(agents=6)
    await scene.after(minutes=2)
    scene.agent_dies(2)
    await scene.after(seconds=75)
    told = words_of(await asked(scene, "status"))
    assert f"{scene.name(2)} unreachable for 15s wait" in told
    assert "decided again in 30s, at 2026-11-22 03:03:45Z" in told


async def test_a_running_operation_shows_its_step_and_since_when() -> None:
    scene = Scene(agents=6)
    await scene.after(minutes=2)
    await scene.hears(scene.machine_is_deleted(1))
    await scene.after(minutes=1)
    told = words_of(await asked(scene, "status"))
    assert "1 of 1 at once · 1 of 6 this hour" in told
    assert "replace: step await_join (8 of 10) for 34s" in told
    assert "no new agent has joined yet" in told


async def test_a_storm_is_shown_with_the_refusals_and_its_end() -> None:
    scene = Scene(agents=6)
    await scene.after(minutes=2)
    for number in (1, 2, 3):
        await scene.hears(scene.machine_is_deleted(number))
    told = words_of(await asked(scene, "status"))
    assert "storm since 2026-11-22 03:02:00Z, rests until 2026-11-22 03:17:00Z or longer" in told
    assert "refused by storm (storm_now), ledger (ledger_at_once)" in told


async def test_a_rejected_policy_is_told_with_its_first_fault() -> None:
    scene = Scene()
    await scene.after(minutes=2)
    scene.policy = scene.policy.replace("enforce", "enforced")
    await scene.after(minutes=2)
    told = words_of(await asked(scene, "status"))
    assert "policy.yaml as it is now is not obeyed: 1 fault" in told
    assert "line 2: defaults.mode: found 'enforced'" in told


async def test_an_app_that_does_not_run_is_noticed() -> None:
    scene = Scene(agents=6)
    await scene.after(minutes=2)
    await scene.hears(scene.machine_is_deleted(1))
    scene.clock.advance(timedelta(minutes=30))
    assert "overdue by 29m" in (told := words_of(await asked(scene, "status")))
    assert "is the app running?" in told


async def test_the_last_sweep_is_told_and_warned_of_when_three_are_missed() -> None:
    scene = Scene()
    await scene.after(minutes=2, seconds=3)
    assert "prod last sweep 2s ago prod/private" in words_of(await asked(scene, "status"))
    scene.clock.advance(timedelta(minutes=2, seconds=50))
    assert "is the app running?" not in words_of(await asked(scene, "status"))
    scene.clock.advance(timedelta(seconds=30))
    told = words_of(await asked(scene, "status"))
    assert "last sweep 3m22s ago, one is due every 1m00s: is the app running?" in told


async def test_an_app_whose_passes_fail_is_as_silent_as_one_that_does_not_run() -> None:
    scene = Scene()
    await scene.after(minutes=2)
    scene.forgives = (Retry,)
    scene.store.faults.always("query", Retry("reading got no answer", timedelta(seconds=5)))
    await scene.after(minutes=5)
    scene.store.faults.clear()
    told = words_of(await asked(scene, "status"))
    assert "prod last sweep 5m" in told
    assert "is the app running?" in told


async def test_a_cluster_that_was_never_swept_says_so() -> None:
    scene = Scene()
    await scene.hears(scene.machine_is_deleted(1))
    assert "prod never swept yet: is the app running?" in words_of(await asked(scene, "status"))
    (cluster,) = data_of(await asked(scene, "status", "--json"))["clusters"]
    assert cluster["last_sweep"] is None


async def test_status_as_data_has_the_numbers_and_no_token() -> None:
    scene = Scene(agents=6)
    await scene.after(minutes=2)
    scene.agent_dies(2)
    await scene.after(seconds=110)
    (running,) = await scene.running()
    assert running.token is not None
    result = await asked(scene, "status", "--json")
    (cluster,) = data_of(result)["clusters"]
    (pool,) = cluster["pools"]
    assert pool["conditions"] == {"healthy": 5, "unreachable": 1}
    assert pool["at_once"] == {"used": 1, "limit": 1}
    assert cluster["operations"][0]["step"] == "destroy"
    assert "token" not in cluster["operations"][0]
    assert running.token not in result.stdout


async def test_open_incidents_are_listed_and_closed_ones_with_their_outcome() -> None:
    scene = Scene(agents=6)
    await scene.after(minutes=2)
    await scene.hears(scene.machine_is_deleted(1))
    assert scene.name(1) in (await asked(scene, "incidents")).stdout
    assert "No incident was closed" in (await asked(scene, "incidents", "--closed")).stdout
    await scene.after(minutes=8)
    assert "No incident is open." in (await asked(scene, "incidents")).stdout
    closed = words_of(await asked(scene, "incidents", "--closed"))
    assert "gone, resolved after 2m" in closed
    assert "all 2 tasks that it had run again" in closed
    (data,) = data_of(await asked(scene, "incidents", "--closed", "--json"))
    assert data["node"] == scene.name(1)


async def test_a_node_that_a_person_must_look_at_says_why() -> None:
    scene = Scene(agents=6, more="repair: {join_timeout: 5m}")
    await scene.after(minutes=2)
    scene.booting = False
    await scene.hears(scene.machine_is_deleted(1))
    await scene.after(minutes=8)
    told = words_of(await asked(scene, "incidents", width=200))
    assert "a person must look (await_join took longer than 300 s" in told


@pytest.mark.parametrize("width", [60, 80, 160])
async def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    scene = Scene(agents=6)
    await scene.after(minutes=2)
    for number in (1, 2, 3):
        await scene.hears(scene.machine_is_deleted(number))
    for words in (("status",), ("incidents",), ("explain", "_1"), ("audit", "tail")):
        lines = (await asked(scene, *words, width=width)).stdout.splitlines()
        assert max(map(len, lines)) <= width


async def test_silent_masters_are_one_line_and_explain_has_the_rest() -> None:
    scene = Scene()
    await scene.after(minutes=2)
    silent = with_detail("no master leads: none of m1 and m2 answers", "m1: no answer of http://m1")
    scene.scheduler.faults.always("state", Retry(silent, timedelta(seconds=10)))
    await scene.after(minutes=2)
    told = (await asked(scene, "status")).stdout.splitlines()
    once = "    mesos could not be read: no master leads: none of m1 and m2 answers; nothing is judged by it"
    assert once in told
    assert "[m1: no answer of http://m1]" in words_of(await asked(scene, "explain", "(cluster)"))


async def test_a_cluster_that_is_not_in_the_policy_is_refused_with_those_that_are() -> None:
    scene = Scene()
    await scene.after(minutes=1)
    result = await asked(scene, "status", "--cluster", "test")
    assert result.exit_code == 1
    assert "no cluster 'test': name one of prod" in result.stderr


async def test_a_storage_without_a_policy_says_that_the_app_has_not_run() -> None:
    result = await asked(Scene(), "status")
    assert result.exit_code == 3
    assert "the app has not yet run on it" in result.stderr


async def test_a_storage_that_is_away_is_one_sentence() -> None:
    scene = Scene()
    await scene.after(minutes=1)
    scene.store.faults.always("get", Retry("reading got no answer", timedelta(seconds=5)))
    result = await asked(scene, "status")
    assert result.exit_code == 3
    assert result.stderr.startswith("The storage does not answer (reading got no answer)")
    assert result.stderr.count("\n") == 1


async def test_of_many_incidents_status_shows_the_oldest_and_incidents_all() -> None:
    scene = Scene(agents=30)
    await scene.after(minutes=2)
    for number in range(25):
        scene.agent_dies(number)
    await scene.after(minutes=1)
    assert "and 5 younger ones, see `incidents`" in (await asked(scene, "status")).stdout
    assert (await asked(scene, "incidents")).stdout.count("●") == 25
