"""The reference page of the policy file, made from the code that reads it.

Every field's entry is its type and limit, its default, and the text under it in `schema.py`; rules and refused words
come from their tables. The page between the hand-written introduction and the end of `docs/policy.md` is this text,
and a test compares the two, so the page cannot say what the code does not do. Written anew by
`python -m shared.policy.reference docs/policy.md`.
"""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Iterable, Iterator
from datetime import timedelta
from enum import StrEnum
from itertools import pairwise
from pathlib import Path
from typing import Any, get_type_hints

from msgspec import NODEFAULT, Struct
from msgspec.structs import fields

from shared.policy import schema
from shared.policy.advice import Rule
from shared.policy.alerts import AlertRule, Alerts, Meaning
from shared.policy.autoscale import AzureAutoscale
from shared.policy.default_rules import DEFAULT_RULES, limit_text
from shared.policy.limits import ATTRIBUTES
from shared.policy.lint import CLUSTER_RULES, POOL_RULES, SHARED_MASTERS
from shared.policy.lint_offers import OFFER_RULES
from shared.policy.lint_rebalance import REBALANCE_RULES
from shared.policy.lint_sizes import SIZE_RULES, YEAR_RULES
from shared.policy.metric_rules import Firehose, MetricRule
from shared.policy.notify import About, Target
from shared.policy.offers import Offers
from shared.policy.quorum import MasterRepair, Quorum
from shared.policy.read_alternates import ALTERNATES
from shared.policy.read_calendars import DATES
from shared.policy.read_firehose import MOST_RULES
from shared.policy.read_marathons import WANTED as MARATHONS
from shared.policy.read_scaling import FORMS, PACE
from shared.policy.read_scaling import WANTED as SIGNALS
from shared.policy.read_schedules import SIZES
from shared.policy.read_schedules import WANTED as SCHEDULES
from shared.policy.read_windows import WANTED
from shared.policy.reading import KEYS
from shared.policy.rebalance import Rebalance
from shared.policy.scaling import (
    Aim,
    Allocated,
    Constant,
    Foresight,
    Metric,
    Pace,
    Resource,
    Scaling,
    Spot,
    Thin,
    Waiting,
)
from shared.policy.schedules import Calendar, Schedule
from shared.policy.schema import Capacity, ClusterPolicy, Disruption, PoolPolicy, Repair, Storm
from shared.policy.unsupported import ONLY_NO_LOGIN
from shared.policy.values import allowed, duration_text
from shared.policy.windows import Window

BEGIN = "<!-- from here on made by shared/policy/reference.py -->"

SECTIONS: tuple[tuple[str, type[Struct], tuple[str, ...]], ...] = (
    (
        "clusters.NAME",
        ClusterPolicy,
        ("subscription", "resource_group", "mode", "failover_hold_off", "at_once"),
    ),
    ("clusters.NAME.dcos", ClusterPolicy, ("masters", "marathons")),
    ("clusters.NAME.masters", Quorum, ("vms", "addresses")),
    ("clusters.NAME.masters.repair", MasterRepair, KEYS["master repair"]),
    ("calendars.NAME", Calendar, KEYS["calendar"]),
    (
        "clusters.NAME.pools.NAME",
        PoolPolicy,
        ("scale_set", "mode", "windows", "schedules", "scaling", "offers", "price", "azure_autoscale"),
    ),
    ("clusters.NAME.pools.NAME.capacity", Capacity, KEYS["capacity"]),
    ("clusters.NAME.pools.NAME.offers", Offers, KEYS["offers"]),
    ("clusters.NAME.pools.NAME.azure_autoscale", AzureAutoscale, KEYS["azure_autoscale"]),
    ("clusters.NAME.alerts", Alerts, KEYS["alerts"]),
    ("clusters.NAME.alerts.rules.NAME", AlertRule, KEYS["rule"]),
    ("repair", Repair, KEYS["repair"]),
    ("disruption", Disruption, KEYS["disruption"]),
    ("storm", Storm, KEYS["storm"]),
    ("rebalance", Rebalance, KEYS["rebalance"]),
    ("notify[]", Target, KEYS["notify"]),
)
"""Path in the file, the type that holds it, and the fields that stand there."""

