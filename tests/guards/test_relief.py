"""The guard `relief`: may one task be moved for the sake of the load, beside what else is done in the pool?"""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from shared.guards import TO_ENLARGE, TO_RELIEVE, TO_SPREAD, Question, ask, refusals, relief
from shared.guards.place import with_place
from shared.model.remedies import Remedy
from shared.model.sizes import hot
from shared.policy.schema import Disruption as Limits
from tests.builders import NOW, Cluster, disruption, pool_policy
from tests.stateful.grounds import ring

HOUR = timedelta(hours=1)
LIMITS = Limits(per_hour=6, per_day=24)


def asked(started: tuple[timedelta, ...] = (), operation: str | None = None, *active: int) -> Question:
    cluster = Cluster(5, pool_policy(disruption=LIMITS))
    book = replace(cluster.ledger, started=tuple(NOW - ago for ago in started))
    cluster.ledger = replace(book, active=tuple(disruption(number) for number in active))
    question = cluster.question(1, operation)
    return replace(question, remedy=Remedy.RELIEVE, finding=hot(question.finding, ""))


def test_condition_1_what_moves_no_load_is_not_held() -> None:
    for remedy in set(Remedy) - {Remedy.RELIEVE, Remedy.GROW}:
        assert relief.ask(replace(asked((), None, 2), remedy=remedy)).allowed


def test_condition_1_growth_is_held_only_where_it_is_for_the_sake_of_the_spread() -> None:
    assert relief.ask not in TO_ENLARGE
    assert relief.ask in TO_SPREAD
    assert relief.ask(replace(asked((), None, 2), remedy=Remedy.GROW)).reason == "relief_busy"


def test_condition_2_it_is_the_only_thing_that_is_done_in_its_pool() -> None:
    answer = relief.ask(asked((), None, 2))
    assert (answer.reason, answer.numbers) == ("relief_busy", {"operation": "o-2"})
    assert relief.ask(asked((), "o-1", 1)).allowed


@pytest.mark.parametrize(
    ("started", "until"),
    [
        ([1, 2], None),
        ([1, 2, 3], NOW - timedelta(minutes=3) + HOUR),
        ([59, 61, 61], None),
        ([61] * 12, NOW - timedelta(minutes=61) + timedelta(days=1)),
    ],
    ids=["less than half", "half of an hour's", "some are older than an hour", "half of a day's"],
)
def test_condition_3_half_of_what_may_begin_is_left_for_repair(started: list[int], until: object) -> None:
    answer = relief.ask(asked(tuple(timedelta(minutes=ago) for ago in sorted(started, reverse=True))))
    assert (answer.reason, answer.until) == ("ok" if until is None else "relief_reserve", until)


def test_condition_3_what_has_begun_is_not_stopped_by_its_own_beginning() -> None:
    recent = tuple(timedelta(minutes=1) for _ in range(6))
    assert relief.ask(asked(recent, "o-1", 1)).allowed


def test_its_place_takes_nothing_from_services_on_the_node() -> None:
    ground = ring()
    question = ground.question(1, Remedy.RELIEVE)
    entry = with_place(question, "o-1").active[0]
    assert (entry.services, entry.frameworks) == ((), ())
    assert with_place(ground.question(1), "o-1").active[0].services == ("cassandra",)


def test_all_that_are_asked_agree_where_nothing_else_goes_on() -> None:
    ground = ring()
    question = ground.question(1, Remedy.RELIEVE)
    question = replace(question, finding=hot(question.finding, ""), pool=pool_policy())
    assert refusals(ask(question, TO_RELIEVE)) == ()
