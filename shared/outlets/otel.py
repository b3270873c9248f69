"""Telemetry by OpenTelemetry: to Azure Monitor, to a collector by OTLP over HTTP, or onto the console.

    azure     Azure Monitor, by APPLICATIONINSIGHTS_CONNECTION_STRING and our identity
    otlp      a collector where OTEL_EXPORTER_OTLP_ENDPOINT says, by default http://localhost:4318
    console   standard output, for a look while developing

The SDK's batches go out in threads of their own. The exporter is imported in the first of them, because that of Azure
takes half a second, which no invocation is to wait for. What can't be sent is given up by the SDK, which logs it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property, partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol

from opentelemetry import metrics
from opentelemetry.sdk.metrics import Counter, Histogram, MeterProvider
from opentelemetry.sdk.metrics.export import (
    AggregationTemporality,
    MetricExporter,
    MetricExportResult,
    MetricsData,
    PeriodicExportingMetricReader,
)
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import SpanContext, Status, StatusCode, TraceFlags

from shared.ports.telemetry import Fact, Point, Span, Telemetry
from shared.settings import TelemetryWay
from shared.telemetry.measures import MEASURES, Kind

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential

NAME = "poolkeeper"
QUIET = (
    "APPLICATIONINSIGHTS_STATSBEAT_DISABLED_ALL",
    "APPLICATIONINSIGHTS_SDKSTATS_DISABLED",
    "APPLICATIONINSIGHTS_CONTROLPLANE_DISABLED",
)
BUCKETS_S = (1, 5, 15, 30, 60, 90, 120, 180, 240, 300, 420, 600, 900, 1800, 3600, 7200, 86400)


class Exporters(Protocol):
    """How to get one of each. `adds_up`: what numbers say, how many more than the last time or since the beginning."""

    adds_up: Mapping[type, AggregationTemporality]

    def spans(self) -> SpanExporter: ...

    def metrics(self) -> MetricExporter: ...


class OpenTelemetry(Telemetry):
    """`worker` is told apart from other processes of the app. `close` sends what waits."""

    def __init__(self, exporters: Exporters, worker: str, every_s: float = 60.0) -> None:
        self._resource = Resource.create({"service.name": NAME, "service.instance.id": worker})
        self._spans = BatchSpanProcessor(_LaterSpans(exporters))
        reader = PeriodicExportingMetricReader(_LaterMetrics(exporters), every_s * 1000)
        self._provider = MeterProvider([reader], self._resource, shutdown_on_exit=False)
        self._scope = InstrumentationScope(NAME)
        self._tell = _instruments(self._provider)

    def spans(self, spans: Sequence[Span]) -> None:
        for span in spans:
            self._spans.on_end(self._readable(span))

    def points(self, points: Sequence[Point]) -> None:
        for point in points:
            self._tell[point.of](point)

    async def close(self) -> None:
        self._spans.shutdown()  # type: ignore[no-untyped-call]
        self._provider.shutdown()

    def _readable(self, span: Span) -> ReadableSpan:
        status = Status(StatusCode.ERROR, span.failed) if span.failed else Status(StatusCode.OK)
        return ReadableSpan(
            span.name,
            _context(span.trace, span.id),
            _context(span.trace, span.parent) if span.parent is not None else None,
            self._resource,
            {f"{NAME}.{name}": value for name, value in span.facts.items()},
            status=status,
            start_time=int(span.begins.timestamp() * 1e9),
            end_time=int(span.ends.timestamp() * 1e9),
            instrumentation_scope=self._scope,
        )


class AzureMonitor(Exporters):
    """What it sends goes to our workspace, and nowhere else: the exporter would tell its makers of itself as well, and
    ask them for settings. What can't be sent is not kept on the disk of a process that may end at any moment."""

    adds_up: Mapping[type, AggregationTemporality] = MappingProxyType(
        {Counter: AggregationTemporality.DELTA, Histogram: AggregationTemporality.DELTA}
    )

    def __init__(self, connection: str, credential: TokenCredential | None) -> None:
        for setting in QUIET:
            os.environ.setdefault(setting, "true")
        self._settings = {
            "connection_string": connection,
            "credential": credential,
            "disable_offline_storage": True,
        }

    def spans(self) -> SpanExporter:
        from azure.monitor.opentelemetry.exporter import AzureMonitorTraceExporter

        return AzureMonitorTraceExporter(**self._settings)

    def metrics(self) -> MetricExporter:
        from azure.monitor.opentelemetry.exporter import AzureMonitorMetricExporter

        return AzureMonitorMetricExporter(**self._settings)


