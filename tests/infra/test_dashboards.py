"""What the dashboards ask for is what the app tells."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from shared.telemetry.measures import BY_NAME, MEASURES, Kind, Measure

WATCH = Path(__file__).resolve().parents[2] / "infra" / "watch"
UNITS = {"s": "_seconds"}
ENDINGS = {Kind.COUNT: ("_total",), Kind.LEVEL: ("",), Kind.SPREAD: ("_bucket", "_sum", "_count")}


def names_in_prometheus(measure: Measure) -> set[str]:
    """OpenTelemetry's names as a Prometheus shows them (opentelemetry-specification, compatibility/prometheus)."""
    plain = measure.name.replace(".", "_") + UNITS.get(measure.unit, "")
    return {plain + ending for ending in ENDINGS[measure.kind]}


def read(name: str) -> Any:
    return json.loads((WATCH / name).read_text())


def asked_of_prometheus() -> list[str]:
    board = read("grafana.json")
    asked = [target["expr"] for panel in board["panels"] for target in panel["targets"]]
    return asked + [one["query"] for one in board["templating"]["list"] if one["type"] == "query"]


def asked_of_azure() -> list[str]:
    items = read("workbook.json")["items"]
    asked = [one["content"]["query"] for one in items if one["type"] == 3]
    return asked + [
        p["query"] for one in items if one["type"] == 9 for p in one["content"]["parameters"] if "query" in p
    ]


def test_grafana_asks_for_numbers_that_there_are() -> None:
    there = {name: measure for measure in MEASURES for name in names_in_prometheus(measure)}
    for expression in asked_of_prometheus():
        for name in re.findall(r"\bpoolkeeper_\w+", expression):
            assert name in there, expression


def test_grafana_tells_them_apart_by_facts_that_they_have() -> None:
    there = {name: measure for measure in MEASURES for name in names_in_prometheus(measure)}
    for expression in asked_of_prometheus():
        for name, facts in re.findall(r"(poolkeeper_\w+)\{([^}]*)\}", expression):
            assert set(re.findall(r'(\w+)=~?"', facts)) <= set(there[name].facts), expression


def test_the_workbook_asks_for_numbers_that_there_are_with_their_facts() -> None:
    for question in asked_of_azure():
        names = re.findall(r"poolkeeper(?:\.\w+)+", question.replace("customDimensions['poolkeeper.", ""))
        facts = {fact for name in names for fact in BY_NAME[name].facts}
        assert set(re.findall(r"\bd\.(\w+)", question)) <= facts, question


def test_between_them_every_number_is_shown() -> None:
    asked = " ".join((*asked_of_prometheus(), *asked_of_azure()))
    for measure in MEASURES:
        assert measure.name in asked or any(name in asked for name in names_in_prometheus(measure)), (
            measure.name
        )


def test_panels_do_not_lie_on_each_other() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in read("grafana.json")["panels"]:
        at = panel["gridPos"]
        cells = {(at["x"] + x, at["y"] + y) for x in range(at["w"]) for y in range(at["h"])}
        assert taken.isdisjoint(cells), panel["title"]
        assert at["x"] + at["w"] <= 24
        taken |= cells
