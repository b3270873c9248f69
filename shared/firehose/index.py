"""Metric names to the rules that want them, made once per policy: cost grows with what matches.

A rule's metric has a name in each source. In Telegraf a metric is a measurement with fields, so `disk.used_percent`
is field `used_percent` of `disk`; a name with several dots is looked for at every split; one without a match is also
the measurement of a single value (`value`, `gauge` or `counter`), and a name with a slash is a field of Telegraf's
`mesos` measurement (influxdata/telegraf:plugins/inputs/mesos). For each measurement that is wanted a decoder is made
that builds the wanted fields and tags alone and passes over the rest.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec
from msgspec import UNSET, Raw, Struct

from shared.firehose.course import Course
from shared.firehose.follow import SCALES, Values, as_rule, metrics_of
from shared.firehose.roster import Subject
from shared.policy.default_rules import DEFAULT_RULES
from shared.policy.metric_rules import Kind, MetricRule
from shared.policy.schema import ClusterPolicy

HOST_TAGS = ("mesos_id", "server", "hostname", "instance", "node_ip", "host")
"""Where a metric says whose it is; the first that names a node of ours counts. `host` comes last: Telegraf sets it to
where it runs itself, also when it asks others (influxdata/telegraf:plugins/inputs/mesos has them in `server`, and
plugins/inputs/dcos in `hostname`)."""

SERIES_TAGS: dict[str, tuple[str, ...]] = {
    "cpu": ("cpu",),
    "cpus": ("container_id",),
    "disk": ("path", "container_id"),
    "diskio": ("name",),
    "docker_container_cpu": ("container_name", "cpu"),
    "docker_container_mem": ("container_name",),
    "docker_container_net": ("container_name", "network"),
    "filesystem": ("path",),
    "mem": ("container_id",),
    "net": ("interface", "container_id"),
    "network": ("interface",),
    "systemd_units": ("name",),
}
"""By the first part of a metric's name, the tags under which one node has several of it (influxdata/telegraf:plugins/
inputs, and the containers of dcos/dcos-metrics). Values of several disks in one series would end each other's `for`."""

OUT_OF_STEP_S = 60.0

SINGLE = ("value", "gauge", "counter")


class Standing:
    """A series that is not simply well. `course` is where it stands (None: well again), `stored` where its row says
    that it stands, `etag` that row's (None: there is none). `value` is the last one that moved it. `untold_since`:
    when a row was first seen in which another worker has yet to tell of it."""

    __slots__ = ("course", "etag", "row", "stored", "subject", "untold_since", "value")

    def __init__(self, subject: Subject, row: str, course: Course | None) -> None:
        self.subject, self.row, self.course = subject, row, course
        self.stored: Course | None = None
        self.etag: str | None = None
        self.value = 0.0
        self.untold_since: float | None = None


class Counted(Struct, frozen=True, gc=False):
    """What a rate remembers of a counter: when the stretch began and with what, and the newest value."""

    at: float
    value: float
    newest: float


