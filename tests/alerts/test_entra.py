"""Whose tokens of Microsoft Entra open the door: signed by our tenant, for us, in time, from the one who may call."""

from __future__ import annotations

import asyncio
import base64
import hmac
import json
from datetime import timedelta
from typing import Any

import pytest

from shared.auth.entra import KEPT, PAUSE, SKEW, EntraTokens
from shared.errors import Refused, Retry
from shared.ports.http import HttpAnswer
from shared.settings import EntraAccess
from tests.alerts.tenant import ACCESS, TENANT, Published, claims, published, token
from tests.builders import NOW

VERSION_2 = {
    "iss": f"https://login.microsoftonline.com/{TENANT}/v2.0",
    "aud": "client-id",
    "ver": "2.0",
    "appid": None,
    "azp": ACCESS.caller,
}


async def refused(text: str, access: EntraAccess = ACCESS) -> str:
    with pytest.raises(Refused) as caught:
        await EntraTokens(Published("k1"), access).check(text, NOW)
    assert text not in str(caught.value) or not text
    return caught.value.reason


@pytest.mark.parametrize(
    "changes", [{}, VERSION_2, {"appid": ACCESS.caller.upper()}, {"aud": ["x", "client-id"]}]
)
async def test_the_token_of_azure_monitor_opens(changes: dict[str, Any]) -> None:
    tenant = Published("k1")
    await EntraTokens(tenant, ACCESS).check(token(claims(NOW, **changes)), NOW)
    assert tenant.asked == [f"https://login.microsoftonline.com/{TENANT}/discovery/v2.0/keys"]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"iss": "https://sts.windows.net/another/"}, "InvalidIssuerError"),
        ({"iss": None}, "MissingRequiredClaimError"),
        ({"aud": "api://another"}, "InvalidAudienceError"),
        ({"aud": None}, "MissingRequiredClaimError"),
        ({"exp": None}, "MissingRequiredClaimError"),
        ({"exp": "soon"}, "no_time"),
        ({"nbf": []}, "no_time"),
        ({"exp": float("nan")}, "no_time"),
        ({"exp": float("inf")}, "no_time"),
        ({"exp": 10**400}, "no_time"),
        ({"exp": True}, "no_time"),
        ({"exp": int((NOW - SKEW).timestamp())}, "expired"),
        ({"nbf": int((NOW + SKEW).timestamp()) + 1}, "not_yet_valid"),
        ({"roles": None}, "without_role"),
        ({"roles": ["Reader"]}, "without_role"),
        ({"roles": "ActionGroupsSecureWebhook"}, "without_role"),
        ({"appid": "somebody"}, "other_caller"),
        ({"appid": None}, "other_caller"),
        ({"appid": None, "azp": ACCESS.caller}, "other_caller"),
        ({**VERSION_2, "azp": "somebody", "appid": ACCESS.caller}, "other_caller"),
    ],
)
async def test_any_other_token_does_not(changes: dict[str, Any], reason: str) -> None:
    assert await refused(token(claims(NOW, **changes))) == reason


@pytest.mark.parametrize(
    "changes",
    [{"exp": int((NOW - SKEW).timestamp()) + 1}, {"nbf": int((NOW + SKEW).timestamp())}],
)
async def test_clocks_may_differ_by_two_minutes(changes: dict[str, Any]) -> None:
    await EntraTokens(Published("k1"), ACCESS).check(token(claims(NOW, **changes)), NOW)


def made_by_hand(algorithm: str, secret: bytes) -> str:
    """A token that is signed with something that everybody knows, or with nothing."""
    parts = [json.dumps(part).encode() for part in ({"alg": algorithm, "kid": "k1"}, claims(NOW))]
    text = ".".join(_written(part) for part in parts)
    signature = hmac.digest(secret, text.encode(), "sha256") if secret else b""
    return f"{text}.{_written(signature)}"


def _written(part: bytes) -> str:
    return base64.urlsafe_b64encode(part).decode().rstrip("=")


async def test_a_signature_counts_only_as_entra_makes_it() -> None:
    assert await refused(made_by_hand("none", b"")) == "not_signed_as_entra_does"
    assert await refused(made_by_hand("HS256", published("k1"))) == "not_signed_as_entra_does"
    assert await refused(token(claims(NOW), key="k2", kid="k1")) == "InvalidSignatureError"


@pytest.mark.parametrize("text", ["", "x", "a.b.c", "...", "\u00e4.b.c", "x" * 20_000])
async def test_what_is_no_token_is_refused(text: str) -> None:
    assert await refused(text) in {"DecodeError", "too_long"}


