"""What one more machine holds: the rules of `shared/decide/offered.py`, and machines that come on trial for it."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from shared.decide.demands import demands_of
from shared.decide.offered import Unseen, offered_by, to_remember
from shared.decide.prices import each_of
from shared.decide.repair import Situation
from shared.model.azure import Provisioning, ScaleSet
from shared.model.load import Load, Queue, Queued
from shared.model.mesos import Amounts
from shared.model.offer import Offer
from shared.model.readings import Failure, Value
from shared.model.workloads import Needs
from shared.policy.offers import Offers
from shared.policy.scaling import Waiting
from shared.scale.work import PUBLIC
from tests.builders import SET, read, unread
from tests.decide.pair import second_pool, two_pools
from tests.decide.sizing import FOUR, Sizing, scaled

FOURS = Offer({"*": FOUR}, size="D4")
SMALL = Offer({"*": Amounts(2, 8_000)}, {"rack": "r1"}, size="D2")
PUBLICS = Offer({PUBLIC: Amounts(2, 8_000)}, size="D2")


def offers(pool: Sizing, size: str | None = "D4", kept: object = None) -> Offer | Unseen | Failure:
    situation = made(pool.situation(), size, kept if kept is not None else {})
    found = offered_by(situation, pool.policy.pools[0], situation.findings)
    return found if isinstance(found, Failure) else found.value


def made(situation: Situation, size: str | None, kept: Any, pool: str = "private") -> Situation:
    """The set makes machines of this size; `kept` is what is remembered of offers, or a failure."""
    scale_set = ScaleSet(SET, 0, "etag", Provisioning.SUCCEEDED, size=size)
    snapshot, load = situation.snapshot, situation.snapshot.load
    pools = {**snapshot.pools, pool: replace(snapshot.pools[pool], scale_set=read(scale_set))}
    offers = kept if isinstance(kept, Failure) else read(kept)
    return replace(situation, snapshot=replace(snapshot, pools=pools, load=replace(load, offers=offers)))


def of_size(pool: Sizing, size: str) -> Sizing:
    for number in pool.instances:
        pool.becomes(number, size=size)
    return pool


def test_rule_1_agents_that_are_there_tell() -> None:
    assert offers(of_size(Sizing(2), "Standard_D4"), "standard_d4") == replace(FOURS, size="standard_d4")
    assert offers(Sizing(2), None, unread("offers")) == replace(FOURS, size=None)


def test_rule_1_machines_of_another_size_teach_nothing_of_the_next() -> None:
    pool = of_size(Sizing(3), "D2")
    pool.becomes(1, size="D4")
    pool.agents["agent-S2"] = replace(pool.agents["agent-S2"], total=Amounts(2, 8_000))
    assert offers(pool) == FOURS
    pool.becomes(1, size="D2")
    found = offers(pool)
    assert isinstance(found, Unseen)
    assert found.like is not None
    assert set(found.like.free) == {"*"}


def test_rule_2_what_they_offered_when_one_was_there_counts_for_machines_of_that_size() -> None:
    assert offers(Sizing(0), "D4", {"private": FOURS}) == FOURS
    assert offers(Sizing(0), "D4", {"private": SMALL}) == Unseen(SMALL)
    assert offers(Sizing(0), "D4", {"other": FOURS}) == Unseen()


def test_rule_3_then_the_policy_says_it() -> None:
    pool = Sizing(0, scaled(Waiting(), offers=Offers(cpus=8, mem=30_000)))
    assert offers(pool, "D4", {"private": SMALL}) == Offer({"*": Amounts(8, 30_000)})
    assert offers(pool, "D4", {"private": FOURS}) == FOURS


def test_what_could_not_be_read_is_not_taken_for_unknown() -> None:
    assert isinstance(offers(Sizing(0), "D4", unread("offers")), Failure)
    pool = Sizing(0)
    pool.unreadable = {"scale_set"}
    found = offered_by(pool.situation(), pool.policy.pools[0], ())
    assert isinstance(found, Failure)


def test_what_agents_offer_is_remembered_when_it_is_another_thing() -> None:
    pool = of_size(Sizing(2), "D4")
    assert to_remember(made(pool.situation(), "D4", {"private": SMALL})) == {"private": FOURS}
    assert to_remember(made(pool.situation(), "D4", {"private": FOURS})) == {}
    assert to_remember(made(Sizing(0).situation(), "D4", {"private": FOURS})) == {}
    assert to_remember(made(pool.situation(), "D4", unread("offers"))) == {}


def asked(first: Sizing, second: Sizing, kept: Any) -> dict[str, tuple[int, bool]]:
    """What each asks for, and whether on trial. Both sets make machines of size D4."""
    situation, bounds = two_pools(first, second)
    for pool in bounds:
        situation = made(situation, "D4", kept, pool)
    found = {}
    for pool, (one,) in demands_of(situation, bounds).items():
        assert isinstance(one, Value)
        found[pool] = (one.value.nodes, "on trial" in one.value.because)
    return found


def waits(count: int, cpus: float = 1.0, **other: Any) -> Load:
    needs = Needs(Amounts(cpus, 1_000), **{k: v for k, v in other.items() if k == "roles"})
    constraints = other.get("constraints", ())
    return Load(read(Queue((Queued(app="/web", count=count, needs=needs, constraints=constraints),))))


def unseen(load: Load) -> Sizing:
    pool = Sizing(0, scaled(Waiting()))
    pool.load = load
    return pool


def test_rule_7_a_pool_of_which_it_is_known_takes_what_it_can_first() -> None:
    known = second_pool(Waiting())
    assert asked(unseen(waits(12)), known, {}) == {"other": (2 + 1, False), "private": (0, False)}


def test_rule_7_what_fits_nowhere_else_brings_one_on_trial() -> None:
    known = second_pool(Waiting())
    big = unseen(waits(9, cpus=8.0))
    assert asked(big, known, {}) == {"other": (0, False), "private": (1, True)}
    assert asked(big, known, {"private": FOURS}) == {"other": (0, False), "private": (0, False)}


def test_rule_7_one_is_on_trial_at_a_time() -> None:
    assert asked(unseen(waits(9)), second_pool(Waiting(), count=0), {}) == {
        "private": (1, True),
        "other": (0, False),
    }


def test_rule_7_no_trial_for_a_role_that_agents_of_the_pool_never_had() -> None:
    load = waits(9, cpus=8.0, roles=(PUBLIC,))
    alone = second_pool(count=0)
    assert asked(unseen(load), alone, {"private": SMALL}) == {"private": (0, False)}
    assert asked(unseen(load), alone, {"private": PUBLICS}) == {"private": (1, True)}
    assert asked(unseen(load), alone, {}) == {"private": (1, True)}


def test_rule_7_no_trial_for_an_attribute_that_agents_of_the_pool_never_had() -> None:
    alone = second_pool(count=0)
    here = unseen(waits(9, constraints=(("rack", "LIKE", "r1"),)))
    there = unseen(waits(9, constraints=(("rack", "LIKE", "r2"),)))
    assert asked(here, alone, {"private": SMALL}) == {"private": (1, True)}
    assert asked(there, alone, {"private": SMALL}) == {"private": (0, False)}


def test_rule_7_no_trial_beyond_the_bounds() -> None:
    pool = unseen(waits(9))
    pool.says(max=0)
    situation = made(pool.situation(), "D4", {})
    bounds = {"private": replace(pool.sized().bounds, max=replace(pool.sized().bounds.max, nodes=0))}
    (found,) = demands_of(situation, bounds)["private"]
    assert isinstance(found, Value)
    assert found.value.nodes == 0


def test_pools_without_agents_stand_in_for_each_other_by_what_is_remembered() -> None:
    situation, _ = two_pools(unseen(waits(1)), second_pool(Waiting(), count=0))
    first, other = situation.cluster.pools
    for kept, each in (({"private": FOURS, "other": SMALL}, 2.0), ({"private": FOURS}, 1.0)):
        both = made(made(situation, None, kept), None, kept, "other")
        assert each_of(both, first, other) == each
