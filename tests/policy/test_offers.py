"""What a policy says that the agents of a pool offer."""

from __future__ import annotations

import pytest

from shared.model.mesos import Amounts
from shared.model.ports import Ports
from shared.policy.lint import lint
from tests.policy.texts import GOOD, faults_of, policy_of, pool_of, with_pool

PATH = "clusters.prod.pools.private.offers"
WAITS = "scaling: {signals: [{of: waiting}]}"


def test_nothing_is_said_where_nothing_is_written() -> None:
    assert pool_of(GOOD).offers is None


def test_all_that_an_agent_offers_may_be_said() -> None:
    written = 'cpus: 4, mem: 14000, disk: 90000, gpus: 1, ports: "1025-2180, 2182-3887", role: slave_public'
    said = pool_of(with_pool(f"offers: {{{written}, attributes: {{rack: r 1}}}}")).offers
    assert said is not None
    assert said.offer.free == {"slave_public": Amounts(4, 14_000, 90_000, 1)}
    assert said.offer.ports == Ports(((1025, 2180), (2182, 3887)))
    assert said.offer.attributes == {"rack": "r 1"}


def test_cpus_and_memory_are_enough() -> None:
    said = pool_of(with_pool("offers: {cpus: 3.5, mem: 14000}")).offers
    assert said is not None
    assert (said.offer.free, said.offer.ports) == ({"*": Amounts(3.5, 14_000)}, None)


@pytest.mark.parametrize(
    ("written", "field", "found"),
    [
        ("{cpus: 4}", ".mem", "no such key"),
        ("{cpus: 0, mem: 14000}", ".cpus", "'0'"),
        ("{cpus: 4, mem: 14GiB}", ".mem", "'14GiB'"),
        ("{cpus: 4, mem: 14000, ports: 80}", ".ports", "'80'"),
        ('{cpus: 4, mem: 14000, ports: "90-80"}', ".ports", "'90-80'"),
        ("{cpus: 4, mem: 14000, role: a b}", ".role", "'a b'"),
        ("{cpus: 4, mem: 14000, attributes: [rack]}", ".attributes", "a list of 1"),
        ('{cpus: 4, mem: 14000, attributes: {rack: "a:b"}}', ".attributes.rack", "'a:b'"),
        ("{cpus: 4, mem: 14000, size: D4}", ".size", "the key 'size'"),
        ("4", "", "'4'"),
    ],
)
def test_what_no_agent_can_offer_is_refused(written: str, field: str, found: str) -> None:
    faults = faults_of(with_pool(f"offers: {written}"))
    assert [(one.path, one.found) for one in faults] == [(f"{PATH}{field}", found)]


@pytest.mark.parametrize(
    ("signals", "least", "advised"),
    [
        ("{of: cpu}", 0, True),
        ("{of: thin, below: 40%}, {of: memory}", 0, True),
        ("{of: cpu}", 1, False),
        ("{of: cpu}, {of: waiting}", 0, False),
        ("{of: cpu}, {nodes: 1}", 0, False),
    ],
)
def test_a_pool_that_nothing_brings_back_is_advised_against(signals: str, least: int, advised: bool) -> None:
    text = with_pool(f"scaling: {{signals: [{signals}]}}").replace("{min: 3", f"{{min: {least}")
    assert ("empty-for-good" in [one.code for one in lint(policy_of(text))]) is advised


@pytest.mark.parametrize(
    ("written", "codes"),
    [
        (f"offers: {{cpus: 4, mem: 14000}}\n{WAITS}", []),
        (f"offers: {{cpus: 4, mem: 14}}\n{WAITS}", ["offers-little"]),
        ("offers: {cpus: 4, mem: 14000}", ["offers-unasked"]),
    ],
)
def test_what_helps_nobody_is_advised_against(written: str, codes: list[str]) -> None:
    advice = lint(policy_of(with_pool(written)))
    assert [one.code for one in advice if one.code.startswith("offers")] == codes
