"""The page about notifications names every kind of event and every word of the policy."""

from __future__ import annotations

from pathlib import Path

from shared.azure.event_topic import TYPE
from shared.model.news import News, NewsKind
from shared.news.derive import SEVERITIES
from shared.policy.notify import About

PAGE = (Path(__file__).parents[2] / "docs" / "notifications.md").read_text(encoding="utf-8")


def test_every_type_of_event_is_on_the_page() -> None:
    assert [kind for kind in NewsKind if f"`{TYPE}{kind.value}`" not in PAGE] == []


def test_what_is_loud_is_said_to_be_loud() -> None:
    lines = [line for line in PAGE.splitlines() if line.startswith(f"| `{TYPE}")]
    for kind, severity in SEVERITIES.items():
        assert [line for line in lines if kind.value in line and severity.value in line], kind


def test_every_word_of_the_policy_is_on_the_page() -> None:
    assert [about for about in About if f"{about.value}" not in PAGE.partition("## Programs")[0]] == []


def test_every_field_of_the_data_is_on_the_page() -> None:
    fields = set(News.__struct_fields__) - {"id", "key", "kind"}
    assert [name for name in fields if f"`{name}`" not in PAGE] == []
