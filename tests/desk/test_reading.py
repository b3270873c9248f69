"""What people may see of a cluster, a thing at a time."""

from __future__ import annotations

import pytest

from shared.desk.asked import (
    Course,
    OfAudit,
    OfIncidents,
    OfNodes,
    OfOperations,
    OfOverrides,
    OfQuarantine,
    OfSchedules,
    Stage,
)
from shared.desk.told import No, Told
from shared.model.audit import AuditKind
from shared.model.operations import OperationState
from shared.policy.schema import Mode
from tests.desk.offices import office_of
from tests.scene import Scene


async def with_a_repair() -> Scene:
    """A pool in which one of six was deleted and replaced, and another one has just died."""
    scene = Scene(agents=6)
    await scene.after(minutes=2)
    await scene.hears(scene.machine_is_deleted(1))
    await scene.after(minutes=20)
    scene.agent_dies(2)
    await scene.after(minutes=1)
    return scene


async def test_a_cluster_says_in_short_how_it_is() -> None:
    scene = await with_a_repair()
    (one,) = await office_of(scene).clusters()
    assert (one.name, one.mode, one.pools) == ("prod", Mode.ENFORCE, ("private",))
    assert (one.is_late, one.open_incidents, one.handed_over, one.faults) == (False, 1, 0, 0)
    await scene.after(seconds=1)
    assert await office_of(scene).cluster("prod") == one


async def test_a_pool_is_told_as_the_command_line_tells_it() -> None:
    office = office_of(await with_a_repair())
    (one,) = await office.pools("prod")
    assert one == await office.pool("prod", "private")
    assert (one.wanted, one.day.used) == (6, 1)


async def test_a_node_is_told_with_its_condition_and_its_incident() -> None:
    scene = await with_a_repair()
    office = office_of(scene)
    page = await office.nodes("prod", OfNodes())
    conditions = {one.name: one.condition for one in page.items}
    assert (len(conditions), page.next) == (6, "")
    ill = await office.node("prod", scene.name(2))
    assert (ill.condition, ill.awaits, ill.address != "") == ("unreachable", "", True)
    assert conditions[ill.name] == "unreachable"
    assert ill.incident == (await office.incidents("prod", OfIncidents())).items[0].incident.id


async def test_an_incident_says_what_happens_next() -> None:
    scene = await with_a_repair()
    office = office_of(scene)
    (opened,) = (await office.incidents("prod", OfIncidents())).items
    assert opened.next
    assert await office.incident("prod", opened.incident.id) == opened
    (closed,) = (await office.incidents("prod", OfIncidents(state=Stage.CLOSED))).items
    assert closed.incident.node == scene.name(1)
    assert await office.incident("prod", closed.incident.id) == closed


async def test_an_operation_is_told_without_its_token() -> None:
    scene = await with_a_repair()
    office = office_of(scene)
    (over,) = (await office.operations("prod", OfOperations(state=Course.CLOSED))).items
    assert (over.subject.node, over.state) == (scene.name(1), OperationState.DONE)
    assert await office.operation("prod", over.id) == over
    assert not hasattr(over, "token")


async def test_a_case_is_explained_from_what_was_heard_to_what_comes_next() -> None:
    scene = await with_a_repair()
    office = office_of(scene)
    told = await office.explain("prod", scene.name(1))
    assert told.incident is not None
    assert told.operation is not None
    assert told.evidence is not None
    kinds = {one.kind for one in told.audit}
    assert {AuditKind.OPENED, AuditKind.DECIDED, AuditKind.CLOSED} <= kinds
    assert (await office.explain("prod", told.incident.id)).incident == told.incident


async def test_the_audit_is_told_newest_first() -> None:
    scene = await with_a_repair()
    page = await office_of(scene).audit("prod", OfAudit())
    assert [one.number for one in page.items] == list(range(len(await scene.audit()), 0, -1))


async def test_what_there_is_none_of_is_an_empty_page() -> None:
    office = office_of(await with_a_repair())
    assert (await office.schedules("prod", OfSchedules())).items == ()
    assert (await office.overrides("prod", OfOverrides())).items == ()
    assert (await office.quarantine(OfQuarantine())).items == ()
    assert (await office.audit("(none)", OfAudit(text="nothing has this"))).items == ()


@pytest.mark.parametrize(
    "name", ["", "none", "private' or 1 eq 1", "a/../b", "x" * 500, "a\x00b", "closed|x"]
)
async def test_what_has_no_such_name_is_missing_and_no_error(name: str) -> None:
    office = office_of(await with_a_repair())
    reads = [
        office.cluster(name),
        office.pool("prod", name),
        office.node("prod", name),
        office.incident("prod", name),
        office.explain("prod", name),
        office.operation("prod", name),
        office.quarantined(name),
    ]
    for read in reads:
        with pytest.raises(Told) as told:
            await read
        assert told.value.kind is No.MISSING


async def test_before_the_app_has_run_there_is_nothing_to_see() -> None:
    with pytest.raises(Told) as told:
        await office_of(Scene()).clusters()
    assert told.value.kind is No.UNREADY
