"""Whatever is given in: a policy comes out, or a `PolicyError` with places in the text, and nothing else."""

from __future__ import annotations

import random
from datetime import timedelta

from hypothesis import example, given
from hypothesis import strategies as st

from shared.policy.load import PolicyError, load
from shared.policy.schema import Policy
from shared.policy.share import Share
from shared.policy.values import Wrong, duration_text, parse_duration, read_share
from tests.policy.texts import GOOD, with_pool

PIECES = st.sampled_from(
    [
        *GOOD.splitlines(keepends=True),
        "mode: enforce\n",
        "  ",
        "\t",
        "{",
        "}",
        "[",
        "]",
        "&a ",
        "*a",
        "<<: ",
        "!!int ",
        "? ",
        "- ",
        ": ",
        "|\n",
        ">-\n",
        "---\n",
        "...\n",
        "%YAML 1.1\n",
        "'",
        '"',
        "#",
        "\\U",
        "\x85",
        "\u2028",
        "\r",
    ]
)


def outcome(text: str | bytes) -> Policy | PolicyError:
    try:
        return load(text, "policy.yaml")
    except PolicyError as error:
        return error


def check(text: str | bytes) -> None:
    first, again = outcome(text), outcome(text)
    assert str(first) == str(again)
    if isinstance(first, PolicyError):
        assert first.faults
        assert list(first.faults) == sorted(first.faults)
        assert all(fault.line >= 1 and fault.column >= 1 and fault.allowed for fault in first.faults)
        assert str(first).isprintable() or set(filter(lambda c: not c.isprintable(), str(first))) == {"\n"}


@given(st.text())
@example('"\\UFFFFFFFF"')
@example("%YAML " + "9" * 5000 + ".1\n---\na")
@example("\ud800")
@example("a: \x00")
@example("? ")
@example("*a")
@example("&a")
@example("- &a [*a]")
@example("1: {2: 3}")
def test_any_text_gives_a_policy_or_its_faults(text: str) -> None:
    check(text)


@given(st.binary())
@example(b"\xff\xfe\x00")
@example(b"\xef\xbb\xbf")
def test_any_bytes_give_a_policy_or_their_faults(text: bytes) -> None:
    check(text)


@given(st.lists(PIECES, max_size=30).map("".join))
def test_any_mixture_of_policy_and_yaml_gives_a_policy_or_its_faults(text: str) -> None:
    check(text)


@given(
    st.integers(0, len(GOOD) - 1),
    st.characters(codec="utf-8") | st.just(""),
    st.randoms(use_true_random=False),
)
def test_a_good_policy_with_one_character_changed_gives_a_policy_or_its_faults(
    place: int, char: str, chance: random.Random
) -> None:
    end = place + chance.choice([0, 1, 5])
    check(GOOD[:place] + char + GOOD[end:])


@given(st.integers(0, 9999 * 86400))
def test_every_duration_reads_as_it_was_written(seconds: int) -> None:
    duration = timedelta(seconds=seconds)
    assert parse_duration(duration_text(duration)) == duration


@given(st.text(alphabet="0123456789dhms ", max_size=12))
def test_a_text_is_a_duration_or_none_but_never_an_error(text: str) -> None:
    duration = parse_duration(text)
    assert duration is None or parse_duration(duration_text(duration)) == duration


SHARES = st.builds(Share, st.integers(1, 100), st.just(True)) | st.builds(
    Share, st.integers(1, 1000), st.just(False)
)


@given(SHARES)
def test_every_share_reads_as_it_was_written(share: Share) -> None:
    assert read_share(str(share)) == share


@given(st.text(alphabet="0123456789.% -", max_size=6))
def test_a_text_is_a_share_within_the_limits_or_wrong(text: str) -> None:
    share = read_share(text)
    assert isinstance(share, Wrong) or 1 <= share.number <= (100 if share.is_percent else 1000)


@given(SHARES, st.integers(0, 1000))
def test_a_limit_is_never_nobody_and_a_share_in_percent_never_more_than_all(share: Share, total: int) -> None:
    assert share.of(total) >= 1
    if share.is_percent:
        assert share.of(total) <= max(1, total)
        assert share.reached_at(total) <= total


@given(SHARES, st.integers(0, 1000))
def test_a_storm_needs_two(share: Share, total: int) -> None:
    (pool,) = load(with_pool(f"storm: {{unhealthy: {share}}}"), "policy.yaml").clusters[0].pools
    assert pool.storm.begins_at(total) >= 2
