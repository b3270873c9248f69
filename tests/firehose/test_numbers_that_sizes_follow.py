"""A number that a size follows: the sum of what the nodes told last, and old as soon as one of them is silent."""

from __future__ import annotations

from datetime import timedelta

import msgspec
from msgspec.structs import replace

from shared.firehose.follow import MOST_FOLLOWED
from shared.firehose.rounds import who_tells
from shared.model.readings import Failure, Reading, Value
from shared.policy.scaling import Metric, Scaling
from shared.policy.schema import Policy
from shared.ports.store import Table, Write
from shared.records.followed import Followed, Told, read_followed
from shared.scale.load import metric as demand
from tests.builders import name, pool_policy
from tests.firehose.ground import Ground, metric, rule

DEPTH = Followed("prod", "private", "queue.depth")
NODES = frozenset(name(number) for number in range(1, 6))


def ground(metric: str = "queue.depth") -> Ground:
    """Five nodes of `private`, whose size follows the metric."""
    made = Ground()
    pool = replace(pool_policy(), scaling=Scaling(signals=(Metric(metric, 100),)))
    made.cluster = replace(made.cluster, pools=(pool,))
    made.policy = Policy(clusters=(made.cluster,))
    return made


async def now(made: Ground, nodes: frozenset[str] = NODES) -> Reading[float]:
    return await read_followed(made.store, DEPTH, nodes, made.now)


async def told(made: Ground, value: float = 10, *numbers: int) -> None:
    """A minute passes, and these nodes tell."""
    made.passes(61)
    await made.hears(*(metric(one, made.now_s, "queue", depth=value) for one in numbers))


async def test_what_the_nodes_of_a_pool_told_last_is_added_up() -> None:
    made = ground()
    await told(made, 10, 1, 2, 3)
    await told(made, 20, 1, 2, 3)
    reading = await now(made)
    assert isinstance(reading, Value)
    assert (reading.value, reading.taken_at) == (60, made.now)


async def test_several_workers_hear_one_number() -> None:
    made = ground()
    other = made.another_ear()
    await told(made, 10, 1, 2)
    made.passes(61)
    await made.hears(metric(2, made.now_s, "queue", depth=30), ear=other)
    reading = await now(made)
    assert isinstance(reading, Value)
    assert reading.value == 40


async def test_a_node_that_falls_silent_makes_the_number_old_and_not_smaller() -> None:
    made = ground()
    await told(made, 10, 1, 2)
    since = made.now
    for _ in range(6):
        await told(made, 10, 1)
    reading = await now(made)
    assert isinstance(reading, Value)
    assert (reading.value, reading.taken_at) == (20, since)
    assert isinstance(demand("queue.depth", reading, 100, 0.1, made.now), Failure)


async def test_an_hour_of_silence_makes_it_no_smaller_either() -> None:
    """The sender was taken away from a node that goes on working."""
    made = ground()
    await told(made, 10, 1, 2)
    since = made.now
    for _ in range(24):
        made.passes(240)
        await told(made, 10, 1)
    reading = await now(made)
    assert isinstance(reading, Value)
    assert (reading.value, reading.taken_at) == (20, since)


async def test_a_node_that_is_not_listed_any_more_is_not_waited_for() -> None:
    made = ground()
    await told(made, 10, 1, 2)
    await told(made, 10, 1)
    reading = await now(made, NODES - {name(2)})
    assert isinstance(reading, Value)
    assert (reading.value, reading.taken_at) == (10, made.now)


async def test_a_series_that_ended_is_not_added_any_more() -> None:
    made = ground("docker_container_mem.usage")
    followed = replace(DEPTH, metric="docker_container_mem.usage")
    for container, minutes in (("one", 1), ("two", 7)):
        for _ in range(minutes):
            made.passes(61)
            tags = {"container_name": container}
            await made.hears(metric(1, made.now_s, "docker_container_mem", tags, usage=5))
    reading = await read_followed(made.store, followed, NODES, made.now)
    assert isinstance(reading, Value)
    assert reading.value == 5


async def test_a_metric_may_say_for_which_pool_it_speaks_whoever_tells_it() -> None:
    made = ground()
    for number, depth in ((1, 500), (4, 700)):
        made.passes(61)
        await made.hears(metric(number, made.now_s, "queue", {"scales": "private"}, depth=depth))
    reading = await now(made)
    assert isinstance(reading, Value)
    assert (reading.value, reading.taken_at) == (700, made.now)


async def test_a_metric_for_a_pool_that_does_not_follow_it_is_not_kept() -> None:
    made = ground()
    made.passes(61)
    await made.hears(metric(1, made.now_s, "queue", {"scales": "public"}, depth=5))
    assert isinstance(await now(made), Failure)
    assert await made.store.query(Table.ALERT_STATES, DEPTH.partition, "", "") == ()


