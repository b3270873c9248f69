"""When much fails at once or alike, the machines are not the cause, and new ones will not cure it."""

from __future__ import annotations

from collections.abc import Iterable

from shared.memory.health import MemoryHealth
from shared.model.health import Role
from shared.model.incidents import IncidentState
from shared.model.mesos import Generation
from shared.model.readings import Value
from shared.records.last_health import LastHealth
from tests.incidents.stage import Stage
from tests.scene import POOL

NET = "dcos-net.service"
ROOMY = "disruption: {at_once: 10, per_fault_domain: none, per_hour: 20}"


async def test_machines_that_fail_because_they_are_new_are_not_replaced_by_newer_ones() -> None:
    """On a leap day every new machine got a certificate that was not valid. Three failures were taken for broken
    hardware, healing moved the load to the next host and made it fail too, until a threshold for people stopped it
    (Azure, 29 February 2012)."""
    stage = Stage(agents=20, more=ROOMY)
    await stage.sweeps()
    stage.booting = False  # from this day on
    for number in (1, 7, 13, 19):
        stage.agent_dies(number)
        await stage.after(minutes=90)
    assert len(stage.destroyed) == 1, "the canary"
    assert len(stage.ordered) == 1
    assert "joins_failed" in await stage.refusals_of(13)
    handed = [
        one for one in (await stage.open_incidents()).values() if one.state is IncidentState.HANDED_OVER
    ]
    assert handed, "somebody is called"


async def test_when_what_prepares_new_machines_is_overloaded_no_more_are_ordered() -> None:
    """New machines were not ready because what provisions them was overloaded, so ever more were started, until quotas
    were reached and dead ones stood in the way (Slack, 4 January 2021)."""
    stage = Stage(agents=20, more=ROOMY, boot_s=60 * 60)
    await stage.sweeps()
    stage.agents_die(1, 7, 13, 19)
    await stage.after(minutes=180)
    assert sum(stage.ordered) == 4, "each once, and none again for those that do not come"
    assert len(stage.destroyed) == 4
    assert stage.connected == 20


async def test_a_probe_that_is_wrong_about_every_node_stops_everything() -> None:
    """A health signal was wrong, and good nodes were terminated by it (kubernetes-sigs/karpenter#2811)."""
    stage = Stage(agents=12)
    await stage.sweeps()
    await says_ill(stage, range(12), minutes=120)
    assert stage.orders == []
    assert "storm_now" in await stage.refusals_of(3)


async def test_a_probe_that_is_wrong_about_some_nodes_tries_its_remedy_on_one() -> None:
    """The same with a fifth of the nodes, which is no storm: the mildest remedy on the first shows that it does not
    help, and a person is called before a second is touched."""
    stage = Stage(agents=20, more="repair: {ladder: [restart_unit]}\n        " + ROOMY)
    await stage.sweeps()
    await says_ill(stage, (1, 7, 13, 19), minutes=180)
    assert [verb for verb, _ in stage.orders] == ["run_command"]
    assert {"canary_failed"} & await stage.refusals_of(13)


async def test_a_probe_that_is_wrong_about_new_machines_too_costs_one_machine_and_not_all() -> None:
    """The same where the policy has nothing milder than to replace: what DC/OS says of a node cannot be told from what
    is true, but that the machine which came for it is no better can. It is not replaced in turn, and nor are the
    others."""
    stage = Stage(
        agents=20, generation=Generation.DRAIN, more="repair: {ladder: [replace]}\n        " + ROOMY
    )
    await stage.sweeps()
    stage.ill.add("1")
    addresses = stage.compute._pools[POOL].addresses
    for _ in range(30):
        wrong = [id for id in addresses if id in {"1", "7", "13", "19"} or int(id) >= 20]
        await says_ill(stage, wrong, minutes=5)
    assert stage.destroyed == ["1"]
    assert "canary_failed" in await stage.refusals_of(13)
    assert "canary_failed" in await stage.refusals_of(20)


