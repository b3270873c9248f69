"""What is done can be found in the log."""

from __future__ import annotations

import json
import logging

import pytest

from shared.telemetry.traces import trace_id
from tests.scene import Scene


async def test_each_line_of_the_audit_is_one_line_of_json_in_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, "shared.audit.log")
    scene = Scene(agents=4)
    await scene.sweeps()
    await scene.hears(scene.machine_is_deleted(2))
    await scene.after(minutes=10)
    (incident,) = await scene.closed_incidents()
    told = [json.loads(line) for line in caplog.messages]
    of_cluster = [line["text"] for line in told if line["cluster"] == "prod"]
    assert of_cluster == [entry.record.text for entry in await scene.audit()]
    of_repair = [line for line in told if line.get("incident") == incident.id]
    assert {line["trace"] for line in of_repair} == {trace_id("prod", incident.id).hex()}
    assert {"opened", "decided", "step", "closed"} <= {line["kind"] for line in of_repair}


async def test_a_name_with_line_breaks_makes_no_line_of_its_own(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "shared.audit.log")
    scene = Scene(agents=4)
    await scene.sweeps()
    event = scene.event(2, "Delete", "delete")
    event["data"]["authorization"] = {"action": "a\nERROR root: all is lost\r\n"}
    event["id"] = "x\nERROR forged"
    await scene.hears(event)
    assert caplog.messages
    assert all("\n" not in line and "\r" not in line for line in caplog.messages)
