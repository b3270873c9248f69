"""The role of the app has exactly the actions that its code calls, and the page of permissions tells of each."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from shared.ports.compute import Compute
from shared.ports.machines import Machines
from tests.craft.repository import deployed, text
from tests.infra.calls import called, calls
from tests.infra.permissions_page import OPTIONAL, REASONS, granted, page
from tests.infra.templates import ROOT, parsed

JOINED = re.compile(r"Microsoft\.Network/.+/join/action")
"""What Azure asks for when a set is written whose model refers to these; no call of ours
(MicrosoftDocs/azure-docs, role-based-access-control/resource-provider-operations.md)."""


async def test_the_role_has_exactly_the_actions_that_the_code_calls() -> None:
    assert {one for one in granted() if not JOINED.fullmatch(one)} == set(await called())


@pytest.mark.parametrize("port", [Compute, Machines])
def test_the_app_uses_every_call_that_needs_a_right(port: type) -> None:
    ports = ("shared/ports", "shared/azure", "shared/memory")
    code = "\n".join(text(path) for path in deployed() if not str(path).startswith(ports))
    assert [call for call in calls(port) if not re.search(rf"\.{call}\b", code)] == []


def test_nothing_in_the_role_takes_a_master_away() -> None:
    of_machines = [one for one in granted() if one.startswith("Microsoft.Compute/virtualMachines/")]
    assert of_machines
    assert not [one for one in of_machines if re.search(r"delete|reimage|write|deallocate|powerOff", one)]


@pytest.mark.parametrize("one", sorted(granted()))
def test_no_action_of_the_role_is_a_pattern(one: str) -> None:
    assert "*" not in one


def test_there_is_a_reason_for_each_action_and_none_for_others() -> None:
    assert set(REASONS) == granted()
    assert set(OPTIONAL.values()) <= set(parsed("main.bicep")["parameters"])


async def test_the_page_is_made_of_the_role_and_of_the_calls() -> None:
    told = (ROOT / Path("docs/permissions.md")).read_text()
    assert told == page(await called()), "python -m tests.infra.permissions_page docs/permissions.md"


BUILT_IN = {
    "b7e6dc6d-f1e8-4753-8033-0f276bb0955b": "Storage Blob Data Owner",
    "974c5e8b-45b9-4653-ba55-5f855dd0fb88": "Storage Queue Data Contributor",
    "0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3": "Storage Table Data Contributor",
    "ba92f5b4-2d11-453d-a403-e96b0029c9fe": "Storage Blob Data Contributor",
    "4633458b-17de-408a-b874-0445c86b69e6": "Key Vault Secrets User",
    "3913510d-42f4-4e42-8a64-420c390055eb": "Monitoring Metrics Publisher",
    "a638d3c7-ab3a-418d-83e6-5f17a39d4fde": "Azure Event Hubs Data Receiver",
    "2b629674-e913-4c01-ae53-ef4638d8f975": "Azure Event Hubs Data Sender",
}
"""MicrosoftDocs/azure-docs, role-based-access-control/built-in-roles.md."""


def test_each_role_of_azure_that_is_granted_is_on_the_page() -> None:
    code = "".join(path.read_text() for path in (ROOT / "infra" / "app").glob("*.bicep"))
    assert set(re.findall(r"'([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})'", code)) == set(BUILT_IN)
    told = " ".join((ROOT / Path("docs/permissions.md")).read_text().split())
    assert [role for role in BUILT_IN.values() if role not in told] == []
