"""What people may say, and what the app does about it."""

from __future__ import annotations

import pytest

from shared.audit import AuditLog
from shared.desk.asked import OfIncidents, OfOverrides
from shared.desk.orders import (
    Approve,
    ClearSize,
    Hold,
    Keep,
    Pause,
    Reject,
    Replace,
    Resume,
    SetSize,
)
from shared.desk.told import No, Told
from shared.errors import Conflict
from shared.model.overrides import OverrideKind
from shared.operate.clerk import Clerk
from shared.ports.store import Table
from shared.records import Kept
from tests.desk.offices import office_of
from tests.scene import Scene

WHY = "the rack is being moved"


async def with_a_proposal() -> Scene:
    """A pool in which a dead agent waits for somebody's approval."""
    scene = Scene(agents=6, mode="propose")
    await scene.after(minutes=2)
    scene.agent_dies(2)
    await scene.after(minutes=10)
    return scene


async def working() -> Scene:
    scene = Scene(agents=6)
    await scene.after(minutes=2)
    return scene


async def test_a_pause_says_what_it_touches_and_holds_until_it_is_taken_back() -> None:
    scene = await working()
    office = office_of(scene)
    done = await office.pause("prod", Pause(WHY, "private"), "ann")
    assert (done.touches, done.undo, done.woken) == ("prod/private", "resume", True)
    await scene.hears(scene.machine_is_deleted(1))
    await scene.after(minutes=20)
    assert scene.ordered == []
    await office.resume("prod", Resume(subject="private"), "ben")
    await scene.after(seconds=10)
    assert scene.ordered == [1]
    told = [text for text in await scene.said() if "ben" in text]
    assert told == ["private: ben takes back the pause of ann: no reason given"]


async def test_a_node_that_is_held_is_left_alone() -> None:
    scene = await working()
    office = office_of(scene)
    await office.hold("prod", scene.name(1), Hold(WHY, "2h"), "ann")
    await scene.hears(scene.machine_is_deleted(1))
    await scene.after(minutes=20)
    assert scene.ordered == []
    assert (await office.release("prod", scene.name(1), Keep(WHY), "ann")).undo == "hold"
    await scene.after(seconds=10)
    assert scene.ordered == [1]


async def test_what_waits_for_approval_is_done_once_it_is_approved() -> None:
    scene = await with_a_proposal()
    office = office_of(scene)
    (opened,) = (await office.incidents("prod", OfIncidents())).items
    assert opened.awaits
    done = await office.approve("prod", opened.incident.id, Approve(WHY), "ann", opened.etag)
    assert (done.touches, done.undo) == (scene.name(2), "reject")
    await scene.after(minutes=1)
    assert len(await scene.running()) == 1


async def test_what_is_rejected_is_not_done() -> None:
    scene = await with_a_proposal()
    office = office_of(scene)
    (opened,) = (await office.incidents("prod", OfIncidents())).items
    await office.reject("prod", opened.incident.id, Reject(WHY), "ann")
    (said,) = (await office.overrides("prod", OfOverrides(kind=OverrideKind.REJECT))).items
    assert (said.override.who, said.holds) == ("ann", True)
    with pytest.raises(Told) as told:
        await office.approve("prod", opened.incident.id, Approve(WHY, "reboot"), "ann")
    assert told.value.reason == "no_remedy"


async def test_the_size_of_a_pool_is_set_and_taken_back() -> None:
    scene = await working()
    office = office_of(scene)
    done = await office.set_size("prod", "private", SetSize(WHY, target=8, nodes=2), "ann")
    assert any("2 machines will be ordered" in sentence for sentence in done.says)
    (said,) = (await office.overrides("prod", OfOverrides())).items
    with pytest.raises(Told) as told:
        await office.clear_size("prod", "private", ClearSize(), "ben", "another etag")
    assert told.value.kind is No.CHANGED
    await office.clear_size("prod", "private", ClearSize(), "ben", said.etag)
    assert (await office.overrides("prod", OfOverrides())).items == ()


