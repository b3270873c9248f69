"""One repairer on one trace, and all of them on all of them.

A run ends when the trace is over and everything was as it should be for a quarter of an hour without a break, or after
two hours. A repairer that has not made the pool whole by then has left the trace unresolved.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from itertools import product
from multiprocessing import get_context

from benchmarks.repair.site import Site, build_site
from benchmarks.repair.systems import SYSTEMS, System
from benchmarks.repair.traces import Kind, Trace, trace
from benchmarks.repair.witness import LOOK_S, Seen, Witness
from simulator.virtual_time import VirtualClock, run_virtual

HORIZON_S = 7200.0
QUIET_S = 900.0


@dataclass(frozen=True)
class Run:
    """What one repairer made of one trace."""

    system: str
    trace: int
    kind: Kind
    seen: Seen


def run_one(system: str, number: int) -> Run:
    logging.disable(logging.WARNING)
    played = trace(number)
    return Run(system, number, played.kind, run_virtual(partial(_play, SYSTEMS[system], played)))


def run_all(systems: Sequence[str], numbers: Sequence[int], jobs: int) -> Iterator[Run]:
    """In the order of traces, then systems, as they become known."""
    races = list(product(numbers, systems))
    if jobs == 1:
        yield from (run_one(system, number) for number, system in races)
        return
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        yield from pool.map(_run_pair, races, chunksize=len(systems))


def _run_pair(pair: tuple[int, str]) -> Run:
    return run_one(pair[1], pair[0])


async def _play(system: System, played: Trace, clock: VirtualClock) -> Seen:
    site = build_site(clock, played, system.dcos)
    system.prepare(site)
    witness = Witness(site)
    async with system.repairs(site) as noticed, asyncio.TaskGroup() as group:
        tasks = [group.create_task(work) for work in (site.struck(), site.zone_stays_down())]
        await _until_over(site, witness)
        for task in tasks:
            task.cancel()
        witness.know(await noticed())
    return witness.seen


async def _until_over(site: Site, witness: Witness) -> None:
    over = site.begun + timedelta(seconds=site.trace.over_at_s)
    end, well_since = site.begun + timedelta(seconds=HORIZON_S), site.clock.now()
    while (now := site.clock.now()) < end:
        if not witness.look(now):
            well_since = now
        if now - max(well_since, over) >= timedelta(seconds=QUIET_S):
            return
        await site.clock.sleep(LOOK_S)
