"""An operator asks why, and gets every number that the answer rests on."""

from __future__ import annotations

from tests.cli.typed import asked, data_of, words_of
from tests.scene import Scene


async def refused() -> Scene:
    """Three of six machines were deleted: the first is being replaced, the others are a storm."""
    scene = Scene(agents=6)
    await scene.after(minutes=2)
    for number in (1, 2, 3):
        await scene.hears(scene.machine_is_deleted(number))
    return scene


async def replaced() -> Scene:
    scene = Scene(agents=6)
    await scene.after(minutes=2)
    scene.agent_dies(2)
    await scene.after(minutes=8)
    return scene


async def test_every_guards_answer_is_told_with_its_numbers() -> None:
    scene = await refused()
    told = words_of(await asked(scene, "explain", scene.name(2), width=160))
    assert "event_grid says vm_deleted, done by somebody" in told
    assert "yes mode mode=enforce" in told
    assert "no storm storm_now unwell=3 nodes=7 threshold=3" in told
    assert "no ledger ledger_at_once active=1 at_once=1" in told


async def test_what_stands_in_the_way_and_the_next_look_are_told() -> None:
    told = words_of(await asked(await refused(), "explain", "_2", width=160))
    assert (
        "Nothing is done for as long as this stands in the way: storm_now, ledger_at_once; next look" in told
    )


async def test_a_running_operation_tells_what_is_done_what_is_next_and_when_a_person_is_called() -> None:
    scene = Scene(agents=6)
    await scene.after(minutes=2)
    scene.agent_dies(2)
    await scene.after(seconds=110)
    told = words_of(await asked(scene, "explain", "_2", width=160))
    assert "Replace: step destroy (3 of 10) for" in told
    assert "If destroy is not over by 2026-11-22 03:23:45Z" in told
    assert "After that: prove_gone, tell_scheduler, restore_services, grow, await_join" in told
    assert "prove_dead 03:03:45Z 0s unreachable: Mesos lists its agent as disconnected" in told


async def test_a_repair_that_is_over_shows_its_steps_with_their_times() -> None:
    told = words_of(await asked(await replaced(), "explain", "_2", width=160))
    assert "was unreachable, resolved" in told
    assert "await_join 03:06:12Z 1m35s dcos-agent-private-633E21A3-vmss0_6 has joined" in told
    assert "Nothing: no incident is open for it." in told


async def test_the_machine_that_came_tells_for_whom() -> None:
    told = words_of(await asked(await replaced(), "explain", "_6", width=160))
    assert "came for operation dcos-agent-private-633E21A3-vmss0_2@" in told
    assert "as last remembered healthy, no incident" in told


async def test_an_incident_is_found_by_its_id() -> None:
    scene = await replaced()
    (incident,) = await scene.closed_incidents()
    answer = data_of(await asked(scene, "explain", incident.id, "--json"))
    assert answer["incident"]["id"] == incident.id
    assert answer["operation"]["state"] == "done"
    assert "token" not in answer["operation"]
    assert [record["kind"] for record in answer["audit"]][:3] == ["opened", "decided", "decided"]
    assert answer["next"]


async def test_an_incident_id_that_is_not_known_is_said_to_be_so() -> None:
    scene = await replaced()
    result = await asked(scene, "explain", f"{scene.name(2)}@20200101T000000000000Z")
    assert result.exit_code == 1
    assert "No incident" in result.stderr


async def test_the_ending_of_a_name_is_enough_when_only_one_node_has_it() -> None:
    scene = Scene(agents=12)
    await scene.after(minutes=2)
    assert (await asked(scene, "explain", "_1")).exit_code == 0
    result = await asked(scene, "explain", "1")
    assert result.exit_code == 1
    assert f"'1' may be any of {scene.name(1)} (prod), {scene.name(11)} (prod)" in result.stderr


async def test_a_name_that_nobody_has_is_said_to_be_so() -> None:
    result = await asked(await replaced(), "explain", "vmss9_9")
    assert result.exit_code == 1
    assert "Nothing is known of 'vmss9_9'" in result.stderr
    assert (await asked(await replaced(), "explain", "")).exit_code == 1


async def test_that_the_app_cannot_see_can_be_explained_too() -> None:
    scene = Scene()
    await scene.after(minutes=2)
    scene.masters_fall_silent()
    await scene.after(minutes=2)
    told = words_of(await asked(scene, "explain", "(cluster)", width=200))
    assert "mesos could not be read: no master answers" in told
