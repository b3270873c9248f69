"""An answer that says that it was done is not yet a world in which it was, and an order for something that is not there
does damage where it arrives."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from shared.errors import Refused
from shared.memory.acts import FINISHED
from shared.model.azure import PoolAddress, Power
from shared.model.incidents import IncidentState
from shared.model.mesos import Generation
from shared.model.operations import OperationState
from tests.incidents.stage import Stage
from tests.scene import POOL
from tests.watched import Call


def does_nothing(*verbs: str) -> Any:
    """Azure says that these have succeeded, and nothing has happened."""

    async def around(call: Call) -> Any:
        return FINISHED if call.name in {f"compute.{verb}" for verb in verbs} else await call.go()

    return around


async def test_a_deletion_that_only_says_that_it_succeeded_is_no_deletion() -> None:
    """Schedules of start and stop reported success and the machines had not changed
    (microsoft/startstopv2-deployments#112, #135). Mesos must not be told that a machine is gone which is not: its agent
    would be banned for ever."""
    stage = Stage(agents=12)
    await stage.sweeps()
    stage.app = stage.new_app(does_nothing("destroy"))
    stage.agent_dies(4)
    await stage.after(minutes=60)
    assert (stage.scheduler.gone, stage.ordered) == (set(), [])
    assert (await stage.open_incidents())[stage.name(4)].state is IncidentState.HANDED_OVER
    stage.agent_comes_back(4)
    await stage.after(minutes=5)
    assert stage.is_well("4"), "it could come back"


async def test_a_growth_that_only_says_that_it_succeeded_is_ordered_again_and_not_without_end() -> None:
    """The same for an order of a machine."""
    stage = Stage(agents=12)
    await stage.sweeps()
    asked: list[int] = []

    async def around(call: Call) -> Any:
        if call.name == "compute.set_capacity":
            asked.append(call.args[1])
            return FINISHED
        return await call.go()

    stage.app = stage.new_app(around)
    await stage.hears(stage.machine_is_deleted(4))
    await stage.after(minutes=60)
    assert set(asked) == {12}, "the size that is wanted, and never one more for each try"
    assert len(asked) <= 400
    stage.restarts()
    await stage.after(minutes=30)
    assert (stage.capacity, stage.ordered) == (12, [1])


async def test_a_restart_that_only_says_that_it_succeeded_has_failed() -> None:
    """What counts is the agent."""
    stage = Stage(agents=12, more="repair: {ladder: [restart]}")
    await stage.sweeps()
    stage.app = stage.new_app(does_nothing("restart"))
    stage.agent_dies(4)
    await stage.after(minutes=30)
    (operation,) = await stage.closed_operations()
    assert operation.state is OperationState.FAILED
    assert (await stage.open_incidents())[stage.name(4)].state is IncidentState.HANDED_OVER


async def test_what_is_not_ours_is_never_touched() -> None:
    """Without a scope, a schedule stopped all machines of a subscription (MicrosoftDocs/azure-docs#110543)."""
    stage = Stage(agents=6)
    other = PoolAddress(POOL.subscription, "another-group", POOL.scale_set)
    stage.compute.add_pool(other, 6, "10.40.0.0")
    await stage.sweeps()
    for number in range(6):
        stage.compute.set_power(other, str(number), Power.DEALLOCATED)
        event = stage.event(number, "Action", "deallocate/action")
        await stage.hears(event | {"subject": event["subject"].replace("acs-prod", "another-group")})
    await stage.after(minutes=30)
    assert (stage.orders, stage.compute.destroyed) == ([], [])


async def test_a_machine_that_has_the_number_of_another_is_not_taken_for_it() -> None:
    """A job that deletes old snapshots called the deletion of the server instead of the database in it, and took 17
    production databases away (Azure DevOps, 24 May 2023): the right order for the wrong thing. Here the set was made
    anew between two looks, and its machines have the same numbers."""
    stage = Stage(agents=6)
    await stage.sweeps()

    async def another_machine(call: Call) -> Any:
        if call.name == "compute.instance":
            there = stage.compute._pools[POOL].instances
            instance = there[call.args[1]]
            there[call.args[1]] = replace(instance, vm_id="vm-of-somebody-else")
        return await call.go()

    stage.app = stage.new_app(another_machine)
    stage.agent_dies(2)
    await stage.after(minutes=30)
    assert stage.destroyed == []


async def test_maintenance_of_a_machine_that_mesos_does_not_know_is_never_asked_for() -> None:
    """A master was crashed by maintenance of a host that did not exist (Yelp/paasta#1502)."""
    stage = Stage(agents=6, generation=Generation.MAINTENANCE)
    await stage.sweeps()
    known = {(agent.hostname, agent.address) for agent in stage.scheduler.agents.values()}
    asked: list[tuple[str, str]] = []

    async def around(call: Call) -> Any:
        if call.name in {"scheduler.schedule_maintenance", "scheduler.machine_down"}:
            asked.append((call.args[0], call.args[1]))
        return await call.go()

    stage.app = stage.new_app(around)
    await stage.hears(stage.announced(99, "Redeploy"))
    await stage.hears(stage.event(98, "Delete", "delete"))
    await stage.after(minutes=5)
    assert asked == []
    await stage.hears(stage.announced(3, "Redeploy"))
    stage.scheduler.lose(stage.agent_of(3))
    await stage.after(minutes=60)
    await stage.hears(stage.machine_is_deleted(4))
    await stage.after(minutes=60)
    assert set(asked) <= known | {(one.hostname, one.address) for one in stage.scheduler.agents.values()}


async def test_after_a_failover_nobody_is_judged_before_all_had_the_time_to_come_back() -> None:
    """When the leader changed, all agents came to the new one at the same moment, and the slow ones were taken for lost
    (MESOS-5330)."""
    stage = Stage(agents=20, more="storm: {unhealthy: 100%}")
    await stage.sweeps()
    agents = dict(stage.scheduler.agents)
    stage.booting = False
    stage.scheduler.fail_over("http://master-2:5050")
    for minute in range(9):
        for agent in list(agents)[2 * minute : 2 * minute + 2]:
            stage.scheduler.join(agents[agent])
        await stage.after(minutes=1)
    assert (stage.orders, await stage.running(), await stage.closed_operations()) == ([], [], [])
    for agent in list(agents)[18:]:
        stage.scheduler.join(agents[agent])
    await stage.after(minutes=20)
    assert (stage.orders, stage.scheduler.gone, await stage.open_incidents()) == ([], set(), {})


async def test_credentials_that_ran_out_are_not_machines_that_are_gone() -> None:
    """Every call is refused from one moment on: what cannot be read is not missing, and what could be read half must
    not be judged by that half."""
    stage = Stage(agents=12)
    await stage.sweeps()
    stage.agent_dies(2)
    forbidden = Refused("azure", "ExpiredAuthenticationToken", {"status": 401})
    for call in ("instances", "instance", "addresses", "destroy", "set_capacity", "look"):
        stage.compute.faults.always(call, forbidden)
    await stage.after(minutes=60)
    assert (stage.scheduler.gone, stage.ordered, stage.destroyed) == (set(), [], [])
    stage.all_answer_again()
    await stage.after(minutes=20)
    assert (stage.destroyed, stage.connected) == (["2"], 12)
