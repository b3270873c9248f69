"""Rules about metrics as frozen types: the `firehose` part of a cluster's policy.

A rule looks at one metric of one node at a time and says when its value is bad, for how long it must be bad before
anybody is told, and how good it must be before that is taken back. What a rule says is a hint like every signal: it
wakes the pass, which looks for itself. `read_firehose.py` makes these types of a file, `shared/firehose` follows them.
"""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from math import inf

from msgspec import Struct, field

from shared.model.signals import Severity


class Kind(StrEnum):
    """What a rule looks at.

    value   the metric as it is
    rate    its growth per second, over three quarters of a minute at least; a counter that falls has been reset, and
            gives no rate for that step
    absent  that nothing of it was heard from a node for `absent_for`
    """

    VALUE = "value"
    RATE = "rate"
    ABSENT = "absent"


class MetricRule(Struct, frozen=True, kw_only=True):
    """One rule. `above`, `below`, `outside`, `rate` and `absent_for` of the file are `kind`, `low` and `high` here:
    a value is bad when it is less than `low` or more than `high`, and good again from `clear_low` to `clear_high`."""

    name: str
    """The rule's name, 1 to 40 lower-case letters, digits, '-' and '_'. State is kept under it. A rule of the file
    with the name of a default rule takes its place."""

    metric: str
    """The metric: `disk.used_percent` for field `used_percent` of Telegraf's measurement `disk`, `master/elected` of
    Mesos, or `cpu.total` of the DC/OS metrics API. In Prometheus text the same name is looked for with every other
    character than letters and digits as `_`, and with `mesos_` in front."""

    kind: Kind = Kind.VALUE
    """`rate: true` looks at the growth per second, over 45 s at least, `absent_for` at silence; without either it is
    the value."""

    low: float = -inf
    """`below`: a value less than this is bad. `outside: [low, high]` is both sides at once."""

    high: float = inf
    """`above`: a value of more than this is bad."""

    clear_low: float = -inf
    """`clear`: from here on a value is good again. Without it that is the limit itself; a value that goes to and fro
    around its limit needs some distance, or it fires each time."""

    clear_high: float = inf
    """`clear`: up to here a value is good again. With `outside` clear is a pair too."""

    lasts: timedelta = timedelta(minutes=2)
    """`for`: how long every value must be bad before the rule fires, at most 1d. 2 minutes are twelve flushes of
    Telegraf. Time in which nothing was heard does not count: values must come at least every 2 minutes, or every half
    of `for` where that is longer. `0s` fires with the first bad value."""

    absent_for: timedelta = timedelta(0)
    """How long nothing may be heard from a node that was heard before, 2m to 1d. When half of the nodes are silent at
    once our own ear is doubted instead, and nothing fires."""

    tags: dict[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    """Tags that a metric must have, each with one value or a list of values: `tags: {path: /var/lib/mesos}`."""

    by: tuple[str, ...] = ()
    """Tags that tell one series of a node from another, each judged by itself. Disks, file systems, processors, network
    interfaces, units and containers are told apart without it. Tags with several values under `tags` are always
    among them."""

    share: int | None = None
    """With a share like `30%` the rule speaks of the pool: it fires when so many of its nodes are bad, and no node is
    told alone. Nodes that were not heard lately count neither way; while those are half of the pool, nothing
    changes."""

    severity: Severity = Severity.WARNING
    """info, warning or critical."""

    impairs: bool = False
    """Whether a node at which it fires counts as impaired, so that it is helped by the ladder: then write what a node
    shows that does not do its work, and that another machine would not show. Not written: the rule only has the cluster
    looked at. Its values must come at least every 10 minutes to count; with a share it cannot count, because it names
    no node."""

    source: str = ""
    """Where the numbers come from; for the rules that are shipped."""

    def is_bad(self, value: float) -> bool:
        return value > self.high or value < self.low

    def is_good(self, value: float) -> bool:
        return self.clear_low <= value <= self.clear_high


class Firehose(Struct, frozen=True, kw_only=True):
    """What is heard of a cluster's metrics."""

    defaults: bool = True
    """Whether the rules that are shipped hold beside those of the file. They are in
    `shared/policy/default_rules.py`, each with its source."""

    rules: tuple[MetricRule, ...] = ()
    """The cluster's own rules, at most 200, each with a name of its own."""
