"""What waits besides Marathon's queue is asked for like it: pods of services, and what further Marathons have.

The second rule of `shared/decide/demands.py`, by its numbers.
"""

from __future__ import annotations

from shared.model.load import Load, Pending, Queue, Queued
from shared.model.mesos import Amounts
from shared.model.readings import Reading
from shared.model.workloads import Needs
from shared.policy.scaling import Thin, Waiting
from tests.builders import read, unread
from tests.decide.test_demands import HALF, asks, following, nodes


def pods(count: int) -> Reading[tuple[Pending, ...]]:
    """Each of them fills an agent."""
    return read((Pending(service="kafka", sort="broker", count=count, needs=Needs(Amounts(4, 1_000))),))


def test_rule_2_what_services_have_yet_to_place_waits_too() -> None:
    pool = following(Waiting())
    pool.load = Load(read(Queue()), services={"kafka": pods(5)})
    assert nodes(pool) == 3 + 2


def test_rule_2_a_service_of_which_nothing_is_known_keeps_the_pool_from_shrinking_and_nothing_else() -> None:
    pool = following(HALF, Waiting())
    pool.load = Load(read(Queue()), services={"kafka": pods(5), "hdfs": unread("hdfs")})
    asked = pool.sized().demands
    assert [asks(one) for one in asked] == [0, 3 + 2, None]
    assert pool.sized().nodes == 5
    pool.load = Load(read(Queue()), services={"hdfs": unread("hdfs")})
    assert (pool.sized().nodes, pool.sized().wanted.reason) == (3, "partly_unknown")
    assert "hdfs" in pool.sized().wanted.because


def test_rule_2_what_is_thin_depends_on_what_services_have_yet_to_place() -> None:
    pool = following(Thin())
    pool.load = Load(read(Queue()), services={"hdfs": unread("hdfs")})
    assert [asks(one) for one in pool.sized().demands][1:] == [None]


def test_rule_2_what_waits_in_further_marathons_waits_too() -> None:
    pool = following(Waiting())
    more = Queued(app="/big", count=5, needs=Needs(Amounts(4, 1_000)))
    pool.load = Load(read(Queue()), others={"marathon-user": read(Queue((more,)))})
    assert nodes(pool) == 3 + 2
    pool.load = Load(read(Queue()), others={"marathon-user": unread("queue of marathon-user")})
    assert [asks(one) for one in pool.sized().demands] == [0, None]


def test_rule_2_services_are_nothing_to_a_pool_that_follows_no_waiting_work() -> None:
    pool = following(HALF)
    pool.load = Load(services={"hdfs": unread("hdfs")})
    assert len(pool.sized().demands) == 1