class Otlp(Exporters):
    adds_up: Mapping[type, AggregationTemporality] = MappingProxyType({})

    def spans(self) -> SpanExporter:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

        return OTLPSpanExporter()

    def metrics(self) -> MetricExporter:
        from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter

        return OTLPMetricExporter()


class Console(Exporters):
    adds_up: Mapping[type, AggregationTemporality] = MappingProxyType({})

    def spans(self) -> SpanExporter:
        from opentelemetry.sdk.trace.export import ConsoleSpanExporter

        return ConsoleSpanExporter()

    def metrics(self) -> MetricExporter:
        from opentelemetry.sdk.metrics.export import ConsoleMetricExporter

        return ConsoleMetricExporter()


def exporters_of(way: TelemetryWay, connection: str, client_id: str | None) -> Exporters:
    """`connection` and `client_id`, that of our identity, are for Azure Monitor alone."""
    match way:
        case TelemetryWay.AZURE:
            from azure.identity import ManagedIdentityCredential

            return AzureMonitor(connection, ManagedIdentityCredential(client_id=client_id))
        case TelemetryWay.OTLP:
            return Otlp()
        case TelemetryWay.CONSOLE:
            return Console()


class _LaterSpans(SpanExporter):
    """Makes the exporter when the first batch goes out."""

    def __init__(self, exporters: Exporters) -> None:
        self._exporters = exporters

    @cached_property
    def _real(self) -> SpanExporter:
        return self._exporters.spans()

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        return self._real.export(spans)

    def shutdown(self) -> None:
        if "_real" in self.__dict__:
            self._real.shutdown()

    def force_flush(self, timeout_millis: int = 30000) -> bool:
        return True


class _LaterMetrics(MetricExporter):
    """The same for numbers. How they add up has to be known before."""

    def __init__(self, exporters: Exporters) -> None:
        super().__init__(preferred_temporality=dict(exporters.adds_up))
        self._exporters = exporters

    @cached_property
    def _real(self) -> MetricExporter:
        return self._exporters.metrics()

    def export(
        self, metrics_data: MetricsData, timeout_millis: float = 10_000, **kwargs: object
    ) -> MetricExportResult:
        return self._real.export(metrics_data, timeout_millis)

    def shutdown(self, timeout_millis: float = 30_000, **kwargs: object) -> None:
        if "_real" in self.__dict__:
            self._real.shutdown(timeout_millis)

    def force_flush(self, timeout_millis: float = 10_000) -> bool:
        return True


def _instruments(provider: MeterProvider) -> dict[str, Callable[[Point], None]]:
    """How each number is told, by its name."""
    meter = provider.get_meter(NAME)
    tell: dict[str, Callable[[Point], None]] = {}
    for one in MEASURES:
        match one.kind:
            case Kind.COUNT:
                tell[one.name] = partial(_add, meter.create_counter(one.name, one.unit, one.meaning))
            case Kind.LEVEL:
                tell[one.name] = partial(_set, meter.create_gauge(one.name, one.unit, one.meaning))
            case Kind.SPREAD:
                spread = meter.create_histogram(
                    one.name, one.unit, one.meaning, explicit_bucket_boundaries_advisory=BUCKETS_S
                )
                tell[one.name] = partial(_record, spread)
    return tell


class _Level(Protocol):
    """The SDK's gauge, which has no public name."""

    def set(self, amount: float, attributes: Mapping[str, Fact]) -> None: ...


def _add(counter: metrics.Counter, point: Point) -> None:
    counter.add(point.value, point.facts)


def _set(gauge: _Level, point: Point) -> None:
    gauge.set(point.value, point.facts)


def _record(histogram: metrics.Histogram, point: Point) -> None:
    histogram.record(point.value, point.facts)


def _context(trace: bytes, id: bytes) -> SpanContext:
    sampled = TraceFlags(TraceFlags.SAMPLED)
    return SpanContext(int.from_bytes(trace), int.from_bytes(id), is_remote=False, trace_flags=sampled)
