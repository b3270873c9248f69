"""Errors and settings are made to be shown, so they hold nothing that must not be."""

from __future__ import annotations

import traceback
from collections.abc import Awaitable, Callable

import pytest

from shared.azure.arm_client import ArmClients, ArmSettings
from shared.azure.arm_errors import refusal_for
from shared.azure.compute import AzureCompute
from shared.azure.storage import StorageSettings
from shared.azure.tables import AzureStore
from shared.errors import PoolkeeperError
from shared.model.azure import PoolAddress
from shared.ports.store import Table, Write
from tests.azure.conftest import TOKEN
from tests.azure.scripted import CUT, Answer, Script, refusal

SIGNATURE = "c2lnbmF0dXJlLW9mLXRoZS1xdWVyeQ"
JWT = "eyJhbGciOiJub25lIn0.eyJvaWQiOiIxIn0.c2lnbmF0dXJl"
LEAKY = (
    f"Invalid token 'Bearer {TOKEN}' or {JWT} for https://x.test/operations/1?p=1&sig={SIGNATURE} with"
    f" AccountKey={SIGNATURE}; password: {SIGNATURE}"
)
SECRETS = (TOKEN, SIGNATURE, JWT)

CALLS: list[Callable[[AzureCompute, PoolAddress], Awaitable[object]]] = [
    lambda compute, pool: compute.scale_set(pool),
    lambda compute, pool: compute.instance(pool, "3"),
    lambda compute, pool: compute.addresses(pool),
    lambda compute, pool: compute.destroy(pool, ["3"]),
    lambda compute, pool: compute.set_capacity(pool, 4, '"1"'),
]


@pytest.mark.parametrize("call", CALLS, ids=["scale_set", "instance", "addresses", "destroy", "set_capacity"])
@pytest.mark.parametrize(
    "answer",
    [refusal(status, "Whatever", LEAKY) for status in (400, 401, 409, 500)] + [CUT],
    ids=["400", "401", "409", "500", "cut"],
)
async def test_no_error_of_compute_shows_a_secret(
    arm: Script,
    compute: AzureCompute,
    pool: PoolAddress,
    call: Callable[[AzureCompute, PoolAddress], Awaitable[object]],
    answer: Answer,
) -> None:
    arm.will(answer)

    with pytest.raises(PoolkeeperError) as caught:
        await call(compute, pool)

    shown = "".join(traceback.format_exception(caught.value)) + repr(caught.value) + repr(vars(caught.value))
    assert not any(secret in shown for secret in SECRETS)


def test_the_message_of_a_failed_operation_is_cleaned() -> None:
    shown = repr(vars(refusal_for("SomethingNew", LEAKY)))

    assert not any(secret in shown for secret in SECRETS)
    assert "https://x.test/operations/1?..." in shown


async def test_no_error_of_storage_shows_the_account_key() -> None:
    key = "a2V5LW9mLXRoZS1hY2NvdW50"
    connection = (
        f"DefaultEndpointsProtocol=http;AccountName=acc;AccountKey={key};TableEndpoint=http://127.0.0.1:9/acc"
    )

    async with AzureStore(StorageSettings(connection_string=connection)) as store:
        with pytest.raises(PoolkeeperError) as caught:
            await store.write(Table.AUDIT, "prod", Write("row", b"{}", None))

    assert key not in "".join(traceback.format_exception(caught.value)) + repr(vars(caught.value))


def test_settings_show_no_secret() -> None:
    assert TOKEN not in repr(ArmSettings(endpoint="http://x.test", static_token=TOKEN))
    assert SIGNATURE not in repr(StorageSettings(connection_string=f"AccountKey={SIGNATURE}"))


def test_no_real_token_is_sent_without_tls() -> None:
    with pytest.raises(ValueError, match="https"):
        ArmClients(ArmSettings(endpoint="http://x.test"))
