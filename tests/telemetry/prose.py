"""What docs/telemetry.md says around its tables."""

HEAD = """\
# Telemetry

What the app tells of its own work, by OpenTelemetry: each repair as one trace, and some numbers. This page is made of
the code (`python -m tests.telemetry.page docs/telemetry.md`).

| `POOLKEEPER_TELEMETRY` | where it goes |
|---|---|
| nothing | nowhere |
| `azure` | to Application Insights, by `APPLICATIONINSIGHTS_CONNECTION_STRING` and our identity; `infra/` sets it |
| `otlp` | to a collector, at `OTEL_EXPORTER_OTLP_ENDPOINT`, which is `http://localhost:4318` unless it is set |
| `console` | to standard output |

The truth is in the tables and the audit, and nothing waits for telemetry: what is lost of it is lost, and no repair
takes longer because nobody takes it in. The exporter for Azure is told to send nothing to its makers.
"""

AFTER = """\
Levels are told with each look at a cluster, at least once a minute, and only where they could be read: a line that
breaks off means that nobody knows, never zero. Shares of a distribution, and rates of counts, are for whoever looks.

Two dashboards show them: `infra/watch/workbook.json` for Azure Monitor (Workbooks, New, Advanced editor, paste), and
`infra/watch/grafana.json` for a Grafana before a Prometheus that a collector writes to (Dashboards, New, Import). That
the app says nothing any more is told by an alarm outside of it (`infra/app/watch.bicep`).

A trace is found by its incident: its id is the first 16 bytes of BLAKE2b over `CLUSTER/INCIDENT`, so nothing has to be
carried through queues, and a repair that another process goes on with stays one trace.
"""
