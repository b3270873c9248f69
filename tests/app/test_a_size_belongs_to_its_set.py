"""The size that a pool is to have, and all else that the ledger knows, is that of its scale set: a policy that gives a
pool another name, or another set, takes nothing of that along to where it does not belong."""

from __future__ import annotations

from shared.model.azure import PoolAddress
from shared.model.ledger import Ledger
from shared.model.mesos import Agent
from shared.records import Change
from tests.incidents.stage import Stage
from tests.scene import POOL, SET

OTHER = PoolAddress(POOL.subscription, POOL.resource_group, "vmss-b")
SECOND = "\n      other:\n        scale_set: vmss-b\n        capacity: {min: 1, max: 40}\n"


def with_a_smaller_pool(mode: str = "enforce") -> Stage:
    """Eight machines in the one, four in the other."""
    stage = Stage(agents=8, mode=mode)
    stage.compute.add_pool(OTHER, 4, network="10.40.0.0")
    for id, address in stage.compute._pools[OTHER].addresses.items():
        stage.scheduler.join(Agent(f"other-S{id}", address, address, 5051, True, None))
    stage.policy = stage.policy.rstrip() + SECOND
    return stage


def swap(stage: Stage) -> None:
    stage.policy = stage.policy.replace(SET, "swapped").replace("vmss-b", SET).replace("swapped", "vmss-b")


async def books(stage: Stage) -> dict[str, tuple[str, int | None]]:
    """By row: of which set, and its size."""
    rows = await stage.reader.ledgers.between("prod", "", "")
    return {row: (kept.value.scale_set, kept.value.wanted) for row, kept in rows.items() if row != "|cluster"}


async def test_two_pools_that_swap_their_sets_take_their_sizes_along() -> None:
    stage = with_a_smaller_pool()
    await stage.sweeps()
    swap(stage)
    await stage.after(minutes=5)
    assert await books(stage) == {"private": ("vmss-b", 4), "other": (SET.casefold(), 8)}
    assert (stage.ordered, stage.destroyed) == ([], [])


async def test_a_machine_that_is_lost_after_a_swap_is_made_up_for_in_its_own_set() -> None:
    stage = with_a_smaller_pool()
    await stage.sweeps()
    swap(stage)
    await stage.hears(stage.machine_is_deleted(1))
    await stage.after(minutes=15)
    assert (stage.capacity, stage.compute._pools[OTHER].capacity) == (8, 4)
    assert await stage.open_incidents() == {}


async def test_a_loss_from_before_a_pool_got_another_name_is_still_made_up_for() -> None:
    stage = Stage(agents=8, mode="observe")
    await stage.sweeps()
    await stage.hears(stage.machine_is_deleted(1))
    await stage.after(minutes=5)
    assert stage.capacity == 7
    stage.policy = stage.policy.replace("      private:", "      special:").replace("observe", "enforce")
    await stage.after(minutes=15)
    assert (await books(stage), stage.capacity) == ({"special": (SET.casefold(), 8)}, 8)


async def test_what_is_known_of_a_set_that_no_pool_has_is_kept_for_its_return() -> None:
    stage = with_a_smaller_pool()
    await stage.sweeps()
    before = stage.policy
    stage.policy = before.replace(SECOND.rstrip(), "").replace(SET, "vmss-b")
    await stage.after(minutes=5)
    assert await books(stage) == {"private": ("vmss-b", 4), f"|{SET.casefold()}": (SET.casefold(), 8)}
    stage.policy = before
    await stage.after(minutes=5)
    assert await books(stage) == {"private": (SET.casefold(), 8), "other": ("vmss-b", 4)}
    assert (stage.ordered, stage.destroyed) == ([], [])


async def test_a_size_without_a_set_was_written_by_an_earlier_version_and_is_its_pools() -> None:
    stage = Stage(agents=8)
    await stage.reader.ledgers.put_all("prod", [Change("private", Ledger("private", 9), None)])
    await stage.sweeps()
    assert await books(stage) == {"private": (SET.casefold(), 9)}


async def test_that_a_ledger_went_elsewhere_is_told_once() -> None:
    stage = with_a_smaller_pool()
    await stage.sweeps()
    swap(stage)
    await stage.after(minutes=5)
    said = [line for line in await stage.said() if "has the ledger of scale set" in line]
    assert said == [
        f"other: pool other has the ledger of scale set {SET.casefold()} now, with its size of 8",
        "private: pool private has the ledger of scale set vmss-b now, with its size of 4",
    ]
