"""Every master asked for itself: what becomes of answers that are late, strange, or none."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import msgspec
import pytest

from shared.dcos.each_master import EachMaster
from shared.memory.clock import SteppedClock
from shared.model.health import Member
from shared.model.masters import MastersSaid, MesosMaster
from shared.model.readings import Failure, Value
from shared.ports.http import HttpAnswer, HttpCall
from simulator.virtual_time import VirtualClock, run_virtual

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
MASTERS = ("172.16.0.5", "172.16.0.6", "172.16.0.7")
REDIRECT = HttpAnswer(307, {"location": "//172.16.0.5:5050"}, b"")


class Answers:
    """`given` maps the end of a URL to an answer, or to how long it hangs; what is not there is refused."""

    def __init__(self, given: dict[str, HttpAnswer | float]) -> None:
        self.given = given

    async def send(self, call: HttpCall) -> HttpAnswer:
        plain = call.url.removeprefix("http://").partition("?")[0]
        answer = self.given.get(plain)
        if answer is None:
            raise ConnectionRefusedError(f"nobody listens at {plain}")
        if isinstance(answer, float):
            await asyncio.sleep(min(answer, call.timeout_s))
            raise TimeoutError("no answer in time")
        return answer


def json(value: object, status: int = 200) -> HttpAnswer:
    return HttpAnswer(status, {}, msgspec.json.encode(value))


def metrics(**values: object) -> HttpAnswer:
    return json({"registrar/log/recovered": 1.0, "master/uptime_secs": 600.0} | values)


def ask(
    given: dict[str, HttpAnswer | float], masters: tuple[str, ...] = MASTERS
) -> tuple[MastersSaid, float]:
    """What is read, and after how many seconds."""

    async def whole(clock: VirtualClock) -> tuple[MastersSaid, float]:
        begun = clock.now()
        said = await EachMaster(Answers(given), SteppedClock(NOW), masters, MASTERS).read()
        return said, (clock.now() - begun).total_seconds()

    return run_virtual(whole)


def mesos(given: dict[str, HttpAnswer | float]) -> MesosMaster:
    said, _ = ask(given)
    reading = said.mesos["172.16.0.5"]
    assert isinstance(reading, Value)
    return reading.value


def test_one_that_answers_only_its_metrics_is_alive_and_follows_nobody() -> None:
    found = mesos({"172.16.0.5:5050/metrics/snapshot": metrics()})
    assert (found.recovered, found.follows, found.leads) == (True, None, False)


def test_one_that_answers_only_who_leads_is_alive_and_nothing_is_known_of_its_registry() -> None:
    found = mesos({"172.16.0.5:5050/api/v1": REDIRECT})
    assert (found.recovered, found.follows) == (None, "172.16.0.5:5050")


@pytest.mark.parametrize("answer", [json({"x": 1}, 503), HttpAnswer(200, {}, b"<html>"), json([]), json({})])
def test_metrics_that_say_nothing_leave_the_registry_unknown(answer: HttpAnswer) -> None:
    found = mesos({"172.16.0.5:5050/metrics/snapshot": answer})
    assert (found.recovered, found.started_at) == (None, None)


@pytest.mark.parametrize("value", [None, "1", True, [1]])
def test_a_registry_told_in_another_form_is_unknown(value: object) -> None:
    answer = metrics(**{"registrar/log/recovered": value})
    assert mesos({"172.16.0.5:5050/metrics/snapshot": answer}).recovered is None


@pytest.mark.parametrize("value", [-1.0, 1e300])
def test_an_uptime_that_cannot_be_is_none(value: float) -> None:
    answer = metrics(**{"master/uptime_secs": value})
    assert mesos({"172.16.0.5:5050/metrics/snapshot": answer}).started_at is None


def test_nobody_is_a_failure_of_each() -> None:
    said, _ = ask({})
    assert all(isinstance(one, Failure) for one in said.mesos.values())
    assert isinstance(said.ensemble, Failure)


def test_while_the_status_of_all_hangs_each_tells_of_itself() -> None:
    state = {"switches": {}, "state": 3, "description": "serving", "isLeader": False}
    given: dict[str, HttpAnswer | float] = {
        **{f"{host}:8181/exhibitor/v1/cluster/status": 900.0 for host in MASTERS},
        "172.16.0.5:8181/exhibitor/v1/cluster/state": json(state | {"isLeader": True}),
        "172.16.0.6:8181/exhibitor/v1/cluster/state": 900.0,
        "172.16.0.7:8181/exhibitor/v1/cluster/state": json(state | {"state": 2}),
    }
    said, took_s = ask(given)
    assert isinstance(said.ensemble, Value)
    assert said.ensemble.value.members == (
        Member("172.16.0.5", "serving", True, True),
        Member("172.16.0.7", "not serving", False, False),
    )
    assert took_s <= 5


def test_what_several_masters_behind_one_host_say_of_themselves_is_not_told_apart() -> None:
    state = {"switches": {}, "state": 3, "description": "serving", "isLeader": True}
    masters = ("localhost:5051", "localhost:5052", "localhost:5053")
    said, _ = ask({"localhost:8181/exhibitor/v1/cluster/state": json(state)}, masters)
    assert isinstance(said.ensemble, Failure)
