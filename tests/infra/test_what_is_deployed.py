"""What is deployed is what the code needs: its storage, its settings, its events."""

from __future__ import annotations

import json
import logging
import re

import pytest

from shared.ports.queues import Queue
from shared.ports.store import Table
from shared.settings.known import KNOWN, OF_AZD, OF_THE_HOST
from tests.craft.repository import deployed, text
from tests.infra.templates import ROOT, found_in, modules, parsed, resources, variable
from tests.scene import Scene

BY_PEOPLE = {
    "POOLKEEPER_ALERTMANAGER_TOKEN": "a secret: named in `secrets`",
    "POOLKEEPER_ALERTMANAGER_USER": "a secret: named in `secrets`",
    "POOLKEEPER_ALERTMANAGER_PASSWORD": "a secret: named in `secrets`",
    "POOLKEEPER_API_KEYS": "who can have no token of Entra: named in `more`, as digests",
    "POOLKEEPER_ENTRA_CALLER": "the same in every tenant of a cloud: named in `more` where it is not",
    "POOLKEEPER_ARM_STATIC_TOKEN": "of the simulator alone, never in Azure",
    "AzureWebJobsStorage": "a connection with keys, of the emulator alone",
    "OTEL_EXPORTER_OTLP_ENDPOINT": "of who has a collector: named in `more`",
}
"""Settings that the templates do not set, and why not."""


def set_in_azure() -> set[str]:
    found: set[str] = set()
    for name in ("settings", "elsewhere", "metrics"):
        value = variable("app/function.bicep", name)
        found |= set(re.findall(r"'(POOLKEEPER_\w+|AzureWebJobs[\w.]+|APPL\w+)'", str(value)))
    return {name.strip("'") for name in found}


def named_in_triggers() -> set[str]:
    code = "\n".join(text(path) for path in deployed() if str(path).startswith("functions"))
    return set(re.findall(r"%(\w+)%", code))


def test_every_setting_that_is_known_is_set_in_azure_or_by_people_for_a_reason() -> None:
    assert set(KNOWN) - set_in_azure() == set(BY_PEOPLE)
    assert named_in_triggers() <= set(KNOWN)


def test_nothing_is_set_in_azure_that_nobody_reads() -> None:
    assert set_in_azure() <= {*KNOWN, *OF_THE_HOST}


def test_what_azd_keeps_for_the_templates_is_what_the_templates_name() -> None:
    named = "".join((ROOT / "infra" / name).read_text() for name in ("main.parameters.json", "main.bicep"))
    assert set(re.findall(r"output (POOLKEEPER_\w+)|\$\{(POOLKEEPER_\w+)=?\}", named)) == {
        (name, "") if f"output {name} " in named else ("", name) for name in OF_AZD
    }


def test_the_queues_and_tables_are_those_of_the_code() -> None:
    queues = {f"{queue.value}{poison}" for queue in Queue for poison in ("", "-poison")}
    assert set(variable("app/storage.bicep", "queues")) == queues
    assert set(variable("app/storage.bicep", "tables")) == {table.value for table in Table}


def test_the_sweep_comes_as_often_as_the_sample_says() -> None:
    sample = json.loads((ROOT / "local.settings.sample.json").read_text())["Values"]
    settings = variable("app/function.bicep", "settings")
    for name in ("POOLKEEPER_SWEEP", "POOLKEEPER_BEAT"):
        assert settings[name] == sample[name]


async def test_the_alarm_for_no_sweep_listens_for_the_line_that_a_sweep_writes(
    caplog: pytest.LogCaptureFixture,
) -> None:
    (query,) = [one["query"] for one in variable("app/watch.bicep", "questions") if "no-sweep" in one["name"]]
    found = re.search(r'^traces \| where message startswith "(.+)"$', query)
    assert found
    with caplog.at_level(logging.INFO, "shared.app"):
        await Scene().app.sweep()
    assert [one.startswith(found[1]) for one in caplog.messages] == [True]


def test_events_are_delivered_to_a_function_that_exists_and_kept_where_they_cannot_be() -> None:
    functions = set(re.findall(r'function_name\("(\w+)"\)', "\n".join(text(path) for path in deployed())))
    named = [one.config["params"]["function"] for one in modules() if one.kind == "app/topic.bicep"]
    assert named
    assert {value.rpartition("/functions/")[2] for value in named} <= functions
    (subscription,) = [
        one for one in resources() if one.kind.startswith("Microsoft.EventGrid/systemTopics/event")
    ]
    assert list(found_in(subscription.config, "blobContainerName")) == ["dead-letters"]
    assert "dead-letters" in variable("app/storage.bicep", "containers")


def test_the_events_are_those_that_the_app_understands() -> None:
    wanted = {
        one for file in ("app/subscription_events.bicep", "app/cluster_events.bicep")
        for kinds in found_in(parsed(file)["modules"], "eventTypes") for one in kinds
    }  # fmt: skip
    code = "\n".join(text(path) for path in deployed() if "signals" in str(path))
    assert len(wanted) == 12
    assert [
        kind for kind in sorted(wanted) if kind.rpartition(".")[2] not in code and not _is_a_change(kind)
    ] == []


def _is_a_change(kind: str) -> bool:
    return (
        re.fullmatch(r"Microsoft\.Resources\.Resource(Write|Delete|Action)(Success|Failure|Cancel)", kind)
        is not None
    )


def test_no_password_opens_anything() -> None:
    ours = [one for one in resources() if one.file.startswith("app/") and not one.exists]
    told = {(one.kind.partition("@")[0], one.name): one.config for one in ours}
    account = told["Microsoft.Storage/storageAccounts", "account"]["properties"]
    assert account["allowSharedKeyAccess"] is False
    assert account["allowBlobPublicAccess"] is False
    assert told["Microsoft.EventHub/namespaces", "namespace"]["properties"]["disableLocalAuth"] is True
    assert told["Microsoft.Insights/components", "insights"]["properties"]["DisableLocalAuth"] is True
    assert "listKeys" not in "".join(
        (ROOT / "infra" / one).read_text() for one in {r.file for r in resources()}
    )
