"""A key for the API is made: it opens what its entry says, and the entry does not tell it."""

from __future__ import annotations

from pathlib import Path

import pytest

from shared.api.who import Doorman
from shared.auth.entra import EntraTokens
from shared.memory.clock import SteppedClock
from shared.model.roles import Role
from shared.settings import EntraAccess, from_env
from tests.alerts.tenant import Published
from tests.cli.typed import data_of, typed, words_of
from tests.prod import START


@pytest.mark.parametrize("role", list(Role))
async def test_the_key_lets_in_by_its_entry(role: Role) -> None:
    made = data_of(typed("key", "ann@example.com", "--role", role, "--json"))
    settings = from_env(
        {"AzureWebJobsStorage": "UseDevelopmentStorage=true", "POOLKEEPER_API_KEYS": f"{made['entry']},"},
        Path(),
    )
    clock = SteppedClock(START)
    doorman = Doorman(clock, EntraTokens(Published(), EntraAccess()), settings.api_keys)
    caller = await doorman.let_in("", made["key"])
    assert (caller.name, caller.role) == ("key ann@example.com", role)
    assert made["key"] not in made["entry"]


def test_no_two_keys_are_alike_and_a_person_is_told_where_each_part_goes() -> None:
    one, other = (words_of(typed("key", "ann", width=200)) for _ in range(2))
    assert one != other
    assert "POOLKEEPER_API_KEYS" in one


@pytest.mark.parametrize("name", ["", "a:b", "a,b", "x" * 61, "a b"])
def test_a_name_that_an_entry_cannot_have_gets_no_key(name: str) -> None:
    result = typed("key", name)
    assert (result.exit_code, "key  " in result.stdout) == (2, False)
