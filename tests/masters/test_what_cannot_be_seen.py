"""Masters that cannot be seen are told of once, and not before that has lasted."""

from __future__ import annotations

from shared.model.incidents import IncidentState
from tests.masters.hall import Hall


async def test_masters_that_nobody_can_tell_of_call_a_person_after_a_quarter_of_an_hour_and_not_before() -> (
    None
):
    hall = Hall()
    await hall.sweeps()
    hall.council.exhibitor_hangs = True
    await hall.sweeps()
    await hall.after(minutes=14.5)
    (incident,) = (await hall.open_incidents()).values()
    assert (incident.node, incident.state) == ("(masters unseen)", IncidentState.OPEN)
    await hall.after(minutes=2)
    (incident,) = (await hall.open_incidents()).values()
    assert incident.state is IncidentState.HANDED_OVER


async def test_when_nothing_of_mesos_can_be_read_that_is_one_trouble_and_not_two() -> None:
    hall = Hall()
    await hall.sweeps()
    hall.masters_fall_silent()
    for number in range(3):
        hall.hangs(number)
    await hall.after(minutes=5)
    assert list(await hall.open_incidents()) == ["(cluster)"]
