"""What is urgent has a lane of its own, every loop has an end, and what fails is kept where somebody can find it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from shared.errors import Retry
from shared.model.incidents import IncidentState
from shared.model.mesos import Generation
from tests.incidents.stage import Stage
from tests.watched import Call


async def test_a_notice_of_thirty_seconds_does_not_queue_behind_the_storm() -> None:
    """A notice with a deadline waited behind the circuit breaker until the machine was gone
    (Azure/karpenter-provider-azure#1829)."""
    stage = Stage(agents=12, generation=Generation.DRAIN)
    await stage.sweeps()
    stage.agents_die(0, 1, 2, 3, 4)
    await stage.after(minutes=3)
    assert (await stage.ledger()).storm_until is not None
    assert stage.orders == []
    await stage.hears(stage.announced(9, "Preempt", in_s=30))
    await stage.after(seconds=10)
    assert not stage.scheduler.takes_tasks(stage.agent_of(9)), "no new tasks"
    assert stage.scheduler.agents[stage.agent_of(9)].tasks == {}, "and what ran there is on its way"
    assert stage.destroyed == [], "nothing is destroyed before Azure does it"


async def test_drains_that_never_end_do_not_flood_the_masters() -> None:
    """After drains that failed, heartbeats went on for ever, more with each, and flooded the API
    (aws/aws-node-termination-handler#1172)."""
    stage = Stage(agents=20, generation=Generation.DRAIN, more="repair: {drain_timeout: 10m}")
    await stage.sweeps()
    stage.works.faults.always("kill", Retry("Marathon is busy", timedelta(seconds=1)))
    stage.scheduler.faults.always("drain", Retry("the master is busy", timedelta(seconds=1)))
    for number in range(8):
        await stage.hears(stage.announced(number, "Redeploy", in_s=86400))
    hours = []
    for _ in range(2):
        before = stage.calls["workloads.kill"] + stage.calls["scheduler.drain"]
        await stage.after(minutes=60)
        hours.append(stage.calls["workloads.kill"] + stage.calls["scheduler.drain"] - before)
    assert 0 < max(hours) <= 2 * 140, f"{hours} orders in each hour, of two nodes at once"
    assert [what for what in stage.destroyed if int(what) < 20] == [], "their tasks are still there"
    assert any(one.state is IncidentState.HANDED_OVER for one in (await stage.open_incidents()).values())


async def test_every_incident_ends_or_wakes_again_whatever_fails() -> None:
    """The same for everything: a cluster in which nothing succeeds for hours is asked a bounded number of times."""
    stage = Stage(agents=20, more="repair: {ladder: [restart_unit, restart, redeploy, reimage, replace]}")
    stage.cured_by = frozenset()
    await stage.sweeps()
    for verb in ("run_command", "restart", "redeploy", "reimage", "destroy", "set_capacity"):
        stage.compute.faults.always(verb, Retry("Azure answers 503", timedelta(seconds=1)))
    stage.agents_die(1, 7)
    await stage.after(minutes=120)
    asked = sum(stage.calls[f"compute.{verb}"] for verb in ("restart", "redeploy", "destroy", "run_command"))
    assert asked <= 2 * 2 * 140, f"{asked} orders for two nodes in two hours"
    for incident in (await stage.open_incidents()).values():
        assert incident.state is IncidentState.HANDED_OVER or incident.wake_at is not None


async def test_what_fails_five_times_is_in_the_quarantine_with_its_reason() -> None:
    """A handler swallowed its errors and its events were dropped after three deliveries
    (cloud-custodian/cloud-custodian, the mailer's and Azure's queue handlers)."""
    stage = Stage(agents=12)
    await stage.sweeps()

    failing = [True]

    async def the_passes_fail(call: Call) -> Any:
        if call.name == "store.write" and failing:
            raise Broken("a bug that nobody foresaw")
        return await call.go()

    stage.app, stage.forgives = stage.new_app(the_passes_fail), (Broken,)
    await stage.hears(stage.machine_is_deleted(3))
    await stage.after(minutes=3)
    assert stage.poisoned, "the host gives it up"
    failing.clear()
    for body in stage.poisoned:
        await stage.app.keep_poison("signals", "its pass failed as often as the host tries", body.decode())
    kept = await stage.quarantined()
    assert [one["source"] for one in kept] == ["signals"] * len(stage.poisoned)
    whole = {body.decode() for body in stage.poisoned}
    assert {one["body"] for one in kept} == whole, "whole, to be played again"
    await stage.after(minutes=15)
    assert (stage.connected, stage.capacity) == (12, 12), (
        "and the sweep has healed what the message was about"
    )


class Broken(Exception):
    """No error of ours."""
