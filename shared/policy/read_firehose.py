"""The `firehose` part of a policy file to rules, with every fault and its line.

A rule says exactly one of `above`, `below`, `outside` and `absent_for`. Numbers are finite; `clear` lies on the good
side of the limit. Keys of the file are shorter than the fields they fill, see `metric_rules.py`. A rule with a fault
gives no rule, and reading goes on.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Annotated, Any

from shared.model.signals import Severity
from shared.policy.faults import joined, shown
from shared.policy.limits import METRIC, NAME, Between
from shared.policy.metric_rules import Firehose, Kind, MetricRule
from shared.policy.schema import DAY
from shared.policy.share import Share
from shared.policy.tree import Listing, Node, Scalar, Section
from shared.policy.values import TRUE_OR_FALSE, TRUTH, Wrong, described, fits, nearest, read_share, read_value

KEYS = ("defaults", "rules")
RULE_KEYS = (
    "name",
    "metric",
    "tags",
    "by",
    "above",
    "below",
    "outside",
    "rate",
    "clear",
    "for",
    "absent_for",
    "share",
    "severity",
    "impairs",
)
MOST_RULES = 200
_LIMITS = ("above", "below", "outside", "absent_for")
_NUMBER = re.compile(r"[-+]?(?:[0-9]{1,20}(?:\.[0-9]{0,20})?|\.[0-9]{1,20})(?:[eE][-+]?[0-9]{1,3})?")
_LASTS = Annotated[timedelta, Between(timedelta(0), DAY)]
_ABSENT = Annotated[timedelta, Between(timedelta(minutes=2), DAY)]

type Report = Callable[[Node, str, str, str, str], None]
"""place, path, found, allowed, hint"""


def read_firehose(entries: dict[str, tuple[Scalar, Node]], path: str, report: Report) -> Firehose:
    """The part whose keys were checked already."""
    at = _At(path, entries, report)
    rules_node = entries.get("rules", (None, None))[1]
    rules: list[MetricRule] = []
    if isinstance(rules_node, Listing):
        rules = _rules(rules_node, f"{path}.rules", report)
    elif rules_node is not None:
        report(rules_node, f"{path}.rules", described(rules_node), "a list of rules", "")
    return Firehose(defaults=at.truth("defaults", True), rules=tuple(rules))


def _rules(listing: Listing, path: str, report: Report) -> list[MetricRule]:
    rules: list[MetricRule] = []
    seen: dict[str, int] = {}
    if len(listing.items) > MOST_RULES:
        report(listing, path, f"{len(listing.items)} rules", f"at most {MOST_RULES}", "")
    for index, item in enumerate(listing.items[:MOST_RULES]):
        place = f"{path}[{index}]"
        if not isinstance(item, Section):
            report(item, place, described(item), f"a mapping with {', '.join(RULE_KEYS)}", "")
            continue
        rule = _rule(item, place, report)
        if rule is None:
            continue
        if rule.name in seen:
            found = f"{shown(rule.name)}, which is on line {seen[rule.name]} already"
            report(item, f"{place}.name", found, "each name once", "")
        seen.setdefault(rule.name, item.line)
        rules.append(rule)
    return rules


def _rule(section: Section, path: str, report: Report) -> MetricRule | None:
    at = _At(path, section.entries, report)
    at.only(RULE_KEYS)
    given = [key for key in _LIMITS if key in section.entries]
    for key in ("name", "metric"):
        if key not in section.entries:
            at.fault(section, key, "no such key", f"the key '{key}', which must be there")
    if len(given) != 1:
        found = " and ".join(given) or "no limit"
        at.fault(section, "", found, f"exactly one of {', '.join(_LIMITS)}")
    is_rate, absent = at.truth("rate", False), "absent_for" in section.entries
    for key in ("for", "clear", "rate", "share", "impairs"):
        if absent and key in section.entries:
            at.fault(section.entries[key][1], key, f"'{key}' beside absent_for", "absent_for without it")
    if "share" in section.entries and at.truth("impairs", False):
        at.fault(section.entries["impairs"][1], "impairs", "'impairs' beside share", "impairs without share")
    low, high, clear_low, clear_high = _limits(at)
    rule = MetricRule(
        name=at.value("name", Annotated[str, NAME], ""),
        metric=at.metric(),
        kind=Kind.ABSENT if absent else Kind.RATE if is_rate else Kind.VALUE,
        low=low,
        high=high,
        clear_low=clear_low,
        clear_high=clear_high,
        lasts=at.value("for", _LASTS, timedelta(0) if absent else timedelta(minutes=2)),
        absent_for=at.value("absent_for", _ABSENT, timedelta(0)),
        tags=at.tags(),
        by=at.words("by"),
        share=at.share(),
        severity=at.value("severity", Severity, Severity.WARNING),
        impairs=at.truth("impairs", False),
    )
    return None if at.is_faulty else rule


def _limits(at: _At) -> tuple[float, float, float, float]:
    """low, high, clear_low, clear_high."""
    low, high = -math.inf, math.inf
    if "outside" in at.entries:
        low, high = at.pair("outside", (low, high))
    low, high = at.number("below", low), at.number("above", high)
    clear_low, clear_high = low, high
    if "clear" in at.entries:
        node = at.entries["clear"][1]
        if "outside" in at.entries:
            clear_low, clear_high = at.pair("clear", (low, high))
        elif "below" in at.entries:
            clear_low = at.number("clear", low)
        else:
            clear_high = at.number("clear", high)
        if not (low <= clear_low and clear_high <= high):
            at.fault(node, "clear", described(node), "a number on the good side of the limit")
    return low, high, clear_low, clear_high


class _At:
    """One mapping being read; faults are told with its path."""

    def __init__(self, path: str, entries: dict[str, tuple[Scalar, Node]], report: Report) -> None:
        self.path, self.entries, self._report = path, entries, report
        self.is_faulty = False

    def fault(self, place: Node, key: str, found: str, allowed: str, hint: str = "") -> None:
        self.is_faulty = True
        self._report(place, joined(self.path, key) if key else self.path, found, allowed, hint)

    def only(self, known: tuple[str, ...]) -> None:
        for key, _ in self.entries.values():
            if key.text not in known:
                near = nearest(key.text, list(known))
                hint = f"did you mean '{near}'?" if near else ""
                self.fault(key, key.text, f"the key {shown(key.text)}", ", ".join(known), hint)

    def value(self, key: str, hint: Any, default: Any) -> Any:
        if key not in self.entries:
            return default
        node = self.entries[key][1]
        value = read_value(node, hint)
        if isinstance(value, Wrong):
            self.fault(node, key, described(node), value.allowed, value.hint)
            return default
        return value

    def metric(self) -> str:
        node = self.entries.get("metric", (None, None))[1]
        if node is None:
            return ""
        if isinstance(node, Scalar) and fits(node.text, METRIC):
            return node.text
        self.fault(node, "metric", described(node), METRIC.allowed)
        return ""

    def truth(self, key: str, default: bool) -> bool:
        node = self.entries.get(key, (None, None))[1]
        if node is None:
            return default
        if isinstance(node, Scalar) and node.text in TRUTH:
            return TRUTH[node.text]
        self.fault(node, key, described(node), TRUE_OR_FALSE)
        return default

    def number(self, key: str, default: float) -> float:
        node = self.entries.get(key, (None, None))[1]
        return default if node is None else self._number(node, key, default)

    def pair(self, key: str, default: tuple[float, float]) -> tuple[float, float]:
        node = self.entries[key][1]
        if not isinstance(node, Listing) or len(node.items) != 2:
            self.fault(node, key, described(node), "two numbers: [low, high]")
            return default
        low, high = (self._number(item, key, 0.0) for item in node.items)
        if low > high:
            self.fault(node, key, f"{low:g} before {high:g}", "the lower number first")
        return low, high

    def share(self) -> int | None:
        node = self.entries.get("share", (None, None))[1]
        if node is None:
            return None
        share = read_share(node.text) if isinstance(node, Scalar) else Wrong("")
        if isinstance(share, Share) and share.is_percent:
            return share.number
        self.fault(node, "share", described(node), "a share of the pool from 1% to 100%")
        return None

    def words(self, key: str) -> tuple[str, ...]:
        node = self.entries.get(key, (None, None))[1]
        return () if node is None else self._words(node, key)

    def tags(self) -> dict[str, tuple[str, ...]]:
        node = self.entries.get("tags", (None, None))[1]
        if node is None:
            return {}
        if not isinstance(node, Section):
            self.fault(node, "tags", described(node), "a mapping of tags to values: {path: /}")
            return {}
        return {key.text: self._words(value, f"tags.{key.text}") for key, value in node.entries.values()}

    def _words(self, node: Node, key: str) -> tuple[str, ...]:
        items = node.items if isinstance(node, Listing) else [node]
        words = [item.text for item in items if isinstance(item, Scalar) and 0 < len(item.text) <= 200]
        if not words or len(words) < len(items) or len(words) > 20:
            self.fault(node, key, described(node), "a text, or a list of up to 20 texts")
        return tuple(words)

    def _number(self, node: Node, key: str, default: float) -> float:
        if isinstance(node, Scalar) and node.plain and _NUMBER.fullmatch(node.text):
            number = float(node.text)
            if math.isfinite(number):
                return number
        self.fault(node, key, described(node), "a number")
        return default
