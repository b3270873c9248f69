"""The pass, top to bottom: what happens when something was heard of a cluster.

    hear ──▶ judge ──▶ decide ──▶ act ──▶ verify ──▶ remember

Signals only wake it; they never carry authority. It reads Azure and Mesos again, judges every node of the cluster,
and decides with every guard's answer. What it decides is written down before anything is done. Acting and verifying
are a durable operation's business (`shared/operate/engine.py`, plans in `shared/operate/plans.py`), because they
take minutes and must survive crashes.

Judging and deciding are pure functions of the snapshot, the policy, what is remembered and the time, so the same
inputs give the same decisions, live, in the simulation, and in a what-if. A pass may be repeated, doubled or lost at
any point without doing anything twice.
"""

from __future__ import annotations

import asyncio

from msgspec import Struct

from shared.decide.capacity import decide_sizes
from shared.decide.masters import decide_masters
from shared.decide.repair import decide_repairs
from shared.decide.unburden import decide_relief
from shared.model.decisions import Decision
from shared.model.signals import Signal, SignalKind
from shared.model.snapshot import Snapshot
from shared.operate.history import keep_history
from shared.operate.look import look
from shared.operate.masters import Asked, ask_masters, with_masters
from shared.operate.outside import Outside
from shared.operate.recall import Recalled, recall
from shared.operate.relief import with_heats
from shared.operate.remember import remember
from shared.operate.shields import keep_shields
from shared.operate.situate import Picture, situate
from shared.operate.sizes import with_sizes
from shared.operate.start import start
from shared.operate.work import with_work
from shared.policy.schema import ClusterPolicy
from shared.telemetry.gauges import gauges_of


async def run_pass(outside: Outside, cluster: ClusterPolicy, signals: tuple[Signal, ...]) -> tuple[str, ...]:
    """One pass over one cluster, woken by these signals. Returns the ids of the operations that were begun.

    Raises `Retry` or `Unknown` when storage does not answer: then the signals have to come again.
    """
    # What is remembered (inventory, incidents, operations, ledgers), and what is: readings, each a value or a failure.
    is_sweep = any(signal.kind is SignalKind.SWEEP for signal in signals)
    recalled, snapshot, masters = await asyncio.gather(
        recall(outside, cluster), look(outside.eyes, cluster, is_sweep), ask_masters(outside, cluster)
    )

    # Judge, and read what the answer may depend on. Then decide.
    picture = await judged(outside, Readings(cluster, recalled, snapshot, masters), signals)
    decisions = decided(picture)

    # Remember, before anything is done: inventory, incidents, ledgers, audit.
    incidents = await remember(outside, picture, decisions, recalled)
    outside.telemetry.points(gauges_of(picture.situation))

    # Act: reserve a place in the ledger, begin the operation. It verifies, and closes the incident, by itself.
    begun = await start(outside, picture, decisions, incidents)

    # Where Azure's own autoscale moves a pool: machines that it must not choose are protected.
    await keep_shields(outside, cluster, picture)

    # For those who look back: what the pools were to have and had.
    await keep_history(outside, picture)
    return begun


class Readings(Struct, frozen=True):
    """What a pass begins with."""

    cluster: ClusterPolicy
    recalled: Recalled
    snapshot: Snapshot
    masters: Asked | None


async def judged(outside: Outside, readings: Readings, signals: tuple[Signal, ...]) -> Picture:
    """Everything that is decided by. Nothing is written."""
    cluster, recalled = readings.cluster, readings.recalled

    # Judge: every node's condition, each pool's ledger as it stands, which missing nodes are not missed any more.
    picture = situate(cluster, readings.snapshot, recalled, signals, outside.clock.now())

    # What runs for whom, where what is to be decided may depend on it.
    picture = await with_work(outside, cluster, picture)

    # The masters besides: each one's seat in the quorum.
    picture = await with_masters(outside, picture, readings.masters, recalled)

    # And which size each pool is to have, by the clock, by what people said and by load.
    picture = await with_sizes(outside, cluster, picture)

    # Whether what runs there is much more crowded on one agent than on others, where that is to be evened out.
    return await with_heats(outside, cluster, picture)


def decided(picture: Picture) -> tuple[Decision, ...]:
    """What is done about everything that is not well or not of its size; pure."""
    # Decide: act, wait, hold or hand over, for every node that is not well, with every guard's answer; then who comes
    # and who goes for a size; and last which task moves.
    decisions = (*decide_repairs(picture.situation), *decide_masters(picture.situation, picture.council))
    decisions += decide_sizes(picture.situation, picture.sized, decisions)
    return decisions + decide_relief(picture.situation, picture.heats, decisions)
