"""An operator asks what a payload means, and gets what the app would have made of it."""

from __future__ import annotations

import base64
import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from cli.main import app
from shared.memory.clock import SteppedClock
from shared.memory.store import MemoryStore
from shared.model.mark import Mark
from tests.builders import NOW, SET, SUBSCRIPTION
from tests.cli.typed import data_of, desk_over, typed
from tests.prod import POLICY
from tests.signals.alerts import alert, metric, notification
from tests.signals.events import as_cloud_event, done_by, health_event, scheduled_event, subject, vm_event

DELETED = vm_event("Delete", "delete", "3")
OURS = "0f0f0f0f-1111-2222-3333-444444444444"


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    path = tmp_path / "policy.yaml"
    path.write_text(POLICY.format(mode="observe", subscription=SUBSCRIPTION, scale_set=SET, more=""))
    return path


@pytest.fixture
def payload(tmp_path: Path) -> Path:
    return tmp_path / "payload.json"


def heard(source: str, policy: Path, file: Path, what: object, *more: str) -> tuple[Result, list[Any]]:
    """`what` is written into the file, unless it is None."""
    if what is not None:
        file.write_bytes(what if isinstance(what, bytes) else json.dumps(what).encode())
    words = ("hear", "--source", source, str(file), "--policy", str(policy), *more)
    result = typed(*words, desk=desk_over(MemoryStore(), SteppedClock(NOW)))
    return result, data_of(result) if result.exit_code < 2 else []


def kinds(answers: list[Any]) -> list[str]:
    return [signal["kind"] for answer in answers for signal in answer["signals"]]


@pytest.mark.parametrize("event", [DELETED, as_cloud_event(DELETED), [DELETED]])
def test_an_event_is_told_as_the_signal_that_it_becomes(policy: Path, payload: Path, event: object) -> None:
    result, answers = heard("event-grid", policy, payload, event)
    assert result.exit_code == 0
    (answer,) = answers
    assert (answer["file"], answer["number"], answer["means"], answer["reasons"]) == (
        str(payload),
        1,
        "signals",
        [],
    )
    (signal,) = answer["signals"]
    assert (signal["kind"], signal["cluster"], signal["node"]) == ("vm_deleted", "prod", f"{SET}_3")


def test_each_event_of_an_array_gets_an_answer_of_its_own(policy: Path, payload: Path) -> None:
    events = [
        DELETED,
        scheduled_event(subject(), Resources=[f"{SET}_1", f"{SET}_2"]),
        DELETED | {"subject": subject("3", group="another")},
        health_event("LiveMigrationSucceeded", "3"),
        DELETED | {"eventType": "Contoso.Invented"},
        "event",
    ]
    result, answers = heard("event-grid", policy, payload, events)
    assert result.exit_code == 1, "two of them can not be understood"
    assert [answer["number"] for answer in answers] == [1, 2, 3, 4, 5, 6]
    assert [answer["means"] for answer in answers] == [
        "signals",
        "signals",
        "none",
        "none",
        "poison",
        "poison",
    ]
    assert kinds(answers) == ["vm_deleted", "node_doomed", "node_doomed"]
    because = [reason["because"] for answer in answers for reason in answer["reasons"]]
    assert because == ["not_ours", "noted", "poison", "poison"]
    assert all(reason["why"] for answer in answers for reason in answer["reasons"])


def test_an_old_event_is_told_by_its_meaning_unless_the_clock_is_to_count(
    policy: Path, payload: Path
) -> None:
    old = DELETED | {"eventTime": "2018-07-19T18:38:04.6117357Z"}
    assert kinds(heard("event-grid", policy, payload, old)[1]) == ["vm_deleted"]
    (answer,) = heard("event-grid", policy, payload, old, "--by-clock")[1]
    assert (answer["means"], answer["reasons"][0]["because"]) == ("none", "noted")


def test_our_own_work_is_known_by_the_apps_settings(policy: Path, payload: Path, tmp_path: Path) -> None:
    settings = tmp_path / "local.settings.json"
    values = {"POOLKEEPER_OWN_IDS": OURS, "POOLKEEPER_POLICY_FILE": policy.name}
    settings.write_text(json.dumps({"Values": values}))
    payload.write_text(json.dumps(done_by(vm_event("Delete", "delete", "3"), app=OURS.upper())))
    result = typed("--settings", str(settings), "hear", "--source", "event-grid", str(payload))
    assert result.exit_code == 0
    (answer,) = data_of(result)
    assert (answer["means"], answer["reasons"][0]["because"]) == ("none", "echo")


def test_a_notification_of_alertmanager_is_told(policy: Path, payload: Path) -> None:
    firing = notification(alert(instance=f"{SET}_3"), alert(status="resolved", instance=f"{SET}_4"))
    result, answers = heard("alertmanager", policy, payload, firing)
    assert (result.exit_code, kinds(answers)) == (0, ["node_unwell", "node_well"])
    assert len(heard("alertmanager", policy, payload, [firing, firing])[1]) == 2


def test_a_part_that_can_not_be_read_is_poison_beside_what_can(policy: Path, payload: Path) -> None:
    mixed = notification(alert(instance=f"{SET}_3"), alert(status="undecided"), truncatedAlerts=3)
    result, (answer,) = heard("alertmanager", policy, payload, mixed)
    assert (result.exit_code, answer["means"]) == (1, "signals")
    assert [reason["because"] for reason in answer["reasons"]] == ["poison", "noted"]


