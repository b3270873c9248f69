"""What is listed as read by the app is read by the app, and an empty value is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from shared.settings import BadSettings, Settings, from_env
from shared.settings.known import KNOWN
from shared.settings.setting import Reader, Setting

STORAGE = {"AzureWebJobsStorage": "UseDevelopmentStorage=true"}
ANOTHER = {
    "AzureWebJobsStorage": "AccountName=ours;AccountKey=a2V5",
    "POOLKEEPER_ENTRA_CALLER": "00000000-0000-0000-0000-000000000009",
    "POOLKEEPER_ENTRA_AUTHORITY": "https://login.microsoftonline.us",
    "POOLKEEPER_API_KEYS": f"ann:view:{'a' * 64}",
    "POOLKEEPER_DCOS_PORTS": "agents=0",
}
"""Where the example is what holds anyway, or no value."""
WITH = {
    "POOLKEEPER_TELEMETRY": {"APPLICATIONINSIGHTS_CONNECTION_STRING": "InstrumentationKey=1"},
    "POOLKEEPER_ARM_STATIC_TOKEN": {"POOLKEEPER_ARM_ENDPOINT": "https://arm.example.com"},
    "POOLKEEPER_ARM_ENDPOINT": {"POOLKEEPER_ARM_STATIC_TOKEN": "token"},
    "POOLKEEPER_ALERTMANAGER_USER": {"POOLKEEPER_ALERTMANAGER_PASSWORD": "word"},
    "POOLKEEPER_ALERTMANAGER_PASSWORD": {"POOLKEEPER_ALERTMANAGER_USER": "ann"},
    "POOLKEEPER_ENTRA_TENANT": {"POOLKEEPER_ENTRA_AUDIENCE": "api://a"},
    "POOLKEEPER_ENTRA_AUDIENCE": {"POOLKEEPER_ENTRA_TENANT": "00000000-0000-0000-0000-000000000001"},
}
"""What a setting is of no use without."""
OF_LIBRARIES = {"OTEL_EXPORTER_OTLP_ENDPOINT"}
"""Read by what the app uses."""
READ = [
    one for one in KNOWN.values() if one.reader is not Reader.HOST and one.name not in OF_LIBRARIES
]  # fmt: skip


def fields(env: dict[str, str]) -> list[object]:
    """All there is, secret or not."""
    settings = from_env(env, Path())
    return [getattr(settings, name) for name in Settings.__struct_fields__]


def a_login(env: dict[str, str]) -> str:
    login = from_env(env, Path()).alert_login
    return f"{login.token} {login.user} {login.password}"


@pytest.mark.parametrize("setting", READ, ids=lambda one: one.name)
def test_a_setting_of_the_app_changes_what_the_app_has(setting: Setting) -> None:
    env = STORAGE | WITH.get(setting.name, {})
    value = ANOTHER.get(setting.name, setting.type)
    if value.startswith("@"):
        value = "a-word"
    complete = env | {setting.name: value}
    without = STORAGE if setting.name in WITH else env
    assert fields(complete) != fields(without) or a_login(complete) != a_login(without)


@pytest.mark.parametrize("name", sorted(set(KNOWN) - set(STORAGE)))
def test_a_setting_that_is_empty_is_one_that_is_not_set(name: str) -> None:
    assert fields(STORAGE | {name: " "}) == fields(STORAGE)


@pytest.mark.parametrize("setting", KNOWN.values(), ids=lambda one: one.name)
def test_the_example_has_the_form_that_it_is_an_example_of(setting: Setting) -> None:
    is_pattern = setting.name == "POOLKEEPER_API_KEYS" or setting.type.startswith("@")
    assert bool(setting.check(setting.type)) is is_pattern or setting.type.startswith("@")
    assert setting.check(setting.sample) == "" or not setting.sample


def test_where_the_storage_is_must_be_said() -> None:
    with pytest.raises(BadSettings, match="it is not known where the storage is"):
        from_env({"AzureWebJobsStorage": " "}, Path())
    assert from_env({}, Path(), is_storage_needed=False).installation == ""
