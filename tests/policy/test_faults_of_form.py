"""Keys, sections and the text itself: what is wrong is told at its line, all of it at once, and nothing is guessed."""

from __future__ import annotations

import pytest

from shared.errors import PoolkeeperError
from shared.policy.load import PolicyError, load
from tests.policy.texts import (
    GOOD,
    changed,
    cluster_of,
    fault_of,
    faults_of,
    policy_of,
    with_pool,
)

PRIVATE = "clusters.prod.pools.private"


def test_all_faults_are_told_at_once_in_the_order_of_the_lines() -> None:
    text = changed("version: 1", "version: 3").replace("acs-prod", "'a b'").replace("min: 3", "min: -3")
    faults = faults_of(text + "        mood: enforce\n")
    assert [fault.line for fault in faults] == [1, 5, 10, 11]
    assert faults_of(text + "        mood: enforce\n") == faults


def test_the_error_names_file_line_and_column_and_what_stays_in_force() -> None:
    with pytest.raises(PolicyError) as caught:
        load(with_pool("mode: bold"), "ops/policy.yaml")
    text = str(caught.value)
    assert "ops/policy.yaml:11:15: clusters.prod.pools.private.mode: found 'bold'" in text
    assert "the last good version stays" in text
    assert isinstance(caught.value, PoolkeeperError)


@pytest.mark.parametrize(
    ("written", "path", "near"),
    [
        ("scale_sett: x", "scale_sett", "scale_set"),
        ("Mode: enforce", "Mode", "mode"),
        ("disruptions: {per_hour: 1}", "disruptions", "disruption"),
        ("repair: {confirm_afer: 1m}", "repair.confirm_afer", "confirm_after"),
        ("repair: {join-timeout: 1m}", "repair.join-timeout", "join_timeout"),
    ],
)
def test_a_misspelt_key_gets_the_nearest_allowed_one(written: str, path: str, near: str) -> None:
    fault = fault_of(with_pool(written))
    assert (fault.line, fault.path) == (11, f"{PRIVATE}.{path}")
    assert fault.hint == f"did you mean '{near}'?"
    assert near in fault.allowed


def test_a_misspelt_key_that_must_be_there_is_one_fault_and_not_two() -> None:
    assert fault_of(changed("subscription:", "subscripton:")).hint == "did you mean 'subscription'?"


def test_a_cluster_whose_masters_are_not_named_is_a_fault() -> None:
    fault = fault_of(changed("{masters: [172.16.0.5, 172.16.0.6, 172.16.0.7]}", "{login: none}"))
    assert (fault.line, fault.path) == (6, "clusters.prod.dcos.masters")


def test_a_key_at_the_wrong_place_is_told_where_it_belongs() -> None:
    assert fault_of(with_pool("per_day: 3")).hint == "'per_day' belongs to: disruption"


def test_a_key_that_resembles_nothing_gets_the_list_of_keys() -> None:
    fault = fault_of(with_pool("xyzzy: 3"))
    assert (
        fault.allowed == "scale_set, capacity, mode, windows, schedules, scaling, offers, price, "
        "azure_autoscale, notify, repair, disruption, storm, rebalance"
    )
    assert fault.hint == ""


@pytest.mark.parametrize(
    "key", ["version", "subscription", "resource_group", "dcos", "scale_set", "capacity"]
)
def test_a_missing_key_is_told_at_the_section_that_lacks_it(key: str) -> None:
    without = "".join(line for line in GOOD.splitlines(keepends=True) if line.strip().split(":")[0] != key)
    fault = fault_of(without)
    assert fault.found == "no such key"
    assert key in fault.path
    assert key in fault.allowed


def test_what_this_version_does_not_do_is_refused_with_a_sentence() -> None:
    assert "no login" in fault_of(changed("masters: [", "login: oauth, masters: [")).hint


@pytest.mark.parametrize("nothing", ["{}", "", "[]", "x"])
@pytest.mark.parametrize("key", ["clusters", "pools"])
def test_an_empty_selection_is_no_policy(key: str, nothing: str) -> None:
    lines = GOOD.splitlines(keepends=True)
    cut = next(index for index, line in enumerate(lines) if line.strip() == f"{key}:")
    text = "".join(lines[:cut]) + lines[cut].rstrip() + f" {nothing}\n"
    assert "at least one" in fault_of(text).allowed