def test_an_alert_of_azure_monitor_is_told(policy: Path, payload: Path) -> None:
    result, answers = heard("azure-monitor", policy, payload, metric(subject("3")))
    assert (result.exit_code, kinds(answers)) == (0, ["node_unwell"])


@pytest.mark.parametrize("source", ["event-grid", "alertmanager", "azure-monitor"])
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff\xfe\x00",
        b"null",
        b"7",
        b'"text"',
        b"{}",
        b"[[]]",
        b"[null]",
        b"NaN",
        b"[1e999]",
        b"1" * 5000,
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"id": "\\ud800"}',
        b"\x1f\x8b\x08\x00",
    ],
    ids=range(16),
)
def test_whatever_the_file_holds_it_is_poison_and_not_a_crash(
    policy: Path, payload: Path, source: str, body: bytes
) -> None:
    result, answers = heard(source, policy, payload, body)
    assert result.exit_code == 1
    assert {answer["means"] for answer in answers} == {"poison"}
    assert all(reason["why"] for answer in answers for reason in answer["reasons"])


def test_an_empty_array_has_no_answers(policy: Path, payload: Path) -> None:
    result, answers = heard("event-grid", policy, payload, [])
    assert (result.exit_code, answers) == (0, [])


def test_a_byte_order_mark_does_not_count(policy: Path, payload: Path) -> None:
    body = b"\xef\xbb\xbf" + json.dumps(DELETED).encode()
    assert kinds(heard("event-grid", policy, payload, body)[1]) == ["vm_deleted"]


def test_without_a_valid_policy_nothing_is_heard(policy: Path, payload: Path, tmp_path: Path) -> None:
    policy.write_text("version: 7")
    result, _ = heard("event-grid", policy, payload, DELETED)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "policy check" in result.stderr
    assert heard("event-grid", tmp_path / "none.yaml", payload, DELETED)[0].exit_code == 2


def test_files_and_sources_that_are_not_there_are_mistakes_in_the_command(
    policy: Path, payload: Path
) -> None:
    assert heard("event-grid", policy, payload, None)[0].exit_code == 2
    assert heard("pigeon", policy, payload, DELETED)[0].exit_code == 2


def utf_16(text: str) -> bytes:
    return b"\xff\xfe" + text.encode("utf-16-le")


LINES = "\n".join(json.dumps(DELETED | {"id": str(number)}) for number in range(3)) + "\n\n"


@pytest.mark.parametrize(
    ("body", "count"),
    [
        (LINES.encode(), 3),
        (utf_16(json.dumps(DELETED)), 1),
        (utf_16(LINES), 3),
        (base64.b64encode(json.dumps(DELETED).encode()), 1),
        (gzip.compress(json.dumps([DELETED, DELETED]).encode()), 2),
    ],
)
def test_a_file_may_have_any_form_in_which_payloads_are_saved(
    policy: Path, payload: Path, body: bytes, count: int
) -> None:
    result, answers = heard("event-grid", policy, payload, body)
    assert (result.exit_code, kinds(answers)) == (0, ["vm_deleted"] * count)


def test_what_is_piped_in_is_heard(policy: Path) -> None:
    words = ["hear", "--source", "event-grid", "-", "--policy", str(policy)]
    result = CliRunner().invoke(app, words, input=json.dumps(DELETED).encode())
    assert kinds(data_of(result)) == ["vm_deleted"]


@pytest.mark.parametrize(
    ("source", "what", "belongs"),
    [
        ("event-grid", metric(subject("3")), "azure-monitor"),
        ("event-grid", notification(alert()), "alertmanager"),
        ("alertmanager", DELETED, "event-grid"),
        ("azure-monitor", as_cloud_event(DELETED), "event-grid"),
    ],
)
def test_a_payload_of_another_source_is_told_where_it_belongs(
    policy: Path, payload: Path, source: str, what: object, belongs: str
) -> None:
    result, (answer,) = heard(source, policy, payload, what)
    assert (result.exit_code, answer["means"]) == (1, "poison")
    assert answer["reasons"][0]["why"].endswith(f"; it looks like one of --source {belongs}")


@pytest.mark.parametrize("body", [b"", b" \n"])
def test_an_empty_file_is_said_to_be_empty(policy: Path, payload: Path, body: bytes) -> None:
    result, (answer,) = heard("event-grid", policy, payload, body)
    assert (result.exit_code, answer["reasons"][0]["why"]) == (1, "it is empty")


def test_our_own_requests_are_known_by_the_storage_that_the_settings_name(
    policy: Path, payload: Path, tmp_path: Path
) -> None:
    settings = tmp_path / "local.settings.json"
    values = {"AzureWebJobsStorage__accountName": "ourstorage", "POOLKEEPER_POLICY_FILE": policy.name}
    settings.write_text(json.dumps({"Values": values}))
    event = vm_event("Delete", "delete", "3")
    event["data"]["correlationId"] = Mark("ourstorage").new()
    payload.write_text(json.dumps(event))
    (answer,) = data_of(typed("--settings", str(settings), "hear", "--source", "event-grid", str(payload)))
    assert (answer["means"], answer["reasons"][0]["because"]) == ("none", "echo")
