"""The firehose: batches of Telegraf judged by rules, against msgspec that only decodes them.

How: batches of 1,000 metrics in Telegraf's JSON, of 40 measurements with 8 fields and 4 tags each, and 40 rules of
which 8 are about measurements of the batch, so that one metric in five is wanted. The yardstick is msgspec decoding the
same bytes into fully typed metrics and throwing them away. Both take turns in one process, on one core, and the best
turn of each counts, because whatever else the machine does only adds. A ratio is our time divided by msgspec's: less
than 1 is faster than msgspec. Values are good, as nearly all of them are; further figures are for a batch in which
every metric is wanted, and for a thousand events of an event hub with one metric each.

Rules times metrics: the same batch under 40 rules and under 400, of which the same 8 match.

Memory: ten million samples (field values) of 10,000 agents in a process of its own, with a rule about a rate and one
about silence besides, which are those that remember something of every node; its largest resident set, and how much of
that came after the first half of the samples.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial

import msgspec
from msgspec import Struct

from benchmarks.figures import Figure, Measured, Unit
from shared.firehose.index import Index
from shared.firehose.roster import Roster
from shared.firehose.telegraf import hear_batch, joined
from shared.firehose.watching import Watching
from shared.model.nodes import NodeMemory
from shared.policy.metric_rules import Firehose, Kind, MetricRule
from shared.policy.schema import Capacity, ClusterPolicy, PoolPolicy

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
NOW_S = NOW.timestamp()
METRICS, FIELDS, MEASUREMENTS, MATCHING = 1_000, 8, 40, 8
AGENTS, SAMPLES = 10_000, 10_000_000
TURNS = 60
LIMIT_MB = 150.0


class Metric(Struct):
    """What a reader without lazy decoding would make of it."""

    name: str
    tags: dict[str, str]
    fields: dict[str, float | int | str | bool]
    timestamp: int


class Batch(Struct):
    metrics: list[Metric]


def measure() -> Measured:
    decoder = msgspec.json.Decoder(Batch)
    body = batch(0)
    decode = partial(decoder.decode, body)
    lazy, typed = _best(partial(hear_batch, body, watching(40), NOW_S), decode)
    many, few = _best(
        partial(hear_batch, body, watching(400), NOW_S), partial(hear_batch, body, watching(40), NOW_S)
    )
    every, again = _best(partial(hear_batch, batch(0, MATCHING), watching(40), NOW_S), decode)
    events = [json.dumps(one, separators=(",", ":")).encode() for one in json.loads(body)["metrics"]]
    apart, each = _best(partial(_hear_events, events, watching(40)), partial(_decode_each, events))
    memory = _memory()
    per_second = METRICS * FIELDS / lazy * 1000
    figures = (
        Figure("batch of 1,000, 40 rules, one in five matches", lazy, Unit.MILLISECONDS, typed, typed),
        Figure("the same under 400 rules, of which the same match", many, Unit.MILLISECONDS, few * 1.25, few),
        Figure("the same, every metric matches", every, Unit.MILLISECONDS, None, again),
        Figure("1,000 events of one metric each, one in five matches", apart, Unit.MILLISECONDS, None, each),
        Figure("samples a second", per_second, Unit.COUNT),
        Figure("resident after 10 million samples of 10,000 agents", memory["end"], Unit.MEGABYTES, LIMIT_MB),
        Figure("of that, since the first half", memory["end"] - memory["half"], Unit.MEGABYTES, 5.0),
    )
    remarks = (
        f"a batch has {len(body):,} bytes; msgspec alone decodes {METRICS * FIELDS / typed * 1000:,.0f} samples/s",
        f"memory: without the SDKs that the app loads besides; {memory['judged']:,.0f} values were judged",
    )
    yardstick = "msgspec decoding the same bytes fully, by time: less than 1 is faster (line 2: 40 rules)"
    return Measured("firehose", yardstick, figures, remarks)


def _hear_events(events: list[bytes], ears: Watching) -> None:
    hear_batch(joined(events)[0], ears, NOW_S)


def _decode_each(events: list[bytes]) -> None:
    decoder = msgspec.json.Decoder(Metric)
    for event in events:
        decoder.decode(event)


def batch(first: int, names: int = MEASUREMENTS, at: float = NOW_S) -> bytes:
    """A batch of Telegraf, compact as Go writes it, of the nodes from `first` on."""
    metrics = [
        {
            "fields": {f"field_{field}": 10.5 + field + number % 50 for field in range(FIELDS - 1)}
            | {"used": 3_000_123},
            "name": f"measurement_{number % names}",
            "tags": {
                "cluster": "prod",
                "device": "sda1",
                "host": _address((first + number // 40) % AGENTS),
                "path": "/var/lib/mesos",
            },
            "timestamp": int(at),
        }
        for number in range(METRICS)
    ]
    return json.dumps({"metrics": metrics}, separators=(",", ":")).encode()


def watching(rules: int, remembering: bool = False) -> Watching:
    """So many rules, of which the first eight match what `batch` sends; `remembering`: with a rate and silence."""
    made = [
        MetricRule(
            name=f"rule-{number}",
            metric=f"measurement_{number}.field_1" if number < MATCHING else f"nobody_{number}.field_1",
            high=90.0,
            clear_high=85.0,
        )
        for number in range(rules)
    ]
    if remembering:
        made[0] = MetricRule(
            name="rate", metric="measurement_0.field_1", kind=Kind.RATE, high=1e9, clear_high=1e9
        )
        made[1] = MetricRule(
            name="silent", metric="measurement_1.field_1", kind=Kind.ABSENT, absent_for=timedelta(minutes=10)
        )
    pool = PoolPolicy(name="private", scale_set="vmss", capacity=Capacity(min=1, max=1000))
    cluster = ClusterPolicy(
        name="prod",
        subscription="00000000-0000-0000-0000-000000000000",
        resource_group="acs-prod",
        masters=("172.16.0.5",),
        pools=(pool,),
        firehose=Firehose(defaults=False, rules=tuple(made)),
    )
    nodes = {f"vmss_{number}": _node(number) for number in range(AGENTS)}
    return Watching(Index((cluster,)), Roster([(cluster, nodes)]))


def flood() -> dict[str, float]:
    """Ten million samples in this process: megabytes resident at half of them and at the end, and what was judged."""
    ears = watching(40, remembering=True)
    batches = SAMPLES // (METRICS * FIELDS)
    judged, half = 0, 0.0
    for number in range(batches):
        if number == batches // 2:
            half = _resident_mb()
        at = NOW_S + number
        judged += hear_batch(batch(number * 25, at=at), ears, at).judged
    return {"half": half, "end": _resident_mb(), "judged": judged}


def _memory() -> dict[str, float]:
    program = "import json; from benchmarks.firehose import flood; print(json.dumps(flood()))"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    found: dict[str, float] = json.loads(run.stdout)
    return found


def _best(one: Callable[[], object], other: Callable[[], object]) -> tuple[float, float]:
    """Milliseconds of the best turn of each, taken in turns."""
    taken: tuple[list[float], list[float]] = ([], [])
    for _ in range(TURNS):
        for work, times in zip((one, other), taken, strict=True):
            begun = time.perf_counter()
            work()
            times.append((time.perf_counter() - begun) * 1000)
    return min(taken[0]), min(taken[1])


def _resident_mb() -> float:
    """Now, not at its highest."""
    with open("/proc/self/statm", encoding="ascii") as pages:
        return int(pages.read().split()[1]) * 4096 / 1e6


def _node(number: int) -> NodeMemory:
    return NodeMemory(
        f"vmss_{number}",
        "private",
        str(number),
        f"vm-{number}",
        NOW,
        address=_address(number),
        hostname=_address(number),
    )


def _address(number: int) -> str:
    return f"10.32.{number // 256}.{number % 256}"
