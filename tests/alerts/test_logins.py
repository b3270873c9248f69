"""Who may send Alertmanager's notifications without a function key: only who knows what is configured."""

from __future__ import annotations

import base64

import pytest

from shared.auth.logins import check_login
from shared.errors import Refused
from shared.settings import AlertLogin

TOKEN = AlertLogin(token="a-token")
BASIC = AlertLogin(user="prom", password="pass:word")


def basic(text: str) -> str:
    return "Basic " + base64.b64encode(text.encode()).decode()


def refused(authorization: str, login: AlertLogin) -> str:
    with pytest.raises(Refused) as caught:
        check_login(authorization, login)
    assert "token" not in str(caught.value).replace("wrong_bearer", "")
    assert "pass" not in str(caught.value)
    return caught.value.reason


@pytest.mark.parametrize("authorization", ["Bearer a-token", "bearer a-token", "Bearer  a-token "])
def test_the_right_token_opens(authorization: str) -> None:
    check_login(authorization, TOKEN)


@pytest.mark.parametrize(
    "authorization", [basic("prom:pass:word"), basic("prom:pass:word").replace("B", "b", 1)]
)
def test_the_right_name_and_password_open(authorization: str) -> None:
    check_login(authorization, BASIC)


@pytest.mark.parametrize("given", ["", "a", "a-toke", "a-tokens", "A-TOKEN", "\udc80", "ä"])
def test_any_other_token_does_not(given: str) -> None:
    assert refused(f"Bearer {given}", TOKEN) == "wrong_bearer"


@pytest.mark.parametrize(
    "authorization",
    [basic("prom:"), basic(":pass:word"), basic("prom:pass"), basic(""), "Basic", "Basic ???", "Basic /w=="],
)
def test_any_other_name_or_password_does_not(authorization: str) -> None:
    assert refused(authorization, BASIC) == "wrong_basic"


def test_without_credentials_nobody_comes_in() -> None:
    assert refused("", TOKEN) == "nothing_given"


@pytest.mark.parametrize(
    "authorization", ["Bearer ", "Bearer", basic(":"), basic(""), "Digest x", "Bearer a-token"]
)
def test_while_nothing_is_configured_nothing_opens(authorization: str) -> None:
    assert refused(authorization, AlertLogin()) == "no_known_way"
    assert refused(authorization, AlertLogin(user="prom")) == "no_known_way"


def test_a_token_does_not_open_where_a_password_is_asked() -> None:
    assert refused("Bearer pass:word", BASIC) == "no_known_way"


def test_secrets_are_never_shown() -> None:
    shown = repr(AlertLogin("a-token", "prom", "pass:word"))
    assert ("a-token" in shown, "pass:word" in shown, "prom" in shown) == (False, False, True)