@pytest.mark.parametrize("access", [EntraAccess(), EntraAccess(tenant=TENANT)])
async def test_while_nothing_is_configured_nothing_opens(access: EntraAccess) -> None:
    assert await refused(token(claims(NOW)), access) == "not_configured"


async def test_keys_are_fetched_once_a_day() -> None:
    tenant = Published("k1")
    entra = EntraTokens(tenant, ACCESS)
    for later in (timedelta(0), timedelta(minutes=30), KEPT - timedelta(seconds=1)):
        await entra.check(token(claims(NOW + later)), NOW + later)
    assert len(tenant.asked) == 1
    await entra.check(token(claims(NOW + KEPT)), NOW + KEPT)
    assert len(tenant.asked) == 2


async def test_a_new_key_is_found_and_made_up_ones_cost_little() -> None:
    tenant = Published("k1")
    entra = EntraTokens(tenant, ACCESS)
    await entra.check(token(claims(NOW)), NOW)
    for number in range(20):
        with pytest.raises(Refused, match="unknown_key"):
            await entra.check(token(claims(NOW), kid=f"made-up-{number}"), NOW + timedelta(seconds=number))
    assert len(tenant.asked) == 1
    tenant.answer = HttpAnswer(200, {}, published("k1", "k2"))
    await entra.check(token(claims(NOW), key="k2"), NOW + PAUSE)
    assert len(tenant.asked) == 2


@pytest.mark.parametrize(
    "answer",
    [
        ConnectionError("no route"),
        TimeoutError("too slow"),
        HttpAnswer(503, {}, b""),
        HttpAnswer(200, {}, b"<html>"),
        HttpAnswer(200, {}, b"[]"),
        HttpAnswer(200, {}, b'{"keys": 7}'),
        HttpAnswer(200, {}, b'{"keys": []}'),
        HttpAnswer(200, {}, b"\xff"),
    ],
)
async def test_without_keys_nobody_comes_in_and_the_sender_is_to_try_again(
    answer: HttpAnswer | Exception,
) -> None:
    tenant = Published("k1")
    tenant.answer = answer
    entra = EntraTokens(tenant, ACCESS)
    for _ in range(3):
        with pytest.raises(Retry):
            await entra.check(token(claims(NOW)), NOW)
    assert len(tenant.asked) == 1
    tenant.answer = HttpAnswer(200, {}, published("k1"))
    await entra.check(token(claims(NOW)), NOW + PAUSE)


async def test_keys_that_are_known_still_hold_when_a_made_up_one_meets_a_silent_tenant() -> None:
    tenant = Published("k1")
    entra = EntraTokens(tenant, ACCESS)
    await entra.check(token(claims(NOW)), NOW)
    tenant.answer = ConnectionError("no route")
    with pytest.raises(Retry):
        await entra.check(token(claims(NOW), kid="made-up"), NOW + PAUSE)
    await entra.check(token(claims(NOW)), NOW + PAUSE)


async def test_a_made_up_key_does_not_make_others_wait_for_a_slow_tenant() -> None:
    tenant, answered = Published("k1"), asyncio.Event()
    entra = EntraTokens(tenant, ACCESS)
    await entra.check(token(claims(NOW)), NOW)
    tenant.until = answered
    made_up = asyncio.create_task(entra.check(token(claims(NOW), kid="made-up"), NOW + PAUSE))
    await asyncio.sleep(0)
    async with asyncio.timeout(5):
        await entra.check(token(claims(NOW)), NOW + PAUSE)
    answered.set()
    with pytest.raises(Refused, match="unknown_key"):
        await made_up


async def test_a_key_of_another_kind_opens_nothing() -> None:
    """A key set may hold keys for other uses; a token that names one of them is no reason to fail."""
    curve = {"kty": "EC", "crv": "P-256", "kid": "k2", "x": "A" * 43, "y": "A" * 43}
    secret = {"kty": "oct", "kid": "k3", "k": "c2VjcmV0"}
    tenant = Published("k1")
    ours = json.loads(published("k1"))["keys"]
    tenant.answer = HttpAnswer(200, {}, json.dumps({"keys": [*ours, curve, secret]}).encode())
    entra = EntraTokens(tenant, ACCESS)
    for kid in ("k2", "k3"):
        with pytest.raises(Refused):
            await entra.check(token(claims(NOW), kid=kid), NOW)
    await entra.check(token(claims(NOW)), NOW)
