"""Whose payloads `hear` understands. On its own, so that `--help` need not load the translators."""

from __future__ import annotations

from enum import StrEnum


class Sender(StrEnum):
    EVENT_GRID = "event-grid"
    ALERTMANAGER = "alertmanager"
    AZURE_MONITOR = "azure-monitor"
    TELEGRAF = "telegraf"
    DCOS = "dcos"
    PROMETHEUS = "prometheus"
    SNAPSHOT = "snapshot"


METRICS = frozenset({Sender.TELEGRAF, Sender.DCOS, Sender.PROMETHEUS, Sender.SNAPSHOT})
"""Forms of metrics, by the same words as in the addresses of their doors."""
