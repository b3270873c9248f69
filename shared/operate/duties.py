"""What a beat has to do: one timer, three times a minute, for everything that is short and comes again and again.

Each duty could have a timer of its own. But the platform counts at least a second of an instance for each function that
is woken, however little it does, and functions with a timer do not share that second (Azure/azure-docs
flex-consumption-plan, "Billing" and "Per-function scaling"). So they go side by side in one.

    glance, news            each beat
    sweep, silence, metrics by the schedule POOLKEEPER_SWEEP, each minute
    housekeeping            each tenth minute

What is due follows from when it was last begun and the time it is now: a beat that comes late or is missed makes the
next one do it, once. A process that has just begun owes everything; doing a duty more often changes nothing.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from shared.ports.clock import Clock

from .sweeping import Sweeping

log = logging.getLogger(__name__)

HOUSEKEEPING_EVERY = timedelta(minutes=10)
LONGEST_S = 30.0
"""A duty that takes longer is ended as a crash would end it, for no beat comes while another one lasts."""


class Duty(StrEnum):
    """What is done again and again, in a word for the log."""

    GLANCE = "glance"
    NEWS = "news"
    SWEEP = "sweep"
    SILENCE = "silence"
    METRICS = "metrics"
    HOUSEKEEPING = "housekeeping"


EACH_BEAT = frozenset({Duty.GLANCE, Duty.NEWS})


def due(begun: Mapping[Duty, datetime], now: datetime, sweeping: Sweeping) -> tuple[Duty, ...]:
    """What is to be done now. `begun`: when this process last began it; a duty that is not there never was."""
    return tuple(duty for duty in Duty if duty not in begun or _is_due(duty, begun[duty], now, sweeping))


class Beats:
    """One per process. Remembers what it began when."""

    def __init__(
        self,
        clock: Clock,
        sweeping: Sweeping,
        works: Mapping[Duty, Callable[[], Awaitable[object]]],
        longest_s: float = LONGEST_S,
    ) -> None:
        self._clock, self._sweeping, self._works = clock, sweeping, works
        self._longest_s = longest_s
        self._begun: dict[Duty, datetime] = {}

    async def beat(self) -> None:
        """Do what is due, side by side. Where one fails the others go on to their end; then this raises what failed,
        and what failed is done again when it is due again."""
        now = self._clock.now()
        duties = due(self._begun, now, self._sweeping)
        self._begun |= dict.fromkeys(duties, now)
        ends = await asyncio.gather(*(self._do(duty) for duty in duties), return_exceptions=True)
        failed = {duty: end for duty, end in zip(duties, ends, strict=True) if isinstance(end, BaseException)}
        for duty, error in failed.items():
            log.error("%s failed: %r. The other duties of this beat were done.", duty, error)
        if failed:
            raise BaseExceptionGroup(f"of this beat failed: {', '.join(failed)}", list(failed.values()))

    async def _do(self, duty: Duty) -> None:
        async with asyncio.timeout(self._longest_s):
            await self._works[duty]()


def _is_due(duty: Duty, last: datetime, now: datetime, sweeping: Sweeping) -> bool:
    if duty in EACH_BEAT or now < last:  # the clock was set back
        return True
    if duty is Duty.HOUSEKEEPING:
        return now - last >= HOUSEKEEPING_EVERY
    return sweeping.next_after(last) <= now
