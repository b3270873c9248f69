"""An operator asks how the masters are."""

from __future__ import annotations

from tests.cli.typed import asked, data_of, words_of
from tests.masters.hall import Hall, address, machine


async def test_masters_that_are_well_are_counted() -> None:
    hall = Hall(masters=5)
    await hall.after(minutes=2)
    assert "prod/(masters) enforce 5 in the policy" in words_of(await asked(hall, "status"))


async def test_masters_that_are_never_touched_are_said_to_be_watched() -> None:
    hall = Hall(policy="")
    await hall.after(minutes=2)
    assert "prod/(masters) watched 3 in the policy" in words_of(await asked(hall, "status"))


async def test_an_ill_one_is_counted_and_its_incident_shown() -> None:
    hall = Hall()
    await hall.after(minutes=1)
    hall.hangs(1)
    await hall.after(seconds=70)
    told = words_of(await asked(hall, "status"))
    assert "3 in the policy · 1 unreachable" in told
    assert f"{address(1)} unreachable" in told


async def test_explain_tells_the_steps_of_a_master_s_operation() -> None:
    hall = Hall()
    await hall.after(minutes=1)
    hall.hangs(1)
    await hall.after(seconds=130)
    told = words_of(await asked(hall, "explain", address(1)))
    assert "Restart: step restart (3 of 5)" in told
    assert "After that: await_master, verify_quorum" in told


async def test_the_masters_are_in_the_data() -> None:
    hall = Hall()
    await hall.after(minutes=2)
    (cluster,) = data_of(await asked(hall, "status", "--json"))["clusters"]
    masters = cluster["masters"]
    assert (masters["count"], masters["mode"], masters["conditions"]) == (3, "enforce", {})
    assert (masters["leader"], len(masters["addresses"])) == ("master-1:5050", 3)


async def test_a_remedy_that_waits_for_a_person_is_approved_by_command() -> None:
    hall = Hall(policy="{vms: dcos-master-*, repair: {ladder: [redeploy], approve: [redeploy]}}")
    await hall.after(minutes=1)
    hall.hangs(1)
    await hall.after(minutes=4)
    assert hall.done == []
    (incident,) = (await hall.open_incidents()).values()
    assert f"approve {incident.id} redeploy" in words_of(await asked(hall, "explain", address(1), width=200))
    assert (await asked(hall, "approve", address(1), "--why", "looked at it")).exit_code == 0
    await hall.after(seconds=5)
    assert hall.done == [("redeploy", machine(1))]
