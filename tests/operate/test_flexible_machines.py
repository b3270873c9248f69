"""A Flexible machine is called by its own name, which is its instance id within the set."""

from __future__ import annotations

from msgspec.structs import replace

from shared.model.nodes import Condition, Finding, Node
from shared.model.signals import Signal, SignalKind
from shared.operate.resolve import with_nodes
from tests.builders import NOW, SET, instance, memory, signal

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
