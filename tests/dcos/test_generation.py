"""How agents can be given up follows from the master's version and from what everybody says they can."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared.dcos.generation import generation, version_of
from shared.model.mesos import Generation, SchedulerState
from tests.builders import NOW, agent

DRAINS = frozenset({"MULTI_ROLE", "AGENT_DRAINING"})
DRAINS_NOT = frozenset({"MULTI_ROLE"})


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ("1.0.3", Generation.MAINTENANCE),
        ("1.4.2-dcos", Generation.MAINTENANCE),
        ("1.5.0", Generation.MARK_GONE),
        ("1.8.2", Generation.MARK_GONE),
        ("1.9.0", Generation.DRAIN),
        ("1.10.0-rc1", Generation.DRAIN),
        ("1.11.0", Generation.DRAIN),
    ],
)
def test_the_version_decides_where_nobody_lists_capabilities(version: str, expected: Generation) -> None:
    assert generation(version, None) is expected


def test_a_master_that_lists_no_draining_cant_drain() -> None:
    assert generation("1.9.0", DRAINS_NOT) is Generation.MARK_GONE


def test_capabilities_dont_make_an_old_master_newer() -> None:
    assert generation("1.4.0", DRAINS) is Generation.MAINTENANCE


def test_an_agent_that_cant_drain_yet_goes_the_way_of_the_generation_before() -> None:
    """1.9 masters with one agent of 1.8: the middle of a rolling upgrade. The others drain."""
    older, newer = agent(1, can_drain=False), agent(2)
    state = SchedulerState("m", "1.9.0", Generation.DRAIN, NOW, timedelta(minutes=10), (older, newer))
    assert state.generation_for(older) is Generation.MARK_GONE
    assert state.generation_for(newer) is Generation.DRAIN


@pytest.mark.parametrize("way", [Generation.MAINTENANCE, Generation.MARK_GONE])
def test_an_agent_is_not_newer_than_its_master(way: Generation) -> None:
    state = SchedulerState("m", "1.4.0", way, NOW, timedelta(minutes=10), (agent(1),))
    assert state.generation_for(agent(1)) is way


@pytest.mark.parametrize("text", ["", "1", "one.two", "v1.9", "1."])
def test_what_is_no_version_is_no_generation(text: str) -> None:
    with pytest.raises(ValueError, match="not a Mesos version"):
        version_of(text)
