"""Reads what callers send: JSON that stands for protobuf messages.

Mesos is exact about these documents, and its refusals are texts. The texts here are those of a recorded Mesos 1.11 in
the same situations (tests/data/mesos-1.11/errors), down to "syntax error at line 1 near: ".
"""

import ipaddress
from typing import Any

import msgspec

from simulator.wire import Response, text_response
from simulator.world.maintenance import MachineId, Window


class Refused(Exception):
    """The answer to a document that Mesos does not take."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.text = text

    def response(self) -> Response:
        return text_response(self.status, self.text)


def parse(body: bytes, prefix: str = "") -> Any:
    """JSON, or Refused 400 with the text that Mesos's parser has for it."""
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        text = body.decode("utf-8", "replace")
        near = text[1:] if text[:1].isalpha() else ""
        raise Refused(400, f"{prefix}syntax error at line 1 near: {near}") from None


def call_of(body: bytes) -> dict[str, Any]:
    """A v1 call; Refused 400 unless it is an object with a textual type."""
    call = parse(body, "Failed to parse body into JSON: ")
    if not isinstance(call, dict):
        raise Refused(400, "Failed to convert JSON into Call protobuf: Expecting a JSON object")
    kind = call.get("type")
    if isinstance(kind, int | float) and not isinstance(kind, bool):
        raise Refused(
            400, "Failed to convert JSON into Call protobuf: Not expecting a JSON number for field 'type'"
        )
    return call


def payload_of(call: dict[str, Any], name: str) -> dict[str, Any]:
    """The part of the call that belongs to its type."""
    payload = call.get(name)
    if not isinstance(payload, dict):
        raise Refused(400, f"Failed to validate master::Call: Expecting '{name}' to be present")
    return payload


def agent_id_of(call: dict[str, Any], name: str) -> str:
    """`agent_id.value` of the payload."""
    payload = payload_of(call, name)
    agent_id = payload.get("agent_id")
    prefix = "Failed to convert JSON into Call protobuf: "
    if isinstance(agent_id, str):
        raise Refused(400, f"{prefix}Not expecting a JSON string for field 'agent_id'")
    if not isinstance(agent_id, dict) or "value" not in agent_id:
        missing = f"{name}.agent_id" if agent_id is None else f"{name}.agent_id.value"
        raise Refused(400, f"{prefix}Missing required fields: {missing}")
    return str(agent_id["value"])


def grace_of(payload: dict[str, Any]) -> int | None:
    """`max_grace_period`, {"seconds": n, "nanos": n}, in nanoseconds; or None. Fields that it has not are ignored and
    fractions cut off, so that {"nanoseconds": 5} is nothing at all."""
    grace = payload.get("max_grace_period")
    prefix = "Failed to convert JSON into Call protobuf: "
    if grace is None:
        return None
    if isinstance(grace, str):
        raise Refused(400, f"{prefix}Not expecting a JSON string for field 'max_grace_period'")
    if not isinstance(grace, dict):
        raise Refused(400, f"{prefix}Not expecting a JSON number for field 'max_grace_period'")
    whole_s, rest_ns = grace.get("seconds", 0), grace.get("nanos", 0)
    return int(whole_s) * 10**9 + int(rest_ns) if _are_numbers(whole_s, rest_ns) else 0


def _are_numbers(*values: object) -> bool:
    return all(isinstance(value, int | float) for value in values)


def machines_of(listed: Any) -> list[MachineId]:
    """A list of machine ids."""
    if not isinstance(listed, list):
        raise Refused(400, "Unexpected JSON type parsed")
    machines = []
    for one in listed:
        if not isinstance(one, dict):
            raise Refused(400, "Not expecting a JSON string for field 'machine_ids'")
        hostname, ip = str(one.get("hostname", "")), str(one.get("ip", ""))
        if not hostname and not ip:
            raise Refused(400, "Both 'hostname' and 'ip' for a machine are empty")
        if ip and not _is_ipv4(ip):
            raise Refused(400, f"Failed to parse IPv4: {ip}")
        machines.append((hostname, ip))
    return machines


def windows_of(document: Any) -> list[Window]:
    """The windows of a maintenance schedule."""
    if not isinstance(document, dict):
        raise Refused(400, "Unexpected JSON type parsed")
    listed = document.get("windows") or []
    if not isinstance(listed, list) or not all(isinstance(window, dict) for window in listed):
        raise Refused(400, "Not expecting a JSON string for field 'windows'")
    windows = []
    for index, window in enumerate(listed):
        unavailability = window.get("unavailability")
        if not isinstance(unavailability, dict):
            raise Refused(400, f"Missing required fields: windows[{index}].unavailability")
        start_ns = _nanoseconds(unavailability.get("start"))
        if start_ns is None:
            raise Refused(400, f"Missing required fields: windows[{index}].unavailability.start")
        machines = tuple(machines_of(window.get("machine_ids") or []))
        windows.append(Window(machines, start_ns, _nanoseconds(unavailability.get("duration"))))
    return windows


def _nanoseconds(part: Any) -> int | None:
    value = part.get("nanoseconds") if isinstance(part, dict) else None
    return int(value) if isinstance(value, int | float) else None


def machine_view(machine: MachineId) -> dict[str, str]:
    return {name: value for name, value in zip(("hostname", "ip"), machine, strict=True) if value}


def schedule_view(windows: list[Window]) -> dict[str, Any]:
    """The schedule as Mesos shows it: {} when it is empty."""
    shown = []
    for window in windows:
        unavailability: dict[str, Any] = {"start": {"nanoseconds": window.start_ns}}
        if window.duration_ns is not None:
            unavailability["duration"] = {"nanoseconds": window.duration_ns}
        shown.append(
            {"machine_ids": [machine_view(m) for m in window.machines], "unavailability": unavailability}
        )
    return {"windows": shown} if shown else {}


def _is_ipv4(text: str) -> bool:
    try:
        ipaddress.IPv4Address(text)
    except ValueError:
        return False
    return True