async def test_what_nobody_told_is_no_zero() -> None:
    made = ground()
    await told(made, 10, 1)
    made.passes(86_500)
    assert isinstance(await now(made), Failure)
    assert isinstance(await now(ground()), Failure)


async def test_numbers_that_are_none_are_not_heard() -> None:
    made = ground()
    made.passes(61)
    counts = await made.counts(metric(1, made.now_s, "queue", depth=float("nan")))
    assert counts["judged"] == 0
    assert isinstance(await now(made), Failure)


async def test_more_series_than_are_kept_are_a_failure_and_no_smaller_sum() -> None:
    made = ground("net.bytes")
    made.passes(61)
    many = [
        metric(1, made.now_s, "net", {"interface": f"eth{number}"}, bytes=1)
        for number in range(MOST_FOLLOWED + 1)
    ]
    await made.hears(*many)
    reading = await read_followed(made.store, replace(DEPTH, metric="net.bytes"), NODES, made.now)
    assert isinstance(reading, Failure)
    assert "more series" in reading.why


async def test_series_that_nobody_can_tell_apart_are_a_failure_until_they_are_added_up() -> None:
    made = ground()
    made.passes(61)
    queues = [
        metric(1, made.now_s, "queue", {"queue": one}, depth=depth) for one, depth in (("a", 5), ("b", 7))
    ]
    await made.hears(*queues)
    reading = await now(made)
    assert isinstance(reading, Failure)
    assert "let the sender add them up" in reading.why
    for _ in range(62):
        await told(made, 12, 1)
    reading = await now(made)
    assert isinstance(reading, Value)
    assert reading.value == 12


async def test_a_body_that_comes_twice_tells_nothing_else() -> None:
    made = ground()
    made.passes(61)
    for _ in range(2):
        await made.hears(metric(1, made.now_s, "queue", depth=5))
    reading = await now(made)
    assert isinstance(reading, Value)
    assert reading.value == 5


async def test_a_row_that_can_t_be_read_is_a_failure() -> None:
    made = ground()
    await told(made, 10, 1)
    (row,) = await made.store.query(Table.ALERT_STATES, DEPTH.partition, "", "")
    await made.store.write(Table.ALERT_STATES, DEPTH.partition, Write(row.row, b"{}", row.etag))
    assert isinstance(await now(made), Failure)


async def test_rows_of_workers_that_are_gone_are_taken_away_after_a_day() -> None:
    made = ground()
    await told(made, 10, 1)
    made.restarts()
    made.clock.advance(timedelta(days=2))
    await made.ticks()
    assert await made.store.query(Table.ALERT_STATES, DEPTH.partition, "", "") == ()


async def test_where_no_size_follows_a_metric_nothing_is_kept() -> None:
    made = Ground(rule())
    made.passes(61)
    await made.hears(metric(1, made.now_s, "queue", depth=5), metric(1, made.now_s, used_percent=5))
    assert await made.store.query(Table.ALERT_STATES, DEPTH.partition, "", "") == ()


def test_mesos_is_asked_for_what_a_size_follows() -> None:
    assert who_tells(Ground().cluster) == (False, False)
    assert who_tells(ground("slave/cpus_used").cluster) == (False, True)


async def test_a_number_of_a_time_to_come_is_not_heard() -> None:
    made = ground()
    await made.hears(metric(1, made.now_s + 7_200, "queue", depth=500))
    await told(made, 10, 1)
    reading = await now(made)
    assert isinstance(reading, Value)
    assert (reading.value, reading.taken_at) == (10, made.now)


async def test_a_row_of_a_worker_whose_clock_is_ahead_does_not_count_until_then() -> None:
    made = ground()
    await told(made, 10, 1)
    ahead = Told("queue.depth", "worker-9", "", {name(1): {"": (500.0, made.now_s + 7_200)}})
    write = Write(DEPTH.row("worker-9"), msgspec.json.encode(ahead), "*")
    await made.store.write(Table.ALERT_STATES, DEPTH.partition, write)
    reading = await now(made)
    assert isinstance(reading, Value)
    assert (reading.value, reading.taken_at) == (10, made.now)


async def test_what_is_wrong_in_one_pool_leaves_another_its_number() -> None:
    made = ground()
    own = made.cluster.pools[0]
    made.cluster = replace(made.cluster, pools=(own, replace(own, name="other")))
    made.policy = Policy(clusters=(made.cluster,))
    made.passes(61)
    told_of = [({"queue": "a"}, 5), ({"queue": "b"}, 7), ({"queue": "c", "scales": "other"}, 3)]
    await made.hears(*(metric(1, made.now_s, "queue", tags, depth=depth) for tags, depth in told_of))
    assert isinstance(await now(made), Failure)
    reading = await read_followed(made.store, replace(DEPTH, pool="other"), NODES, made.now)
    assert isinstance(reading, Value)
    assert reading.value == 3
