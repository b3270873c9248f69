"""Whatever is written into the log, no secret is in it."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.outlets.discreet import STRUCK_OUT, Discreet, be_discreet
from shared.settings import from_env

OURS = "hunter2-is-long-enough"
ACCOUNT = "DefaultEndpointsProtocol=https;AccountName=acspool;AccountKey={};EndpointSuffix=core.windows.net"
SECRET = "c2VjcmV0LXdpdGgtNjQtY2hhcmFjdGVycw=="

SHOWS = {
    "a connection string": ACCOUNT.format(SECRET),
    "a shared access signature": f"could not read https://acspool.blob.core.windows.net/a?se=1&sig={SECRET}&sp=r",
    "a bearer token": f"headers {{'Authorization': 'Bearer {SECRET}'}}",
    "a basic login": f"Authorization: Basic {SECRET}",
    "a key in a URL": f"POST /api/alerts/alertmanager?code={SECRET} answered 500",
    "a function key": f"x-functions-key: {SECRET}",
    "a login in a URL": f"cannot reach mailtos://poolkeeper:{SECRET}@smtp.example.com",
    "a token in a URL": f"cannot reach discord://{SECRET.replace('=', 'x')}@hooks.example.com",
    "an answer with a token": f'{{"access_token":"{SECRET}","expires_in":3600}}',
}


@pytest.mark.parametrize("what", SHOWS)
def test_what_looks_like_a_secret_is_struck_out(what: str) -> None:
    told = Discreet(()).told(SHOWS[what])
    assert SECRET not in told
    assert SECRET.replace("=", "x") not in told
    assert STRUCK_OUT in told


@pytest.mark.parametrize(
    "text",
    [
        "replace: gone: Azure does not list it, code=AllocationFailed",
        "Basic authentication is off, Bearer tokens are not",
        "see https://docs.example.com/page?key_words=a and https://example.com:8080/x@y",
        '{"kind":"step","subject":"dcos-agent-private-633E21A3-vmss0_4","text":"prove_dead: gone"}',
        "GET http://172.16.0.5:5050/master/state?jsonp=x answered 200",
    ],
)
def test_ordinary_sentences_stay_as_they_are(text: str) -> None:
    assert Discreet(()).told(text) == text


def test_the_settings_know_which_of_them_are_secret() -> None:
    env = {
        "AzureWebJobsStorage": ACCOUNT.format(SECRET),
        "POOLKEEPER_ARM_ENDPOINT": "http://127.0.0.1:8100",
        "POOLKEEPER_ARM_STATIC_TOKEN": "static-token",
        "POOLKEEPER_ALERTMANAGER_TOKEN": "alert-token",
        "POOLKEEPER_ALERTMANAGER_USER": "prometheus",
        "POOLKEEPER_ALERTMANAGER_PASSWORD": "alert-password",
        "APPLICATIONINSIGHTS_CONNECTION_STRING": "InstrumentationKey=1234-5678;IngestionEndpoint=https://a/",
    }
    secrets = {SECRET, "static-token", "alert-token", "alert-password", "1234-5678"}
    assert set(from_env(env, Path()).secrets) == secrets


def test_a_setting_that_is_secret_is_struck_out_wherever_it_stands() -> None:
    discreet = Discreet([OURS, OURS[:12], "short"])
    assert discreet.told(f"a{OURS}b and {OURS[:12]}, but short stays") == "a***b and ***, but short stays"


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """What a handler at the root logger writes, with the process made discreet."""
    stream, factory = io.StringIO(), logging.getLogRecordFactory()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logging.Formatter("%(levelname)s %(message)s"))
    logging.getLogger().addHandler(handler)
    be_discreet([OURS])
    yield stream
    logging.getLogger().removeHandler(handler)
    logging.setLogRecordFactory(factory)


def test_messages_arguments_and_exceptions_are_all_looked_through(written: io.StringIO) -> None:
    log = logging.getLogger("azure.core.pipeline")
    log.warning("the key is %s, of %s", OURS, {"Authorization": f"Bearer {SECRET}"})
    try:
        raise ConnectionError(f"cannot reach https://a?sig={SECRET}")
    except ConnectionError:
        log.exception("with %s", OURS)
    told = written.getvalue()
    assert "cannot reach https://a?sig=***" in told
    assert "Traceback" in told
    assert OURS not in told
    assert SECRET not in told


def test_a_message_with_wrong_arguments_is_written_all_the_same(written: io.StringIO) -> None:
    logging.getLogger("any").warning("%d machines", "many")
    assert "%d machines ('many',)" in written.getvalue()
