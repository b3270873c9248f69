"""The page that leads somebody through an installation names what is there."""

from __future__ import annotations

import re
from pathlib import Path

from shared.policy.load import load
from shared.policy.schema import Mode
from shared.settings.known import KNOWN, OF_AZD
from tests.craft.repository import text
from tests.infra.templates import parsed

PAGE = text(Path("docs/install.md"))


def test_the_first_policy_has_no_fault_and_touches_nothing() -> None:
    (first,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    policy = load(first, "docs/install.md")
    assert {pool.mode for cluster in policy.clusters for pool in cluster.pools} == {Mode.OBSERVE}


def test_whatever_is_set_is_asked_for() -> None:
    named = set(re.findall(r"\bPOOLKEEPER_\w+", PAGE))
    assert named <= {*KNOWN, *OF_AZD}
    asked = set(re.findall(r"\$\{(POOLKEEPER_\w+?)=?\}", text(Path("infra/main.parameters.json"))))
    assert asked <= set(re.findall(r"azd env set (POOLKEEPER_\w+)", PAGE))


def test_parameters_and_roles_are_those_of_the_templates() -> None:
    parameters = parsed("main.bicep")["parameters"]
    named = re.findall(r'"(\w+)": \{"value"', PAGE)
    assert named == ["mails", "secrets"]
    assert {*named, "people", "firehose", "entraTenant", "entraAudience", "more"} <= set(parameters)
    granted = set(re.findall(r'--role "([^"]+)"', PAGE))
    assert granted
    assert [role for role in granted if role not in text(Path("docs/permissions.md"))] == []
