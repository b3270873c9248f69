"""Settings that can't be meant are told before anything starts: all at once, each with what to type."""

from __future__ import annotations

from pathlib import Path

import pytest

from shared.errors import Refused
from shared.settings import BadSettings, Settings, from_env
from shared.settings.known import KNOWN

STORAGE = {"AzureWebJobsStorage": "UseDevelopmentStorage=true"}
ID = "72f988bf-86f1-41af-91ab-2d7cd011db47"
DIGEST = "a" * 64


def read(**env: str) -> Settings:
    return from_env(STORAGE | env, Path())


def wrong(**env: str) -> dict[str, str]:
    """What is wrong with each setting."""
    try:
        read(**env)
    except BadSettings as bad:
        return {fault.setting: fault.wrong for fault in bad.faults}
    return {}


def test_all_faults_are_told_at_once_with_what_does_not_start_and_what_to_type() -> None:
    with pytest.raises(Refused) as refused:
        read(POOLKEEPER_SWEEP="each minute", POOLKEEPER_BEAT="soon", POOLKEEPER_ENTRA_TENANT="us")
    told = str(refused.value)
    assert told.startswith(
        "There are 4 faults in the settings, so the app does not start: no cluster is watched"
    )
    assert "POOLKEEPER_SWEEP is 'each minute', which has 2 fields and not six" in told
    assert "Type it like this: POOLKEEPER_SWEEP='0 */1 * * * *'." in told
    assert "\n" not in told
    assert set(refused.value.numbers) == {"POOLKEEPER_SWEEP", "POOLKEEPER_BEAT", "POOLKEEPER_ENTRA_TENANT"}


@pytest.mark.parametrize(
    "line",
    [
        "0 */1 * * * *",
        "7,22,37,52 * * * * *",
        "*/5 * * * *",
        "0 0 9-17/2 * jan,MAR mon-fri",
        "0 5/15 0 1 1 0",
    ],
)
@pytest.mark.parametrize("name", ["POOLKEEPER_SWEEP", "POOLKEEPER_BEAT"])
def test_a_line_that_azure_understands_is_taken(name: str, line: str) -> None:
    assert wrong(**{name: line}) == {}


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("* * * *", "4 fields"),
        ("60 * * * * *", "'60' is no second"),
        ("0 61 24 * * *", "'61' is no minute and '24' is no hour"),
        ("0 0 0 0 * *", "'0' is no day"),
        ("0 0 0 * 13 *", "'13' is no month"),
        ("0 0 0 * * 7", "'7' is no day of the week"),
        ("0 0 0 L * *", "'L' is no day"),
        ("0 */0 * * * *", "'*/0' is no minute"),
        ("0 9-5 * * * *", "'9-5' is no minute"),
        ("0 1-2-3 * * * *", "'1-2-3' is no minute"),
        ("00:01:00", "1 fields"),
    ],
)
def test_a_line_that_azure_does_not_understand_is_told_by_its_field(line: str, told: str) -> None:
    assert told in wrong(POOLKEEPER_SWEEP=line)["POOLKEEPER_SWEEP"]


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("management.azure.com", "no URL with the scheme https"),
        ("ftp://management.azure.com", "no URL with the scheme https"),
        ("https://", "names no host"),
        ("https://a b", "names no host"),
        ("https://management.azure.com:0", "names no port"),
        ("https://management.azure.com:99999", "is no URL"),
        ("https://ann:hunter2@management.azure.com", "has a login"),
        ("https://management.azure.com?sig=hunter2", "has a login, a query"),
        ("https://management.azure.com/subscriptions", "has a path"),
        ("http://management.azure.com", "could be read on the way"),
    ],
)
def test_an_address_is_told_by_its_part_and_never_repeated(url: str, told: str) -> None:
    for name in ("POOLKEEPER_ARM_ENDPOINT", "POOLKEEPER_ENTRA_AUTHORITY"):
        found = wrong(**{name: url, "POOLKEEPER_ARM_STATIC_TOKEN": "token", "POOLKEEPER_ARM_ENDPOINT": url})
        assert told in found[name]
        assert "hunter2" not in str(found)


@pytest.mark.parametrize(
    "url", ["https://management.usgovcloudapi.net/", "http://[::1]:8100", "http://localhost:1"]
)
def test_an_address_in_azure_or_on_this_machine_is_taken(url: str) -> None:
    assert wrong(POOLKEEPER_ARM_ENDPOINT=url, POOLKEEPER_ARM_STATIC_TOKEN="t") == {}


def test_a_topic_may_have_a_path_and_a_collector_needs_no_encryption() -> None:
    topic = "https://ours.westeurope-1.eventgrid.azure.net/api/events"
    assert wrong(POOLKEEPER_EVENT_TOPIC=topic, OTEL_EXPORTER_OTLP_ENDPOINT="http://10.0.0.9:4318/x") == {}
    assert "names no host" in wrong(OTEL_EXPORTER_OTLP_ENDPOINT="http://")["OTEL_EXPORTER_OTLP_ENDPOINT"]


