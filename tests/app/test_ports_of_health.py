"""Where DC/OS's own health is asked is a setting, and one that can't be meant is refused with what is allowed."""

from __future__ import annotations

from pathlib import Path

import pytest

from shared.errors import Refused
from shared.settings import DcosPorts, from_env

STORAGE = {"AzureWebJobsStorage": "UseDevelopmentStorage=true"}


def ports(text: str) -> DcosPorts:
    return from_env(STORAGE | {"POOLKEEPER_DCOS_PORTS": text}, Path()).dcos_ports


def test_without_the_setting_the_ports_are_those_of_dcos() -> None:
    assert from_env(STORAGE, Path()).dcos_ports == DcosPorts(1050, 8181, 8080, 80, 61001)
    assert ports("") == DcosPorts()


def test_what_is_not_named_keeps_its_default() -> None:
    assert ports("diagnostics=7085, agents = 0") == DcosPorts(diagnostics=7085, agents=0)


@pytest.mark.parametrize(
    "text",
    [
        "diagnostics",
        "diagnostics=",
        "diagnostics=0",
        "agents=65536",
        "router=-1",
        "zookeeper=2181",
        "agents=a",
    ],
)
def test_a_port_that_can_not_be_meant_is_refused(text: str) -> None:
    with pytest.raises(Refused) as refused:
        ports(f"marathon=8080,{text}")
    wrong = str(refused.value.numbers["POOLKEEPER_DCOS_PORTS"])
    assert repr(text) in wrong
    assert "8080" not in wrong
    assert "exhibitor" in wrong
