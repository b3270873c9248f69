"""Metrics of other makes than Telegraf's JSON: the DC/OS metrics API, Prometheus text, snapshots of Mesos.

They come from one node at a time and are small, so they are read in the ordinary way, yet only names that a rule
wants are taken apart. Shapes: dcos/dcos-metrics (datapoints with dimensions; values may be texts, "NaN" or empty in
old versions), the exposition format that DC/OS 1.12 and later serve on port 61091 (read by prometheus-client's own
parser), and apache/mesos:docs/monitoring.md (`/metrics/snapshot`, one flat object).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
from msgspec import Struct

from shared.errors import Poison
from shared.firehose.body import Sender
from shared.firehose.index import HOST_TAGS, Watch
from shared.firehose.number import LATE_S, Rubbish, epoch, number
from shared.firehose.tally import Tally
from shared.firehose.watching import Watching

_NAME = re.compile(r"[ \t]*([a-zA-Z_:][a-zA-Z0-9_:]*)")
_UNREADABLE = (ValueError, IndexError, KeyError, TypeError, AttributeError, OverflowError)


class Sample(Struct, frozen=True):
    """One value on its way. `at` is in seconds since 1970, None where the source wrote rubbish."""

    name: str
    value: object
    at: float | None
    tags: Mapping[str, Any]
    of_text: bool = False


def hear_datapoints(body: bytes, watching: Watching, now_s: float, sender: Sender) -> Tally:
    """Answers of the DC/OS metrics API: an object with datapoints and dimensions, a list of such objects, or a bare
    list of datapoints. `Poison` when it is no JSON."""
    try:
        root = msgspec.json.decode(body)
    except (msgspec.MsgspecError, RecursionError, UnicodeError) as error:
        raise Poison(f"this is no JSON of datapoints: {error}") from error
    tally = Tally()
    samples = [sample for wrapper in _wrappers(root) for sample in _datapoints(wrapper, now_s, tally)]
    _judge([*samples, *_shares(samples)], watching.index.plain, watching, _Heard(now_s, sender, tally))
    return tally


def hear_prometheus(body: bytes, watching: Watching, now_s: float, sender: Sender) -> Tally:
    """The text of a `/metrics` page. A line that cannot be read costs itself alone."""
    from prometheus_client.parser import text_string_to_metric_families as parse

    tally, samples = Tally(), list[Sample]()
    wanted = watching.index.prometheus
    for line in body.decode("utf-8", "replace").splitlines():
        name = _NAME.match(line)
        if name is None:
            continue
        tally.metrics += 1
        if name[1] not in wanted:
            continue
        try:
            for family in parse(line + "\n"):
                for one in family.samples:
                    at = now_s if one.timestamp is None else epoch(float(one.timestamp), now_s)
                    samples.append(Sample(one.name, one.value, at, one.labels))
        except _UNREADABLE:
            tally.throw(Rubbish.SHAPE, line)
    _judge(samples, wanted, watching, _Heard(now_s, sender, tally))
    return tally


def hear_snapshot(body: bytes, watching: Watching, now_s: float, sender: Sender) -> Tally:
    """`/metrics/snapshot` of a master or agent; `sender.host` is who was asked. `Poison` when it is no object."""
    try:
        root = msgspec.json.decode(body)
    except (msgspec.MsgspecError, RecursionError, UnicodeError) as error:
        raise Poison(f"this is no JSON of a snapshot: {error}") from error
    if not isinstance(root, Mapping):
        raise Poison(f"this is no snapshot of metrics but {type(root).__name__}")
    tally = Tally()
    tally.metrics = len(root)
    wanted = watching.index.plain
    samples = [Sample(name, value, now_s, {}) for name, value in root.items() if name in wanted]
    _judge(samples, wanted, watching, _Heard(now_s, sender, tally))
    return tally


class _Heard(Struct, frozen=True):
    now_s: float
    sender: Sender
    tally: Tally


def _judge(
    samples: list[Sample], wanted: Mapping[str, list[Watch]], watching: Watching, heard: _Heard
) -> None:
    tally, sender = heard.tally, heard.sender
    for sample in samples:
        watches = wanted.get(sample.name)
        if not watches:
            continue
        tally.wanted += 1
        shown = f"{sample.name} {sample.value} {dict(sample.tags)}"
        value = number(sample.value, sample.of_text)
        if value is None or sample.at is None or sample.at < heard.now_s - LATE_S:
            late = Rubbish.TIME if sample.at is None else Rubbish.LATE
            tally.throw(Rubbish.NUMBER if value is None else late, shown)
            continue
        hosts = (*(sample.tags.get(tag) for tag in HOST_TAGS), sender.host)
        subject = watching.subject_of(hosts, sender.cluster, tally, shown)
        for watch in watches if subject else ():
            if subject is not None and watch.cluster == subject.cluster:
                tally.judged += 1
                why = watching.judge(watch, subject, sample.tags, value, sample.at)
                if why is not None:
                    tally.throw(why, shown)


def _wrappers(root: object) -> Iterator[Mapping[str, Any]]:
    """Every object that has datapoints, with its dimensions."""
    for one in root if isinstance(root, list) else [root]:
        if isinstance(one, Mapping) and isinstance(one.get("datapoints"), list):
            yield one
        elif isinstance(one, Mapping):
            yield {"datapoints": [one]}
        else:
            yield {"datapoints": [None]}


def _datapoints(wrapper: Mapping[str, Any], now_s: float, tally: Tally) -> Iterator[Sample]:
    dimensions = wrapper.get("dimensions")
    common = {key: text for key, text in _texts(dimensions) if key != "labels"}
    for point in wrapper["datapoints"]:
        tally.metrics += 1
        name = point.get("name") if isinstance(point, Mapping) else None
        if not isinstance(name, str):
            tally.throw(Rubbish.SHAPE, str(point))
            continue
        at = epoch(point.get("timestamp"), now_s)
        yield Sample(name, point.get("value"), at, common | dict(_texts(point.get("tags"))), of_text=True)


def _texts(raw: object) -> Iterator[tuple[str, str]]:
    if isinstance(raw, Mapping):
        yield from ((key, value) for key, value in raw.items() if isinstance(value, str))


def _shares(samples: list[Sample]) -> Iterator[Sample]:
    """Percent where the API tells used and total apart: of file systems, their inodes, and memory that is free or can
    be freed. One part that is missing or rubbish, and there is no percentage."""
    values: dict[tuple[str, tuple[tuple[str, Any], ...]], tuple[float, Sample]] = {}
    for sample in samples:
        value = number(sample.value, sample.of_text)
        if value is not None:
            values[(sample.name, tuple(sorted(sample.tags.items())))] = (value, sample)
    for (name, tags), (total, sample) in values.items():
        if not name.endswith(".total") or total <= 0:
            continue
        group = name.removesuffix(".total")
        used = values.get((f"{group}.used", tags))
        if used is not None and group in {"filesystem.capacity", "filesystem.inode"}:
            yield Sample(f"{group}.used_percent", 100 * used[0] / total, sample.at, sample.tags)
        parts = [values.get((f"{group}.{part}", tags)) for part in ("free", "buffers", "cached")]
        free = [part[0] for part in parts if part is not None]
        if group == "memory" and len(free) == len(parts):
            yield Sample(f"{group}.available_percent", 100 * sum(free) / total, sample.at, sample.tags)
