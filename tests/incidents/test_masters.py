"""What others' automation did to the members of a quorum, on the whole product."""

from __future__ import annotations

import pytest

from shared.model.incidents import IncidentState
from tests.masters.hall import Hall, address, machine


@pytest.mark.parametrize("masters", [3, 5])
async def test_a_resize_that_boots_the_masters_is_joined_by_nobody(masters: int) -> None:
    """A change of size booted the whole availability set of DC/OS's masters at once (Azure/acs-engine#1028)."""
    hall = Hall(masters=masters, takes_s=240)
    await hall.sweeps()
    for number in range(1, masters // 2 + 1):
        hall.is_restarted_by_somebody(number)
    hall.council.without_registry.add(address(masters - 1))
    await hall.after(minutes=6)
    assert hall.done == []
    await hall.after(minutes=15)
    assert hall.done == [("restart", machine(masters - 1))]
    assert hall.lost == []


async def test_a_member_that_never_joined_is_not_taken_for_one_that_has() -> None:
    """A third member never joined, and was counted (kubernetes-sigs/cluster-api#4472)."""
    hall = Hall(masters=5)
    await hall.sweeps()
    hall.hangs(2)
    hall.council.outside.add(address(2))
    await hall.after(minutes=9)
    hall.hangs(4)
    await hall.after(minutes=40)
    assert hall.done == [("restart", machine(2))]
    refused = [line for line in await hall.said() if "quorum_unproven" in line or "quorum_at_work" in line]
    assert any(address(4) in line for line in refused)


async def test_a_leader_that_hangs_blocks_nothing() -> None:
    """A dead leader stood in the way of its own replacement (kubernetes-sigs/cluster-api#8465)."""
    hall = Hall()
    await hall.sweeps()
    hall.hangs(0)
    await hall.after(minutes=16)
    assert hall.done == [("restart", machine(0))]
    assert await hall.open_incidents() == {}


async def test_a_cluster_of_one_master_is_never_booted() -> None:
    """Without its only master nothing could be asked any more, not even whether it came back."""
    hall = Hall(masters=1)
    await hall.sweeps()
    hall.council.without_registry.add(address(0))
    await hall.after(minutes=30)
    assert hall.done == []
    incident = await hall.incident(0)
    assert incident is not None
    assert incident.state is IncidentState.HANDED_OVER
