"""A story as data: one JSON document, the same as the screen shows."""

from __future__ import annotations

from typing import Any

import msgspec

from shared.model.decisions import Answer
from simulator.demo.lines import Line
from simulator.demo.parts import Repair, parts_of
from simulator.demo.story import Told


def report(told: Told) -> bytes:
    """UTF-8 text, indented."""
    return msgspec.json.format(msgspec.json.encode(document(told)), indent=2)


def document(told: Told) -> dict[str, Any]:
    """Seconds are since the first break of the story."""
    parts = parts_of(told.repairs)
    return {
        "scenario": told.scenario.name,
        "promise": told.scenario.promise,
        "because": told.scenario.because,
        "lasted_s": round(told.lasted_s, 3),
        "parts_s": parts,
        "total_s": round(sum(parts.values()), 3),
        "arm_writes": told.arm_writes,
        "operations": [_operation(repair) for repair in told.repairs],
        "refusals": sorted({answer.reason for line in told.lines for answer in line.refused}),
        "timeline": [_line(line) for line in told.lines],
        "verdict": {
            "ok": told.ok,
            "checks": [{"name": one.name, "ok": one.ok, "text": one.text} for one in told.checks],
        },
    }


def _operation(repair: Repair) -> dict[str, Any]:
    return {
        "id": repair.operation,
        "node": repair.node,
        "at_s": repair.moments,
        "total_s": repair.total_s,
    }


def _line(line: Line) -> dict[str, Any]:
    return {
        "at_s": round(line.at_s, 3),
        "word": line.word,
        "about": line.about,
        "text": line.text,
        "guards": [_answer(answer) for answer in line.answers],
    }


def _answer(answer: Answer) -> dict[str, Any]:
    return {
        "guard": answer.guard,
        "allowed": answer.allowed,
        "reason": answer.reason,
        "numbers": dict(answer.numbers),
        "until": answer.until,
    }