async def test_a_working_node_is_replaced_when_somebody_asks_for_it() -> None:
    scene = await working()
    office = office_of(scene)
    node = scene.name(3)
    done = await office.replace_node("prod", node, Replace(WHY, node), "ann")
    assert done.final == "The machine is destroyed with its disks."
    await scene.after(minutes=1)
    assert (await office.node("prod", node)).condition == "doomed"
    await scene.after(minutes=60)
    assert scene.destroyed == ["3"]
    assert (await office.pool("prod", "private")).nodes == 6
    assert f"{node}: ann wants another machine in place of {node}: {WHY}" in await scene.said()


async def test_a_wish_for_another_machine_can_be_taken_back() -> None:
    scene = await working()
    office = office_of(scene)
    node = scene.name(3)
    await office.pause("prod", Pause(WHY), "ann")
    await office.replace_node("prod", node, Replace(WHY, node), "ann")
    await scene.after(minutes=1)
    assert "is kept" in (await office.keep_node("prod", node, Keep(WHY), "ann")).says[0]
    await scene.after(minutes=1)
    assert (await office.node("prod", node)).condition == "healthy"
    with pytest.raises(Told) as told:
        await office.keep_node("prod", node, Keep(WHY), "ann")
    assert told.value.reason == "not_asked_for"


async def test_the_node_that_is_to_go_has_to_be_named_twice() -> None:
    scene = await working()
    with pytest.raises(Told) as told:
        await office_of(scene).replace_node("prod", scene.name(3), Replace(WHY, scene.name(4)), "ann")
    assert told.value.kind is No.MISTAKEN


@pytest.mark.parametrize(
    ("who", "order", "reason"),
    [
        ("", Pause(WHY), "no_name"),
        ("ann", Pause(" "), "no_reason"),
        ("ann", Pause("x" * 501), "no_reason"),
        ("ann", Pause("the rack\n2026-11-23 ann: nothing"), "no_reason"),
        ("ann\x1b[2J", Pause(WHY), "no_name"),
        ("ann", Pause(WHY, duration="31d"), "bad_duration"),
        ("ann", Pause(WHY, duration="soon"), "bad_duration"),
        ("ann", Pause(WHY, "no-such-pool"), "no_such_node"),
    ],
)
async def test_what_makes_no_sense_is_refused_and_nothing_is_written(
    who: str, order: Pause, reason: str
) -> None:
    scene = await working()
    with pytest.raises(Told) as told:
        await office_of(scene).pause("prod", order, who)
    assert told.value.reason == reason
    assert await scene.store.query(Table.OVERRIDES, "prod", "", "") == ()


async def test_who_frees_several_nodes_has_to_say_how_many() -> None:
    scene = await working()
    office = office_of(scene)
    await office.pause("prod", Pause(WHY), "ann")
    for number in (1, 2, 3):
        await scene.hears(scene.machine_is_deleted(number))
    await scene.after(minutes=5)
    with pytest.raises(Told) as told:
        await office.resume("prod", Resume(), "ann")
    assert (told.value.reason, told.value.numbers) == ("not_their_number", {"nodes": 3})
    await office.resume("prod", Resume(nodes=3), "ann")


async def test_of_two_who_speak_about_the_same_word_one_is_told_no() -> None:
    scene = await working()
    await office_of(scene).pause("prod", Pause(WHY), "ann")
    (read,) = (await office_of(scene).overrides("prod", OfOverrides())).items
    clerk = Clerk(scene.reader, AuditLog(scene.store), scene.queues, scene.clock.now())
    with pytest.raises(Conflict):
        await clerk.keep("prod", read.override, "another etag")
    with pytest.raises(Conflict):
        await clerk.take_back("prod", Kept(read.override, "another etag"), "ben", WHY)
    assert (await office_of(scene).overrides("prod", OfOverrides())).items == (read,)