def test_a_key_written_twice_is_told_with_the_first_line() -> None:
    fault = fault_of(with_pool("scale_set: other"))
    assert (fault.line, fault.path) == (11, f"{PRIVATE}.scale_set")
    assert fault.hint == "the first is on line 9"


def test_a_pool_written_twice_is_a_fault() -> None:
    fault = fault_of(GOOD + "      private: {scale_set: x, capacity: {min: 1, max: 2}}\n")
    assert (fault.line, fault.path) == (11, PRIVATE)


def test_every_line_with_tabs_is_told() -> None:
    text = GOOD + "\tmode: enforce\n\n\t\tstorm: {}\n"
    assert [(fault.line, fault.found) for fault in faults_of(text)] == [
        (11, "a tab in the indentation"),
        (13, "a tab in the indentation"),
    ]


@pytest.mark.parametrize(
    ("extra", "line", "found"),
    [
        ("repair: &fast {join_timeout: 5m}", 11, "the anchor 'fast'"),
        ("repair: !!python/object:os.system {}", 11, "the tag"),
        ("repair: {<<: {join_timeout: 5m}}", 11, "the merge key <<"),
        ("? [a]\n: b", 11, "a key that is no plain word"),
    ],
)
def test_anchors_tags_and_merge_keys_are_refused_where_they_stand(extra: str, line: int, found: str) -> None:
    fault = fault_of(with_pool(extra))
    assert fault.line == line
    assert found in fault.found


def test_an_alias_that_repeats_itself_costs_nothing() -> None:
    levels = "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}, *a{n - 1}, *a{n - 1}]\n" for n in range(1, 60))
    faults = faults_of("a0: &a0 [x, x, x, x]\n" + levels)
    assert len(faults) == 101
    assert "more faults" in faults[-1].found


def test_a_text_nested_without_end_is_left_at_a_bounded_depth() -> None:
    assert "inside each other" in fault_of("[" * 100_000).found


def test_too_many_values_are_left_unread() -> None:
    assert any("more than 50000 values" in fault.found for fault in faults_of("[" + "a," * 60_000 + "]"))


def test_a_file_above_the_limit_is_not_read_at_all() -> None:
    fault = fault_of(GOOD + "#" * 300_000)
    assert fault.found == f"{len(GOOD) + 300_000} bytes"


def test_a_second_document_is_refused() -> None:
    assert fault_of(GOOD + "---\n" + GOOD).line == 11


@pytest.mark.parametrize("text", ["", "\n", "# only a comment\n", "---\n", "null", "word", "- a\n- b\n"])
def test_a_file_with_no_mapping_says_how_a_policy_begins(text: str) -> None:
    assert "version: 1" in fault_of(text).allowed


def test_text_that_is_not_yaml_is_told_at_its_line() -> None:
    fault = fault_of(GOOD + "      broken: {a: b\n")
    assert fault.line >= 11
    assert "not YAML" in fault.found


def test_bytes_that_are_not_utf_8_are_told_at_their_line() -> None:
    fault = fault_of(GOOD.encode() + b"# caf\xe9\n")
    assert (fault.line, fault.column) == (11, 6)
    assert "0xe9" in fault.found


def test_utf_16_is_told_by_its_name() -> None:
    assert "UTF-16" in fault_of(GOOD.encode("utf-16")).found


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("ending", [b"\n", b"\r\n", b"\r"])
def test_byte_order_mark_and_line_endings_make_no_difference(mark: bytes, ending: bytes) -> None:
    assert load(mark + GOOD.encode().replace(b"\n", ending), "policy.yaml") == policy_of(GOOD)


def test_lines_are_counted_right_with_windows_line_endings() -> None:
    assert fault_of(with_pool("mode: x").replace("\n", "\r\n")).line == 11


def test_found_text_is_cut_and_shown_without_control_characters() -> None:
    fault = fault_of(with_pool('mode: "' + "\\e" + "x" * 500 + '"'))
    assert "\x1b" not in str(fault)
    assert len(fault.found) < 100


def test_comments_and_key_order_do_not_matter() -> None:
    lines = GOOD.splitlines(keepends=True)
    assert cluster_of("# first\n" + "".join([*lines[1:], lines[0]])) == cluster_of(GOOD)
