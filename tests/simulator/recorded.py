"""The recorded answers that the simulator is measured against, see tests/data/simulator/INDEX.md."""

import json
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent.parent / "data"
MESOS = DATA / "simulator" / "mesos-1.11"


def mesos_requests(scenario: str) -> list[dict[str, Any]]:
    """The requests of a scenario: method, path, request_body, request_headers, status, response_headers, body."""
    index: dict[str, list[dict[str, Any]]] = json.loads((MESOS / "index.json").read_text())
    return index[scenario]


def mesos_body(name: str) -> Any:
    """A recorded body: a document, or the text of a refusal."""
    text = (MESOS / name).read_text()
    return json.loads(text) if name.endswith(".json") else text


def azure_exchanges(name: str) -> list[dict[str, Any]]:
    """Exchanges with Azure Resource Manager: request and response."""
    found: list[dict[str, Any]] = json.loads((DATA / "azure" / name).read_text())
    return found


def sdk_requests() -> dict[str, list[dict[str, Any]]]:
    """Every request of azure-mgmt-compute, by call."""
    path = DATA / "simulator" / "sdk_wire" / "azure_mgmt_compute_39.0.0.json"
    found: dict[str, list[dict[str, Any]]] = json.loads(path.read_text())
    return found


def event_sample(name: str) -> dict[str, Any]:
    """A published sample event."""
    kept = [folder / "eventgrid" / f"{name}.eventgrid.json" for folder in (DATA / "simulator", DATA)]
    text = next(one for one in kept if one.exists()).read_text()
    sample = json.loads(text)
    event: dict[str, Any] = sample[0] if isinstance(sample, list) else sample
    return event
