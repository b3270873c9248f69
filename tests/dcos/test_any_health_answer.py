"""Whatever DC/OS's health interfaces answer, readings come out and nothing is raised."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from shared.model.readings import Failure, Value
from shared.ports.http import HttpAnswer, HttpCall
from tests.dcos.test_health import CHECKS, EXHIBITOR, HEALTH, LEADER, QUEUE, read

PATHS = (f"{HEALTH}/nodes", HEALTH, EXHIBITOR, LEADER, QUEUE, f"{CHECKS}/cluster/", f"{CHECKS}/node/")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["nodes", "units", "host_ip", "health", "id", "leader", "queue", "checks", "status", "code"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)
BODY: st.SearchStrategy[bytes] = (
    st.binary(max_size=40) | JSON.map(msgspec.json.encode) | st.just(b"[" * 200_000)
)


@given(st.fixed_dictionaries({path: st.tuples(st.sampled_from([200, 404, 500]), BODY) for path in PATHS}))
def test_nothing_is_raised_whatever_is_answered(answers: dict[str, tuple[int, bytes]]) -> None:
    def route(status: int, body: bytes) -> Callable[[HttpCall], HttpAnswer]:
        return lambda _: HttpAnswer(status, {}, body)

    health = asyncio.run(read({path: route(*answer) for path, answer in answers.items()}))
    assert isinstance(health.diagnostics, Value | Failure)
