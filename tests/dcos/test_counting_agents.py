"""The leader's count of agents costs one request, and an answer that is not the leader's or not whole is not used."""

from __future__ import annotations

import pytest

from shared.dcos.masters import Malformed
from shared.dcos.mesos import MesosScheduler
from shared.errors import Retry
from shared.model.mesos import Headcount
from shared.ports.http import HttpAnswer, HttpCall
from tests.dcos.recorded import answer, document

A, B = "10.0.0.5:5050", "10.0.0.6:5050"
COUNTED = {
    "master/elected": 1.0,
    "master/slaves_connected": 3.0,
    "master/slaves_active": 2.0,
    "master/slave_registrations": 5.0,
    "master/slave_removals": 1.0,
    "system/load_1min": 0.7,
}


class Masters:
    """Two masters, one of which leads. `said` are the metrics of the leader; the other one counts nobody."""

    def __init__(self) -> None:
        self.leader, self.said, self.asked = A, dict(COUNTED), list[str]()

    async def send(self, call: HttpCall) -> HttpAnswer:
        _, _, master, path = call.url.split("/", 3)
        self.asked.append(f"{master}/{path.partition('?')[0]}")
        leads = master == self.leader
        if path.startswith("metrics/"):
            return answer(self.said if leads else dict.fromkeys(COUNTED, 0.0))
        if not leads:
            return answer(b"", 307, {"location": f"//{self.leader}/{path}"})
        found = document("get-master.json")
        found["get_master"]["master_info"]["id"] = master
        return answer(found)


async def test_once_the_leader_is_known_it_alone_is_asked() -> None:
    masters = Masters()
    scheduler = MesosScheduler(masters, (A, B))
    assert await scheduler.headcount() == Headcount(A, 3, 2, 5, 1)
    masters.asked.clear()
    assert await scheduler.headcount() == Headcount(A, 3, 2, 5, 1)
    assert masters.asked == [f"{A}/metrics/snapshot"]


async def test_who_does_not_lead_any_more_is_not_believed() -> None:
    masters = Masters()
    scheduler = MesosScheduler(masters, (A, B))
    await scheduler.headcount()
    masters.leader = B
    assert (await scheduler.headcount()).leader == B


@pytest.mark.parametrize("missing", [name for name in COUNTED if name.startswith("master/")])
async def test_an_answer_without_one_of_the_counters_is_not_used(missing: str) -> None:
    masters = Masters()
    del masters.said[missing]
    with pytest.raises(Malformed):
        await MesosScheduler(masters, (A, B)).headcount()


async def test_nobody_who_leads_is_a_reason_to_ask_again_later() -> None:
    masters = Masters()
    masters.leader = "10.0.0.9:5050"
    with pytest.raises(Retry):
        await MesosScheduler(masters, (A, B)).headcount()
