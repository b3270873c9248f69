"""What the policy says of alerts: what it means where it says nothing, and faults at their lines."""

from __future__ import annotations

import pytest

from shared.policy.alerts import AlertRule, Alerts, AlertSeverity, Labels, Meaning
from tests.policy.texts import GOOD, cluster_of, fault_of, faults_of, with_cluster

WRITTEN = """\
alerts:
  labels: {datacenter: west, tier: "1"}
  node_labels: [mesos_id, Host]
  pool_labels: [group]
  rules:
    masters: {alert: MesosMaster*, means: cluster, severity: critical}
    batch:
      labels: {team: reporting}
      means: nothing
"""


def test_a_policy_that_says_nothing_of_alerts_takes_them_as_they_name_things() -> None:
    alerts = cluster_of(GOOD).alerts
    assert alerts == Alerts()
    assert (alerts.labels, alerts.pool_labels, alerts.rules) == (Labels(), ("pool",), ())
    assert {"instance", "host", "mesos_id"} <= set(alerts.node_labels)


def test_everything_written_is_read() -> None:
    assert cluster_of(with_cluster(WRITTEN)).alerts == Alerts(
        labels=Labels((("datacenter", "west"), ("tier", "1"))),
        node_labels=("mesos_id", "Host"),
        pool_labels=("group",),
        rules=(
            AlertRule(
                name="masters", alert="MesosMaster*", means=Meaning.CLUSTER, severity=AlertSeverity.CRITICAL
            ),
            AlertRule(name="batch", labels=Labels((("team", "reporting"),)), means=Meaning.NOTHING),
        ),
    )


@pytest.mark.parametrize(
    ("alert", "labels", "fits"),
    [
        ("MesosMaster*", {}, True),
        ("mesosmaster*", {}, True),
        ("MesosMaster", {}, False),
        ("*Down", {}, True),
        ("*", {"team": "x"}, False),
        ("*", {"job": "agent"}, True),
        ("*", {"JOB": "agent"}, True),
    ],
)
def test_a_rule_fits_by_name_and_labels(alert: str, labels: dict[str, str], fits: bool) -> None:
    rule = AlertRule(name="r", alert=alert, labels=Labels(tuple(labels.items())))
    assert rule.fits("MesosMasterDown", {"job": "agent"}) is fits


def test_the_first_rule_that_fits_counts() -> None:
    rules = (AlertRule(name="a", alert="A*"), AlertRule(name="b", alert="*"))
    found = [Alerts(rules=rules).rule_for(name, {}) for name in ("Abc", "Bcd")]
    assert [rule.name for rule in found if rule] == ["a", "b"]


@pytest.mark.parametrize(
    ("written", "line", "path", "allowed"),
    [
        ("alerts: none", 11, "alerts", "a mapping with"),
        ("alerts: {lables: {a: b}}", 11, "alerts.lables", "labels"),
        ("alerts: {labels: west}", 11, "alerts.labels", "a mapping of labels"),
        ("alerts:\n  labels: {}", 12, "alerts.labels", "a mapping of labels"),
        ("alerts:\n  labels:\n    a-b: c", 13, "alerts.labels", "a label's name"),
        ("alerts:\n  labels:\n    a:", 13, "alerts.labels.a", "a text of 1 to 200"),
        ("alerts:\n  labels: {a: [b]}", 12, "alerts.labels.a", "a text of 1 to 200"),
        ("alerts: {node_labels: host}", 11, "alerts.node_labels", "a list of labels"),
        ("alerts: {node_labels: []}", 11, "alerts.node_labels", "a list of labels"),
        ("alerts:\n  pool_labels:\n  - a\n  - 9b", 14, "alerts.pool_labels[1]", "a label's name"),
        ("alerts: {pool_labels: [a, a]}", 11, "alerts.pool_labels[1]", "each label once"),
        ("alerts: {rules: []}", 11, "alerts.rules", "at least one rule"),
        ("alerts:\n  rules:\n    A: {means: node}", 13, "alerts.rules", "lower-case"),
        ("alerts:\n  rules:\n    a: {means: nodes}", 13, "alerts.rules.a.means", "named or node or pool"),
        ("alerts:\n  rules:\n    a: {severity: bad}", 13, "alerts.rules.a.severity", "as_sent or info"),
        ("alerts:\n  rules:\n    a: {impairs: bad}", 13, "alerts.rules.a.impairs", "true or false"),
        ("alerts:\n  rules:\n    a: {alert: 'x?'}", 13, "alerts.rules.a.alert", "an alert's name"),
        ("alerts:\n  rules:\n    a: {alert: }", 13, "alerts.rules.a.alert", "an alert's name"),
        ("alerts:\n  rules:\n    a: {labels: x}", 13, "alerts.rules.a.labels", "a mapping of labels"),
    ],
)
def test_a_fault_is_told_at_its_line(written: str, line: int, path: str, allowed: str) -> None:
    fault = fault_of(with_cluster(written))
    assert (fault.line, fault.path) == (line, f"clusters.prod.{path}")
    assert allowed in fault.allowed


def test_all_faults_of_a_section_are_told_at_once() -> None:
    faults = faults_of(with_cluster("alerts: {labels: 1, node_labels: 2, pool_labels: 3, rules: 4}"))
    assert len(faults) == 4


def test_labels_are_shown_as_they_are_written() -> None:
    assert [str(Labels()), str(Labels((("a", "b"), ("c", "d"))))] == ["{}", "{a: b, c: d}"]
