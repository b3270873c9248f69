"""Telegraf's JSON: the fast way in.

A batch is read twice, both times only as far as needed: once for the names of its metrics, once for where each of
them begins and ends. Only metrics whose name some rule wants are then decoded, by a decoder made for that name which
builds the wanted fields and tags alone. Forms: `{"metrics": [...]}`, `[...]`, or one metric alone
(influxdata/telegraf:plugins/serializers/json); an Event Hubs event holds any of them.

A batch with one bad metric is read metric by metric, so that the others count. Bare NaN and Infinity, which other
writers than Telegraf send and JSON does not know, are read as null.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec
from msgspec import UNSET, Raw, Struct
from msgspec.structs import astuple

from shared.errors import Poison
from shared.firehose.body import Sender
from shared.firehose.index import HOST_TAGS, Plan
from shared.firehose.number import LATE_S, Rubbish, epoch, number
from shared.firehose.tally import Tally
from shared.firehose.watching import Watching

_HOSTS = len(HOST_TAGS)
_HOST_ALONE = (None,) * (_HOSTS - 1)


_NOBODY = Sender()


class _Named(Struct, gc=False):
    name: str


class _Names(Struct, gc=False):
    metrics: list[_Named]


class _Raws(Struct, gc=False):
    metrics: list[Raw]


_names = msgspec.json.Decoder(_Names).decode
_raws = msgspec.json.Decoder(_Raws).decode
_name = msgspec.json.Decoder(_Named).decode
_list = msgspec.json.Decoder(list[Raw]).decode
_NO_JSON = re.compile(rb"(?<=[:\[,\s])[-+]?(?:NaN|Infinity|Inf|nan|inf)(?=[\s,}\]])")


def hear_batch(body: bytes, watching: Watching, now_s: float, sender: Sender = _NOBODY) -> Tally:
    """Judge every metric of a body; whose tags name no node of ours is the sender's. `Poison` when it is no JSON."""
    tally = Tally()
    ear = _Ear(watching, now_s, sender, tally)
    try:
        names, raws = _names(body).metrics, _raws(body).metrics
    except (msgspec.MsgspecError, RecursionError, UnicodeError):
        _slowly(_parts(body), ear)
        return tally
    plans = watching.index.telegraf
    tally.metrics = len(names)
    for named, raw in zip(names, raws, strict=True):
        plan = plans.get(named.name)
        if plan is not None:
            ear.hear(plan, raw)
    return tally


def joined(bodies: Sequence[bytes]) -> tuple[bytes, list[bytes]]:
    """The bodies of many events, a metric or a batch each, as one batch; and those that are no JSON."""
    # Nearly always each holds one metric, and nothing has to be taken apart.
    whole = _batch(bodies)
    try:
        _names(whole)
    except (msgspec.MsgspecError, RecursionError, UnicodeError):
        return _joined_one_by_one(bodies)
    return whole, []


def _joined_one_by_one(bodies: Sequence[bytes]) -> tuple[bytes, list[bytes]]:
    parts: list[bytes] = []
    broken: list[bytes] = []
    for body in bodies:
        try:
            parts.extend(bytes(raw) for raw in _parts(body))
        except Poison:
            broken.append(body)
    return _batch(parts), broken


def _batch(metrics: Sequence[bytes]) -> bytes:
    return b'{"metrics":[' + b",".join(metrics) + b"]}"


def _slowly(parts: Sequence[Raw], ear: _Ear) -> None:
    for raw in parts:
        ear.tally.metrics += 1
        try:
            named = _name(raw)
        except (msgspec.MsgspecError, RecursionError, UnicodeError):
            ear.tally.throw(Rubbish.SHAPE, raw)
            continue
        plan = ear.watching.index.telegraf.get(named.name)
        if plan is not None:
            ear.hear(plan, raw)


def _parts(body: bytes) -> Sequence[Raw]:
    try:
        return _split(body)
    except (msgspec.MsgspecError, RecursionError, UnicodeError) as error:
        mended = _NO_JSON.sub(b"null", body)
        try:
            return _split(mended)
        except (msgspec.MsgspecError, RecursionError, UnicodeError):
            raise Poison(f"this is no JSON of metrics: {error}") from error


def _split(body: bytes) -> Sequence[Raw]:
    begin = body.lstrip()[:1]
    if begin == b"[":
        return _list(body)
    try:
        return _raws(body).metrics
    except msgspec.ValidationError:
        # An object without a list of metrics: one metric alone.
        return (msgspec.json.decode(body, type=Raw),)


class _Ear:
    """What one body is heard with."""

    __slots__ = ("earliest", "names", "now_s", "sender", "tally", "watching")

    def __init__(self, watching: Watching, now_s: float, sender: Sender, tally: Tally) -> None:
        self.watching, self.now_s, self.sender, self.tally = watching, now_s, sender, tally
        self.earliest = now_s - LATE_S
        self.names = watching.roster.names if not sender.cluster else {}

    def hear(self, plan: Plan, raw: Raw) -> None:
        """One wanted metric."""
        tally = self.tally
        tally.wanted += 1
        try:
            metric = plan.decode(raw)
        except (msgspec.MsgspecError, RecursionError, UnicodeError):
            tally.throw(Rubbish.SHAPE, raw)
            return
        tags = astuple(metric.tags)
        # Nearly always there is Telegraf's own tag alone, and one look-up is enough then.
        subject = self.names.get(tags[_HOSTS - 1]) if tags[: _HOSTS - 1] == _HOST_ALONE else None
        if subject is None:
            hosts = (*tags[:_HOSTS], self.sender.host)
            subject = self.watching.subject_of(hosts, self.sender.cluster, tally, raw)
            if subject is None:
                return
        at: float | None = metric.timestamp if type(metric.timestamp) is int else None
        if at is None or not self.earliest <= at <= self.now_s:
            at = epoch(metric.timestamp, self.now_s)
            if at is None or at < self.earliest:
                tally.throw(Rubbish.TIME if at is None else Rubbish.LATE, raw)
                return
        node = subject.node
        for field, watches in zip(astuple(metric.fields), plan.watches, strict=True):
            if field is UNSET:
                continue
            value = field if type(field) is float else number(field)
            if value is None:
                tally.throw(Rubbish.NUMBER, raw)
                continue
            for watch in watches.get(subject.cluster, ()):
                tally.judged += 1
                if watch.is_quiet and not watch.active and watch.low <= value <= watch.high:
                    if at > watch.heard.get(node, 0.0):
                        watch.heard[node] = at
                    continue
                named = dict(zip(plan.tag_names, tags, strict=True))
                why = self.watching.judge(watch, subject, named, value, at)
                if why is not None:
                    tally.throw(why, raw)
