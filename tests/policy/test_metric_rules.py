"""The `firehose` part of a policy: what its rules become, and the faults in it with their lines."""

from __future__ import annotations

from datetime import timedelta
from math import inf

import pytest

from shared.model.signals import Severity
from shared.policy.load import load
from shared.policy.metric_rules import Firehose, Kind, MetricRule
from tests.policy.texts import fault_of, faults_of, with_cluster


def firehose_of(lines: str) -> Firehose:
    return load(with_cluster(lines), "policy.yaml").clusters[0].firehose


def rule_of(text: str) -> MetricRule:
    (rule,) = firehose_of(f"firehose: {{rules: [{{name: r, metric: m.x, {text}}}]}}").rules
    return rule


def test_without_the_part_the_shipped_rules_hold() -> None:
    assert firehose_of("failover_hold_off: 10m") == Firehose(defaults=True, rules=())
    assert firehose_of("firehose: {defaults: false}").defaults is False


def test_a_rule_with_everything() -> None:
    rule = rule_of(
        "above: 90, clear: 85.5, for: 5m, tags: {path: [/, /data], host: a}, by: device, share: 30%, severity: critical"
    )
    assert (rule.high, rule.clear_high, rule.low, rule.clear_low) == (90, 85.5, -inf, -inf)
    assert rule.tags == {"path": ("/", "/data"), "host": ("a",)}
    assert (rule.lasts, rule.by, rule.share) == (timedelta(minutes=5), ("device",), 30)
    assert (rule.severity, rule.kind) == (Severity.CRITICAL, Kind.VALUE)


def test_a_rule_counts_for_repair_only_where_that_is_written() -> None:
    assert [rule_of(text).impairs for text in ("above: 1", "above: 1, impairs: true")] == [False, True]


def test_each_kind_of_limit() -> None:
    below, outside = rule_of("below: 1, clear: 2"), rule_of("outside: [-1, 1], clear: [-0.5, 0.5]")
    assert (below.low, below.clear_low, below.high) == (1, 2, inf)
    assert (outside.low, outside.high, outside.clear_low, outside.clear_high) == (-1, 1, -0.5, 0.5)
    assert rule_of("above: 1e3, rate: true").kind is Kind.RATE
    absent = rule_of("absent_for: 10m")
    assert (absent.kind, absent.absent_for) == (Kind.ABSENT, timedelta(minutes=10))


@pytest.mark.parametrize(
    ("text", "path", "says"),
    [
        ("above: 1, below: 2", "", "exactly one of"),
        ("severity: warning", "", "exactly one of"),
        ("above: 1, impairs: maybe", ".impairs", "true or false"),
        ("above: 1, impairs: true, share: 30%", ".impairs", "impairs without share"),
        ("absent_for: 5m, impairs: true", ".impairs", "absent_for without it"),
        ("above: high", ".above", "a number"),
        ("above: .nan", ".above", "a number"),
        ("above: .inf", ".above", "a number"),
        ("above: 1e999", ".above", "a number"),
        ("above: 90, clear: 95", ".clear", "good side"),
        ("below: 5, clear: 1", ".clear", "good side"),
        ("outside: [2, 1]", ".outside", "the lower number first"),
        ("outside: 5", ".outside", "two numbers"),
        ("above: 1, for: 5", ".for", "a duration"),
        ("above: 1, share: 3", ".share", "1% to 100%"),
        ("above: 1, severity: fatal", ".severity", "info or warning or critical"),
        ("above: 1, rate: often", ".rate", "true or false"),
        ("above: 1, tags: [a]", ".tags", "a mapping of tags"),
        ("above: 1, tags: {path: []}", ".tags.path", "a list of up to 20"),
        ("above: 1, abov: 2", ".abov", "above"),
        ("absent_for: 10m, for: 1m", ".for", "absent_for without it"),
        ("absent_for: 1m", ".absent_for", "from 2m"),
    ],
)
def test_a_fault_in_a_rule_is_told_with_its_place(text: str, path: str, says: str) -> None:
    fault = fault_of(with_cluster(f"firehose: {{rules: [{{name: r, metric: m.x, {text}}}]}}"))
    assert fault.path == f"clusters.prod.firehose.rules[0]{path}"
    assert says in fault.allowed
    assert fault.line == 11


def test_a_rule_without_name_or_metric_and_a_name_twice() -> None:
    paths = [fault.path for fault in faults_of(with_cluster("firehose: {rules: [{above: 1}]}"))]
    assert {one.rpartition(".")[2] for one in paths} == {"name", "metric"}
    twice = (
        "firehose:\n  rules:\n    - {name: r, metric: m, above: 1}\n    - {name: r, metric: m, above: 2}\n"
    )
    fault = fault_of(with_cluster(twice))
    assert (fault.line, fault.allowed) == (14, "each name once")


@pytest.mark.parametrize("rules", ["5", "{}", "[5]", "[[]]"])
def test_rules_are_a_list_of_mappings(rules: str) -> None:
    assert "rules" in fault_of(with_cluster(f"firehose: {{rules: {rules}}}")).path
