"""Whatever a master sends, the outcome is a state or one of the words of the error tree; nothing else escapes."""

from __future__ import annotations

import copy
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.dcos import v1
from shared.dcos.leader import Leader
from shared.dcos.mesos import MesosScheduler
from shared.errors import Retry
from shared.memory.http import MemoryHttp
from shared.model.mesos import SchedulerState
from tests.dcos.recorded import MASTER, Json, answer, document, operator_api, scheduler, v1_master

STATE = document("get-state-after-restart.json")
OLDER = document("state-after-restart.json")

scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
anything = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner)
)


@st.composite
def spoiled(draw: st.DrawFn, whole: Json) -> Json:
    """The document with one part, somewhere inside, replaced by anything or left out."""
    result = copy.deepcopy(whole)
    part: Any = result
    while True:
        key = draw(st.sampled_from(sorted(part) if isinstance(part, dict) else range(len(part))))
        inner = part[key]
        if not isinstance(inner, dict | list) or not inner or draw(st.integers(0, 3)) == 0:
            break
        part = inner
    if draw(st.booleans()):
        part[key] = draw(anything)
    else:
        del part[key]
    return result


async def outcome(made: MesosScheduler) -> None:
    with suppress(Retry):
        state = await made.state()
        assert isinstance(state, SchedulerState)
        assert all(agent.agent_id and agent.address for agent in state.agents)


relaxed = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@relaxed
@given(spoiled(STATE))
async def test_a_spoiled_state_is_a_state_or_a_retry(state: Json) -> None:
    await outcome(scheduler(v1_master(GET_STATE=answer(state))))


@relaxed
@given(spoiled(OLDER))
async def test_a_spoiled_older_state_is_a_state_or_a_retry(state: Json) -> None:
    http = MemoryHttp(
        {
            f"POST http://{MASTER}/api/v1": operator_api({"GET_MASTER": answer(_named(OLDER["id"]))}),
            f"GET http://{MASTER}/state": lambda _: answer(state),
            f"GET http://{MASTER}/slaves": lambda _: answer({}),
        }
    )
    await outcome(scheduler(http))


def _named(election: str) -> Json:
    master = document("get-master-1.1.json")
    master["get_master"]["master_info"]["id"] = election
    return master


@pytest.mark.parametrize("text", [b"[" * 100_000, b'{"get_state":' * 100_000, b'{"x": ' + b"[" * 100_000])
async def test_an_answer_nested_without_end_is_malformed(text: bytes) -> None:
    with pytest.raises(Retry, match="malformed"):
        await scheduler(v1_master(GET_STATE=answer(text))).state()
    with pytest.raises(Retry, match="malformed"):
        await scheduler(v1_master(GET_MASTER=answer(text))).state()


@pytest.mark.parametrize("value", ["9" * 5000 + "secs", "99999999999999days", "1e400hrs"])
def test_a_duration_beyond_all_measure_is_malformed(value: str) -> None:
    leader = Leader(MASTER, "one", "1.11.0", 1.0, None, frozenset(), has_v1=True)
    flags = answer({"get_flags": {"flags": [{"name": "agent_reregister_timeout", "value": value}]}})
    with pytest.raises(ValueError, match="not a duration"):
        v1.reading(leader, flags.body, answer(STATE).body)
