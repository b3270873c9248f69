"""What was known of a machine is written down before anything final is done to it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from shared.errors import PoolkeeperError, Refused, Retry, Unknown
from shared.model.complaints import Complaint, Complaints, Topic
from shared.model.health import Role
from shared.model.incidents import IncidentState
from shared.model.mesos import Agent
from shared.model.nodes import Condition
from shared.model.operations import Operation, Plan
from shared.model.remedies import Remedy
from shared.model.signals import Severity
from shared.operate.plans import PLANS
from shared.ports.store import Table, Write
from shared.records.alert_states import AlertState
from shared.records.evidence import LARGEST, Evidence, EvidenceRoom, fitting
from tests.cli.typed import asked, words_of
from tests.scene import SET, SUBSCRIPTION, WEB, Scene
from tests.watched import Call


async def kept_of(scene: Scene) -> tuple[Operation, Evidence]:
    (operation,) = [*await scene.closed_operations(), *await scene.running()]
    evidence = await EvidenceRoom(scene.store).get(operation)
    assert evidence is not None
    return operation, evidence


async def test_a_destroyed_machine_leaves_what_ran_and_what_was_last_read() -> None:
    scene = Scene(agents=4)
    await scene.after(minutes=2)
    scene.agent_dies(2)
    await scene.after(minutes=8)
    operation, evidence = await kept_of(scene)
    assert evidence.condition is Condition.UNREACHABLE
    assert evidence.instance is not None
    assert evidence.instance.instance_id == "2"
    assert evidence.agent is not None
    assert evidence.tasks == {WEB: 2}
    place = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/acs-prod/providers/Microsoft.Compute"
    machine = f"{place}/virtualMachineScaleSets/{SET}/virtualMachines/2/bootDiagnostics"
    assert evidence.console == f"https://portal.azure.com/#resource{machine}"
    (line,) = [text for text in await scene.said() if "keep_evidence: kept as row" in text]
    assert operation.id in line
    assert "table Evidence" in line


async def test_failed_units_and_alerts_are_kept_with_what_they_said() -> None:
    scene = Scene(agents=4)
    await scene.after(minutes=2)
    now, address = scene.clock.now(), scene.agent_at(scene.name(2))
    assert address is not None
    unit = Complaint(Topic.UNITS, Severity.CRITICAL, "Mesos agent", now, "segfault at 0x0")
    said = Complaints(address.address, Role.AGENT, {"dcos-mesos-slave.service": unit})
    await scene.reader.health.put("prod", address.address, said, None)
    state = AlertState(
        "disk-full", "node", "firing", "private", scene.name(2), Severity.WARNING, now, now, 300, 97.5, "w"
    )
    await scene.store.write(
        Table.ALERT_STATES, "prod", Write("disk-full|x", msgspec.json.encode(state), None)
    )
    scene.agent_dies(2)
    await scene.after(minutes=8)
    _, evidence = await kept_of(scene)
    assert evidence.complaints["dcos-mesos-slave.service"].says == "segfault at 0x0"
    assert [(one.rule, one.value) for one in evidence.alerts] == [("disk-full", 97.5)]
    told = words_of(await asked(scene, "explain", "_2", width=200))
    assert "segfault at 0x0" in told
    assert "disk-full firing, last value 97.5" in told
    assert "/bootDiagnostics" in told


TOUCH_NO_MACHINE = {Plan.GROW, Plan.RELIEVE}


@pytest.mark.parametrize("plan", sorted(PLANS.keys() - TOUCH_NO_MACHINE))
def test_every_plan_for_a_machine_keeps_evidence_before_its_first_final_step(plan: Any) -> None:
    names = [(step.name, step.final) for step in PLANS[plan].steps]
    first = next(place for place, (_, final) in enumerate(names) if final)
    assert "keep_evidence" in [name for name, _ in names[:first]]


async def test_evidence_is_written_before_the_machine_is_destroyed() -> None:
    scene = Scene(agents=4)
    await scene.after(minutes=2)
    order: list[str] = []

    async def around(call: Call) -> Any:
        if call.name == "compute.destroy" or call.args[:1] == (Table.EVIDENCE,):
            order.append(call.name)
        return await call.go()

    scene.app = scene.new_app(around)
    scene.agent_dies(2)
    await scene.after(minutes=8)
    assert order == ["store.write", "compute.destroy"]


async def test_healing_goes_on_without_evidence_and_says_so() -> None:
    scene = Scene(agents=4)
    await scene.after(minutes=2)

    async def around(call: Call) -> Any:
        if call.args[:1] == (Table.EVIDENCE,):
            raise Unknown("whether the evidence was written")
        return await call.go()

    scene.app = scene.new_app(around)
    scene.agent_dies(2)
    await scene.after(minutes=8)
    assert scene.destroyed == ["2"]
    said = await scene.said()
    assert any("the evidence could not be written: whether the evidence was written" in one for one in said)


@pytest.mark.parametrize("wrong", [Unknown("it"), Retry("throttled", timedelta(seconds=1))])
async def test_a_blink_of_the_storage_costs_no_evidence(wrong: PoolkeeperError) -> None:
    scene = Scene(agents=4)
    await scene.after(minutes=2)
    order: list[str] = []

    async def around(call: Call) -> Any:
        if call.args[:1] == (Table.EVIDENCE,):
            order.append("evidence")
            if len(order) <= 3:
                raise wrong
        if call.name == "compute.destroy":
            order.append("destroy")
        return await call.go()

    scene.app = scene.new_app(around)
    scene.agent_dies(2)
    await scene.after(minutes=8)
    assert order == ["evidence"] * 4 + ["destroy"]
    await kept_of(scene)


async def test_where_bodies_are_kept_nothing_final_is_done_without_evidence() -> None:
    scene = Scene(agents=4, more="repair: {keep_body: 2h}")
    await scene.after(minutes=2)

    async def around(call: Call) -> Any:
        if call.args[:1] == (Table.EVIDENCE,):
            raise Refused("storage", "not_authorized", {})
        return await call.go()

    scene.app = scene.new_app(around)
    scene.agent_dies(2)
    await scene.after(minutes=15)
    assert scene.destroyed == []
    assert (await scene.ledger()).bodies == ()
    (incident,) = (await scene.open_incidents()).values()
    assert incident.state is IncidentState.HANDED_OVER
    assert "keep_evidence took longer than 600 s" in incident.outcome


def test_what_is_too_much_is_cut_and_named() -> None:
    scene = Scene(agents=1)
    now = scene.clock.now()
    ids = {f"framework-{n}": tuple(f"task-{n}-{m}-{'x' * 60}" for m in range(300)) for n in range(300)}
    agent = Agent("S1", "10.0.0.4", "10.0.0.4", 5051, True, now, task_ids=ids)
    large = Evidence(
        at=now,
        node="n",
        pool="private",
        incident="i",
        operation="o",
        remedy=Remedy.REPLACE,
        condition=Condition.UNREACHABLE,
        because="",
        console="",
        agent=agent,
        tasks={WEB: 2},
    )
    small = fitting(large)
    assert len(msgspec.json.encode(small)) <= LARGEST
    assert small.left_out == ("agent: too much to be kept",)
    assert small.tasks == {WEB: 2}
    fits = fitting(replace(large, agent=replace(agent, task_ids={"f": ids["framework-1"]})))
    assert fits.agent is not None
    assert len(fits.agent.task_ids["f"]) == 100


async def test_old_evidence_is_dropped_and_younger_stays() -> None:
    scene = Scene(agents=4)
    await scene.after(minutes=2)
    scene.agent_dies(2)
    await scene.after(minutes=8)
    operation, _ = await kept_of(scene)
    room = EvidenceRoom(scene.store)
    assert await room.forget("prod", operation.created_at) == 0
    assert await room.forget("prod", operation.created_at + timedelta(seconds=1)) == 1
    assert await room.get(operation) is None
