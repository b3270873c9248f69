"""A set that makes up to a fifth more than was asked for, and gives them up again."""

import pytest

from simulator.world.azure import AllocationFault
from simulator.world.journal import By
from simulator.world.operations import OperationStatus
from tests.simulator.stage import Stage, play


def overprovisioned(stage: Stage) -> None:
    stage.private.is_overprovisioned = True


def given_up(stage: Stage) -> int:
    return sum(one.by.by is By.PLATFORM for one in stage.world.journal.of("instance_delete_ordered"))


@pytest.mark.parametrize(("asked", "more"), [(1, 1), (5, 1), (6, 2), (10, 2)])
def test_up_to_a_fifth_more_is_made_and_goes_when_the_rest_has_come(asked: int, more: int) -> None:
    async def story(stage: Stage) -> None:
        overprovisioned(stage)
        operation = stage.world.set_capacity(stage.private, 3 + asked)
        assert (stage.private.capacity, len(stage.private.instances)) == (3 + asked, 3 + asked + more)
        await stage.after(minutes=3)
        assert operation.status is OperationStatus.SUCCEEDED
        assert (stage.private.capacity, len(stage.private.instances), given_up(stage)) == (
            3 + asked,
            3 + asked,
            more,
        )

    play(story)


def test_a_newer_write_does_not_count_them() -> None:
    async def story(stage: Stage) -> None:
        overprovisioned(stage)
        stage.world.set_capacity(stage.private, 8)
        await stage.after(s=10)
        stage.world.set_capacity(stage.private, 10)
        await stage.after(minutes=3)
        assert (stage.private.capacity, len(stage.private.instances), stage.private.extras) == (10, 10, 0)

    play(story)


def test_one_that_azure_has_no_room_for_is_made_up_by_an_extra() -> None:
    async def story(stage: Stage) -> None:
        overprovisioned(stage)
        stage.world.azure.allocation_faults.append(AllocationFault(count=1))
        operation = stage.world.set_capacity(stage.private, 8)
        await stage.after(minutes=3)
        assert operation.status is OperationStatus.SUCCEEDED
        assert (len(stage.private.instances), given_up(stage)) == (8, 0)

    play(story)
