"""However load is spread, only what nobody misses moves, and wherever Marathon starts it, it paid."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from shared.decide.leavers import Ground
from shared.decide.relief import Relocation, relieve
from shared.model.mesos import Amounts
from shared.model.workloads import App, Deployment, Needs, WorkloadState
from shared.policy.rebalance import Rebalance
from shared.scale.offers import fullness
from tests.builders import read
from tests.decide.sizing import Sizing, scaled

NODES = 4
NUMBERS = st.integers(1, NODES)
LIMITS = Rebalance(load=True, hot=0.6, apart=0.1, pays=0.05)
KINDS = ("plain", "plain", "plain", "keeps data", "is short", "is deployed", "is a scheduler", "is unknown")


@st.composite
def pools(draw: st.DrawFn) -> Sizing:
    pool = Sizing(NODES, scaled(rebalance=LIMITS))
    deployed: list[Deployment] = []
    for number in range(draw(st.integers(1, 7))):
        homes = draw(st.lists(st.sampled_from([1, 1, 1, *range(1, NODES + 1)]), min_size=1, max_size=4))
        kind, name = draw(st.sampled_from(KINDS)), f"/app-{number}"
        other: dict[str, object] = {"needs": Needs(Amounts(draw(st.sampled_from([0.2, 0.5, 1.0])), 500))}
        match kind:
            case "keeps data":
                other["is_resident"] = True
            case "is short":
                other["wanted"] = len(homes) + 1
            case "is deployed":
                deployed.append(Deployment(name, (name,)))
            case "is a scheduler":
                other["service"] = name
            case "is unknown":
                other["needs"] = None
        pool.runs(name, *homes, **other)
    apps = read(tuple(pool.apps))
    pool.workloads = read(WorkloadState(apps, read(()), read(tuple(deployed)), {}))
    return pool


def moved(pool: Sizing) -> tuple[App, Relocation] | None:
    move = relieve(Ground.of(pool.situation()), pool.policy.pools[0], None).move
    return None if move is None else (next(app for app in pool.apps if app.id == move.app), move)


@settings(max_examples=60, deadline=None)
@given(pools())
def test_only_what_nobody_misses_moves(pool: Sizing) -> None:
    found = moved(pool)
    if found is None:
        return
    app, move = found
    assert len(app.tasks) > 1
    assert app.is_whole
    assert not app.is_resident
    assert app.service is None
    assert app.needs is not None
    assert move.agent in {task.agent_id for task in app.tasks if task.id == move.task}


@settings(max_examples=60, deadline=None)
@given(pools())
def test_wherever_it_starts_it_paid_as_was_said(pool: Sizing) -> None:
    found = moved(pool)
    if found is None:
        return
    app, move = found
    needs = (app.needs or Needs(Amounts())).amounts
    left, agents = _with(pool.agents[move.agent].used, needs, -1), pool.agents
    assert move.before - move.after >= LIMITS.pays - 1e-3
    for agent_id, agent in agents.items():
        with_it = _with(agent.used, needs, 1)
        if agent_id == move.agent or with_it.cpus > agent.total.cpus:
            continue
        fuller = max(fullness(left, agents[move.agent].total), fullness(with_it, agent.total))
        assert agent_id in move.may_come_to
        assert round(fuller, 3) <= round(move.after, 3)


@settings(max_examples=30, deadline=None)
@given(pools(), st.permutations(range(8)))
def test_the_same_is_chosen_in_whatever_order_things_are_listed(pool: Sizing, order: list[int]) -> None:
    before = moved(pool)
    apps = sorted(pool.apps, key=lambda app: order[int(app.id.rpartition("-")[2])])
    state = pool.workloads
    pool.agents = dict(sorted(pool.agents.items(), reverse=True))
    pool.workloads = replace(state, value=replace(state.value, apps=read(tuple(apps))))  # type: ignore[union-attr]
    after = moved(pool)
    assert (before and before[1]) == (after and after[1])


def _with(one: Amounts, other: Amounts, times: int) -> Amounts:
    return Amounts(round(one.cpus + times * other.cpus, 3), one.mem_mb + times * other.mem_mb)
