"""What is written about the policy is what the code does: the reference page, its examples, and the sample file."""

from __future__ import annotations

import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from msgspec.structs import fields

from shared.decide.foresee import foresee
from shared.policy.lint import lint
from shared.policy.load import load
from shared.policy.reference import BEGIN, SECTIONS, documented, page, rewrite
from shared.policy.schema import Mode
from tests.policy.texts import fault_of, with_pool

NOW = datetime(2026, 11, 22, tzinfo=UTC)
ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "policy.md"
SAMPLE = ROOT / "policy.sample.yaml"


def test_the_reference_page_is_what_the_code_says() -> None:
    generated = PAGE.read_text(encoding="utf-8").partition(BEGIN)[2]
    assert BEGIN + generated == page(), "write it anew: python -m shared.policy.reference docs/policy.md"


def test_writing_the_page_anew_keeps_what_people_wrote(tmp_path: Path) -> None:
    copy = tmp_path / "policy.md"
    copy.write_text(f"Written by hand.\n\n{BEGIN}\nout of date", encoding="utf-8")
    rewrite(copy)
    assert copy.read_text(encoding="utf-8") == f"Written by hand.\n\n{page()}"


def test_every_field_is_documented_in_the_code_and_on_the_page() -> None:
    for _, kind, names in SECTIONS:
        texts = documented(kind)
        assert sorted(texts) == sorted(field.name for field in fields(kind))
        for name in names:
            assert texts[name] in page()


@pytest.mark.parametrize("page", ["policy.md", "scaling.md"])
def test_every_example_on_the_page_is_a_valid_policy(page: str) -> None:
    text = PAGE.with_name(page).read_text(encoding="utf-8")
    examples = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    assert len(examples) >= 2
    for example in examples:
        assert load(example, page).clusters


def test_the_faults_shown_on_the_page_are_those_of_the_code() -> None:
    fault = fault_of(with_pool("repair: {confirm_afer: 30s}"))
    shown = str(fault).partition(": ")[2]
    assert shown in PAGE.read_text(encoding="utf-8")


def test_the_sample_is_valid_wise_enough_and_destroys_nothing() -> None:
    policy = load(SAMPLE.read_bytes(), SAMPLE.name)
    assert {advice.code for advice in lint(policy, foresee(policy, NOW))} == set()
    assert all(pool.mode is not Mode.ENFORCE for cluster in policy.clusters for pool in cluster.pools)


def test_the_sample_shows_every_field() -> None:
    words = set(re.findall(r"\b([a-z_]+):", SAMPLE.read_text(encoding="utf-8")))
    assert {name for _, _, names in SECTIONS for name in names} <= words


def test_importing_the_policy_does_not_import_yaml() -> None:
    program = (
        "import sys, shared.policy.load, shared.policy.lint, shared.policy.in_force;"
        "sys.exit(' '.join({'yaml', 'difflib'} & set(sys.modules)) or 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
