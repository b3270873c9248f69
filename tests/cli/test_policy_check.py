"""An operator asks whether a policy file is right, and gets told enough to mend it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.typed import data_of, typed
from tests.policy.texts import GOOD, changed, with_pool

ESCAPE = "\x1b[31m"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "policy.yaml"
    path.write_text(GOOD)
    return path


def test_a_good_policy_is_said_to_be_valid(file: Path) -> None:
    result = typed("policy", "check", str(file), width=200)
    assert result.exit_code == 0
    assert "valid policy: 1 cluster, 1 pool" in result.stdout
    assert "prod/private" in result.stdout


def test_the_sample_policy_is_valid_and_gives_no_cause_for_advice() -> None:
    result = typed("policy", "check", str(Path(__file__).parents[2] / "policy.sample.yaml"))
    assert result.exit_code == 0
    assert "advice" not in result.stdout


def test_a_fault_is_told_with_its_place_and_what_is_allowed(file: Path) -> None:
    file.write_text(with_pool("mode: enforced"))
    result = typed("policy", "check", str(file), width=200)
    assert result.exit_code == 1
    assert f"{file}:11:15  clusters.prod.pools.private.mode" in result.stdout
    for told in ("'enforced'", "observe or propose or enforce", "did you mean 'enforce'?"):
        assert told in result.stdout


def test_the_marker_stands_under_the_fault(file: Path) -> None:
    file.write_text(with_pool("mode: enforced"))
    lines = typed("policy", "check", str(file)).stdout.splitlines()
    excerpt = next(index for index, line in enumerate(lines) if "│ " in line)
    assert lines[excerpt].index("enforced") == lines[excerpt + 1].index("^")


@pytest.mark.parametrize("width", [40, 80, 160])
@pytest.mark.parametrize("name", ["日本語" * 30, "a" * 90, "\t" + "b" * 90])
def test_the_marker_is_found_on_lines_longer_than_the_terminal(file: Path, width: int, name: str) -> None:
    file.write_text(
        with_pool(f'repair: {{join_timeout: "{name}", verify_timeout: never, ladder: [replace]}}')
    )
    lines = typed("policy", "check", str(file), width=width).stdout.splitlines()
    marked = [line for line in lines if line.strip().endswith("^")]
    assert len(marked) == 2
    assert all(len(line) <= width for line in marked)


def test_all_faults_are_told_at_once(file: Path) -> None:
    file.write_text(with_pool("mode: enforced\nstorm: {hold: 5}"))
    result = typed("policy", "check", str(file))
    assert "2 faults" in result.stdout
    assert "the unit is missing" in result.stdout


def test_advice_names_the_incident_behind_it_and_refuses_nothing(file: Path) -> None:
    file.write_text(changed("min: 3", "min: 0"))
    result = typed("policy", "check", str(file))
    assert result.exit_code == 0
    assert "clusters.prod.pools.private.capacity.min  (floor-zero)" in result.stdout
    assert "kubernetes/autoscaler#9452" in result.stdout


def test_faults_as_data_have_line_column_and_path(file: Path) -> None:
    file.write_text(with_pool("mode: enforced"))
    result = typed("policy", "check", str(file), "--json")
    assert result.exit_code == 1
    answer = data_of(result)
    assert answer["is_valid"] is False
    assert answer["faults"] == [
        {
            "line": 11,
            "column": 15,
            "path": "clusters.prod.pools.private.mode",
            "found": "'enforced'",
            "allowed": "observe or propose or enforce",
            "hint": "did you mean 'enforce'?",
        }
    ]


def test_advice_as_data_has_its_code(file: Path) -> None:
    file.write_text(changed("min: 3", "min: 0"))
    answer = data_of(typed("policy", "check", str(file), "--json"))
    assert answer["is_valid"] is True
    assert [piece["code"] for piece in answer["advice"]] == ["floor-zero"]


@pytest.mark.parametrize(
    "raw", [b"", b"\xff\xfe", b"a: [", b"\x00", b"- 1\n- 2\n", b"\xf0\x28\x8c\x28", b"x" * 300_000]
)
def test_whatever_the_file_holds_it_is_a_fault_and_not_a_crash(file: Path, raw: bytes) -> None:
    file.write_bytes(raw)
    result = typed("policy", "check", str(file))
    assert result.exit_code == 1
    assert "would not be obeyed" in result.stdout.replace("\n", " ")


def test_nothing_in_the_file_reaches_the_terminal_as_a_command(file: Path) -> None:
    file.write_text(with_pool(f"mode: {ESCAPE}enforce"))
    assert ESCAPE not in typed("policy", "check", str(file)).stdout


def test_a_file_that_is_not_there_is_a_mistake_in_the_command(tmp_path: Path) -> None:
    assert typed("policy", "check", str(tmp_path / "none.yaml")).exit_code == 2
    assert typed("policy", "check", str(tmp_path)).exit_code == 2
    assert typed("policy", "check").exit_code == 2
