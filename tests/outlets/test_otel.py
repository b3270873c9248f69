"""Traces and numbers reach whoever takes them in by OpenTelemetry's own protocol, and Azure Monitor by its own: the
exporters are the real ones, what they send is taken in on this machine."""

from __future__ import annotations

import gzip
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

import pytest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from shared.outlets.otel import AzureMonitor, Exporters, OpenTelemetry, Otlp
from shared.ports.telemetry import Point, Span
from shared.telemetry.measures import MEASURES

BEGAN = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)
TRACE, ROOT, STEP = bytes(range(1, 17)), bytes(range(1, 9)), bytes(range(2, 10))
KEY = "00000000-0000-4000-8000-000000000001"
SPANS = (
    Span(TRACE, ROOT, None, "incident", BEGAN, BEGAN + timedelta(minutes=4), {"node": "a_1"}),
    Span(TRACE, STEP, ROOT, "grow", BEGAN, BEGAN + timedelta(minutes=2), {}, "Azure has no room"),
)
POINTS = (
    Point("poolkeeper.refusals", 1, {"cluster": "prod", "guard": "storm", "reason": "storm"}),
    Point("poolkeeper.refusals", 2, {"cluster": "prod", "guard": "storm", "reason": "storm"}),
    Point("poolkeeper.repair.time", 221, {"cluster": "prod", "pool": "private", "remedy": "replace"}),
    Point("poolkeeper.pool.wanted", 9, {"cluster": "prod", "pool": "private"}),
    Point("poolkeeper.pool.wanted", 7, {"cluster": "prod", "pool": "private"}),
)


class _Taker(BaseHTTPRequestHandler):
    """Takes everything in and answers as Azure Monitor does; a collector's answer is empty too."""

    taken: ClassVar[list[tuple[str, bytes]]]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        self.taken.append((self.path, body))
        items = body.count(b'"iKey"') if self.path.endswith("/track") else 0
        answer = json.dumps({"itemsReceived": items, "itemsAccepted": items, "errors": []}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json" if items else "application/x-protobuf")
        self.send_header("Content-Length", str(len(answer) if items else 0))
        self.end_headers()
        self.wfile.write(answer if items else b"")

    def log_message(self, format: str, *args: object) -> None:
        return


@contextmanager
def taking_in() -> Iterator[tuple[str, list[tuple[str, bytes]]]]:
    taken: list[tuple[str, bytes]] = []
    handler = type("Taker", (_Taker,), {"taken": taken})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        serving = threading.Thread(target=server.serve_forever, args=(0.05,))
        serving.start()
        yield f"http://127.0.0.1:{server.server_port}", taken
        server.shutdown()
        serving.join()


def guarded(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The hosts that anybody connects to from now on; none but this machine is let through."""
    reached: set[str] = set()
    connect = socket.socket.connect

    def noted(self: socket.socket, address: Any) -> None:
        reached.add(address[0])
        if address[0] != "127.0.0.1":
            raise OSError("only this machine may be reached")
        connect(self, address)

    def looked_up(host: str, *args: Any, **kwargs: Any) -> Any:
        reached.add(host)
        return find(host, *args, **kwargs)

    find = socket.getaddrinfo
    monkeypatch.setattr(socket.socket, "connect", noted)
    monkeypatch.setattr(socket, "getaddrinfo", looked_up)
    return reached


async def told_to(exporters: Exporters) -> None:
    telemetry = OpenTelemetry(exporters, "worker-1")
    telemetry.spans(SPANS)
    telemetry.points(POINTS)
    await telemetry.close()


async def test_a_collector_gets_the_trace_and_the_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    with taking_in() as (url, taken):
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", url)
        await told_to(Otlp())
    bodies = dict(taken)
    traces = ExportTraceServiceRequest.FromString(bodies["/v1/traces"])
    spans = {span.name: span for span in traces.resource_spans[0].scope_spans[0].spans}
    root, step = spans["incident"], spans["grow"]
    assert (root.trace_id, root.span_id, root.parent_span_id) == (TRACE, ROOT, b"")
    assert (step.trace_id, step.span_id, step.parent_span_id) == (TRACE, STEP, ROOT)
    assert root.end_time_unix_nano - root.start_time_unix_nano == 240 * 10**9
    assert step.status.message == "Azure has no room"
    numbers = ExportMetricsServiceRequest.FromString(bodies["/v1/metrics"])
    metrics = {one.name: one for one in numbers.resource_metrics[0].scope_metrics[0].metrics}
    assert metrics["poolkeeper.refusals"].sum.data_points[0].as_int == 3
    assert metrics["poolkeeper.pool.wanted"].gauge.data_points[0].as_int == 7
    assert metrics["poolkeeper.repair.time"].histogram.data_points[0].sum == 221


async def test_azure_monitor_gets_them_too_and_nobody_else_anything(monkeypatch: pytest.MonkeyPatch) -> None:
    reached = guarded(monkeypatch)
    with taking_in() as (url, taken):
        await told_to(AzureMonitor(f"InstrumentationKey={KEY};IngestionEndpoint={url}/", None))
    assert reached == {"127.0.0.1"}
    items = [item for _, body in taken for item in _lines(body)]
    by_kind: dict[str, list[Any]] = {}
    for item in items:
        by_kind.setdefault(item["data"]["baseType"], []).append(item["data"]["baseData"])
    assert {one["name"] for one in by_kind["RemoteDependencyData"]} == {"incident", "grow"}
    names = {metric["name"] for one in by_kind["MetricData"] for metric in one["metrics"]}
    assert {"poolkeeper.refusals", "poolkeeper.repair.time", "poolkeeper.pool.wanted"} <= names


async def test_nobody_who_takes_it_in_stops_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "1")
    await told_to(Otlp())


async def test_every_measure_can_be_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with taking_in() as (url, taken):
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", url)
        telemetry = OpenTelemetry(Otlp(), "worker-1")
        telemetry.points([Point(one.name, 1, dict.fromkeys(one.facts, "x")) for one in MEASURES])
        await telemetry.close()
    numbers = ExportMetricsServiceRequest.FromString(dict(taken)["/v1/metrics"])
    told = {one.name for one in numbers.resource_metrics[0].scope_metrics[0].metrics}
    assert told == {one.name for one in MEASURES}


def _lines(body: bytes) -> list[Any]:
    text = body.decode()
    return (
        json.loads(text) if text.startswith("[") else [json.loads(line) for line in text.splitlines() if line]
    )
