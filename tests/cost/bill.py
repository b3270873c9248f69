"""What Azure charges for what was counted, for a month of 730 hours. The prices are those of docs/cost.md, which tells
where they come from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from simulator.host.queues import PollingBackoff

HOURS = 730
EXECUTION_USD, FREE_EXECUTIONS = 0.40 / 1_000_000, 250_000
GB_S_USD, FREE_GB_S = 0.000026, 100_000
INSTANCE_GB = 0.5
TABLE_CALL_USD, QUEUE_CALL_USD = 0.00036 / 10_000, 0.004 / 10_000

LASTS_S = {"beat": 1.0, "work_signal": 1.0, "check_health": 2.0}
"""Seconds that each invocation is charged for: the least that is charged, and two for DC/OS's health, which is slow to
answer. Taken, not measured in Azure."""

LEASES_USD = 0.25
"""More than the host's leases come to. An estimate."""


@dataclass(frozen=True)
class Month:
    """What one month of what was counted in an hour comes to."""

    invoked: Mapping[str, int]
    tables: int
    queues: int

    @property
    def executions(self) -> int:
        return HOURS * sum(self.invoked.values())

    @property
    def active_s(self) -> float:
        return HOURS * sum(LASTS_S[name] * times for name, times in self.invoked.items())

    @property
    def compute_usd(self) -> float:
        """Of the app itself, beyond what is free."""
        executions = max(0, self.executions - FREE_EXECUTIONS)
        gb_s = max(0.0, self.active_s * INSTANCE_GB - FREE_GB_S)
        return executions * EXECUTION_USD + gb_s * GB_S_USD

    @property
    def storage_usd(self) -> float:
        """Of the calls that the app makes, and the two with which the host takes each message."""
        return HOURS * (self.tables * TABLE_CALL_USD + self.queues * QUEUE_CALL_USD)

    def line(self, agents: int) -> str:
        """A row of the table in docs/cost.md."""
        return (
            f"| {agents} | {self.executions:,} | {self.active_s * INSTANCE_GB:,.0f} | {self.compute_usd:.2f} "
            f"| {HOURS * self.tables:,} | {HOURS * self.queues:,} | {self.storage_usd:.2f} |"
        )


def looks_a_minute(longest: timedelta) -> int:
    """How often the host looks into a queue that gets one message a minute, and waits `longest` between two looks at
    most: soon after the message, then more and more seldom."""
    backoff, passed_s, looks = PollingBackoff(longest, lambda: 1.0), 0.0, 0
    while passed_s < 60:
        looks += 1
        passed_s += backoff.next_s()
    return looks


def looks_usd(longest: timedelta) -> float:
    """Of a month."""
    return looks_a_minute(longest) * 60 * HOURS * QUEUE_CALL_USD
