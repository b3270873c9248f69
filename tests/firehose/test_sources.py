"""The same rule hears its metric from every source in which it has a name."""

from __future__ import annotations

import json
from datetime import UTC, timedelta, timezone, tzinfo
from pathlib import Path

import pytest

from shared.firehose.body import Sender
from shared.model.signals import SignalKind
from shared.policy.default_rules import DEFAULT_RULES
from shared.policy.metric_rules import Kind, MetricRule
from tests.builders import address, name
from tests.firehose.ground import Ground, batch, metric, rule

DATA = Path(__file__).resolve().parent.parent / "data"
AT_ONCE = timedelta(0)
CPUS = MetricRule(name="cpus", metric="slave/cpus_percent", high=0.9, clear_high=0.9, lasts=AT_ONCE)
FULL = rule(lasts=AT_ONCE)
MASTER = "172.16.0.5"


@pytest.mark.parametrize(
    "line",
    [
        'slave_cpus_percent{{host="{host}"}} 0.95',
        'mesos_slave_cpus_percent{{instance="{host}:61091",url="http://x"}} 0.95 {ms}',
    ],
)
async def test_prometheus_text_of_a_node(line: str) -> None:
    ground = Ground(CPUS)
    text = line.format(host=address(1), ms=int(ground.now_s * 1000))
    page = f"# HELP x y\n# TYPE other gauge\nother 1\nbroken{{ 5\nslave_cpus_percent{{broken 5\n{text}\n"
    signals, counts = await ground.hears_body("prometheus", page.encode())
    assert [signal.node for signal in signals] == [name(1)]
    assert counts["wanted"] == 1


async def test_a_whole_page_of_port_61091_by_the_shipped_rules() -> None:
    ground = Ground(*DEFAULT_RULES)
    page = (DATA / "firehose" / "node-61091.prom").read_text().replace("HOST", address(1))
    told, counts = [], dict[str, int]()
    for _ in range(12):
        ground.passes(30)
        signals, counts = await ground.hears_body("prometheus", page.encode())
        told += signals
    assert sorted(one.what for one in told) == ["disk-full", "unit-failed"]
    assert counts == {"metrics": 24, "wanted": 12, "judged": 12}


async def test_a_whole_snapshot_as_mesos_gives_it_by_the_shipped_rules() -> None:
    ground = Ground(*DEFAULT_RULES)
    snapshot = json.loads((DATA / "simulator" / "mesos-1.11" / "idle" / "11-metrics.body.json").read_bytes())
    told, counts = [], dict[str, int]()
    for _ in range(4):
        ground.passes(60)
        body = json.dumps(snapshot | {"master/slaves_unreachable": 2.0}).encode()
        signals, counts = await ground.hears_body("snapshot", body, Sender("prod", MASTER))
        told += signals
    assert [one.what for one in told] == ["agents-unreachable"]
    assert counts == {"metrics": len(snapshot), "wanted": 11, "judged": 11}


async def test_prometheus_values_that_are_no_numbers_fire_nothing() -> None:
    ground = Ground(CPUS)
    host = f'{{host="{address(1)}"}}'
    page = f"slave_cpus_percent{host} NaN\nslave_cpus_percent{host} +Inf\n"
    assert (await ground.hears_body("prometheus", page.encode()))[0] == []


async def test_a_mesos_snapshot_of_the_node_that_was_asked() -> None:
    ground = Ground(CPUS)
    body = json.dumps({"slave/cpus_percent": 0.95, "slave/registered": 1.0}).encode()
    (signal,), counts = await ground.hears_body("snapshot", body, Sender("prod", f"{address(2)}:5051"))
    assert signal.node == name(2)
    assert counts["metrics"] == 2


async def test_telegrafs_own_input_for_mesos_has_the_same_names_as_fields() -> None:
    ground = Ground(CPUS)
    one = metric(1, ground.now_s, "mesos")
    one["fields"] = {"slave/cpus_percent": 0.95}
    assert len(await ground.hears(one)) == 1


async def test_datapoints_of_the_dcos_metrics_api_with_texts_for_numbers() -> None:
    full = MetricRule(
        name="full", metric="filesystem.capacity.used_percent", high=90, clear_high=90, lasts=AT_ONCE
    )
    ground = Ground(full)
    stamp = ground.now.isoformat().replace("+00:00", ".123456789Z")
    points = [
        {"name": "filesystem.capacity.total", "value": "1000", "timestamp": stamp, "tags": {"path": "/"}},
        {"name": "filesystem.capacity.used", "value": 950, "timestamp": stamp, "tags": {"path": "/"}},
        {"name": "filesystem.capacity.total", "value": 1000, "timestamp": stamp, "tags": {"path": "/data"}},
        {"name": "filesystem.capacity.used", "value": "", "timestamp": stamp, "tags": {"path": "/data"}},
    ]
    body = {"datapoints": points, "dimensions": {"mesos_id": "agent-S3", "hostname": "10.9.9.9"}}
    (signal,), _ = await ground.hears_body("dcos", json.dumps(body).encode())
    assert signal.node == name(3)


