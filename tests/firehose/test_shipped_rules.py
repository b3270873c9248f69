"""Every rule that is shipped: it fires on what it is about, and what is well again takes it back.

Values come as the clusters send them: Mesos by snapshots, DC/OS by its metrics API, everything else by Telegraf; once
in half a minute, which is between Telegraf's ten seconds and the minute in which Mesos is asked.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from shared.firehose.body import Sender
from shared.model.signals import Signal
from shared.policy.default_rules import DEFAULT_RULES
from shared.policy.metric_rules import Kind, MetricRule
from shared.policy.schema import Policy
from tests.builders import address
from tests.firehose.ground import Ground, batch, metric

MASTERS = ("172.16.0.5", "172.16.0.6", "172.16.0.7")
STEP_S = 30
KEPT = [one for one in DEFAULT_RULES if one.kind is not Kind.ABSENT]


class Source:
    """A cluster of three masters and five nodes under one shipped rule. Of a rate, values are what it grows by in
    a second."""

    def __init__(self, one: MetricRule) -> None:
        self.rule = one
        self.ground = Ground(one)
        self.ground.cluster = replace(self.ground.cluster, masters=MASTERS)
        self.ground.policy = Policy(clusters=(self.ground.cluster,))
        self.counter = 1_000.0

    async def says(self, value: float, minutes: float) -> list[Signal]:
        told: list[Signal] = []
        for _ in range(int(minutes * 60 / STEP_S)):
            self.ground.passes(STEP_S)
            if self.rule.kind is Kind.RATE:
                self.counter += value * STEP_S
                value_now = self.counter
            else:
                value_now = value
            for form, body, sender in self._bodies(value_now):
                told += (await self.ground.hears_body(form, body, sender))[0]
        return told

    def _bodies(self, value: float) -> list[tuple[str, bytes, Sender]]:
        name, room = self.rule.metric, self.rule.metric.partition("/")[0]
        if "/" in name:
            hosts = (address(1),) if room == "slave" else MASTERS if self.rule.share else MASTERS[:1]
            return [("snapshot", json.dumps({name: value}).encode(), Sender("prod", host)) for host in hosts]
        if name.startswith(("filesystem.", "memory.")):
            return [("dcos", self._datapoints(value), Sender())]
        measurement, _, field = name.partition(".")
        one = metric(1, self.ground.now_s, measurement, tags=self._tags())
        one["fields"] = {field or "gauge": value}
        return [("telegraf", batch(one), Sender())]

    def _datapoints(self, percent: float) -> bytes:
        group = self.rule.metric.rpartition(".")[0]
        parts = {"total": 1000.0, "used": percent * 10, "free": percent * 10, "buffers": 0, "cached": 0}
        stamp, tags = self.ground.now.isoformat(), {"path": "/var/lib/mesos"}
        points = [
            {"name": f"{group}.{part}", "value": value, "timestamp": stamp, "tags": tags}
            for part, value in parts.items()
        ]
        return json.dumps({"datapoints": points, "dimensions": {"hostname": address(1)}}).encode()

    def _tags(self) -> Mapping[str, Any]:
        return {tag: values[-1] for tag, values in self.rule.tags.items()} | dict.fromkeys(
            self.rule.by, "one"
        )


def bad(one: MetricRule) -> float:
    return (
        one.high * 1.01 + 1e-6 if one.high < float("inf") else one.low - 1 if one.low < 0 else one.low * 0.9
    )


def good(one: MetricRule) -> float:
    return one.clear_high if one.clear_high < float("inf") else one.clear_low


@pytest.mark.parametrize("one", KEPT, ids=lambda one: one.name)
async def test_a_shipped_rule_fires_once_and_is_resolved(one: MetricRule) -> None:
    source = Source(one)
    assert await source.says(good(one), 5) == []
    lasts = one.lasts / timedelta(minutes=1)
    assert await source.says(bad(one), lasts / 2) == []
    (fired,) = await source.says(bad(one), lasts / 2 + 4)
    assert (fired.kind.value.endswith("_unwell"), fired.what) == (True, one.name)
    (ended,) = await source.says(good(one), 4)
    assert (ended.kind.value.endswith("_well"), ended.what) == (True, one.name)


@pytest.mark.parametrize("name", ["agents-removed", "agents-reregister", "tasks-lost"])
@pytest.mark.parametrize("step_s", [10, 60])
async def test_a_jump_of_a_counter_fires_however_often_it_is_read(name: str, step_s: int) -> None:
    one = next(rule for rule in DEFAULT_RULES if rule.name == name)
    ground, told = Ground(one), 0
    for count in [0] * 7 + [500] * 11:
        ground.passes(step_s)
        body = json.dumps({one.metric: count}).encode()
        told += len((await ground.hears_body("snapshot", body, Sender("prod", "172.16.0.5")))[0])
    assert told == 2, "it fires, and is resolved"


async def test_a_unit_that_a_timer_starts_is_well_when_it_is_inactive() -> None:
    source = Source(next(one for one in DEFAULT_RULES if one.name == "unit-failed"))
    inactive, failed = 2, 3
    assert await source.says(inactive, 10) == []
    assert len(await source.says(failed, 3)) == 1
    assert len(await source.says(inactive, 3)) == 1


async def test_a_peer_that_the_clock_does_not_follow_says_nothing_about_it() -> None:
    source = Source(next(one for one in DEFAULT_RULES if one.name == "clock-off-ntp"))
    ground = source.ground
    for _ in range(20):
        ground.passes(STEP_S)
        peers = {"*": 2.0, "x": 900.0, "+": -3.0}
        told = await ground.hears(
            *(
                metric(1, ground.now_s, "ntpq", {"state_prefix": mark}, offset=of)
                for mark, of in peers.items()
            )
        )
        assert told == []


def test_every_shipped_rule_has_a_source_and_a_name_of_its_own() -> None:
    assert len({one.name for one in DEFAULT_RULES}) == len(DEFAULT_RULES)
    assert [one.name for one in DEFAULT_RULES if not one.source] == []


def test_every_shipped_rule_clears_on_the_good_side() -> None:
    for one in DEFAULT_RULES:
        assert one.low <= one.clear_low
        assert one.clear_high <= one.high
