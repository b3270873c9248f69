"""What a policy says about evening out: merged field by field, refused where it cannot be, advised against."""

from __future__ import annotations

import pytest

from shared.policy.lint import lint
from shared.policy.load import load
from shared.policy.rebalance import Rebalance
from tests.policy.texts import GOOD, changed, faults_of, pool_of, with_pool

PATH = "clusters.prod.pools.private"


def test_nothing_is_evened_out_where_nothing_is_written() -> None:
    assert pool_of(GOOD).rebalance == Rebalance(load=False, hot=0.8, apart=0.2, pays=0.1)
    assert not pool_of(with_pool("rebalance: {}")).rebalance.load
    assert not pool_of(with_pool("rebalance: {}")).rebalance.spread
    assert pool_of(with_pool("rebalance: {spread: true}")).rebalance == Rebalance(spread=True)


def test_it_is_merged_field_by_field() -> None:
    text = changed("version: 1", "version: 1\ndefaults: {rebalance: {load: true, hot: 90%, apart: 30%}}")
    text = text.replace("    pools:\n", "    rebalance: {apart: 25%}\n    pools:\n", 1)
    (pool, *_) = load(text, "policy.yaml").clusters[0].pools
    assert pool.rebalance == Rebalance(load=True, hot=0.9, apart=0.25, pays=0.1)


@pytest.mark.parametrize(
    ("written", "field", "found"),
    [
        ("{load: perhaps}", "load", "'perhaps'"),
        ("{spread: 2}", "spread", "'2'"),
        ("{hot: 100%}", "hot", "'100%'"),
        ("{apart: 0%}", "apart", "'0%'"),
        ("{pays: 0.1}", "pays", "'0.1'"),
        ("{loads: true}", "loads", "the key 'loads'"),
    ],
)
def test_what_cannot_be_is_refused(written: str, field: str, found: str) -> None:
    faults = faults_of(with_pool(f"rebalance: {written}"))
    assert [(one.path, one.found) for one in faults] == [(f"{PATH}.rebalance.{field}", found)]


@pytest.mark.parametrize(
    ("code", "unwise", "wise", "field"),
    [
        ("hot-half-empty", "{load: true, hot: 59%}", "{load: true, hot: 60%}", "hot"),
        ("moves-for-little", "{load: true, pays: 4%}", "{load: true, pays: 5%}", "pays"),
    ],
)
def test_what_is_unwise_is_advised_against(code: str, unwise: str, wise: str, field: str) -> None:
    def advice(text: str) -> list[tuple[str, str]]:
        policy = load(with_pool(f"rebalance: {text}"), "policy.yaml")
        return [(one.code, one.path) for one in lint(policy) if one.path.startswith(f"{PATH}.rebalance")]

    assert advice(unwise) == [(code, f"{PATH}.rebalance.{field}")]
    assert advice(wise) == advice(unwise.replace("true", "false")) == []


@pytest.mark.parametrize(("least", "told"), [(40, ["spread-no-room"]), (39, [])])
def test_a_pool_that_cannot_have_one_more_is_never_evened_out(least: int, told: list[str]) -> None:
    text = with_pool("rebalance: {spread: true}").replace("{min: 3, max: 40}", f"{{min: {least}, max: 40}}")
    assert [
        one.code for one in lint(load(text, "policy.yaml")) if one.path.endswith("rebalance.spread")
    ] == told
