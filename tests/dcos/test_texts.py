"""What services print is kept short and without secrets."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.dcos.texts import BLOT, HEAD, TAIL, shortened

STATE = "dcos-signal.service state is not one of the possible states [active inactive]. Current state is [ failed ]."


def test_a_short_text_is_kept_on_one_line() -> None:
    assert shortened(f"{STATE}\n  started\x00 and\tended\n") == f"{STATE} started and ended"


def test_of_a_long_text_the_beginning_and_the_end_are_kept() -> None:
    journal = "\n".join(f"line {number} of the journal" for number in range(9_000))
    kept = shortened(f"{STATE}\n{journal}\nfatal: disk is full")
    assert kept.startswith("dcos-signal.service state is not one of")
    assert kept.endswith("line 8999 of the journal fatal: disk is full")
    assert len(kept) <= HEAD + TAIL + 3


@pytest.mark.parametrize(
    "secret",
    [
        "password=hunter2",
        'PASSWORD: "hunter2"',
        "access_token = hunter2",
        "AccountKey=hunter2;EndpointSuffix",
        "https://blob/x?sv=1&sig=hunter2&se=2",
        "Authorization: Bearer hunter2",
        "http://admin:hunter2@10.0.0.4/",
        "token=eyJhunter2.eyJhunter2.hunter2",
        "got eyJhunter2hunter2.hunter2.hunter2 from login",
    ],
)
def test_what_looks_like_a_secret_is_blotted_out(secret: str) -> None:
    kept = shortened(f"before {secret} after")
    assert "hunter2" not in kept
    assert BLOT in kept
    assert kept.startswith("before ")
    assert kept.endswith(" after")


def test_a_secret_that_is_cut_through_is_left_out() -> None:
    for shift in range(60):
        text = "x " * 2000 + "password=" + "hunter2" * 10 + " " + "y" * (TAIL - shift)
        assert "hunter2" not in shortened(text)
        assert "hunter2" not in shortened("z " * 200 + text)


@given(st.text(max_size=200) | st.text(max_size=20).map(lambda text: text * 700))
def test_any_text_becomes_one_short_line(text: str) -> None:
    kept = shortened(text)
    assert kept.isprintable()
    assert len(kept) <= HEAD + TAIL + 3
