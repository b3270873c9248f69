"""A Flexible machine is called by its own name, which is its instance id within the set."""

from __future__ import annotations

from msgspec.structs import replace

from shared.model.nodes import Condition, Finding, Node
from shared.model.operations import Operation, Subject
from shared.model.remedies import Remedy
from shared.model.signals import Signal, SignalKind
from shared.operate.homes import set_among
from shared.operate.resolve import with_nodes
from shared.operate.rest import why_it_rests
from tests.builders import NOW, SET, cluster_policy, instance, memory, pool_policy, signal

NAME = f"{SET}_0a1b2c3d"
KNOWN = f"{SET}_{NAME}"


def heard(about: str) -> Signal:
    plain = signal(SignalKind.NODE_DOOMED, None)
    return replace(plain, node=None, about=about, occurred_at=NOW)


def findings(*, is_there: bool) -> list[Finding]:
    there = instance(1, name=KNOWN, instance_id=NAME) if is_there else None
    past = memory(1, name=KNOWN, instance_id=NAME)
    node = Node(KNOWN, "private", there, None, past, None)
    plain = Node(f"{SET}_3", "private", instance(3), None, memory(3), None)
    return [Finding(one, Condition.HEALTHY, 11, "") for one in (node, plain)]


def test_its_name_means_it_while_it_is_there_and_when_it_is_gone() -> None:
    for is_there in (True, False):
        (one,) = with_nodes((heard(NAME.upper()),), findings(is_there=is_there))
        assert (one.node, one.pool) == (KNOWN, "private")


def test_the_number_of_a_uniform_machine_is_no_name() -> None:
    (one,) = with_nodes((heard("3"),), findings(is_there=True))
    assert one.node is None


def test_it_is_of_the_set_that_it_is_named_after_and_work_on_it_does_not_rest() -> None:
    subject = Subject(KNOWN, NAME, "vm-1", None, None, None, None)
    step, remedy = "prove_dead", Remedy.REPLACE
    work = Operation("o", "prod", "private", "i", remedy, subject, step, NOW, NOW, NOW)
    assert why_it_rests(cluster_policy(pool_policy()), work) is None
    others = cluster_policy(pool_policy(scale_set="another"))
    assert why_it_rests(others, work) == "pool private is scale set another now"


def test_of_two_sets_with_the_same_beginning_it_is_of_the_longer_one() -> None:
    assert set_among("a_b_7", ["a", "a_b"]) == "a_b"
    assert set_among("A_7", ["a", "a_b"]) == "a"
    assert set_among("ab_7", ["a", "a_b"]) is None
