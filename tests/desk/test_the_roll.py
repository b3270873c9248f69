"""How many nodes a pool has is told by what the last sweep wrote down, not by reading them all."""

from __future__ import annotations

from datetime import timedelta

from msgspec.structs import replace

from shared.decide.roll import MOST_FLAPPING, rolls_of
from shared.desk.archive import open_archive
from shared.desk.clusters import ClusterStatus, cluster_status
from shared.model.sweeps import PoolRoll
from shared.ports.store import Table
from shared.records import Records
from tests.builders import NOW, cluster_policy, memory, name
from tests.scene import Scene


async def status(scene: Scene) -> ClusterStatus:
    archive = await open_archive(scene.store, scene.clock.now(), Records(scene.store))
    return await cluster_status(archive, archive.policy.clusters[0])


async def test_no_row_of_a_node_is_read() -> None:
    scene = Scene(agents=6)
    await scene.after(minutes=2)
    scene.store._partitions[Table.INVENTORY, "prod"].clear()
    told = await status(scene)
    assert told.pools[0].conditions == {"healthy": 6}
    assert told.swept is not None
    assert told.pools[0].counted_at == told.swept.at


async def test_what_is_wrong_is_told_at_once_and_counts_once() -> None:
    scene = Scene(agents=6)
    await scene.after(minutes=2)
    scene.agent_dies(2)
    await scene.sweeps()
    pool = (await status(scene)).pools[0]
    assert (pool.nodes, pool.conditions) == (6, {"healthy": 5, "unreachable": 1})


async def test_where_no_sweep_has_told_the_rows_are_read() -> None:
    scene = Scene(agents=6)
    await scene.after(minutes=2)
    swept = await scene.reader.last_sweep("prod")
    assert swept is not None
    await scene.reader.keep_sweep("prod", replace(swept, rolls=None))
    pool = (await status(scene)).pools[0]
    assert (pool.conditions, pool.counted_at) == ({"healthy": 6}, None)


def test_a_node_that_has_not_joined_is_joining_and_the_worst_flap_first() -> None:
    lost = tuple(NOW - timedelta(minutes=one) for one in range(3, 0, -1))
    often = (NOW - timedelta(minutes=9), *lost)
    memories = [memory(number, losses=lost) for number in range(1, MOST_FLAPPING + 5)]
    memories += [memory(90, losses=often), replace(memory(91), joined_at=None), memory(92, losses=lost[:2])]
    (roll,) = rolls_of(cluster_policy(), memories, NOW).values()
    assert (roll.nodes, roll.joining, len(roll.lost)) == (len(memories), (name(91),), MOST_FLAPPING)
    assert roll.lost[name(90)] == often
    assert name(92) not in roll.lost


def test_a_pool_without_nodes_has_none() -> None:
    assert rolls_of(cluster_policy(), [], NOW) == {"private": PoolRoll(0)}
