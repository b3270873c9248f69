"""The demo's command line: exit codes, plain output in a pipe, the prompt, and stopping."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from simulator.demo.__main__ import main
from simulator.demo.long_stories import LONG
from simulator.demo.scenarios import SCENARIOS

ROOT = Path(__file__).resolve().parent.parent.parent
COMMAND = [sys.executable, "-m", "simulator.demo"]

pytestmark = pytest.mark.xdist_group("demo")  # not beside the stories: each has several programs of its own


def test_list_names_every_story_with_its_promise(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--list"]) == 0

    listed = capsys.readouterr().out
    assert all(story.name in listed and story.promise in listed for story in SCENARIOS.values())
    assert all(name in listed and long.promise in listed for name, long in LONG.items())


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--scenario", "flood"], "invalid choice: 'flood'"),
        (["--scenario", "four", "--agents", "10"], "the story four needs 11 to 200"),
        (["--keep", "--json"], "a document ends"),
        (["--keep", "--scenario", "burst"], "--keep and burst: what happens in virtual time"),
        (["--dcos", "3.0"], "DC/OS 3.0 is not known"),
        (["--patience", "0"], "--patience 0"),
        (["--speed", "2"], "--speed 2"),
    ],
)
def test_a_wrong_command_line_ends_with_2_and_says_why(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)

    assert ended.value.code == 2
    assert said in capsys.readouterr().err


def test_the_prompt_breaks_what_it_is_told_to_and_nothing_of_the_stage_is_left_behind() -> None:
    units = (
        "unit 6 dcos-adminrouter-agent fail\nunit m2 cosmos fail\nunit m9 cosmos fail\nunit 6 cosmos fail\n"
    )
    commands = f"list\npolicy\nkill 5\ndelete 99\nexplain 5\nmasters sideways\n{units}quit\n"

    done = subprocess.run(
        [*COMMAND, "--keep", "--scenario", "storm"],
        cwd=ROOT,
        input=commands,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert "\x1b" not in done.stdout
    assert "no incident is open, no operation runs" in done.stdout
    assert "world    kill 5" in done.stdout
    assert "✗  5 x" in done.stdout
    assert "there is no agent 99, nothing was done" in done.stdout
    assert "'masters sideways' is not a command, nothing was done" in done.stdout
    assert "world    unit m2 cosmos fail" in done.stdout
    assert "there is no master m9, nothing was done; there are m1 to m3" in done.stdout
    assert "there is no unit cosmos there, nothing was done" in done.stdout
    settings = next(line.split()[-1] for line in done.stdout.splitlines() if line.startswith("settings "))
    assert not Path(settings).exists()


def test_a_signal_stops_everything_without_a_traceback() -> None:
    codes = {signal.SIGINT: 130, signal.SIGTERM: 143}
    started = {number: _started() for number in codes}
    for number, process in started.items():
        with process:
            try:
                _wait_for_the_break(process)
                os.kill(process.pid, number)
                _, errors = process.communicate(timeout=60)
            finally:
                process.kill()

        assert process.returncode == codes[number]
        assert "Traceback" not in errors


def _started() -> subprocess.Popen[str]:
    """One that stays up by itself: a story may be over before the signal comes. It obeys Ctrl-C, also when these
    tests run in the background, where shells have it ignored by everything that is started from there."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        return subprocess.Popen(
            [*COMMAND, "--keep"],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
    finally:
        signal.signal(signal.SIGINT, before)


def _wait_for_the_break(process: subprocess.Popen[str]) -> None:
    assert process.stdout is not None
    said = ""
    while "world " not in said:
        said = process.stdout.readline()
        assert said, "the story did not begin"
