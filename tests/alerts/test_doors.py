"""Who comes in through the doors for alerts, what is answered, and what is left behind."""

from __future__ import annotations

import asyncio
import gzip
import json
from datetime import UTC, datetime

from shared.signals.alert import MOST_BYTES
from tests.alerts.doors import Doors
from tests.alerts.tenant import claims, token
from tests.signals.alerts import alert, metric, notification
from tests.signals.events import subject

ALERTMANAGER, AZURE_MONITOR = "alertmanager", "azure-monitor"
FIRING = notification(alert(host="10.0.0.4"), alert(host="10.0.0.5"), truncatedAlerts=3)


async def test_alerts_are_taken_in_at_once_and_reach_a_pass(doors: Doors) -> None:
    await doors.post(f"{ALERTMANAGER}?code=am-key", notification())  # storage and policy are opened
    began = asyncio.get_running_loop().time()
    answer = await doors.post(f"{ALERTMANAGER}?code=am-key", FIRING)
    assert asyncio.get_running_loop().time() - began < 1
    assert answer == (202, {"signals": 2, "held_back": 0, "not_ours": 0, "unreadable": 0, "unlisted": 3})
    answer = await doors.post(AZURE_MONITOR, metric(subject("2")), x_functions_key="azm-key")
    assert answer == (202, {"signals": 1, "held_back": 0, "not_ours": 0, "unreadable": 0, "unlisted": 0})
    assert await doors.heard("alertmanager says node_unwell (MesosAgentDown) about 10.0.0.4")
    assert await doors.heard("azure_monitor says node_unwell (a-rule)")
    assert await doors.quarantined() == []


async def test_whoever_may_not_come_in_leaves_nothing_behind(doors: Doors) -> None:
    spoilt = b"{not json"
    now = datetime.now(UTC)
    refused = [
        await doors.post(ALERTMANAGER, spoilt),
        await doors.post(f"{ALERTMANAGER}?code=azm-key", spoilt),
        await doors.post(f"{ALERTMANAGER}?code=am-key", spoilt, Authorization="Bearer wrong"),
        await doors.post(f"{ALERTMANAGER}/login", spoilt),
        await doors.post(f"{ALERTMANAGER}/login?code=am-key", spoilt),
        await doors.post(f"{ALERTMANAGER}/login", spoilt, Authorization="Bearer wrong"),
        await doors.post(AZURE_MONITOR, spoilt),
        await doors.post(f"{AZURE_MONITOR}?code=azm-key", spoilt, Authorization="Bearer wrong"),
        await doors.post(f"{AZURE_MONITOR}/entra", spoilt, Authorization="Bearer a-token"),
        await doors.post(
            f"{AZURE_MONITOR}/entra", spoilt, Authorization=f"Bearer {token(claims(now, roles=[]))}"
        ),
    ]
    assert [status for status, _ in refused] == [401] * len(refused)
    assert await doors.quarantined() == []


async def test_credentials_open_the_doors_without_a_key(doors: Doors) -> None:
    signed = f"Bearer {token(claims(datetime.now(UTC)))}"
    taken = [
        await doors.post(f"{ALERTMANAGER}/login", FIRING, Authorization="Bearer a-token"),
        await doors.post(f"{ALERTMANAGER}?code=am-key", FIRING, Authorization="Bearer a-token"),
        await doors.post(f"{AZURE_MONITOR}/entra", metric(subject("2")), Authorization=signed),
        await doors.post(f"{AZURE_MONITOR}?code=azm-key", metric(subject("2")), Authorization=signed),
    ]
    assert [status for status, _ in taken] == [202] * len(taken)


async def test_what_can_never_be_understood_is_answered_with_its_fault_and_kept(doors: Doors) -> None:
    good = notification(alert(host="10.0.0.4"), "what?")  # type: ignore[arg-type]
    answers = [
        await doors.post(f"{ALERTMANAGER}?code=am-key", b"{not json"),
        await doors.post(f"{ALERTMANAGER}?code=am-key", b""),  # no JSON either: one example is enough
        await doors.post(f"{AZURE_MONITOR}?code=azm-key", {"schemaId": "AzureMonitorMetricAlert"}),
        await doors.post(f"{ALERTMANAGER}?code=am-key", good),
    ]
    assert [status for status, _ in answers] == [400, 400, 400, 202]
    assert answers[3][1] == {"signals": 1, "held_back": 0, "not_ours": 0, "unreadable": 1, "unlisted": 0}
    kept = await doors.quarantined()
    assert sorted(text.partition(":")[0] for text in kept) == ["alertmanager"] * 2 + ["azure_monitor"]
    assert any("switch the common alert schema on" in text for text in kept)


async def test_a_wrong_form_is_not_taken_in(doors: Doors) -> None:
    code = f"{ALERTMANAGER}?code=am-key"
    assert (await doors.post(code, FIRING, Content_Type="text/plain"))[0] == 415
    packed = gzip.compress(json.dumps(FIRING).encode())
    assert (await doors.post(code, packed, Content_Encoding="gzip"))[0] == 415
    assert (await doors.post(code, b'{"alerts": []}'.ljust(MOST_BYTES)))[0] == 202
    assert (await doors.post(code, b'{"alerts": []}'.ljust(MOST_BYTES + 1)))[0] == 413
    assert await doors.quarantined() == []
