"""Frameworks under names of their own: each is what its application is, and no other Marathon passes for DC/OS's."""

from __future__ import annotations

import pytest

from shared.memory.http import Route
from shared.model.catalog import Move, Person
from shared.model.mesos import Framework
from tests.dcos.at_work import MARATHON, read
from tests.dcos.test_health import fails, says
from tests.dcos.test_services import mesos

TWO = (Framework("F1", "marathon", ("slave_public",)), Framework("F2", "marathon", ("theirs",)))


@pytest.mark.parametrize("package", ["quobyte", "mr-redis", "storm"])
async def test_an_older_package_under_another_name_is_known_without_the_framework_s_label(
    package: str,
) -> None:
    """Their templates in the Universe name no framework; the application is called as it is."""
    apps = [{"id": "/prod/store", "instances": 1, "labels": {"DCOS_PACKAGE_NAME": package}}]
    state = await read({f"{MARATHON}/apps": says({"apps": apps})}, mesos(Framework("F1", "prod/store")))
    assert state.frameworks["F1"].name == package


async def test_two_instances_of_one_package_are_both_known() -> None:
    named = [("/a/riak", "a/riak"), ("/b/store", "b/store")]
    apps = [{"id": id, "instances": 1, "labels": {"DCOS_PACKAGE_NAME": "riak"}} for id, _ in named]
    both = [Framework(f"F{n}", name) for n, (_, name) in enumerate(named)]
    state = await read({f"{MARATHON}/apps": says({"apps": apps})}, mesos(*both))
    assert [state.frameworks[one.id].person for one in both] == [Person.ALWAYS] * 2


async def test_one_marathon_is_not_asked_who_it_is() -> None:
    state = await read({}, mesos(Framework("F1", "marathon", ("slave_public",)), held="slave_public"))
    assert state.frameworks["F1"].framework is Move.PER_APP


async def test_another_marathon_of_the_same_name_is_not_taken_for_the_one_that_was_asked() -> None:
    info = {"name": "marathon", "elected": True, "frameworkId": "F1", "leader": "10.32.0.4:8080"}
    state = await read({f"{MARATHON}/info": says(info)}, mesos(*TWO, held="theirs"))
    assert [state.frameworks[id].framework for id in ("F1", "F2")] == [Move.PER_APP, Move.NEVER]
    state = await read({f"{MARATHON}/info": says(info)}, mesos(*TWO))
    assert [state.frameworks[id].framework for id in ("F1", "F2")] == [Move.PER_APP, Move.RESCHEDULE]


@pytest.mark.parametrize("info", [fails(TimeoutError()), says({"frameworkId": None}), says([])])
async def test_while_nobody_can_tell_them_apart_neither_is_trusted_with_what_is_held(info: Route) -> None:
    state = await read({f"{MARATHON}/info": info}, mesos(*TWO, held="theirs"))
    assert [state.frameworks[id].framework for id in ("F1", "F2")] == [Move.RESCHEDULE, Move.NEVER]
