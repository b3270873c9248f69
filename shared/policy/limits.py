"""What a field of the policy may hold, written beside its type.

The reader checks against these, and the reference page shows them, so that a limit is written once. They stand in
`typing.Annotated`, for instance `Annotated[int, Between(1, 1000)]`.
"""

from __future__ import annotations

from datetime import timedelta

from msgspec import Struct


class Between(Struct, frozen=True):
    """From `low` to `high`, both included."""

    low: int | timedelta
    high: int | timedelta


class Percent(Struct, frozen=True):
    """A part written as `70%`, from `low` to `high` percent, both included; a fraction of 1 in the type."""

    low: int
    high: int


class Amount(Struct, frozen=True):
    """A number above 0 and up to `high`, with decimals or without: `0.19`, `100`."""

    high: float


class Among(Struct, frozen=True):
    """Only these words of an enumeration."""

    words: tuple[str, ...]


class Written(Struct, frozen=True):
    """A text that matches `pattern` as a whole. `allowed` says the same to people."""

    pattern: str
    allowed: str


NAME = Written(
    r"[a-z0-9](?:[a-z0-9_-]{0,38}[a-z0-9])?",
    "1 to 40 lower-case letters, digits, '-' and '_', with a letter or digit at both ends",
)
"""Names of clusters and pools. They are part of table keys, URLs and audit lines, where case and spaces mislead."""

SUBSCRIPTION = Written(
    r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}",
    "the subscription's id, like 00000000-0000-0000-0000-000000000000 (not its name)",
)

MARATHON = Written(
    r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}(/[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}){0,9}",
    "the name of a Marathon's framework, like marathon-user",
)
"""It becomes a part of a path, so it is no more than the names that DC/OS gives to services."""

HOST_PORTS = Written(
    r"[0-9]{1,5}-[0-9]{1,5}( ?, ?[0-9]{1,5}-[0-9]{1,5}){0,99}",
    "ranges of ports, like 1025-2180, 2182-32000",
)

ROLE = Written(r"\*|[A-Za-z0-9_][A-Za-z0-9_./-]{0,199}", "the name of a role, like slave_public, or '*'")
"""Source: apache/mesos:docs/roles.md."""

ATTRIBUTES = Written("", "a mapping of attributes to their values: {rack: r1}")
ATTRIBUTE = Written(r"[^\x00-\x20:;][^\x00-\x1f:;]{0,199}", "up to 200 characters without ':' and ';'")
"""Source: apache/mesos:docs/attributes-resources.md."""

RESOURCE_GROUP = Written(
    r"[\w().-]{0,89}[\w()-]",
    "the resource group's name: 1 to 90 letters, digits, '_', '-', '.', '(' and ')', not ending in '.'",
)
"""Source: Azure/azure-docs, resource-name-rules, Microsoft.Resources/resourcegroups."""

SCALE_SET = Written(
    r"[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,62}[A-Za-z0-9_])?",
    "the scale set's name: 1 to 64 letters, digits, '-', '_' and '.' (the name alone, not its resource id)",
)
"""Source: Azure/azure-docs, resource-name-rules, Microsoft.Compute/virtualMachineScaleSets. A little wider than that
rule, which changed over the years: what Azure does not have is found by the first reading, and nothing is done."""

VMS = Written(
    r"(?=.*[A-Za-z0-9]{3})[A-Za-z0-9_.*?-]{1,80}",
    "the names of virtual machines, with '*' and '?' for parts of them and three letters or digits at least",
)

ALERT = Written(
    r"[^\x00-\x1f\[\]?]{1,200}", "an alert's name of 1 to 200 characters, with '*' for any part of it"
)
"""Azure allows 260 characters in a rule's name and Prometheus any; '?' and '[' would mean more than they seem to."""

METRIC = Written(r"[A-Za-z0-9_:./ -]{1,200}", "a name like disk.used_percent or master/elected")

LABEL = Written(
    r"[A-Za-z_][A-Za-z0-9_]{0,99}", "a label's name: up to 100 letters, digits and '_', no digit first"
)
"""Source: prometheus/prometheus:docs/concepts/data_model.md, metric names and labels."""

LABELS = Written("", "a mapping of labels to the values that they must have: {job: dcos-agent}")
NAMES_OF_LABELS = Written("", "a list of labels: [instance, host]")

CRON = Written(
    r"[0-9A-Za-z*,/-]+( +[0-9A-Za-z*,/-]+){4}",
    "five fields: minute, hour, day of the month, month, day of the week, like '0 22 * * MON-FRI'",
)

ZONE = Written(r"[A-Za-z0-9_+/-]{1,64}", "the name of a time zone, like Europe/London or UTC")
"""Source: the tz database (eggert/tz)."""