WORDS = {
    "masters": "A list of hosts.",
    "marathons": f"{MARATHONS[0].upper()}{MARATHONS[1:]}.",
    "rules": "A mapping of names to rules.",
    "addresses": "A list of IPv4 addresses.",
    "windows": f"{WANTED[0].upper()}{WANTED[1:]}.",
    "schedules": f"{SCHEDULES[0].upper()}{SCHEDULES[1:]}.",
    "scaling": "A mapping.",
    "offers": "A mapping.",
    "attributes": f"{ATTRIBUTES.allowed[0].upper()}{ATTRIBUTES.allowed[1:]}.",
    "azure_autoscale": "A mapping.",
    "signals": f"{SIGNALS[0].upper()}{SIGNALS[1:]}.",
    "forecast": "`none`, or a mapping.",
    "spot": "`none`, or a mapping.",
    "alternates": f"{ALTERNATES[0].upper()}{ALTERNATES[1:]}.".replace("None", "`none`"),
    "dates": f"{DATES[0].upper()}{DATES[1:]}.",
    "besides": "The name of a calendar.",
    "only": "The name of a calendar.",
}
"""What fields hold whose types have no limit to say it."""

SCALING = ("signals", "forecast", "alternates", "spot", "age", "protect_new", "serving")
EVERYWHERE = frozenset({"repair", "disruption", "storm", "rebalance"})
MERGED = "Stands in `defaults`, in a cluster, or in a pool; merged field by field, the closest one counts."

NEAREST = "Stands in `defaults`, in a cluster, or in a pool; the closest list counts as a whole."


def page() -> str:
    """The generated part of `docs/policy.md`."""
    return "\n".join([BEGIN, "", *_fields(), *_rules(), *_refused()])


def _fields() -> Iterator[str]:
    yield from ["## Fields", ""]
    for path, kind, names in SECTIONS:
        yield from [f"### {path}", ""]
        if path in EVERYWHERE:
            yield from [f"{inspect.cleandoc(kind.__doc__ or '')} {MERGED}", ""]
        if kind.__doc__ and path not in EVERYWHERE | {"clusters.NAME.dcos"}:
            yield from [inspect.cleandoc(kind.__doc__), ""]
        texts = documented(kind)
        for name in names:
            yield from [f"#### `{name}`", "", f"{_allowed(kind, name)} {_default(kind, name)}", ""]
            yield from [texts[name], ""]
    yield from _listed("windows[]", Window, ("cron", "zone", "lasts"), NEAREST)
    yield from _listed(
        "schedules[]", Schedule, ("name", "cron", "zone", "lasts", *SIZES, "besides", "only"), ""
    )
    yield from _listed("scaling", Scaling, SCALING, MERGED)
    yield from _listed("scaling, how fast", Pace, PACE, "These stand beside the keys of `scaling`.")
    yield from _listed("scaling.forecast", Foresight, KEYS["forecast"], "")
    yield from _listed("scaling.spot", Spot, KEYS["spot"], "")
    yield from _signals()
    yield from _firehose()
    for title, words in (("mode", schema.Mode), ("meaning", Meaning), ("about", About)):
        yield from [f"### {title}", "", "```text", inspect.cleandoc(words.__doc__ or ""), "```", ""]


def _listed(title: str, kind: type[Struct], names: Iterable[str], note: str) -> Iterator[str]:
    """A section of which some keys have other names than their fields."""
    yield from [f"### {title}", "", f"{inspect.cleandoc(kind.__doc__ or '')} {note}".strip(), ""]
    texts = documented(kind)
    for name in names:
        key = FILE_KEYS.get(name, name)
        yield from [
            f"#### `{key}`",
            "",
            f"{_allowed(kind, name)} {_default(kind, name)}",
            "",
            texts[name],
            "",
        ]


def _signals() -> Iterator[str]:
    yield from ["### scaling.signals[]", "", f"One of {FORMS}.", ""]
    yield from ["| signal | follows |", "|---|---|"]
    for form, kind in (
        (f"`of`: {', '.join(Resource)}", Allocated),
        ("`of: waiting`", Waiting),
        ("`metric`, `per_node`, `margin`", Metric),
        ("`of: thin`, `below`", Thin),
        ("`nodes`", Constant),
    ):
        yield f"| {form} | {' '.join((kind.__doc__ or '').split())} |"
    yield ""
    for one in (Aim, Thin):
        for name, text in documented(one).items():
            yield from [f"#### `{name}`", "", f"{_allowed(one, name)} {_default(one, name)}", "", text, ""]


