"""The twin of Marathon and of services: failures on order, and what a test may ask of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from shared.dcos.catalog.recognise import recognise_app
from shared.errors import Retry, Unknown
from shared.memory.clock import SteppedClock
from shared.memory.workloads import MemoryWorkloads
from shared.model.catalog import PLAIN
from shared.model.mesos import Framework, Generation, SchedulerState
from shared.model.readings import Value
from shared.model.workloads import App, Service

CLOCK = SteppedClock(datetime(2026, 3, 2, 9, tzinfo=UTC))
WEB = App(id="/web", wanted=2, running=0, healthy=0)


def twin() -> MemoryWorkloads:
    made = MemoryWorkloads(CLOCK, ["S1", "S2", "S3"])
    made.add(WEB)
    made.install("kafka", ["kafka-0", "kafka-1"])
    return made


def homes(made: MemoryWorkloads) -> list[str]:
    return [pod.agent_id for pod in made.services["kafka"].pods.values()]


async def test_a_failure_before_an_order_leaves_everything_as_it_was() -> None:
    made = twin()
    made.faults.always("kill", Retry("busy", timedelta(seconds=5)))
    made.faults.always("replace_pod", Retry("busy", timedelta(seconds=5)))
    before = made.apps["/web"].tasks
    with pytest.raises(Retry):
        await made.kill([before[0].id], wipe=False)
    with pytest.raises(Retry):
        await made.replace_pod("kafka", "kafka-0", "S1")
    assert (made.apps["/web"].tasks, homes(made)) == (before, ["S1", "S2"])


async def test_a_failure_after_an_order_loses_only_the_answer() -> None:
    made = twin()
    made.faults.next("kill", Unknown("lost"), done=True)
    made.faults.next("replace_pod", Unknown("lost"), done=True)
    made.bar("S1")
    before = made.apps["/web"].tasks
    with pytest.raises(Unknown):
        await made.kill([before[0].id], wipe=False)
    with pytest.raises(Unknown):
        await made.replace_pod("kafka", "kafka-0", "S1")
    assert before[0] not in made.apps["/web"].tasks
    assert homes(made) == ["S3", "S2"]


async def test_a_pod_that_gave_up_its_volume_waits_for_room() -> None:
    made = twin()
    made.bar("S1")
    made.bar("S3")
    await made.replace_pod("kafka", "kafka-0", "S1")
    reading = (await made.read()).services["kafka"]
    assert isinstance(reading, Value)
    assert isinstance(reading.value, Service)
    assert [pod.is_up for pod in reading.value.pods] == [False, True]
    assert not reading.value.is_settled
    made.join("S4")
    assert homes(made) == ["S4", "S2"]


async def test_frameworks_are_what_the_test_says() -> None:
    made = twin()
    kafka = recognise_app("/kafka", {"DCOS_COMMONS_API_VERSION": "v1"}, "", keeps_volume=False)
    made.packages["kafka"] = kafka
    now = CLOCK.now()
    registered = {"F1": Framework("F1", "kafka"), "F2": Framework("F2", "batch")}
    mesos = SchedulerState(
        "m:5050", "1.11.0", Generation.DRAIN, now, timedelta(minutes=10), (), (), registered
    )
    assert (await made.read(mesos)).frameworks == {"F1": kafka, "F2": PLAIN}
