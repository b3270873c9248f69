"""What the surroundings do at once to everything: locks, lost rights, storms of writes, new ids, old backups."""

from __future__ import annotations

from copy import deepcopy
from datetime import datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from shared.app import App
from shared.errors import Refused, Retry
from shared.memory.store import MemoryStore
from shared.model.azure import Provisioning
from shared.model.mesos import SchedulerState
from tests.incidents.stage import Stage
from tests.scene import POOL

OF_AZURE = ("scale_set", "instances", "instance", "addresses", "destroy", "set_capacity", "look")


class InTurns:
    """Several processes of the app, of which each is called after the other, or `all` at once."""

    def __init__(self, *apps: App, all: bool = False) -> None:
        self._apps, self._all, self._calls = apps, all, 0

    def __getattr__(self, name: str) -> Any:
        async def call(*args: Any) -> list[Any]:
            self._calls += 1
            told: list[Any] = []
            for app in self._apps if self._all else [self._apps[self._calls % len(self._apps)]]:
                told += await getattr(app, name)(*args) or ()
            return told

        return call


async def test_what_is_locked_is_left_to_a_person_and_the_pool_keeps_its_size() -> None:
    """A lock on the resource group forbids to delete, which is answered 409: whoever grows first and deletes afterwards
    then has a machine more with every try."""
    stage = Stage(agents=8)
    await stage.sweeps()
    stage.compute.faults.always("destroy", Refused("azure", "locked", {"code": "ScopeLocked"}))
    stage.agent_dies(2)
    await stage.after(minutes=30)
    incident = (await stage.open_incidents())[stage.name(2)]
    assert incident.state.value == "handed_over"
    assert "locked" in str((await stage.closed_operations())[-1].outcome)
    await stage.after(minutes=60)
    assert (stage.capacity, stage.destroyed, stage.scheduler.gone) == (8, [], set())


async def test_a_subscription_that_is_disabled_is_waited_for() -> None:
    """A subscription is disabled for half an hour, and every call is answered 403."""
    stage = Stage(agents=8)
    await stage.sweeps()
    stage.agent_dies(2)
    await stage.after(seconds=80)
    for call in OF_AZURE:
        stage.compute.faults.always(call, Refused("azure", "AuthorizationFailed", {"status": 403}))
    await stage.after(minutes=30)
    assert stage.orders == []
    stage.compute.faults.clear()
    await stage.after(minutes=20)
    assert (stage.destroyed, stage.connected) == (["2"], 8)


async def test_machines_whose_extension_failed_and_whose_agents_work_are_left_alone() -> None:
    """An extension that is updated everywhere fails everywhere, and Azure calls every instance failed."""
    stage = Stage(agents=8)
    await stage.sweeps()
    there = stage.compute._pools[POOL].instances
    there |= {id: replace(one, provisioning=Provisioning.FAILED) for id, one in there.items()}
    await stage.after(minutes=60)
    assert stage.orders == []


async def test_a_storm_of_writes_that_change_nothing_costs_few_readings() -> None:
    """Somebody tags every machine again and again, and each of it is an event."""
    stage = Stage(agents=8)
    await stage.sweeps()
    before = stage.calls["compute.instances"]
    for write in range(200):
        await stage.hears(stage.event(write % 8, "Write", "write"))
    await stage.after(minutes=2)
    assert stage.orders == []
    assert stage.calls["compute.instances"] - before <= 20


async def test_agents_that_come_back_with_new_ids_are_the_same_machines() -> None:
    """An agent whose attributes were changed does not recover: it starts with a new id, and the old one stays
    unreachable (apache/mesos: docs/agent-recovery.md)."""
    stage = Stage(agents=8)
    await stage.sweeps()
    for address in list(stage.compute._pools[POOL].addresses.values()):
        stage.agent_joins(address)
        await stage.after(seconds=70)
    await stage.after(minutes=30)
    assert (stage.orders, await stage.open_incidents()) == ([], {})


async def test_agents_that_all_have_one_address_are_not_confused() -> None:
    """All agents are seen behind one address, as by a NAT, and one of them is dead: which one is not guessed."""
    stage = Stage(agents=8)
    await stage.sweeps()

    def behind_nat(state: SchedulerState) -> SchedulerState:
        agents = tuple(replace(one, address="10.0.0.1", hostname="10.0.0.1") for one in state.agents)
        return replace(state, agents=agents)

    stage.answers("scheduler.state", behind_nat)
    stage.agent_dies(2)
    await stage.after(minutes=60)
    assert set(stage.destroyed) <= {"2"}


async def test_yesterdays_backup_of_the_storage_destroys_nothing_today() -> None:
    """Storage is restored from a backup that was made in the middle of a repair; since then the pool was made smaller,
    other machines were replaced, and what that repair was about is long gone."""
    stage = Stage(agents=10)
    await stage.sweeps()
    stage.agent_dies(2)
    while not stage.destroyed:
        await stage.after(seconds=5)
    backup = deepcopy(stage.store._partitions)
    await stage.after(minutes=30)
    stage.agent_dies(3)
    await stage.after(minutes=30)
    await stage.hears(stage.pool_is_resized(6))
    await stage.after(minutes=180)
    known = list(stage.destroyed)
    stage.store._partitions = backup
    stage.restarts()
    await stage.after(minutes=120)
    assert (stage.destroyed, await stage.running()) == (known, [])


async def test_two_apps_that_do_not_know_of_each_other_replace_a_node_once() -> None:
    """The app is deployed twice for the same cluster by mistake, each with a storage of its own."""
    stage = Stage(agents=12)
    await stage.sweeps()
    first, mine = stage.app, stage.store
    stage.store = MemoryStore()
    second, stage.store = stage.new_app(), mine
    await second.sweep()
    stage.app = InTurns(first, second, all=True)  # type: ignore[assignment]
    stage.forgives = (Retry,)
    for number in (2, 5):
        stage.agent_dies(number)
        await stage.after(minutes=60)
    assert (sorted(set(stage.destroyed)), stage.capacity, stage.connected) == (["2", "5"], 12, 12)


@pytest.mark.parametrize("by", [timedelta(minutes=7), timedelta(minutes=-7)], ids=["ahead", "behind"])
async def test_a_worker_whose_clock_is_wrong_orders_nothing_twice(by: timedelta) -> None:
    """One of two workers has a wrong clock, so that each lease is over for it, or none ever is."""
    stage = Stage(agents=12)
    await stage.sweeps()
    first, right = stage.app, stage.clock

    class Wrong:
        def now(self) -> datetime:
            return right.now() + by

    stage.clock = Wrong()  # type: ignore[assignment]
    second, stage.clock = stage.new_app(), right
    stage.app = InTurns(first, second)  # type: ignore[assignment]
    stage.forgives = (Retry,)
    stage.agent_dies(2)
    await stage.after(minutes=45)
    assert stage.orders in ([], [("destroy", "2")], [("destroy", "2"), ("set_capacity", "12")])
