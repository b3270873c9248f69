"""Whatever bytes come: signals, a reason why there are none, or `Poison`; and nothing that cannot be kept."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shared.errors import Poison
from shared.model.signals import Signal
from shared.policy.alerts import AlertRule, Labels, Meaning
from shared.signals.alert import Alerts
from shared.signals.alert_fold import MOST, folded
from shared.signals.alertmanager import hear_alertmanager
from shared.signals.azure_monitor import hear_azure_monitor
from tests.builders import NOW, SET
from tests.signals.alerts import Json, alert, azure, heard, metric, notification, sample, signals, understood
from tests.signals.events import subject

RULES = understood(
    rules=(
        AlertRule(name="labels", labels=Labels((("team", "x"),)), means=Meaning.NOTHING),
        AlertRule(name="all", alert="*Down*", means=Meaning.CLUSTER),
    )
)
HALF = "\ud83d"
MOST_BYTES_OF_A_MESSAGE = 48 * 1024  # 64 KiB in base64

SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.just(HALF) | st.just(10**400)
)
WORDS = st.sampled_from(
    [subject("3"), subject(), SET, f"{SET}_3", "10.0.0.4:9100", "firing", "resolved", "[", "//"]
)
VALUES = st.recursive(
    SCALARS | WORDS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3)
)
SEEDS: list[Json] = [
    sample("webhook_1_firing"),
    notification(alert(host="a")),
    sample("metric_static_resolved"),
    sample("log_alerts_v2_fired"),
    sample("resource_health_fired"),
    metric(subject(), VMName=f"{SET}_3"),
    azure(
        "ServiceHealth", "/subscriptions/s", properties={"incidentType": "Incident", "impactedServices": []}
    ),
]


def paths(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(one for key, each in inner for one in paths(each, (*path, key)))]


def changed(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    """The same with another value at a path."""
    if not path:
        return new
    key, *rest = path
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[key] = changed(value[key], tuple(rest), new)
    return copy


def check(body: bytes) -> None:
    for alerts in (understood_by_one(body), understood_by_the_other(body)):
        for one in alerts.heard:
            msgspec.json.encode(one)
        for signal in signals(alerts):
            message = msgspec.json.encode(signal)
            assert len(message) < MOST_BYTES_OF_A_MESSAGE
            assert msgspec.json.decode(message, type=Signal) == signal
            assert signal.occurred_at <= NOW


def understood_by_one(body: bytes) -> Alerts:
    try:
        return hear_alertmanager(body, RULES, NOW)
    except Poison as poison:
        return Alerts(spoiled=(poison.why.encode().decode(),))


def understood_by_the_other(body: bytes) -> Alerts:
    try:
        return hear_azure_monitor(body, RULES, frozenset({"x"}), NOW)
    except Poison as poison:
        return Alerts(spoiled=(poison.why.encode().decode(),))


@given(st.binary(max_size=400))
@example(b"\xff\xfe")
@example(b'{"alerts": ["\\ud83d"]}')
@example(b'{"alerts":' * 3000)
@example(b'{"data":{"essentials":' + b"[" * 100_000)
@example(b'{"alerts":[{"status":"firing","labels":{"host":' + b"9" * 5000 + b"}}]}")
def test_any_bytes(body: bytes) -> None:
    check(body)


@given(VALUES)
def test_any_json(value: Any) -> None:
    check(json.dumps(value).encode())


@given(st.sampled_from(SEEDS), st.data())
def test_a_real_payload_with_anything_in_one_place(seed: Json, data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(paths(seed)))
    check(json.dumps(changed(seed, path, data.draw(VALUES))).encode())


@given(st.sampled_from(SEEDS), st.data())
def test_a_real_payload_that_is_cut_or_spoilt(seed: Json, data: st.DataObject) -> None:
    body = json.dumps(seed).encode()
    place = data.draw(st.integers(0, len(body) - 1))
    check(body[:place])
    check(body[:place] + data.draw(st.binary(max_size=3)) + body[place + 1 :])


@pytest.mark.parametrize("count", [1, MOST, MOST + 1, 3000])
def test_many_alerts_are_few_signals(count: int) -> None:
    many = notification(
        *(alert(pool="private", host=f"10.1.{number // 250}.{number % 250}") for number in range(count))
    )
    found = folded(signals(heard(many)))
    assert len(found) == min(count, MOST + 1)
    assert (found[-1].about == "") is (count > MOST)


def test_the_same_alert_twice_in_a_payload_is_one_signal() -> None:
    assert len(folded(signals(heard(notification(alert(host="a"), alert(host="a")))))) == 1
