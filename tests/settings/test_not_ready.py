"""Whoever asks whether the app is ready is told that its settings are wrong, and not which or how."""

from __future__ import annotations

from pathlib import Path

import aiohttp
import msgspec
import pytest

from shared.api.health import ready
from shared.desk.office import Reads
from shared.settings import from_env
from simulator.azurite import Azurite
from simulator.host import HostOptions, Keys, LocalHost
from tests.craft.repository import ROOT


def not_made() -> Reads:
    from_env({"POOLKEEPER_SWEEP": "each minute"}, Path())
    raise AssertionError("these settings have faults")


async def test_wrong_settings_are_a_reason_not_to_be_ready() -> None:
    answer = await ready(not_made)
    told = msgspec.json.decode(answer.body)
    assert (answer.status, told["type"].rpartition("/")[2]) == (503, "bad_settings")
    assert b"SWEEP" not in answer.body


async def test_the_app_in_the_worker_says_so_at_every_door(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with Azurite.start() as azurite:
        values = {
            "AzureWebJobs.metrics_events.Disabled": "true",  # there is no event hub here
            "AzureWebJobsStorage": azurite.connection_string,
            "POOLKEEPER_POLICY_FILE": str(tmp_path / "policy.yaml"),
            "POOLKEEPER_BEAT": "0 0 0 1 1 *",
            "POOLKEEPER_SWEEP": "each minute",
            "POOLKEEPER_ALERTMANAGER_USER": "ann",
        }
        async with (
            LocalHost(HostOptions(app=ROOT, port=0, values=values, keys=Keys())) as host,
            aiohttp.ClientSession() as session,
        ):
            for path in ("health/ready", "v1/clusters"):
                async with session.get(f"{host.url}/api/{path}") as answer:
                    told = await answer.json(content_type=None)
                    assert (answer.status, told["type"].rpartition("/")[2]) == (503, "bad_settings"), path
            async with session.get(f"{host.url}/api/health/live") as answer:
                assert answer.status == 200
    assert "There are 2 faults in the settings" in caplog.text
    assert "POOLKEEPER_ALERTMANAGER_PASSWORD is not" in caplog.text