@pytest.mark.parametrize("zone", [UTC, timezone(timedelta(hours=1))])
async def test_times_that_telegraf_writes_as_text(zone: tzinfo) -> None:
    ground = Ground(FULL)
    one = metric(1, 0, used_percent=95)
    one["timestamp"] = ground.now.astimezone(zone).isoformat().replace("+00:00", "Z")
    (signal,) = await ground.hears(one)
    assert signal.occurred_at == ground.now


async def test_a_telegraf_that_asks_others_speaks_of_them() -> None:
    ground = Ground(CPUS)
    one = metric(1, ground.now_s, "mesos", tags={"server": address(2), "url": f"http://{address(2)}:5051"})
    one["fields"] = {"slave/cpus_percent": 0.95}
    assert [signal.node for signal in await ground.hears(one)] == [name(2)]
    by_itself = metric(1, ground.now_s, "mesos", tags={"server": "localhost"})
    by_itself["fields"] = {"slave/cpus_percent": 0.95}
    assert [signal.node for signal in await ground.hears(by_itself)] == [name(1)]


async def test_whose_names_are_all_unknown_is_whom_the_sender_says() -> None:
    ground = Ground(FULL)
    body = batch(metric("dcos-master-0", ground.now_s, used_percent=95))
    assert (await ground.hears_body("telegraf", body))[0] == []
    ((signal,), _) = await ground.hears_body("telegraf", body, Sender(host=MASTER))
    assert (signal.kind, signal.about) == (SignalKind.CLUSTER_UNWELL, MASTER)


async def test_one_metric_alone_and_a_bare_list_are_batches_too() -> None:
    ground = Ground(FULL)
    one = json.dumps(metric(1, ground.now_s, used_percent=95)).encode()
    many = json.dumps([metric(2, ground.now_s, used_percent=95)]).encode()
    assert len((await ground.hears_body("telegraf", one))[0]) == 1
    assert len((await ground.hears_body("telegraf", many))[0]) == 1


@pytest.mark.parametrize(
    "host", [address(36), address(36).upper(), "agent-S36", "dcos-agent-private-633E21A3-vmss0000010"]
)
async def test_a_node_is_known_by_any_of_its_names(host: str) -> None:
    ground = Ground(FULL, nodes=40)
    (signal,) = await ground.hears(metric(host, ground.now_s, used_percent=95))
    assert signal.node == name(36)


async def test_a_rate_is_growth_per_second_and_a_reset_gives_none() -> None:
    lost = MetricRule(name="lost", metric="m.count", kind=Kind.RATE, high=1, clear_high=0.5, lasts=AT_ONCE)
    ground = Ground(lost)
    counts = [1000, 1005, 3, 8, 108]
    told = []
    for count in counts:
        ground.passes(50)
        told.append(len(await ground.hears(metric(1, ground.now_s, "m", count=count))))
    assert told == [0, 0, 0, 0, 1]
    ground.passes(50)
    (signal,) = await ground.hears(metric(1, ground.now_s, "m", count=108))
    assert signal.kind is SignalKind.NODE_WELL


async def test_a_master_is_of_the_cluster() -> None:
    flapping = MetricRule(name="flap", metric="master/uptime_secs", low=60, clear_low=60, lasts=AT_ONCE)
    ground = Ground(flapping)
    body = json.dumps({"master/uptime_secs": 5}).encode()
    (signal,), _ = await ground.hears_body("snapshot", body, Sender("prod", MASTER))
    assert (signal.kind, signal.pool, signal.node) == (SignalKind.CLUSTER_UNWELL, None, None)
    assert signal.about == MASTER


async def test_a_jump_within_a_stretch_is_no_rate_by_itself() -> None:
    lost = MetricRule(name="lost", metric="m.count", kind=Kind.RATE, high=1, clear_high=0.5, lasts=AT_ONCE)
    ground = Ground(lost)
    told = []
    for count in (0, 30, 30, 30, 30, 30, 200, 200, 200, 200, 200):
        ground.passes(10)
        told.append(len(await ground.hears(metric(1, ground.now_s, "m", count=count))))
    assert told == [0] * 10 + [1]


async def test_a_reset_within_a_stretch_is_seen() -> None:
    lost = MetricRule(name="lost", metric="m.count", kind=Kind.RATE, high=1, clear_high=0.5, lasts=AT_ONCE)
    ground = Ground(lost)
    for count in (0, 900, 5, 10, 15, 20, 25, 30, 35):
        ground.passes(10)
        assert await ground.hears(metric(1, ground.now_s, "m", count=count)) == []


async def test_a_metric_that_no_rule_wants_is_not_taken_apart() -> None:
    ground = Ground(FULL)
    _, counts = await ground.hears_body(
        "telegraf", batch(metric("nobody", -1, "net", bytes="?"), metric(1, ground.now_s, used_percent=1))
    )
    assert counts == {"metrics": 2, "wanted": 1, "judged": 1}
