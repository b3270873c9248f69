"""How load is evened out over agents: the rules of `shared/decide/relief.py`, by their numbers."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from msgspec.structs import replace

from shared.decide.leavers import Ground
from shared.decide.relief import Heat, Relocation, relieve
from shared.decide.sizes import sizes_wanted
from shared.model.catalog import UNKNOWN_RESIDENT
from shared.model.last_move import LastMove
from shared.model.mesos import Amounts
from shared.model.workloads import NOT_ASKED, AppKind, Deployment, Needs, WorkloadState
from tests.builders import NOW, name, read
from tests.decide.sizing import Sizing


def heat(pool: Sizing, last: LastMove | None = None) -> Heat:
    situation = pool.situation()
    sized = next(iter(sizes_wanted(situation, {})), None)
    return relieve(Ground.of(situation), pool.policy.pools[0], sized, last)


def moved(ago: timedelta, rests_until: datetime | None = None) -> LastMove:
    return LastMove(
        at=NOW - ago,
        task="web.1",
        app="/web",
        agent="agent-S1",
        because="it paid" if rests_until is None else "it came back",
        before=1.0,
        rests_until=rests_until,
    )


def move(pool: Sizing) -> Relocation | None:
    return heat(pool).move


def uneven() -> Sizing:
    """One agent is full, one has three of four cores free, one is empty."""
    pool = Sizing(3)
    pool.runs("/web", 1, 1, 1, 1, 2)
    return pool


def test_a_task_moves_from_the_fullest_agent() -> None:
    found = move(uneven())
    assert found is not None
    assert (found.app, found.agent, found.before) == ("/web", "agent-S1", 1.0)
    assert found.may_come_to == ("agent-S2", "agent-S3")


def test_the_measure_is_the_fuller_of_two_agents_at_worst() -> None:
    pool = uneven()
    assert move(pool).after == 0.75  # type: ignore[union-attr]
    pool.runs("/other", 2, 2)
    assert heat(pool).move is None  # it might come to the second agent and fill that


def test_an_agent_that_never_gets_it_counts_for_nothing() -> None:
    pool = uneven()
    public = replace(pool.agents["agent-S3"], agent_id="agent-S9", hostname="10.0.0.9", address="10.0.0.9")
    for reserved in (Amounts(), public.total):
        pool.agents["agent-S9"] = replace(public, reserved=reserved, used=Amounts(3.0, 1_000))
        found = move(pool)
        assert (found is None) is (reserved == Amounts())
        assert found is None or "agent-S9" not in found.may_come_to


def test_rule_1_whatever_goes_on_there_comes_first() -> None:
    pool = uneven()
    pool.busy.add(name(3))
    assert heat(pool).because == "an operation is at work there"


def test_rule_1_what_could_not_be_read_does_not_move() -> None:
    pool = uneven()
    pool.workloads = NOT_ASKED
    assert move(pool) is None


def test_rule_2_what_was_moved_settles_first() -> None:
    pool = uneven()
    assert heat(pool, moved(timedelta(minutes=9))).move is None
    assert heat(pool, moved(timedelta(minutes=10))).move is not None


def test_rule_2_what_came_to_nothing_is_not_tried_again_for_a_day() -> None:
    pool, rests_until = uneven(), NOW + timedelta(hours=1)
    assert heat(pool, moved(timedelta(hours=23), rests_until)).because == (
        "nothing moves there until 22 04:00: it came back"
    )
    assert heat(pool, moved(timedelta(hours=24), NOW)).move is not None


def test_rule_3_full_is_not_hot() -> None:
    pool = Sizing(3)
    pool.runs("/web", 1, 1, 1, 2)
    assert heat(pool).because == "the fullest agent is 75% full, the mean is 33%"
    pool = Sizing(2)
    pool.runs("/web", *[1] * 4, *[2] * 4)
    assert heat(pool).because == "the fullest agent is 100% full, the mean is 100%"


@pytest.mark.parametrize(
    "other",
    [
        {"is_resident": True, "package": UNKNOWN_RESIDENT},
        {"wanted": 6},
        {"is_deploying": True},
        {"service": "cassandra"},
        {"needs": None},
        {"constraints": (("hostname", "LIKE", "10.0.0.1"),)},
    ],
    ids=["keeps data", "is not whole", "is deployed", "is a scheduler", "says not what it needs", "is bound"],
)
def test_rule_4_what_may_not_move(other: dict[str, object]) -> None:
    pool = Sizing(3)
    pool.runs("/web", 1, 1, 1, 1, 2, **other)
    assert move(pool) is None


def test_rule_4_what_marathon_is_about_to_change_stays() -> None:
    pool = uneven()
    nothing = read(())
    deployments = read((Deployment("d-1", ("/web",)),))
    pool.workloads = read(WorkloadState(read(tuple(pool.apps)), nothing, deployments, {}))
    assert move(pool) is None


def test_rule_4_a_pod_stays() -> None:
    pool = uneven()
    pods = tuple(replace(app, kind=AppKind.POD) for app in pool.apps)
    pool.workloads = read(WorkloadState(read(()), read(pods), read(()), {}))
    assert move(pool) is None


def test_rule_4_the_only_task_stays() -> None:
    pool = Sizing(3)
    pool.runs("/alone", 1, needs=Needs(Amounts(4.0, 1_000)))
    assert move(pool) is None


def test_rule_5_what_gains_less_than_a_tenth_stays() -> None:
    pool = Sizing(3)
    crumb = Needs(Amounts(0.3, 100))
    for number in range(13):
        pool.runs(f"/crumb-{number}", 1, 2, needs=crumb)
    assert pool.agents["agent-S1"].used.cpus == pytest.approx(3.9)
    assert heat(pool).because == "no task there may move, or none whose moving pays"


def test_rule_5_what_gains_exactly_a_tenth_moves() -> None:
    pool = Sizing(3)
    tenth = Needs(Amounts(0.4, 100))
    for number in range(10):
        pool.runs(f"/tenth-{number}", 1, 2 + number % 2, needs=tenth)
    pool.agents["agent-S1"] = replace(pool.agents["agent-S1"], used=Amounts(3.8, 1_000))
    found = move(pool)
    assert found is not None
    assert (found.before, found.after) == (0.95, 0.85)


def test_rule_5_the_one_that_pays_most_moves() -> None:
    pool = Sizing(4)
    pool.runs("/small", 1, 1, needs=Needs(Amounts(1.0, 100)))
    pool.runs("/large", 1, 2, needs=Needs(Amounts(2.0, 100)))
    pool.agents["agent-S2"] = replace(pool.agents["agent-S2"], used=Amounts(0.0))
    found = move(pool)
    assert found is not None
    assert (found.app, found.after) == ("/large", 0.5)
    assert found.pool == "private"
