"""Notifications through Apprise, to a webhook on this machine."""

from __future__ import annotations

import asyncio
import json
import logging
import threading
from typing import Any

import pytest

from shared.errors import Refused, Retry
from shared.model.signals import Severity
from shared.outlets.apprise import AppriseNotifier
from tests.azure.scripted import Answer, Script, playing

SECRET = "a-very-secret-key"


def notifier(script: Script, **more: str) -> AppriseNotifier:
    address = f"{script.url.replace('http://', 'json://')}/{SECRET}"
    return AppriseNotifier({"ONCALL_URL": address, **more}.get, longest_s=5)


async def test_a_message_arrives_with_title_text_and_kind() -> None:
    async with playing(Script()) as script:
        script.will(Answer())
        await notifier(script).send("ONCALL_URL", Severity.CRITICAL, "prod: a storm", "line 1\n- line 2 <b>")
    (asked,) = script.asked
    body = json.loads(asked.body)
    assert (body["title"], body["message"]) == ("prod: a storm", "line 1\n- line 2 <b>")
    assert body["type"] == "failure"


async def test_whoever_does_not_take_it_is_tried_again_and_no_key_is_shown(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    async with playing(Script()) as script:
        script.will(Answer(status=500))
        with pytest.raises(Retry) as raised:
            await notifier(script).send("ONCALL_URL", Severity.INFO, "title", "text")
    assert "ONCALL_URL" in str(raised.value)
    assert SECRET not in str(raised.value)
    assert all(record.name.partition(".")[0] != "apprise" for record in caplog.records)


async def test_whoever_hangs_is_not_waited_for() -> None:
    async with playing(Script()) as script:
        script.will(Answer(late_s=1.0))
        slow = AppriseNotifier({"ONCALL_URL": script.url.replace("http", "json")}.get, longest_s=0.2)
        with pytest.raises(Retry, match=r"longer than 0\.2 s"):
            await slow.send("ONCALL_URL", Severity.INFO, "title", "text")


async def test_many_that_hang_take_no_thread_that_healing_needs() -> None:
    """Names of hosts are looked up in the loop's own few threads, and so is the policy read."""
    async with playing(Script()) as script:
        script.will(Answer(late_s=1.0))
        slow = AppriseNotifier({"ONCALL_URL": script.url.replace("http", "json")}.get, longest_s=1.5)
        letters = [asyncio.create_task(slow.send("ONCALL_URL", Severity.INFO, "t", "x")) for _ in range(40)]
        for _ in range(500):
            await asyncio.sleep(0.01)
            if script.asked:
                break
        await asyncio.to_thread(lambda: None)
        assert not any(letter.done() for letter in letters)
        await asyncio.gather(*letters, return_exceptions=True)


async def test_the_library_is_loaded_beside_the_loop_and_not_in_it(monkeypatch: pytest.MonkeyPatch) -> None:
    import apprise

    loaded_in: list[int] = []
    add = apprise.Apprise.add

    def noted(self: apprise.Apprise, *args: Any) -> bool:
        loaded_in.append(threading.get_ident())
        return bool(add(self, *args))

    monkeypatch.setattr(apprise.Apprise, "add", noted)
    async with playing(Script()) as script:
        script.will(Answer())
        await notifier(script).send("ONCALL_URL", Severity.INFO, "title", "text")
    assert loaded_in
    assert threading.get_ident() not in loaded_in


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("", "no_address"),
        (f"nonsense:{SECRET}", "address_not_understood"),
        ("@Microsoft.KeyVault(SecretUri=https://vault/secrets/oncall)", "key_vault_reference_not_resolved"),
    ],
)
async def test_an_address_that_cannot_be_used_is_refused_without_showing_it(
    address: str, reason: str
) -> None:
    with pytest.raises(Refused) as raised:
        await AppriseNotifier({"TEAM_URL": address}.get).send("TEAM_URL", Severity.INFO, "title", "text")
    assert raised.value.reason == reason
    assert SECRET not in str(raised.value)
