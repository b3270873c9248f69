"""Metric names to the rules that want them, made once per policy: cost grows with what matches.

A rule's metric has a name in each source. In Telegraf a metric is a measurement with fields, so `disk.used_percent`
is field `used_percent` of `disk`; a name with several dots is looked for at every split; one without a match is also
the measurement of a single value (`value`, `gauge` or `counter`), and a name with a slash is a field of Telegraf's
`mesos` measurement (influxdata/telegraf:plugins/inputs/mesos). For each measurement that is wanted a decoder is made
that builds the wanted fields and tags alone and passes over the rest.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

import msgspec
from msgspec import Raw, Struct

from shared.firehose.course import Course
from shared.firehose.roster import Subject
from shared.policy.default_rules import DEFAULT_RULES
from shared.policy.metric_rules import Kind, MetricRule
from shared.policy.schema import ClusterPolicy

HOST_TAGS = ("mesos_id", "host", "hostname", "server", "instance", "node_ip")
"""Where a metric says whose it is; the first that names a node of ours counts."""

SINGLE = ("value", "gauge", "counter")


class Standing:
    """A series that is not simply well. `course` is where it stands (None: well again), `stored` where its row says
    that it stands, `etag` that row's (None: there is none). `value` is the last one that moved it."""

    __slots__ = ("course", "etag", "row", "stored", "subject", "value")

    def __init__(self, subject: Subject, row: str, course: Course | None) -> None:
        self.subject, self.row, self.course = subject, row, course
        self.stored: Course | None = None
        self.etag: str | None = None
        self.value = 0.0


class Watch:
    """One rule of one cluster, and where its series stand. `last` is (time, value) per series, for rates; `heard` is
    when a node was last heard, for absence; `pools` are the courses of pools, for shares."""

    __slots__ = (
        "active",
        "by",
        "cluster",
        "filters",
        "heard",
        "high",
        "is_quiet",
        "last",
        "low",
        "pools",
        "rule",
    )

    def __init__(self, cluster: str, rule: MetricRule) -> None:
        self.cluster, self.rule = cluster, rule
        self.low, self.high = rule.low, rule.high
        self.filters = tuple((tag, frozenset(values)) for tag, values in rule.tags.items())
        several = tuple(tag for tag, values in rule.tags.items() if len(values) > 1)
        self.by = (*several, *(tag for tag in rule.by if tag not in several))
        self.is_quiet = rule.kind is Kind.VALUE and not self.filters
        """A good value of such a rule needs no further look while none of its series stands."""
        self.active: dict[str, Standing] = {}
        self.pools: dict[str, Standing] = {}
        self.last: dict[str, tuple[float, float]] = {}
        self.heard: dict[str, float] = {}

    def tags(self) -> Iterable[str]:
        return (*(tag for tag, _ in self.filters), *self.by)


class Plan:
    """How a measurement of Telegraf is read: `decode` gives a struct whose `fields` and `tags` hold what is wanted, in
    the order of `watches` and `tag_names`. `hosts` is how many of the tags may name the node."""

    __slots__ = ("decode", "tag_names", "watches")

    def __init__(self, fields: dict[str, list[Watch]]) -> None:
        self.watches = tuple(tuple(watches) for watches in fields.values())
        wanted = {tag for watches in self.watches for watch in watches for tag in watch.tags()}
        self.tag_names = (*HOST_TAGS, *sorted(wanted - set(HOST_TAGS)))
        bags = _bag("Fields", tuple(fields)), _bag("Tags", self.tag_names)
        shape = msgspec.defstruct(
            "Metric",
            [
                ("fields", bags[0]),
                ("tags", bags[1], msgspec.field(default_factory=bags[1])),
                ("timestamp", Any, None),
            ],
            gc=False,
        )
        decode: Callable[[Raw], Any] = msgspec.json.Decoder(shape).decode
        self.decode = decode


class Index:
    """All rules of all clusters, by the names under which their metrics arrive."""

    def __init__(self, clusters: Iterable[ClusterPolicy]) -> None:
        self.watches = tuple(Watch(cluster.name, rule) for cluster in clusters for rule in rules_of(cluster))
        self.by_rule = {(watch.cluster, watch.rule.name): watch for watch in self.watches}
        self.plain: dict[str, list[Watch]] = {}
        """Mesos and the DC/OS metrics API."""
        self.prometheus: dict[str, list[Watch]] = {}
        fields: dict[str, dict[str, list[Watch]]] = {}
        for watch in self.watches:
            metric = watch.rule.metric
            self.plain.setdefault(metric, []).append(watch)
            for name in (prometheus_name(metric), f"mesos_{prometheus_name(metric)}"):
                self.prometheus.setdefault(name, []).append(watch)
            for measurement, field in _splits(metric):
                fields.setdefault(measurement, {}).setdefault(field, []).append(watch)
        self.telegraf = {measurement: Plan(wanted) for measurement, wanted in fields.items()}


def rules_of(cluster: ClusterPolicy) -> tuple[MetricRule, ...]:
    """The cluster's own rules, and the shipped ones that they do not replace."""
    own = {rule.name for rule in cluster.firehose.rules}
    shipped = DEFAULT_RULES if cluster.firehose.defaults else ()
    return (*cluster.firehose.rules, *(rule for rule in shipped if rule.name not in own))


def prometheus_name(metric: str) -> str:
    """`master/cpus_percent` as `master_cpus_percent`."""
    return re.sub(r"[^A-Za-z0-9_:]", "_", metric)


def _splits(metric: str) -> Iterable[tuple[str, str]]:
    yield from ((metric, single) for single in SINGLE)
    if "/" in metric:
        yield "mesos", metric
    for dot in (match.start() for match in re.finditer(r"\.", metric)):
        if 0 < dot < len(metric) - 1:
            yield metric[:dot], metric[dot + 1 :]


def _bag(name: str, keys: tuple[str, ...]) -> type[Struct]:
    """A struct of these keys, whatever characters they have, each None when it is not there."""
    renamed = {f"x{number}": key for number, key in enumerate(keys)}
    return msgspec.defstruct(name, [(one, Any, None) for one in renamed], rename=renamed, gc=False)
