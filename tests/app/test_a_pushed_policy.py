"""The app as it is wired for real, told to take its policy from storage."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from shared import runtime
from shared.azure.storage import StorageSettings
from shared.azure.tables import AzureStore
from shared.errors import Refused
from shared.policy.in_force import LAST_GOOD, PARTITION, LastGood
from shared.policy.pushed import Pushed, put_pushed, read_pushed
from shared.ports.store import Table
from shared.settings import from_env
from simulator.azurite import Azurite
from tests.prod import POLICY, SET, START, SUBSCRIPTION


async def test_the_app_does_nothing_until_a_policy_is_pushed_and_then_obeys_it() -> None:
    text = POLICY.format(mode="observe", subscription=SUBSCRIPTION, scale_set=SET, more="")
    with Azurite.start() as azurite:
        env = {"AzureWebJobsStorage": azurite.connection_string, "POOLKEEPER_POLICY_FILE": "storage"}
        wired = runtime.build(from_env(env, Path("somewhere")))
        try:
            with pytest.raises(Refused, match="no_valid_policy"):
                await wired.app.sweep()
            async with AzureStore(StorageSettings(connection_string=azurite.connection_string)) as store:
                pushed = Pushed("v1", "policy.yaml", text, START, "ann", "the first one")
                await put_pushed(store, pushed, await read_pushed(store))
                await wired.app.sweep()
                row = await store.get(Table.POLICY, PARTITION, LAST_GOOD)
        finally:
            for close in wired.closing:
                await close()
    assert row is not None
    assert msgspec.json.decode(row.body, type=LastGood).text == text


@pytest.mark.parametrize(
    ("named", "is_in_storage"), [("storage", True), ("policy.yaml", False), (None, False)]
)
def test_the_word_storage_stands_where_a_file_could_be_named(named: str | None, is_in_storage: bool) -> None:
    env = {"AzureWebJobsStorage": "UseDevelopmentStorage=true"}
    env |= {"POOLKEEPER_POLICY_FILE": named} if named else {}
    assert from_env(env, Path("somewhere")).is_policy_in_storage is is_in_storage
