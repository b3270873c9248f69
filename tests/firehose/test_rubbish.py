"""What is no metric: counted by reason, one example kept, never a crash, and never a rule that fires on it."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from shared.errors import Poison
from shared.firehose.body import MOST_SENT, MOST_UNPACKED, Sender, TooLarge, WrongCoding, unpacked
from shared.firehose.ear import READERS
from shared.firehose.index import Index
from shared.firehose.number import Rubbish, epoch, number
from shared.firehose.roster import Roster
from shared.firehose.telegraf import joined
from shared.firehose.watching import Watching
from shared.policy.default_rules import DEFAULT_RULES
from shared.policy.metric_rules import Kind
from shared.policy.schema import Policy
from shared.ports.store import LONGEST_KEY
from tests.builders import NOW, address, cluster_policy, memory
from tests.firehose.ground import Ground, batch, metric, rule

NOTHING = rule(lasts=rule().lasts * 0)
NOW_S = NOW.timestamp()


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"used_percent": None}, Rubbish.NUMBER),
        ({"used_percent": "99"}, Rubbish.NUMBER),
        ({"used_percent": "NaN"}, Rubbish.NUMBER),
        ({"used_percent": []}, Rubbish.NUMBER),
        ({"used_percent": 10**400}, Rubbish.NUMBER),
    ],
)
async def test_a_value_that_is_no_number_is_counted_and_kept(fields: Mapping[str, Any], why: Rubbish) -> None:
    ground = Ground(NOTHING)
    counts = await ground.counts(metric(1, ground.now_s, **fields))
    assert counts.get(why.value, 0) + counts.get(Rubbish.SHAPE.value, 0) == 1
    assert await ground.rows() == []
    assert len(await ground.quarantined()) == 1


async def test_nan_and_infinity_of_other_writers_cost_themselves_alone() -> None:
    ground = Ground(NOTHING)
    body = json.dumps(
        {
            "metrics": [
                metric(1, NOW_S, used_percent=float("nan")),
                metric(1, NOW_S, used_percent=float("inf")),
            ]
        }
    )
    signals, counts = await ground.hears_body("telegraf", body.encode())
    assert (signals, counts[Rubbish.NUMBER.value]) == ([], 2)
    assert len(await ground.quarantined()) == 1
    both = batch(metric(1, NOW_S, used_percent=float("-inf")), metric(2, NOW_S, used_percent=95))
    assert len((await ground.hears_body("telegraf", both))[0]) == 1


@pytest.mark.parametrize(
    ("at", "why"),
    [
        (NOW_S + 3600, Rubbish.TIME),
        (NOW_S - 3600, Rubbish.LATE),
        (-5, Rubbish.TIME),
        (0, Rubbish.TIME),
    ],
)
async def test_a_time_that_means_nothing_or_is_history_is_not_judged(at: float, why: Rubbish) -> None:
    ground = Ground(NOTHING)
    counts = await ground.counts(metric(1, at, used_percent=99))
    assert counts[why.value] == 1
    assert await ground.rows() == []


@pytest.mark.parametrize("factor", [1, 1_000, 1_000_000, 1_000_000_000])
async def test_times_in_any_unit_of_telegraf_are_understood(factor: int) -> None:
    ground = Ground(NOTHING)
    assert len(await ground.hears(metric(1, int(NOW_S) * factor, used_percent=99))) == 1


@pytest.mark.parametrize("path", [[], {}, 5, None, True])
async def test_a_tag_that_is_no_text_costs_its_metric_alone(path: object) -> None:
    ground = Ground(rule(lasts=NOTHING.lasts, tags={"path": ("/", "/data")}))
    odd = metric(1, ground.now_s, used_percent=99)
    odd["tags"]["path"] = path
    good = metric(2, ground.now_s, tags={"path": "/"}, used_percent=99)
    assert len(await ground.hears(odd, good)) == 1


async def test_a_tag_without_end_does_not_stop_the_others() -> None:
    ground = Ground(NOTHING)
    long = [
        metric(1, ground.now_s, tags={"path": "/" + "x" * 800_000 + end}, used_percent=99) for end in "ab"
    ]
    assert len(await ground.hears(*long, metric(2, ground.now_s, used_percent=99))) == 3
    assert max(len(row) for row in await ground.rows()) <= LONGEST_KEY


async def test_a_rate_that_is_beyond_all_numbers_fires_nothing() -> None:
    ground = Ground(rule(metric="m.count", kind=Kind.RATE, high=1.0, clear_high=1.0, lasts=NOTHING.lasts))
    for value in (-1.7e308, 1.7e308):
        ground.passes(60)
        assert await ground.hears(metric(1, ground.now_s, "m", count=value)) == []


@pytest.mark.parametrize("missing", ["free", "buffers", "cached"])
@pytest.mark.parametrize("value", [None, "", "NaN"])
async def test_memory_that_is_told_in_part_fires_nothing(missing: str, value: str | None) -> None:
    short = next(one for one in DEFAULT_RULES if one.name == "dcos-memory-short")
    ground = Ground(replace(short, lasts=NOTHING.lasts))
    parts = {"total": 1000, "free": 10, "buffers": 10, "cached": 900, missing: value}
    stamp = ground.now.isoformat()
    points = [
        {"name": f"memory.{part}", "value": of, "timestamp": stamp}
        for part, of in parts.items()
        if of is not None
    ]
    body = json.dumps({"datapoints": points, "dimensions": {"hostname": address(1)}})
    assert (await ground.hears_body("dcos", body.encode()))[0] == []


async def test_an_unknown_host_is_counted_and_fires_nothing() -> None:
    ground = Ground(NOTHING)
    counts = await ground.counts(metric("elsewhere", NOW_S, used_percent=99))
    assert counts[Rubbish.HOST.value] == 1
    (kept,) = await ground.quarantined()
    assert "no cluster knows" in kept["why"]


async def test_the_same_rubbish_is_kept_once_in_ten_minutes() -> None:
    ground = Ground(NOTHING)
    for _ in range(5):
        ground.passes(60)
        await ground.counts(metric("elsewhere", ground.now_s, used_percent=99))
    assert len(await ground.quarantined()) == 1
    ground.passes(600)
    await ground.counts(metric("elsewhere", ground.now_s, used_percent=99))
    assert len(await ground.quarantined()) == 2


async def test_a_host_of_two_clusters_needs_the_cluster_of_its_sender() -> None:
    ground = Ground(NOTHING)
    second = replace(ground.cluster, name="stage")
    ground.policy = Policy(clusters=(ground.cluster, second))
    await ground.remember(memory(1), "stage")
    counts = await ground.counts(metric(1, NOW_S, used_percent=99))
    assert counts[Rubbish.AMBIGUOUS.value] == 1
    told, _ = await ground.hears_body("telegraf", batch(metric(1, NOW_S, used_percent=99)), Sender("stage"))
    assert [one.cluster for one in told] == ["stage"]


async def test_a_bad_metric_does_not_cost_its_batch() -> None:
    ground = Ground(NOTHING)
    signals, counts = await ground.hears_body(
        "telegraf",
        batch(None, 5, {"name": 3}, {"name": "disk", "fields": 7}, metric(1, NOW_S, used_percent=99)),
    )
    assert len(signals) == 1
    assert counts[Rubbish.SHAPE.value] == 4


async def test_what_is_no_json_is_poison_and_kept() -> None:
    ground = Ground(NOTHING)
    for form in ("telegraf", "dcos", "snapshot"):
        with pytest.raises(Poison):
            await ground.hears_body(form, b'{"metrics": [' + form.encode())
    assert len(await ground.quarantined()) == 3


def test_a_bomb_is_not_unpacked() -> None:
    bomb = gzip.compress(bytes(MOST_UNPACKED + 1))
    assert len(bomb) < 100_000
    with pytest.raises(TooLarge):
        unpacked(bomb, "gzip")
    half = gzip.compress(bytes(MOST_UNPACKED // 2 + 1))
    with pytest.raises(TooLarge):
        unpacked(half * 2, "gzip")


def test_a_body_is_taken_up_to_its_limit_and_packed_as_gzip_alone() -> None:
    assert unpacked(gzip.compress(b"a") + gzip.compress(b"b"), "GZIP") == b"ab"
    assert unpacked(b"plain", "") == b"plain"
    with pytest.raises(TooLarge):
        unpacked(bytes(MOST_SENT + 1), "")
    with pytest.raises(WrongCoding):
        unpacked(b"x", "br")
    assert unpacked(b"unpacked on the way", "gzip") == b"unpacked on the way"
    with pytest.raises(TooLarge):
        unpacked(gzip.compress(b"") * 100_000, "gzip")
    for broken in (b"\x1f\x8bnot gzip", gzip.compress(b"cut off")[:-4], gzip.compress(b"x") + b"rest"):
        with pytest.raises(Poison):
            unpacked(broken, "gzip")


def test_numbers_are_finite_and_texts_count_only_where_they_may() -> None:
    assert (number(True), number(3), number("1234", of_text=True)) == (1.0, 3.0, 1234.0)
    odd: tuple[object, ...] = (None, "1", float("nan"), float("inf"), 10**400, {})
    assert [number(each) for each in odd] == [None] * 6
    assert [number(one, of_text=True) for one in ("", "NaN", "inf", "x")] == [None] * 4


def test_times_of_dcos_are_understood() -> None:
    want = 1523317576.834008
    assert epoch("2018-04-09T23:46:16.834008315Z", NOW_S) == pytest.approx(want)
    assert epoch("2018-04-09 23:46:16.834008315 +0000 UTC", NOW_S) == pytest.approx(want)
    rubbish: tuple[object, ...] = ("", "yesterday", "9999-99-99", True, {}, "2999-01-01T00:00:00Z", "9" * 99)
    assert [epoch(one, NOW_S) for one in rubbish] == [None] * 7


def test_a_clock_that_is_ahead_a_little_is_at_now() -> None:
    assert epoch(NOW_S + 100, NOW_S) == NOW_S
    assert epoch(NOW_S + 130, NOW_S) is None


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                [
                    "metrics",
                    "name",
                    "tags",
                    "fields",
                    "timestamp",
                    "host",
                    "used_percent",
                    "disk",
                    "datapoints",
                    "dimensions",
                    "value",
                    "system.uptime",
                    "mem.free",
                    "path",
                ]
            ),
            inner | st.sampled_from(["disk", address(1)]),
            max_size=5,
        )
    ),
    max_leaves=20,
)


@given(
    st.sampled_from(sorted(READERS)), st.binary(max_size=200) | JSON.map(lambda one: json.dumps(one).encode())
)
def test_no_body_raises_anything_but_poison(form: str, body: bytes) -> None:
    cluster = cluster_policy()
    watching = Watching(Index((cluster,)), Roster([(cluster, {"1": memory(1)})]))
    joined([body, body])
    try:
        READERS[form](body, watching, NOW_S, Sender("", address(1)))
    except Poison:
        return


@given(st.floats() | st.integers() | st.text() | st.booleans() | st.none())
def test_whatever_a_value_is_only_a_finite_bad_number_moves_a_rule(value: object) -> None:
    cluster = replace(cluster_policy(), firehose=Ground(NOTHING).cluster.firehose)
    watching = Watching(Index((cluster,)), Roster([(cluster, {"1": memory(1)})]))
    READERS["telegraf"](batch(metric(1, NOW_S, used_percent=value)), watching, NOW_S, Sender())
    is_bad = isinstance(value, int | float) and 90 < value < float("inf") and number(value) is not None
    if isinstance(value, int) and abs(value) > 2**63:
        return  # the decoder may refuse so large a number
    assert bool(watching.changed) is is_bad
