"""host.json, local.settings.json, key files: how they combine, and how mistakes are told."""

from __future__ import annotations

import json
import os
from datetime import timedelta
from pathlib import Path

import pytest

from simulator.host import Keys, SettingsError, read_keys
from simulator.host.settings import (
    HostSettings,
    environment_with,
    is_disabled,
    read_host_settings,
    read_local_settings,
    resolve,
)


def _host_json(tmp_path: Path, document: object) -> Path:
    path = tmp_path / "host.json"
    path.write_text(json.dumps(document))
    return path


def test_without_host_json_the_hosts_defaults_hold(tmp_path: Path) -> None:
    settings = read_host_settings(tmp_path / "host.json", {})
    assert settings == HostSettings()
    assert (settings.queues.batch_size, settings.queues.new_batch_threshold) == (16, 8)
    assert settings.queues.visibility_timeout == timedelta(0)


def test_host_json_is_read_without_regard_to_case(tmp_path: Path) -> None:
    queues = {"BATCHSIZE": 6, "maxPollingInterval": "00:00:02", "visibilityTimeout": "1.00:00:30.5"}
    document = {"functionTimeout": "-1", "Extensions": {"queues": queues, "http": {"routePrefix": "/v1/"}}}
    settings = read_host_settings(_host_json(tmp_path, document), {})
    assert (settings.queues.batch_size, settings.queues.new_batch_threshold) == (6, 3)
    assert settings.queues.max_polling_interval == timedelta(seconds=2)
    assert settings.queues.visibility_timeout == timedelta(days=1, seconds=30.5)
    assert settings.function_timeout is None
    assert settings.route_prefix == "v1"


def test_the_environment_overrides_members_of_host_json(tmp_path: Path) -> None:
    path = _host_json(tmp_path, {"extensions": {"queues": {"batchSize": 6}}})
    environment = {
        "AzureFunctionsJobHost__extensions__queues__batchsize": "9",
        "AzureFunctionsJobHost:extensions:queues:messageEncoding": "none",
    }
    settings = read_host_settings(path, environment)
    assert settings.queues.batch_size == 9
    assert settings.queues.is_base64 is False


@pytest.mark.parametrize(
    ("queues", "told"),
    [
        ({"batchSize": 33}, r"extensions/queues/batchSize is '33'; allowed: a number from 1 to 32"),
        ({"maxDequeueCount": "many"}, r"maxDequeueCount is 'many'"),
        ({"visibilityTimeout": "30s"}, r"visibilityTimeout is '30s'; allowed: a time span such as 00:00:30"),
        ({"maxPollingInterval": "00:00:00.05"}, r"at least 00:00:00.100"),
        ({"messageEncoding": "utf8"}, r"allowed: base64, none"),
    ],
)
def test_a_mistake_in_host_json_names_the_path_and_what_is_allowed(
    tmp_path: Path, queues: dict[str, object], told: str
) -> None:
    with pytest.raises(SettingsError, match=told):
        read_host_settings(_host_json(tmp_path, {"extensions": {"queues": queues}}), {})


@pytest.mark.parametrize("text", ["{", "[]", '"text"'])
def test_a_file_that_is_no_json_object_is_named(tmp_path: Path, text: str) -> None:
    path = tmp_path / "host.json"
    path.write_text(text)
    with pytest.raises(SettingsError, match=r"host\.json"):
        read_host_settings(path, {})


def test_local_settings_give_values_and_keys(tmp_path: Path) -> None:
    path = tmp_path / "local.settings.json"
    path.write_text(json.dumps({"Values": {"A": "1", "B": 2, "C": True}, "Keys": {"master": "m"}}))
    local = read_local_settings(path)
    assert local.values == {"A": "1", "B": "2", "C": "true"}
    assert local.keys == {"master": "m"}


def test_encrypted_local_settings_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "local.settings.json"
    path.write_text('{"IsEncrypted": true, "Values": {}}')
    with pytest.raises(SettingsError, match="func settings decrypt"):
        read_local_settings(path)


def test_the_environment_wins_over_the_file_and_given_values_win_over_both(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HOST_TEST_A", "environment")
    monkeypatch.setenv("HOST_TEST_B", "environment")
    monkeypatch.delenv("HOST_TEST_C", raising=False)
    file = {"HOST_TEST_A": "file", "HOST_TEST_B": "file", "HOST_TEST_C": "file"}
    with environment_with(file, {"HOST_TEST_B": "given"}) as environment:
        assert [environment[f"HOST_TEST_{one}"] for one in "ABC"] == ["environment", "given", "file"]
    assert os.environ["HOST_TEST_B"] == "environment"
    assert "HOST_TEST_C" not in os.environ


def test_settings_in_bindings_are_replaced_and_a_missing_one_is_named() -> None:
    assert resolve("%A%-%B%", {"A": "x", "B": "y"}, "here") == "x-y"
    assert resolve("100% sure", {}, "here") == "100% sure"
    with pytest.raises(SettingsError, match="The queueTrigger binding needs the setting NOPE"):
        resolve("%NOPE%", {}, "The queueTrigger binding")


def test_a_function_is_disabled_by_its_setting() -> None:
    assert is_disabled("work", {"AzureWebJobs.work.Disabled": "True"})
    assert not is_disabled("work", {"AzureWebJobs.work.Disabled": "false"})
    assert not is_disabled("work", {})


def test_a_key_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    path.write_text('{"master": "m", "system": {"eventgrid_extension": "e"}, "functions": {"a": "f"}}')
    keys = read_keys(path)
    assert keys == Keys(master="m", system={"eventgrid_extension": "e"}, functions={"a": "f"})
    assert keys.are_enforced


@pytest.mark.parametrize(
    "text", ["{very-secret", '["very-secret"]', '{"maser": "very-secret"}', '{"system": "very-secret"}']
)
def test_a_mistake_in_a_key_file_is_told_without_the_keys(tmp_path: Path, text: str) -> None:
    path = tmp_path / "keys.json"
    path.write_text(text)
    with pytest.raises(SettingsError, match=r"keys\.json") as told:
        read_keys(path)
    assert "secret" not in str(told.value)
