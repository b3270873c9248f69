"""Settings that are allowed and unwise are told, and obeyed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from shared.settings import advice, from_env
from shared.settings.unwise import ALARM, RULES
from tests.infra.templates import variable

STORAGE = {"AzureWebJobsStorage": "UseDevelopmentStorage=true"}
DIGEST = "a" * 64
UNWISE = [
    ({"POOLKEEPER_SWEEP": "0 */10 * * * *"}, "leaves 600 s between two sweeps"),
    ({"POOLKEEPER_SWEEP": "0 0 8 * * 1-5"}, "leaves 259200 s between two sweeps"),
    ({"POOLKEEPER_BEAT": "0 */2 * * * *"}, "comes each 120 s, and what is due each 60 s waits"),
    ({"POOLKEEPER_BEAT": "*/2 * * * * *"}, "comes each 2 s: each is charged"),
    ({"POOLKEEPER_ALERTMANAGER_TOKEN": "hunter2"}, "has 7 letters"),
    (
        {"POOLKEEPER_ALERTMANAGER_USER": "ann", "POOLKEEPER_ALERTMANAGER_PASSWORD": "hunter2"},
        "has 7 letters",
    ),
    ({"POOLKEEPER_API_KEYS": f"ann:view:{DIGEST},bob:approve:{DIGEST}"}, "more than once, for ann, bob"),
    (
        {"POOLKEEPER_ARM_ENDPOINT": "https://arm.example.com", "POOLKEEPER_ARM_STATIC_TOKEN": "hunter2"},
        "is sent to POOLKEEPER_ARM_ENDPOINT",
    ),
]


@pytest.mark.parametrize(("env", "told"), UNWISE)
def test_it_is_told_without_the_secret_and_stops_nothing(env: dict[str, str], told: str) -> None:
    from_env(STORAGE | env, Path())
    (one,) = advice(STORAGE | env)
    assert told in one.sentence
    assert "hunter2" not in one.sentence
    assert DIGEST not in one.sentence


def test_each_rule_speaks_and_is_on_the_page() -> None:
    spoken = {one.setting for env, _ in UNWISE for one in advice(env)}
    assert spoken == {rule.setting for rule in RULES}
    page = Path(__file__).resolve().parents[2] / "docs" / "settings.md"
    assert [rule.told for rule in RULES if rule.told not in page.read_text()] == []


def test_what_is_deployed_is_wise() -> None:
    settings = {name: str(value) for name, value in variable("app/function.bicep", "settings").items()}
    assert advice({name: value for name, value in settings.items() if "${" not in value}) == []
    (window,) = [one["window"] for one in variable("app/watch.bicep", "questions") if "sweep" in one["name"]]
    assert re.fullmatch(r"PT(\d+)M", window)
    assert ALARM.total_seconds() == 60 * int(window[2:-1])


@pytest.mark.parametrize("line", ["7,22,37,52 * * * * *", "*/15 * * * * *", "*/1 * * * *"])
def test_a_beat_within_a_minute_is_wise(line: str) -> None:
    assert advice({"POOLKEEPER_BEAT": line}) == []


def test_a_reference_that_leads_nowhere_is_told_whoever_named_the_setting() -> None:
    env = STORAGE | {"ONCALL_URL": "@Microsoft.KeyVault(SecretUri=https://v.vault.azure.net/secrets/a)"}
    (one,) = advice(env)
    assert one.sentence == "ONCALL_URL is a reference to a key vault that Azure could not follow"
