"""Whoever is called at night finds each reason in one place of docs/runbooks.md, and none that the app has not."""

from __future__ import annotations

import pytest

from shared.operate.troubles import OVER, how_it_ended, is_trouble
from tests.docs.handed_over import KINDS, PARTS, late_steps, named, places, sections
from tests.guards.test_reason_codes import CODES


def test_every_reason_code_of_a_guard_stands_in_one_section_and_no_other_does() -> None:
    assert sorted(named("Reason codes")) == sorted(code for _, code in CODES)


def test_every_place_that_hands_over_stands_in_one_section_and_no_other_does() -> None:
    assert sorted(named("Places")) == sorted(places())


def test_every_step_that_hands_over_when_it_is_late_stands_in_one_section_and_no_other_does() -> None:
    assert sorted(named("Late steps")) == sorted(late_steps())


def test_every_trouble_that_is_no_nodes_stands_in_one_section_and_no_other_does() -> None:
    subjects = named("Incidents")
    assert all(is_trouble(one) for one in subjects)
    endings = [*OVER.values(), how_it_ended("(POOL by FACTOR)")]
    assert sorted(how_it_ended(one) for one in subjects) == sorted(endings)


@pytest.mark.parametrize("heading", sections())
def test_a_section_says_whom_it_is_for_and_all_five_things(heading: str) -> None:
    section = sections()[heading]
    assert any(f"\n{kind}: " in section for kind in KINDS)
    at = [section.find(f"**{part}.**") for part in PARTS]
    assert at == sorted(at), PARTS
    assert min(at) > 0, PARTS
