"""`notify`: who is told of what, and how it may be written."""

from __future__ import annotations

import pytest

from shared.model.news import NewsKind
from shared.model.signals import Severity
from shared.policy.load import load
from shared.policy.notify import KINDS, About, Target
from tests.policy.texts import GOOD, fault_of, with_pool

ADDRESS = "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ"


def told(file: str = "", pool: str = "") -> tuple[Target, ...]:
    text = with_pool(pool) + "\n" if pool else GOOD
    return load(text + file, "policy.yaml").clusters[0].pools[0].notify


def test_nobody_is_told_where_nothing_is_written() -> None:
    assert told() == ()


def test_a_target_of_the_file_holds_for_every_pool() -> None:
    (target,) = told("notify: [{to: ONCALL_URL}]\n")
    assert target == Target(to="ONCALL_URL")
    assert target.about == (About.HANDED_OVER, About.APPROVAL, About.STORM, About.POLICY)


def test_the_closest_list_counts_as_a_whole() -> None:
    (target,) = told(
        "notify: [{to: ONCALL_URL}]\n", "notify: [{to: TEAM_URL, about: [resolved], least: warning}]"
    )
    assert (target.to, target.about, target.least) == ("TEAM_URL", (About.RESOLVED,), Severity.WARNING)


def test_a_pool_can_be_silent() -> None:
    assert told("notify: [{to: ONCALL_URL}]\n", "notify: none") == ()


@pytest.mark.parametrize(
    ("text", "path"),
    [
        (f"notify: [{{to: '{ADDRESS}'}}]", "notify[0].to"),
        (f"notify: ['{ADDRESS}']", "notify[0]"),
        (f"notify: '{ADDRESS}'", "notify"),
    ],
)
def test_an_address_is_refused_and_never_repeated(text: str, path: str) -> None:
    fault = fault_of(with_pool(text))
    assert fault.path.endswith(path)
    assert "TIiajk" not in str(fault)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("notify: []", "a list of 0"),
        ("notify: [{about: [storm]}]", "no such key"),
        ("notify: [{to: ONCALL_URL, about: [everything]}]", "a list of 1"),
        ("notify: [{to: ONCALL_URL, per_hour: 0}]", "'0'"),
        ("notify: [{to: ONCALL_URL}, {to: ONCALL_URL}]", "ONCALL_URL a second time"),
        ("notify: [{to: ONCALL_URL, when: never}]", "the key 'when'"),
    ],
)
def test_every_other_mistake_is_a_fault(text: str, found: str) -> None:
    assert found in str(fault_of(with_pool(text)))


def test_every_kind_of_news_can_be_asked_for() -> None:
    assert set(KINDS) == set(About)
    assert frozenset().union(*KINDS.values()) == set(NewsKind)


@pytest.mark.parametrize(
    ("severity", "wanted"), [(Severity.INFO, False), (Severity.WARNING, True), (Severity.CRITICAL, True)]
)
def test_what_is_below_the_least_is_not_wanted(severity: Severity, wanted: bool) -> None:
    target = Target(to="ONCALL_URL", least=Severity.WARNING)
    assert target.wants(NewsKind.STORM_OVER, severity) is wanted
    assert target.wants(NewsKind.INCIDENT_OPENED, severity) is False
