"""`python -m simulator.host` in a process of its own: start, signals, and apps that the worker refuses."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from tests.host.conftest import APPS, NEVER, Storage, an_event

ROOT = Path(__file__).resolve().parents[2]


@asynccontextmanager
async def _command(*arguments: str, **environment: str) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-X", "dev", "-m", "simulator.host", *arguments,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE, cwd=ROOT, env=os.environ | environment,
    )  # fmt: skip
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


def _settings(tmp_path: Path, storage: Storage) -> list[str]:
    values = {
        "AzureWebJobsStorage": storage.connection, "WORK_QUEUE": storage.name, "FAN_QUEUE": f"{storage.name}fan",
        "OUT_QUEUE": f"{storage.name}out", "OUT_TABLE": f"{storage.name}table",
        "SLOW_QUEUE": f"{storage.name}slow", "TICK": NEVER,
    }  # fmt: skip
    settings, keys = tmp_path / "local.settings.json", tmp_path / "keys.json"
    settings.write_text(json.dumps({"Values": values}))
    keys.write_text(json.dumps({"master": "mm", "system": {"eventgrid_extension": "ee"}}))
    return ["--settings", str(settings), "--keys", str(keys)]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_a_signal_lets_the_running_event_end_and_stops_without_noise(
    tmp_path: Path, storage: Storage, number: signal.Signals
) -> None:
    arguments = ["--app", str(APPS / "everything"), "--port", "0", *_settings(tmp_path, storage)]
    async with _command(*arguments) as process, asyncio.timeout(20):
        assert process.stdout is not None
        first = (await process.stdout.readline()).decode()
        found = re.match(r"Listening on (http://127\.0\.0\.1:\d+) with \d+ functions:", first)
        assert found is not None
        url = f"{found[1]}/runtime/webhooks/eventgrid?functionName=hear&code=ee"
        async with aiohttp.ClientSession(headers={"aeg-event-type": "Notification"}) as http:
            sent = asyncio.create_task(_status(http, url))
            await asyncio.sleep(0.3)
            process.send_signal(number)
            assert await sent == 202
        out, err = await process.communicate()
    assert process.returncode == 0
    assert "Stopping" in out.decode()
    for noise in ("Task was destroyed", "Session is closed", "Unclosed", "never awaited", "ResourceWarning"):
        assert noise not in err.decode()


async def _status(http: aiohttp.ClientSession, url: str) -> int:
    async with http.post(url, json=an_event(wait=0.8)) as answer:
        return answer.status


@pytest.mark.parametrize(
    ("app", "told"),
    [
        (
            "builtin_generic",
            "cannot load the stream function: binding events has invalid non-type annotation",
        ),
        (
            "default_argument",
            "cannot load the work function: the following parameters are declared in Python but not",
        ),
        ("union_return", "cannot load the hello function: has invalid non-type return annotation"),
        ("nothing_here", "There is no function_app.py in"),
    ],
)
async def test_an_app_that_the_worker_refuses_ends_the_start_with_its_words(app: str, told: str) -> None:
    async with _command("--app", str(APPS / app), "--port", "0", AzureWebJobsStorage="") as process:
        async with asyncio.timeout(20):
            _, err = await process.communicate()
    assert process.returncode == 1
    assert "error: The worker refuses this app, so none of its functions were loaded: " in err.decode()
    assert told in err.decode()


async def test_a_check_lists_the_functions_without_storage_or_settings() -> None:
    async with _command("--app", str(APPS / "everything"), "--check", AzureWebJobsStorage="") as process:
        async with asyncio.timeout(20):
            out, _ = await process.communicate()
    assert process.returncode == 0
    assert "work  queueTrigger" in out.decode().splitlines()


async def test_a_check_fails_for_an_app_that_the_worker_refuses() -> None:
    async with _command("--app", str(APPS / "builtin_generic"), "--check") as process, asyncio.timeout(20):
        _, err = await process.communicate()
    assert process.returncode == 1
    assert "cannot load the stream function" in err.decode()


async def test_a_dead_listener_ends_the_process_with_one_error(tmp_path: Path, storage: Storage) -> None:
    arguments = ["--app", str(APPS / "everything"), "--port", "0", *_settings(tmp_path, storage)]
    async with _command(*arguments, WORK_QUEUE="x") as process, asyncio.timeout(20):
        _, err = await process.communicate()
    assert process.returncode == 1
    assert "error: The queue listener of" in err.decode()
    assert "Traceback" not in err.decode()