FILE_KEYS = {
    "kind": "rate",
    "low": "below, outside",
    "high": "above",
    "clear_low": "clear, with below",
    "clear_high": "clear, with above",
    "lasts": "for",
    "besides": "except",
    "age": "goes_first",
}
"""Fields that have another name in the file."""


def _firehose() -> Iterator[str]:
    yield from ["### clusters.NAME.firehose", "", inspect.cleandoc(Firehose.__doc__ or ""), ""]
    for name, text in documented(Firehose).items():
        yield from [f"#### `{name}`", "", text, ""]
    yield from ["### clusters.NAME.firehose.rules[]", ""]
    yield from [f"One rule about a metric; a list of at most {MOST_RULES}.", ""]
    for name, text in documented(MetricRule).items():
        if name != "source":
            yield from [f"#### `{FILE_KEYS.get(name, name)}`", "", text, ""]
    yield from ["### The rules that are shipped", ""]
    yield from ["| rule | metric | fires | severity | source |", "|---|---|---|---|---|"]
    for rule in DEFAULT_RULES:
        yield f"| {rule.name} | {rule.metric} | {limit_text(rule)} | {rule.severity.value} | {rule.source} |"
    yield ""


def _rules() -> Iterator[str]:
    yield from [
        "## Valid but unwise",
        "",
        "| code | field | unwise when | where it was learnt |",
        "|---|---|---|---|",
    ]
    yield f"| {SHARED_MASTERS} | dcos.masters | two clusters name the same master | |"
    yield from _each(CLUSTER_RULES)
    yield from _each((*POOL_RULES, *SIZE_RULES, *REBALANCE_RULES, *OFFER_RULES))
    yield from _each(YEAR_RULES)
    yield ""


def _each[T](rules: Iterable[Rule[T]]) -> Iterator[str]:
    for rule in rules:
        yield f"| {rule.code} | {rule.field} | {rule.unwise} | {rule.incident} |"


def _refused() -> Iterator[str]:
    yield from ["## Refused in this version", "", "| where | key | answer |", "|---|---|---|"]
    yield f"| dcos | login, other than none | {ONLY_NO_LOGIN} |"
    yield ""


def documented(kind: type[Struct]) -> dict[str, str]:
    """Field to the text that stands under it in the source, on one line."""
    tree = ast.parse(inspect.getsource(kind))
    body = tree.body[0].body if isinstance(tree.body[0], ast.ClassDef) else []
    texts: dict[str, str] = {}
    for one, after in pairwise(body):
        if (
            isinstance(one, ast.AnnAssign)
            and isinstance(one.target, ast.Name)
            and isinstance(after, ast.Expr)
        ):
            texts[one.target.id] = " ".join(str(ast.literal_eval(after.value)).split())
    return texts


def _allowed(kind: type[Struct], name: str) -> str:
    if name in WORDS:
        return WORDS[name]
    text = allowed(get_type_hints(kind, include_extras=True)[name])
    return f"{text[0].upper()}{text[1:]}."


def _default(kind: type[Struct], name: str) -> str:
    one = next(one for one in fields(kind) if one.name == name)
    default = one.default if one.default_factory is NODEFAULT else one.default_factory()
    return "Must be given." if default is NODEFAULT else f"Default: {_shown(default)}."


def _shown(value: Any) -> str:
    if value is None:
        return "`none`"
    if isinstance(value, timedelta):
        return f"`{duration_text(value)}`"
    if isinstance(value, Spot):
        return "`{}`"
    if isinstance(value, StrEnum):
        return f"`{value.value}`"
    if isinstance(value, tuple):
        return f"`[{', '.join(value)}]`"
    if isinstance(value, float):
        return f"`{value:.0%}`"
    return f"`{value}`" if value not in ("", frozenset()) else "none"


def rewrite(path: Path) -> None:
    """Replace the generated part of the page at `path`."""
    written = path.read_text(encoding="utf-8").split(BEGIN)[0]
    path.write_text(written + page(), encoding="utf-8")


if __name__ == "__main__":
    rewrite(Path(sys.argv[1]))
