"""An operator asks which rules a body of metrics would set off."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from shared.memory.clock import SteppedClock
from shared.memory.store import MemoryStore
from tests.builders import NOW, SET, SUBSCRIPTION
from tests.cli.typed import data_of, desk_over, typed
from tests.prod import POLICY

NOW_S = int(NOW.timestamp())
FULL = {"name": "disk", "tags": {"path": "/var/lib/mesos", "host": "x"}, "fields": {"used_percent": 99.5}}


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    path = tmp_path / "policy.yaml"
    path.write_text(POLICY.format(mode="observe", subscription=SUBSCRIPTION, scale_set=SET, more=""))
    return path


def heard(source: str, policy: Path, body: object, *more: str) -> tuple[int, dict[str, Any]]:
    file = policy.with_name("body")
    file.write_bytes(body if isinstance(body, bytes) else json.dumps(body).encode())
    words = ("hear", "--source", source, str(file), "--policy", str(policy), *more)
    result = typed(*words, desk=desk_over(MemoryStore(), SteppedClock(NOW)))
    (answer,) = data_of(result)
    return result.exit_code, answer


def rules(answer: dict[str, Any]) -> list[str]:
    return [signal["what"] for signal in answer["signals"]]


@pytest.mark.parametrize("age_s", [0, 86_400])
def test_a_rule_that_a_batch_of_telegraf_sets_off_is_told_at_once(policy: Path, age_s: int) -> None:
    code, answer = heard("telegraf", policy, {"metrics": [FULL | {"timestamp": NOW_S - age_s}]})
    assert (code, answer["means"]) == (0, "signals")
    assert "disk-full" in rules(answer)
    assert {(one["kind"], one["node"]) for one in answer["signals"]} == {("node_unwell", "(this machine)")}
    assert answer["reasons"][0]["why"].startswith("1 metrics, 1 wanted")


def test_by_the_clock_old_metrics_are_history(policy: Path) -> None:
    old = {"metrics": [FULL | {"timestamp": NOW_S - 86_400}]}
    code, answer = heard("telegraf", policy, old, "--by-clock")
    assert (code, answer["means"], answer["signals"]) == (0, "none", [])
    assert "older than ten minutes" in answer["reasons"][0]["why"]


def test_metrics_that_no_rule_is_about_are_none(policy: Path) -> None:
    code, answer = heard("telegraf", policy, [FULL | {"name": "weather", "timestamp": NOW_S}])
    assert (code, answer["means"]) == (0, "none")
    assert answer["reasons"][0] == {
        "because": "noted",
        "why": "1 metrics, 0 wanted, 0 judged",
        "cluster": "",
        "subject": "",
    }


def test_metrics_of_a_master_are_judged_by_its_rules(policy: Path) -> None:
    master = "172.16.0.5"
    assert master in policy.read_text()
    code, answer = heard("snapshot", policy, {"registrar/log/recovered": 0.0}, "--host", master)
    assert code == 0
    assert "registrar" in " ".join(rules(answer))
    assert {one["kind"] for one in answer["signals"]} == {"cluster_unwell"}


@pytest.mark.parametrize("source", ["telegraf", "dcos", "snapshot"])
@pytest.mark.parametrize("body", [b"", b"{", b"\x1f\x8b\x08\x00"])
def test_what_can_not_be_read_is_poison(policy: Path, source: str, body: bytes) -> None:
    code, answer = heard(source, policy, body)
    assert (code, answer["means"]) == (1, "poison")
    assert answer["reasons"][0]["why"]


def test_a_metric_that_is_none_is_poison_beside_the_others(policy: Path) -> None:
    code, answer = heard("telegraf", policy, {"metrics": [FULL | {"timestamp": NOW_S}, {"name": 3}]})
    assert (code, answer["means"]) == (1, "signals")
    assert answer["reasons"][-1]["because"] == "poison"


def test_text_of_prometheus_is_understood(policy: Path) -> None:
    code, answer = heard("prometheus", policy, b"# TYPE up gauge\nup 1\n")
    assert (code, answer["means"]) == (0, "none")
    assert "wanted" in answer["reasons"][0]["why"]
