"""The templates are what Azure understands: without Azure, against what its resource types know."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.infra.templates import INFRA, ROOT, Declared, files, found_in, modules, parsed, resources

TYPES: dict[str, Any] = json.loads((ROOT / "tests/data/azure/resource_types.json").read_text())
OF_THE_LANGUAGE = {"parent", "scope", "dependsOn", "name"}
EXPRESSION = {"function", "operator"}


def misfits(value: Any, known: Any, path: str) -> Iterator[str]:
    """Where `value` has a property that is not known, or a word that is none of those allowed."""
    if isinstance(known, dict) and "?" in known and isinstance(value, dict):
        kinds = known["="]  # by the word that tells them apart, where it is no expression
        known = kinds.get(
            value.get(known["?"]), {name: one for kind in kinds.values() for name, one in kind.items()}
        )
    if isinstance(value, dict):
        if set(value) & EXPRESSION or "loop_type" in value or not isinstance(known, dict):
            return
        for name, one in value.items():
            if name in known:
                yield from misfits(one, known[name], f"{path}.{name}")
            elif "*" in known:
                yield from misfits(one, known["*"], f"{path}.{name}")
            else:
                yield f"{path}.{name}: not known; known are {', '.join(sorted(known))}"
    elif isinstance(value, list):
        if isinstance(known, list) and len(known) == 1:
            for one in value:
                yield from misfits(one, known[0], f"{path}[]")
    elif isinstance(value, str) and value[:1].isupper() and "${" not in value:
        allowed = known if isinstance(known, list) else [known]
        if all(isinstance(one, str) for one in allowed) and allowed and value not in allowed:
            yield f"{path}: {value} is none of {', '.join(allowed)}"


@pytest.mark.parametrize("file", files())
def test_a_template_can_be_read(file: str) -> None:
    assert parsed(file).get("resources") or parsed(file).get("modules")


@pytest.mark.parametrize("one", [*resources()], ids=lambda one: f"{one.file}:{one.name}")
def test_a_resource_has_a_type_a_version_and_properties_that_azure_knows(one: Declared) -> None:
    assert one.kind in TYPES
    told = {name: value for name, value in one.config.items() if name not in OF_THE_LANGUAGE}
    assert list(misfits(told, TYPES[one.kind], one.kind)) == []


def test_a_property_that_does_not_exist_is_noticed() -> None:
    kind = "Microsoft.Storage/storageAccounts@2024-01-01"
    wrong = {"properties": {"allowSharedKeys": False, "networkAcls": {"defaultAction": "Maybe"}}}
    told = list(misfits(wrong, TYPES[kind], "account"))
    assert [line.split(":")[0] for line in told] == [
        "account.properties.allowSharedKeys",
        "account.properties.networkAcls.defaultAction",
    ]


@pytest.mark.parametrize("one", [*modules()], ids=lambda one: f"{one.file}:{one.name}")
def test_a_module_is_given_exactly_what_it_asks_for(one: Declared) -> None:
    asked = parsed(one.kind).get("parameters", {})
    given = set(one.config.get("params", {}))
    needed = {name for name, parameter in asked.items() if parameter["default"] is None}
    assert needed <= given <= set(asked)


def test_every_file_but_the_two_that_are_deployed_is_used_by_another() -> None:
    deployed = {file for file in files() if "/" not in file} | {"cluster/main.bicep"} & set(files())
    assert {one.kind for one in modules()} | deployed == set(files())


@pytest.mark.parametrize("file", files())
def test_whatever_a_file_takes_of_a_module_it_gives(file: str) -> None:
    tree = parsed(file)
    known = {one.name: parsed(one.kind).get("outputs", {}) for one in modules() if one.file == file}
    for operand in found_in(tree, "property_accessor"):
        name, rest = operand["operands"]["operand_1"], operand["operands"]["operand_2"]
        taken = list(found_in(rest, "operands"))
        if name in known and taken and taken[0]["operand_1"] == "outputs":
            assert taken[0]["operand_2"] in known[name], f"{name} has no output {taken[0]['operand_2']}"


def test_what_azd_fills_in_is_what_the_template_asks_for() -> None:
    filled = json.loads((INFRA / "main.parameters.json").read_text())["parameters"]
    asked = parsed("main.bicep")["parameters"]
    assert {name for name, one in asked.items() if one["default"] is None} <= set(filled) <= set(asked)


def test_what_comes_from_the_environment_is_a_text() -> None:
    """Older versions of azd take no list from there."""
    known = parsed("main.bicep")["parameters"]
    filled = json.loads((INFRA / "main.parameters.json").read_text())["parameters"]
    taken = [name for name, one in filled.items() if "${" in str(one["value"])]
    assert len(taken) == 5
    assert [name for name in taken if known[name]["type"] != "string"] == []


def test_what_azd_deploys_puts_nothing_into_the_resource_group_of_a_cluster() -> None:
    """`azd down` deletes every resource group that its deployment has put something into (Azure/azure-dev, 2916)."""
    of_main = [one for one in modules() if one.file == "main.bicep"]
    assert len(of_main) >= 6
    scopes = {str(one.config.get("scope", "the subscription")) for one in of_main}
    assert scopes == {"group", "the subscription"}
    assert "resourceGroup(" not in (INFRA / "main.bicep").read_text()


def test_what_is_deployed_for_clusters_gets_all_that_it_asks_for() -> None:
    hook = (ROOT / "azure.yaml").read_text()
    asked = parsed("clusters.bicep")["parameters"]
    assert [name for name in asked if f'{name}="$' not in hook] == []
    given = re.findall(r'(\w+)="\$(POOLKEEPER_\w+)"', hook)
    made = (INFRA / "main.bicep").read_text() + (INFRA / "main.parameters.json").read_text()
    assert [name for _, name in given if name not in made] == []
