"""What went wrong could be made anew; what was on the disks could not."""

from __future__ import annotations

from shared.dcos.catalog.stateful import SERVICES
from shared.model.catalog import Package
from shared.ports.store import Table
from tests.incidents.stage import Stage

LADDER = "repair: {ladder: [restart, reimage, replace]}"
ALL = "repair: {ladder: [restart_unit, restart, reimage, redeploy, replace]}"
CASSANDRA: Package = {entry.package.name: entry.package for entry in SERVICES}["cassandra"]


async def test_a_fault_of_the_network_is_never_reimaged() -> None:
    """A node without network was rebooted, then reimaged into the same network, and did not come back; the reboot had
    taken what it knew of the cause (Azure/AKS#1863, #2038)."""
    stage = Stage(agents=12, more=ALL)
    stage.cured_by = frozenset()
    await stage.sweeps()
    stage.agent_dies(4)
    await stage.after(minutes=90)
    assert stage.ordered_to("reimage") == []
    assert stage.ordered_to("run_command") + stage.ordered_to("restart"), "something else was tried"


async def test_what_was_known_of_a_node_is_kept_before_anything_is_done_to_it() -> None:
    """The same incident: evidence first."""
    stage = Stage(agents=12, more=LADDER)
    await stage.sweeps()
    stage.agent_dies(4)
    rows = await stage.store.query(Table.EVIDENCE, "prod", "", "")
    assert rows == ()
    known: list[int] = []
    for _ in range(40):
        await stage.after(seconds=5)
        rows = await stage.store.query(Table.EVIDENCE, "prod", "", "")
        if stage.ordered_to("restart") and not known:
            known.append(len(rows))
    assert known == [1]
    assert "web" in rows[0].body.decode(), "what ran there"


async def test_a_node_with_volumes_is_restarted_before_its_disk_is_given_up() -> None:
    """When the balancer of the API had failed, machines that were well were replaced together with their local disks
    (gardener/machine-controller-manager#449). A dead agent's volumes are lost only with its machine."""
    stage = Stage(agents=6, more="repair: {ladder: [replace, restart]}")
    stage.works.serve("cassandra", ["node-0", "node-1", "node-2"], CASSANDRA)
    await stage.sweeps()
    home = stage.works.homes("cassandra")["node-1"]
    number = next(int(id) for id in stage.listed if stage.agent_of(int(id)) == home)
    stage.agent_dies(number)
    await stage.after(minutes=30)
    assert stage.ordered_to("restart") == [str(number)]
    assert stage.destroyed == []
    assert stage.works.homes("cassandra")["node-1"] == home, "its volume is where it was"


async def test_two_members_of_one_ring_are_never_away_by_our_hand() -> None:
    """Replicas are lost by pairs: repair that is right for each node alone loses what both had."""
    stage = Stage(agents=8, more="disruption: {at_once: 4, per_fault_domain: none}")
    stage.works.serve("cassandra", ["node-0", "node-1", "node-2"], CASSANDRA)
    await stage.sweeps()
    of = {stage.agent_of(int(id)): int(id) for id in stage.listed}
    ring = [of[home] for home in stage.works.homes("cassandra").values()]
    for number in ring:
        await stage.hears(stage.announced(number, "Redeploy"))
    most = 0
    for _ in range(90):
        await stage.after(seconds=60)
        away = [pod for pod in ("node-0", "node-1", "node-2") if not stage.works.is_up("cassandra", pod)]
        most = max(most, len(away))
    assert most <= 1
    assert stage.destroyed, "and yet it goes on, one after the other"
