"""A master that fails is helped, mildest remedy first, and nothing else moves before its quorum is whole again."""

from __future__ import annotations

from shared.model.operations import OperationState
from tests.masters.hall import Hall, machine


async def test_a_hung_master_is_restarted_and_verified() -> None:
    hall = Hall()
    await hall.sweeps()
    hall.hangs(1)
    await hall.after(minutes=6)
    assert hall.done == [("restart", machine(1))]
    assert await hall.open_incidents() == {}
    (operation,) = await hall.closed_operations()
    assert operation.state is OperationState.DONE
    assert [one.step for one in operation.steps] == ["prove_ill", "restart", "await_master", "verify_quorum"]
    assert hall.lost == []
