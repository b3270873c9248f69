"""What is deployed is what the code needs: its storage, its settings, its events."""

from __future__ import annotations

import json
import re

from shared.ports.queues import Queue
from shared.ports.store import Table
from tests.craft.repository import deployed, text
from tests.infra.templates import ROOT, found_in, modules, parsed, resources, variable

BY_PEOPLE = {
    "POOLKEEPER_ALERTMANAGER_TOKEN": "a secret: named in `secrets`",
    "POOLKEEPER_ALERTMANAGER_USER": "a secret: named in `secrets`",
    "POOLKEEPER_ALERTMANAGER_PASSWORD": "a secret: named in `secrets`",
    "POOLKEEPER_ENTRA_CALLER": "the same in every tenant of a cloud: named in `more` where it is not",
    "POOLKEEPER_ARM_STATIC_TOKEN": "of the simulator alone, never in Azure",
    "AzureWebJobsStorage": "a connection with keys, of the emulator alone",
}
"""Settings that the templates do not set, and why not."""

OF_THE_PLATFORM = re.compile(
    r"AzureWebJobs\.|AzureWebJobsStorage__credential|APPLICATIONINSIGHTS_|POOLKEEPER_EVENT_HUB_CONNECTION__"
)
"""Settings that the Functions host and the worker read, and no line of ours."""


def set_in_azure() -> set[str]:
    found: set[str] = set()
    for name in ("settings", "elsewhere", "metrics"):
        value = variable("app/function.bicep", name)
        found |= set(re.findall(r"'(POOLKEEPER_\w+|AzureWebJobs[\w.]+|APPL\w+)'", str(value)))
    return {name.strip("'") for name in found}


def read_by_the_code() -> set[str]:
    code = "\n".join(text(path) for path in deployed() if str(path).endswith(".py"))
    return set(re.findall(r"""env(?:iron)?\.get\(\s*"(\w+)""", code)) | set(
        re.findall(r"%(POOLKEEPER_\w+)%", code)
    )


def test_every_setting_that_the_code_reads_is_set_in_azure_or_by_people_for_a_reason() -> None:
    assert read_by_the_code() - set_in_azure() == set(BY_PEOPLE)


def test_nothing_is_set_in_azure_that_nobody_reads() -> None:
    assert {name for name in set_in_azure() if not OF_THE_PLATFORM.match(name)} <= read_by_the_code()


def test_the_queues_and_tables_are_those_of_the_code() -> None:
    queues = {f"{queue.value}{poison}" for queue in Queue for poison in ("", "-poison")}
    assert set(variable("app/storage.bicep", "queues")) == queues
    assert set(variable("app/storage.bicep", "tables")) == {table.value for table in Table}


def test_the_sweep_comes_as_often_as_the_sample_says() -> None:
    sample = json.loads((ROOT / "local.settings.sample.json").read_text())["Values"]
    settings = variable("app/function.bicep", "settings")
    for name in ("POOLKEEPER_SWEEP", "POOLKEEPER_GLANCE"):
        assert settings[name] == sample[name]


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
