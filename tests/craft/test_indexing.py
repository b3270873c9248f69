"""Microsoft's worker library accepts the app and finds every function in it.

The worker is stricter than Python: `list[...]` in a signature, a union in a return annotation or a default argument
makes it refuse the whole app, which then has no functions at all. Unit tests do not notice; only indexing does.
"""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.craft.repository import ROOT

PROGRAM = """
import asyncio, json, pathlib
from simulator.host.worker import load_app
found = asyncio.run(load_app(pathlib.Path.cwd() / 'function_app.py'))
print(json.dumps({one.name: dict(one.trigger.settings) for one in found}))
"""

# Every door of the app. A door that is added, renamed or lost is a change of what Azure must be told: alerts, event
# subscriptions and queues are bound to these names.
DOORS = {
    "vm_event": "eventGridTrigger",
    "alertmanager_alert": "httpTrigger",
    "alertmanager_login": "httpTrigger",
    "azure_monitor_alert": "httpTrigger",
    "azure_monitor_entra": "httpTrigger",
    "api_call": "httpTrigger",
    "console_file": "httpTrigger",
    "health_live": "httpTrigger",
    "health_ready": "httpTrigger",
    "metrics_batch": "httpTrigger",
    "metrics_events": "eventHubTrigger",
    "work_signal": "queueTrigger",
    "work_operation": "queueTrigger",
    "poisoned_signal": "queueTrigger",
    "poisoned_operation": "queueTrigger",
    "beat": "timerTrigger",
    "check_health": "timerTrigger",
    "deliver_letter": "queueTrigger",
    "poisoned_letter": "queueTrigger",
}


@pytest.fixture(scope="module")
def indexed() -> dict[str, dict[str, object]]:
    """Trigger settings by function name. In a process of its own: the worker library holds one app per process."""
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert run.returncode == 0, run.stderr
    found: dict[str, dict[str, object]] = json.loads(run.stdout.splitlines()[-1])
    return found


def test_the_worker_finds_every_door_and_no_other(indexed: dict[str, dict[str, object]]) -> None:
    assert {name: trigger["type"] for name, trigger in indexed.items()} == DOORS


def test_two_functions_never_compete_for_one_queue(indexed: dict[str, dict[str, object]]) -> None:
    queues = [trigger["queueName"] for trigger in indexed.values() if trigger["type"] == "queueTrigger"]
    assert len(queues) == len(set(queues))
