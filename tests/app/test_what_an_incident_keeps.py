"""An incident keeps a few signals, and of many those that decide."""

from __future__ import annotations

from shared.model.signals import SignalKind
from tests.scene import Scene


async def test_that_a_machine_was_deleted_is_kept_behind_any_number_of_other_signals() -> None:
    scene = Scene(agents=8, mode="observe")
    await scene.sweeps()
    scene.agent_dies(2)
    await scene.sweeps()
    for number in range(15):
        event = scene.event(2, "Action", f"runCommand/action?{number}")
        of_the_set = {"subject": event["subject"].partition("/virtualMachines/")[0]} if number % 2 else {}
        await scene.hears(event | of_the_set | {"id": f"e{number}"})
        await scene.after(seconds=10)
    await scene.hears(scene.machine_is_deleted(2))
    kept = (await scene.open_incidents())[scene.name(2)].signals
    assert len(kept) == 10
    assert kept[-1].kind is SignalKind.VM_DELETED


async def test_what_names_the_machine_is_kept_before_what_is_about_its_pool() -> None:
    scene = Scene(agents=8, mode="observe")
    await scene.sweeps()
    scene.agent_dies(2)
    await scene.sweeps()
    for number in range(12):
        event = scene.event(2, "Write", f"write?{number}")
        await scene.hears(
            event | {"subject": event["subject"].partition("/virtualMachines/")[0], "id": f"e{number}"}
        )
        await scene.after(seconds=10)
    await scene.hears(scene.event(2, "Action", "runCommand/action"))
    kept = (await scene.open_incidents())[scene.name(2)].signals
    assert kept[-1].node == scene.name(2)