class Watch:
    """One rule of one cluster, and where its series stand: `active` of nodes, `pools` of pools, for shares. `last` is
    per series, for rates. `heard` is when a node was last heard by this process, `elsewhere` by others, as far as that
    is known; `trusted_from`: before that, silence may be our own. `values`: this is no rule but a number that the size
    of a pool follows."""

    __slots__ = (
        "active",
        "by",
        "cluster",
        "elsewhere",
        "filters",
        "heard",
        "high",
        "is_quiet",
        "last",
        "low",
        "pools",
        "rule",
        "slack",
        "trusted_from",
        "values",
    )

    def __init__(self, cluster: str, rule: MetricRule, values: Values | None = None) -> None:
        self.cluster, self.rule = cluster, rule
        self.low, self.high = rule.low, rule.high
        self.filters = tuple((tag, frozenset(values)) for tag, values in rule.tags.items())
        several = tuple(tag for tag, values in rule.tags.items() if len(values) > 1)
        own = rule.by or SERIES_TAGS.get(rule.metric.partition(".")[0], ())
        self.by = (*several, *(tag for tag in own if tag not in several))
        self.values = values
        self.slack = OUT_OF_STEP_S if self.by else 0.0
        """Seconds by which a value may be older than another of its node; several series need not be in step."""
        self.is_quiet = rule.kind is Kind.VALUE and not self.filters and values is None
        """A good value of such a rule needs no further look while none of its series stands."""
        self.active: dict[str, Standing] = {}
        self.pools: dict[str, Standing] = {}
        self.last: dict[str, Counted] = {}
        self.heard: dict[str, float] = {}
        self.elsewhere: dict[str, float] = {}
        self.trusted_from: float | None = None

    def of(self, subject: Subject) -> dict[str, Standing]:
        """Where series of such a subject stand."""
        return self.active if subject.node else self.pools

    def heard_at(self, node: str) -> float:
        """When any worker last heard it, as far as that is known here; 0: never."""
        return max(self.heard.get(node, 0.0), self.elsewhere.get(node, 0.0))

    def tags(self) -> Iterable[str]:
        spoken = () if self.values is None else (SCALES,)
        return (*(tag for tag, _ in self.filters), *self.by, *spoken)


class Plan:
    """How a measurement of Telegraf is read: `decode` gives a struct whose `fields` and `tags` hold what is wanted, in
    the order of `watches` and `tag_names`. Of each field `watches` has those of every cluster."""

    __slots__ = ("decode", "tag_names", "watches")

    def __init__(self, fields: Mapping[str, list[Watch]]) -> None:
        self.watches = tuple(_by_cluster(watches) for watches in fields.values())
        wanted = {tag for watches in fields.values() for watch in watches for tag in watch.tags()}
        self.tag_names = (*HOST_TAGS, *sorted(wanted - set(HOST_TAGS)))
        bags = _bag("Fields", tuple(fields), Any, UNSET), _bag("Tags", self.tag_names, str | None, None)
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
        self.watches = tuple(watch for cluster in clusters for watch in _watches(cluster))
        self.by_rule = {(watch.cluster, watch.rule.name): watch for watch in self.watches}
        self.plain: defaultdict[str, list[Watch]] = defaultdict(list)
        """Mesos and the DC/OS metrics API."""
        self.prometheus: defaultdict[str, list[Watch]] = defaultdict(list)
        fields: defaultdict[str, defaultdict[str, list[Watch]]] = defaultdict(lambda: defaultdict(list))
        for watch in self.watches:
            metric = watch.rule.metric
            self.plain[metric].append(watch)
            for name in (prometheus_name(metric), f"mesos_{prometheus_name(metric)}"):
                self.prometheus[name].append(watch)
            for measurement, field in _splits(metric):
                fields[measurement][field].append(watch)
        self.telegraf = {measurement: Plan(wanted) for measurement, wanted in fields.items()}


def _watches(cluster: ClusterPolicy) -> Iterable[Watch]:
    for rule in rules_of(cluster):
        yield Watch(cluster.name, rule)
    for metric, pools in metrics_of(cluster).items():
        yield Watch(cluster.name, as_rule(metric), Values(pools))


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


def _by_cluster(watches: Iterable[Watch]) -> dict[str, tuple[Watch, ...]]:
    found: dict[str, tuple[Watch, ...]] = {}
    for watch in watches:
        found[watch.cluster] = (*found.get(watch.cluster, ()), watch)
    return found


def _bag(name: str, keys: tuple[str, ...], kind: Any, missing: Any) -> type[Struct]:
    """A struct of these keys, whatever characters they have, each `missing` when it is not there."""
    renamed = {f"x{number}": key for number, key in enumerate(keys)}
    return msgspec.defstruct(name, [(one, kind, missing) for one in renamed], rename=renamed, gc=False)