async def test_a_control_plane_behind_a_broken_balancer_loses_no_node() -> None:
    """The load balancer of an API failed. No node could report, and all of them were replaced, with the data on their
    disks (gardener/machine-controller-manager#449, #354)."""
    stage = Stage(agents=12)
    await stage.sweeps()
    stage.masters_fall_silent()
    await stage.after(minutes=60)
    stage.scheduler.faults.clear()
    agents = list(stage.scheduler.agents)
    for agent in agents:
        stage.scheduler.disconnect(agent)
    stage.dead |= set(agents)
    await stage.after(minutes=60)
    assert (stage.orders, stage.scheduler.gone) == ([], set())
    for agent in agents:
        stage.agent_returns(agent)
    await stage.after(minutes=40)
    assert (stage.orders, stage.connected, await stage.open_incidents()) == ([], 12, {})


async def test_an_update_that_goes_through_the_fleet_is_stopped_after_a_few() -> None:
    """An automatic update of systemd took the network from tens of thousands of machines within an hour, region by
    region, because it ran by the clock (Datadog, 8 March 2023; the resolvers of Ubuntu 18.04 on Azure on 30 August 2022
    the same way, Azure/AKS#2181). Their agents are lost, what runs on them is not, and new machines get the same
    update."""
    stage = Stage(agents=40, boot_s=90, more="disruption: {per_fault_domain: none}")
    await stage.sweeps()
    for number in range(40):
        stage.agent_dies(number)
        await stage.after(minutes=1)
    await stage.after(minutes=40)
    assert len(stage.destroyed) <= 6, "what an hour allows, at the most, before the storm holds"
    assert (await stage.ledger()).storm_until is not None
    waiting = [
        one for one in (await stage.open_incidents()).values() if one.state is IncidentState.HANDED_OVER
    ]
    assert waiting, "somebody is called"


async def test_nodes_that_flap_together_are_not_replaced_one_after_the_other() -> None:
    """After a fault of a name service, health checks of hosts whose network was late failed and passed by turns, and
    capacity was taken away and given back with each turn (AWS, us-east-1, 20 October 2025)."""
    stage = Stage(agents=20, more=ROOMY)
    await stage.sweeps()
    for _ in range(60):
        stage.agents_die(1, 7, 13, 19, 5)
        await stage.after(seconds=35)
        for number in (1, 7, 13, 19, 5):
            stage.agent_comes_back(number)
        await stage.after(seconds=35)
    assert (stage.orders, stage.connected) == ([], 20)


async def test_a_zone_that_is_lost_is_not_replaced_within_itself() -> None:
    """Whole fault domains fail. Replacing all of them at once in what is left asks for room that everybody asks for
    (gardener/machine-controller-manager#354)."""
    stage = Stage(agents=20, more=ROOMY)
    await stage.sweeps()
    stage.agents_die(2, 7, 12, 17)
    await stage.after(minutes=60)
    assert stage.orders == []
    assert "(private by fault_domain)" in await stage.open_incidents()


async def test_spot_machines_that_are_all_taken_at_once_cost_nothing_that_is_left() -> None:
    """Azure takes back spot capacity by the dozen, with a notice of 30 seconds
    (Azure/azure-docs, virtual machine scale sets, spot: eviction)."""
    stage = Stage(agents=12, more="storm: {unhealthy: 40%, hold: 5m}")
    await stage.sweeps()
    for event in [stage.machine_is_deleted(number) for number in range(8)]:
        await stage.hears(event)
    await stage.after(minutes=60)
    assert stage.destroyed == []
    assert {str(number) for number in range(8, 12)} <= set(stage.listed)
    assert all(by > 0 for by in stage.ordered)
    waiting = [
        one for one in (await stage.open_incidents()).values() if one.state is IncidentState.HANDED_OVER
    ]
    assert waiting or stage.connected == 12, "all is back, or somebody is called"


async def says_ill(stage: Stage, numbers: Iterable[int | str], minutes: int) -> None:
    """DC/OS's own health check is wrong about these nodes in each round; a round is each fifth minute."""
    addresses = stage.compute._pools[POOL].addresses
    dcos = MemoryHealth(stage.clock, dict.fromkeys(addresses.values(), Role.AGENT))
    dcos.failed |= {(addresses[str(number)], NET) for number in numbers}
    stage.dcos = dcos
    for _ in range(minutes // 5):
        await LastHealth(stage.store).put("prod", Value(await dcos.read(), "dcos.health", stage.clock.now()))
        await stage.after(minutes=5)