@pytest.mark.parametrize(
    ("env", "told"),
    [
        ({"POOLKEEPER_ALERTMANAGER_USER": "ann"}, "POOLKEEPER_ALERTMANAGER_PASSWORD is not"),
        ({"POOLKEEPER_ALERTMANAGER_PASSWORD": "hunter2"}, "POOLKEEPER_ALERTMANAGER_USER is not"),
        ({"POOLKEEPER_ENTRA_TENANT": ID}, "POOLKEEPER_ENTRA_AUDIENCE is not"),
        ({"POOLKEEPER_ENTRA_AUDIENCE": "api://a"}, "POOLKEEPER_ENTRA_TENANT is not"),
        ({"POOLKEEPER_ARM_STATIC_TOKEN": "hunter2"}, "POOLKEEPER_ARM_ENDPOINT is not"),
        ({"POOLKEEPER_EVENT_HUB": "metrics"}, "fullyQualifiedNamespace is not"),
        ({"POOLKEEPER_TELEMETRY": "azure"}, "APPLICATIONINSIGHTS_CONNECTION_STRING is not"),
        ({"POOLKEEPER_ARM_ENDPOINT": "http://127.0.0.1:1"}, "POOLKEEPER_ARM_STATIC_TOKEN is not"),
    ],
)
def test_what_is_set_by_half_is_told_with_its_other_half(env: dict[str, str], told: str) -> None:
    (found,) = wrong(**env).values()
    assert told in found
    assert wrong(**dict.fromkeys(env, " ")) == {}


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ("a-key-that-somebody-pasted", "not two colons in entry 2"),
        (f"ann:admin:{DIGEST}", "no role of view, operate, approve in entry 2"),
        ("ann:view:short", "no SHA-256 of 64 hexadecimal digits, in small letters, in entry 2"),
        (f"a b:view:{DIGEST}", "no name of 60 letters"),
    ],
)
def test_a_key_of_the_wrong_form_is_told_by_its_place_and_not_repeated(entry: str, told: str) -> None:
    found = wrong(POOLKEEPER_API_KEYS=f"bob:view:{DIGEST},{entry},eve:view:x")["POOLKEEPER_API_KEYS"]
    assert told in found
    assert "in entry 3" in found
    assert entry not in found


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("AzureWebJobsStorage", "AccountName=ours"),
        ("AzureWebJobsStorage__accountName", "https://ours.table.core.windows.net"),
        ("AzureWebJobsStorage__clientId", "me"),
        ("POOLKEEPER_OWN_IDS", "one two"),
        ("POOLKEEPER_ENTRA_CALLER", "azure monitor"),
        ("POOLKEEPER_ALERTMANAGER_TOKEN", "two words"),
        ("POOLKEEPER_TELEMETRY", "everywhere"),
        ("APPLICATIONINSIGHTS_CONNECTION_STRING", "https://ours"),
        ("AzureWebJobs.metrics_events.Disabled", "off"),
        ("POOLKEEPER_DCOS_PORTS", "diagnostics=70000"),
    ],
)
def test_a_value_of_another_form_is_told_with_an_example(name: str, value: str) -> None:
    with pytest.raises(BadSettings) as bad:
        read(**{name: value})
    (fault,) = bad.value.faults
    assert fault.setting == name
    assert KNOWN[name].type in fault.do


def test_a_colon_in_a_user_name_and_a_host_with_a_scheme_are_told() -> None:
    found = wrong(
        POOLKEEPER_ALERTMANAGER_USER="a:b",
        POOLKEEPER_ALERTMANAGER_PASSWORD="hunter2",
        POOLKEEPER_EVENT_HUB="metrics",
        POOLKEEPER_EVENT_HUB_CONNECTION__fullyQualifiedNamespace="https://ours.servicebus.windows.net",
    )
    assert len(found) == 2
    assert "hunter2" not in str(found)


def test_a_reference_that_azure_could_not_follow_is_told_as_one() -> None:
    reference = "@Microsoft.KeyVault(SecretUri=https://v.vault.azure.net/secrets/a)"
    found = wrong(POOLKEEPER_ALERTMANAGER_TOKEN=reference)
    assert "could not follow" in found["POOLKEEPER_ALERTMANAGER_TOKEN"]


def test_a_long_or_unprintable_value_is_one_short_line() -> None:
    found = wrong(POOLKEEPER_TELEMETRY="\x1b[31m" + "x" * 500 + "\nSWEPT")["POOLKEEPER_TELEMETRY"]
    assert found.isprintable()
    assert len(found) < 150
