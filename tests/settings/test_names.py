"""A name that is nearly one of ours is a slip, unless that one is there too; others are told and stop nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.settings import BadSettings, from_env, unread
from shared.settings.known import KNOWN, OF_AZD

STORAGE = {"AzureWebJobsStorage": "UseDevelopmentStorage=true"}


@pytest.mark.parametrize(
    ("slip", "meant"),
    [
        ("POOLKEEPER_SWEEPS", "POOLKEEPER_SWEEP"),
        ("POOLKEEPER_OWN_ID", "POOLKEEPER_OWN_IDS"),
        ("POOLKEEPER_APIKEYS", "POOLKEEPER_API_KEYS"),
        ("POOLKEEPER_ENTRA_TENANT_ID", "POOLKEEPER_ENTRA_TENANT"),
        ("poolkeeper_telemetry", "POOLKEEPER_TELEMETRY"),
    ],
)
def test_a_slip_is_told_with_the_name_that_was_meant(slip: str, meant: str) -> None:
    with pytest.raises(BadSettings) as bad:
        from_env(STORAGE | {slip: "hunter2"}, Path())
    assert f"{slip} is no setting; did you mean {meant}" in str(bad.value)
    assert "hunter2" not in str(bad.value)


def test_a_setting_of_a_newer_version_stops_nothing_and_is_told() -> None:
    env = STORAGE | {"POOLKEEPER_SWEEP": "0 */1 * * * *", "POOLKEEPER_SWEEPS": "2", "POOLKEEPER_MOON": "full"}
    assert from_env(env, Path()).sweep == "0 */1 * * * *"
    assert unread(env) == ["POOLKEEPER_MOON", "POOLKEEPER_SWEEPS"]


def test_what_azd_keeps_for_the_templates_is_no_slip() -> None:
    env = STORAGE | dict.fromkeys(OF_AZD, "anything")
    assert from_env(env, Path()).api_keys == ()
    assert unread(env) == []


def test_what_others_call_their_settings_is_theirs() -> None:
    assert unread({"ONCALL_URL": "x", "PATH": "y"}) == []


SECRET = [name for name, setting in KNOWN.items() if setting.is_secret]
VALUE = st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=8, max_size=40).map(
    lambda text: text.replace(" ", "-") + "#S3CRET"
)


@settings(max_examples=60, deadline=None)
@given(values=st.dictionaries(st.sampled_from(SECRET), VALUE, min_size=1))
def test_no_fault_ever_tells_a_secret(values: dict[str, str]) -> None:
    with pytest.raises(BadSettings) as caught:
        from_env({"POOLKEEPER_SWEEP": "never", **values}, Path())
    bad = caught.value
    told = f"{bad} {bad!r} {bad.args} {bad.numbers}"
    assert "POOLKEEPER_SWEEP" in told
    assert [value for value in values.values() if value in told] == []
