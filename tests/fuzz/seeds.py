"""What fuzzing begins with: real samples of every source, moved onto machines of ours so that they get far.

A sample that is about somebody else's scale set ends at "not ours" and never reaches the code behind it. So each is
there twice where that matters: as published, and with our names.
"""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

from tests.builders import NOW, SET, address
from tests.dcos.recorded import document
from tests.firehose.ground import batch, metric
from tests.fuzz.dcos_targets import FLAGS, SICK
from tests.signals.alerts import alert, azure, notification
from tests.signals.alerts import metric as azure_metric
from tests.signals.events import (
    as_cloud_event,
    availability_event,
    done_by,
    flexible,
    health_event,
    resource_event,
    sample,
    scheduled_event,
    subject,
    vm_event,
)

DATA = Path(__file__).resolve().parents[1] / "data"
NOW_S = int(NOW.timestamp())

PROMETHEUS = (
    '# TYPE disk_used gauge\ndisk_used{path="/"} 1.5e9\nsystem_load1{host="10.0.0.1"} 0.4 1700000000000\n'
    "mem_available_percent 3\nslaves_unreachable NaN\n"
)
SNAPSHOT = {
    "master/elected": 1.0,
    "master/uptime_secs": 12.5,
    "master/cpus_percent": 0.97,
    "master/slaves_unreachable": 3.0,
    "registrar/log/recovered": 0.0,
}
DATAPOINTS = {
    "datapoints": [
        {
            "name": "filesystem.capacity.total",
            "value": 100,
            "timestamp": NOW.isoformat(),
            "tags": {"path": "/"},
        },
        {
            "name": "filesystem.capacity.used",
            "value": "99",
            "timestamp": NOW.isoformat(),
            "tags": {"path": "/"},
        },
        {"name": "memory.total", "value": 10, "unit": "bytes", "timestamp": "2026-11-22 03:00:00 +0000 UTC"},
    ],
    "dimensions": {"hostname": address(1), "mesos_id": "x", "labels": {"a": "b"}},
}
_INCIDENT = {
    "incidentType": "Incident",
    "stage": "Active",
    "impactedServices": [
        {"ServiceName": "Virtual Machines", "ImpactedRegions": [{"RegionName": "West Europe"}]}
    ],
}


def seeds(target: str) -> tuple[bytes, ...]:
    """Real input of a target, never none, and behind it what earlier runs have kept."""
    kept = sorted((DATA / "fuzz" / target).glob("*"))
    return (*_real(target), *(path.read_bytes() for path in kept))


def _real(target: str) -> tuple[bytes, ...]:
    if target == "event_grid":
        return tuple(_json(one) for one in _events())
    if target in {"alertmanager", "azure_monitor"}:
        return tuple(_json(one) for one in _alerts())
    if target.startswith("health_"):
        return _health()
    if target.startswith("mesos_"):
        return _masters()
    return _metrics()[target]


def _events() -> list[Any]:
    files = [*(DATA / "eventgrid").glob("*.json"), *(DATA / "simulator" / "eventgrid").glob("*.json")]
    published = [sample(path.stem) for path in sorted(files)]
    ours = [
        vm_event("Delete", "delete", "3"),
        vm_event("Action", "deallocate/action"),
        vm_event("Write", "write", "3", "Failure"),
        done_by(vm_event("Delete", "delete", "3"), principal="ours"),
        vm_event("Delete", "delete", "3") | {"eventTime": "2026-11-20T03:00:00Z"},
        health_event("VirtualMachineHostCrashed", "3"),
        health_event("LiveMigrationSucceeded", "3"),
        health_event("VirtualMachineDeallocationInitiated"),
        availability_event("Unavailable", "3"),
        resource_event(flexible(f"{SET}_0a1b2c3d"), virtualMachineScaleSet={"id": subject()}),
        resource_event(flexible(f"{SET}_pet"), deleted=True),
        scheduled_event(
            subject(), Resources=[f"{SET}_1", f"{SET}_2"], NotBefore="Mon, 19 Sep 2026 18:29:47 GMT"
        ),
    ]
    return [*published, *ours, *(as_cloud_event(one) for one in ours)]


def _alerts() -> list[Any]:
    published = [json.loads(path.read_text()) for path in sorted((DATA / "alerts").glob("*.json"))]
    return [
        *published,
        notification(alert(host=f"{SET}_3"), alert(instance="10.0.0.4:9100", pool="private")),
        notification(*(alert(pool="private", host=f"10.0.1.{number}") for number in range(60))),
        azure_metric(subject(), VMName=f"{SET}_3"),
        azure("ServiceHealth", "/subscriptions/s", properties=_INCIDENT),
        azure("Activity Log - Administrative", subject("3"), caller="ours", operationName="delete"),
        azure("Activity Log - Autoscale", subject(), properties={"newInstancesCount": "3"}),
        azure(
            "Log Alerts V2",
            subject(),
            condition={"allOf": [{"dimensions": [{"name": "Computer", "value": SET}]}]},
        ),
        azure("Prometheus", subject(), labels={"alertname": "x", "instance": "10.0.0.1:9100"}, ruleGroup="g"),
    ]


def _metrics() -> dict[str, tuple[bytes, ...]]:
    many = batch(metric(1, NOW_S, used_percent=95), metric(2, NOW_S, "mem", used_percent=1, free=2))
    one = _json(metric(1, NOW_S, used_percent=95.5))
    return {
        "metrics_telegraf": (many, one, b"[" + one + b"]", many.replace(b"95", b"NaN")),
        "metrics_dcos": (_json(DATAPOINTS), _json([DATAPOINTS]), _json(DATAPOINTS["datapoints"])),
        "metrics_prometheus": (PROMETHEUS.encode(),),
        "metrics_snapshot": (_json(SNAPSHOT),),
        "metrics_ear": (many, one),
        "metrics_hub": (one + b"\n" + many, many),
        "metrics_gzip": (gzip.compress(many), gzip.compress(one) + gzip.compress(one), many),
    }


def _health() -> tuple[bytes, ...]:
    """Of all interfaces, so that each is answered what another says, too."""
    recorded = [path.read_bytes() for path in sorted((DATA / "dcos").glob("*.json"))]
    made = [
        {"nodes": [{"host_ip": SICK, "health": 1, "role": "agent"}]},
        {"units": [{"id": "dcos-mesos-slave.service", "health": 1, "name": "x"}]},
        {"output": "dcos-signal.service is failed\npassword=hunter2\n" + "exited\n" * 200},
        {"dcos_version": "1.12.0"},
        {"leader": "172.16.0.5:8080"},
        {"status": 2, "checks": {"clock": {"status": 2, "output": "no"}}},
        ["mesos--9a6b7c", "dcos-config--setup_5a2f"],
    ]
    return (*recorded, *(_json(one) for one in made))


def _masters() -> tuple[bytes, ...]:
    """What masters of several releases answered, without the white space."""
    answers = [json.loads(path.read_bytes()) for path in sorted((DATA / "mesos").glob("*.json"))]
    older = document("state-after-restart.json")
    return (*(_json(one) for one in answers), _json(older | {"leader": older["pid"]}), FLAGS)


def _json(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()
