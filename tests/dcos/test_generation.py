"""How agents can be given up follows from the master's version and from what everybody says they can."""

from __future__ import annotations

import pytest

from shared.dcos.generation import generation, version_of
from shared.model.mesos import Generation

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
    assert generation(version, None, [None, None]) is expected


def test_an_agent_that_cant_drain_yet_keeps_the_cluster_at_marking_gone() -> None:
    """1.9 masters with one agent of 1.8: the middle of a rolling upgrade."""
    assert generation("1.9.0", DRAINS, [DRAINS, DRAINS_NOT]) is Generation.MARK_GONE


def test_a_master_that_lists_no_draining_cant_drain() -> None:
    assert generation("1.9.0", DRAINS_NOT, [DRAINS]) is Generation.MARK_GONE


def test_capabilities_dont_make_an_old_master_newer() -> None:
    assert generation("1.4.0", DRAINS, [DRAINS]) is Generation.MAINTENANCE


@pytest.mark.parametrize("text", ["", "1", "one.two", "v1.9", "1."])
def test_what_is_no_version_is_no_generation(text: str) -> None:
    with pytest.raises(ValueError, match="not a Mesos version"):
        version_of(text)
