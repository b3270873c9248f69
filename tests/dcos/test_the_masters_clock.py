"""The time by the leading master's clock comes with its answer."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from shared.dcos.leader import LeaderSearch
from shared.dcos.masters import Masters
from shared.ports.http import HttpAnswer, HttpCall
from tests.dcos.recorded import answer, document


class Master:
    def __init__(self, date: str | None) -> None:
        self.headers = {} if date is None else {"date": date}

    async def send(self, call: HttpCall) -> HttpAnswer:
        return answer(document("get-master.json"), 200, self.headers)


@pytest.mark.parametrize(
    ("date", "at"),
    [
        ("Sun, 22 Nov 2026 09:47:21 GMT", datetime(2026, 11, 22, 9, 47, 21, tzinfo=UTC)),
        ("Sun, 22 Nov 2026 10:47:21 +0100", datetime(2026, 11, 22, 9, 47, 21, tzinfo=UTC)),
        (None, None),
        ("", None),
        ("yesterday", None),
        ("Sun, 99 Nov 2026 09:47:21 GMT", None),
        ("Sun, 22 Nov 99999999999999999999 09:47:21 GMT", None),
    ],
)
async def test_the_time_is_that_of_its_answer(date: str | None, at: datetime | None) -> None:
    leader = await LeaderSearch(Masters(Master(date)), ["10.0.0.5:5050"]).find()
    assert leader.answered_at == at
