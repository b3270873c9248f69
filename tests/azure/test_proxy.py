"""The environment's proxy is asked for where one is set, and only there."""

from __future__ import annotations

import os

import pytest

from shared.azure import proxy
from shared.azure.storage import StorageSettings, client_options


@pytest.fixture(autouse=True)
def no_proxy_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)


def test_without_a_proxy_the_sdks_do_not_ask_for_one_at_each_request() -> None:
    assert not proxy.is_set()
    assert client_options(StorageSettings())["use_env_settings"] is False


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"])
def test_a_proxy_in_the_environment_is_used(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, "http://proxy.example:3128")
    assert proxy.is_set()
    assert client_options(StorageSettings())["use_env_settings"] is True
