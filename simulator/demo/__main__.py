"""The command line of the demo: which story, how it is shown, and the exit code.

0   the cluster is whole, nothing healthy was touched, and what the story expects has happened
1   one of it is not so, and a sentence says which; or the stage could not be set
2   the command line is wrong
130, 143   stopped by Ctrl-C or SIGTERM, with everything stopped
"""

from __future__ import annotations

import argparse
import asyncio
import io
import logging
import os
import signal
import sys
from collections import deque
from dataclasses import replace
from random import Random

from rich.console import Console

from simulator.azurite import AzuriteFailed
from simulator.demo.acts import Scenario
from simulator.demo.long_stories import LONG
from simulator.demo.play import Play
from simulator.demo.report import report
from simulator.demo.scenarios import SCENARIOS
from simulator.demo.screen import Screen
from simulator.demo.stage import SPEED, StageOptions, stage
from simulator.demo.story import Listener, Story, Told, watch_of
from simulator.host.errors import HostError
from simulator.world.versions import Release

PLAIN_WIDTH = 110
PATIENCE_S = 120.0


class Remembered(logging.Handler):
    """Keeps the last warnings of the app and its libraries, to be told when a story goes wrong: printed at once they
    would tear the screen."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.texts: deque[str] = deque(maxlen=20)

    def emit(self, record: logging.LogRecord) -> None:
        self.texts.append(self.format(record))


def main(arguments: list[str] | None = None) -> int:
    """Parse, play, and give the exit code."""
    given = _parse(arguments)
    if given.list:
        _list()
        return 0
    if given.scenario in LONG:
        return LONG[given.scenario].tell(given.json)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal without the symbols still has the letters
    remembered = Remembered()
    logging.basicConfig(level=logging.WARNING, handlers=[remembered])
    try:
        return asyncio.run(_until_stopped(given, remembered))
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        return 130
    except (AzuriteFailed, HostError, TimeoutError) as problem:
        print(f"The stage could not be set, no story was told: {problem}", file=sys.stderr)
        return 1


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = _parser()
    given = parser.parse_args(arguments)
    if given.scenario in LONG:
        if given.keep:
            parser.error(f"--keep and {given.scenario}: what happens in virtual time cannot be played with")
        return given
    if given.keep and given.json:
        parser.error("--keep and --json: a document ends, what is kept does not")
    fewest = SCENARIOS[given.scenario].fewest
    if not fewest <= given.agents <= 200:
        parser.error(f"--agents {given.agents}: the story {given.scenario} needs {fewest} to 200")
    if not 0.005 <= given.speed <= 1:
        parser.error(f"--speed {given.speed:g}: from 0.005 to 1, which is real time")
    if given.patience <= 0:
        parser.error(f"--patience {given.patience:g}: more than 0 s are needed")
    if given.dcos is not None:
        try:
            Release.of(given.dcos)
        except ValueError as unknown:
            parser.error(f"--dcos: {unknown}")
    return given


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m simulator.demo",
        description="A DC/OS cluster on this machine loses agents and gets them back.",
    )
    parser.add_argument(
        "--scenario",
        choices=sorted([*SCENARIOS, *LONG]),
        default="deleted",
        help="which story (default deleted)",
    )
    parser.add_argument("--list", action="store_true", help="list the stories and end")
    parser.add_argument("--json", action="store_true", help="one JSON document on stdout, progress on stderr")
    parser.add_argument("--agents", type=int, default=12, help="agents of the pool (default 12)")
    parser.add_argument("--dcos", help="DC/OS release, 1.8 to 2.2 (default 1.11, or what the story needs)")
    parser.add_argument(
        "--patience", type=float, default=PATIENCE_S, help=f"most seconds of a story ({PATIENCE_S:g})"
    )
    parser.add_argument(
        "--speed",
        type=float,
        default=SPEED,
        help=f"share of real time that machines take (default {SPEED:g})",
    )
    parser.add_argument(
        "--policy-mode",
        choices=("enforce", "propose", "observe"),
        default="enforce",
        help="mode of the pool's policy; only enforce heals",
    )
    parser.add_argument(
        "--calm", action="store_true", help="with --keep: nothing happens but what is typed at the prompt"
    )
    parser.add_argument(
        "--keep", action="store_true", help="after the story everything stays up, with a prompt to play at"
    )
    return parser


def _list() -> None:
    for scenario in SCENARIOS.values():
        print(f"{scenario.name:<14}{scenario.promise}")
    for name, long in LONG.items():
        print(f"{name:<14}{long.promise}")


async def _until_stopped(given: argparse.Namespace, remembered: Remembered) -> int:
    """SIGTERM ends it as Ctrl-C does, with everything stopped."""
    telling = asyncio.create_task(_tell(given, remembered))
    terminated = asyncio.Event()

    def terminate() -> None:
        terminated.set()
        telling.cancel()

    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, terminate)
    try:
        return await telling
    except asyncio.CancelledError:
        if terminated.is_set():
            return 143
        raise


async def _tell(given: argparse.Namespace, remembered: Remembered) -> int:
    scenario = SCENARIOS[given.scenario]
    screen = Screen(_console(given.json))
    async with stage(_options(given, scenario, screen)) as on:
        watch = watch_of(on)
        try:
            story = Story(on, watch, Listener(screen.lines, screen.look))
            screen.say("the app gets to know the cluster")
            await story.raise_curtain()
            told = await _shown(story, screen, given)
            if given.keep:
                await Play(story, screen, None if given.calm else Random()).run()
        finally:
            await watch.close()
    if given.json:
        sys.stdout.buffer.write(report(told) + b"\n")
    if not told.ok:
        for text in remembered.texts:
            print(text, file=sys.stderr)
    return 0 if told.ok else 1


async def _shown(story: Story, screen: Screen, given: argparse.Namespace) -> Told:
    scenario = SCENARIOS[given.scenario]
    screen.curtain(story.stage, scenario)
    screen.begin_live()
    try:
        told = await story.tell(scenario, given.patience)
    finally:
        screen.end_live()
    screen.summary(told)
    return told


def _options(given: argparse.Namespace, scenario: Scenario, screen: Screen) -> StageOptions:
    options = StageOptions(
        agents=given.agents,
        tasks=2 * given.agents,
        mode=given.policy_mode,
        speed=given.speed,
        say=screen.say,
    )
    options = scenario.stage_options(options)
    if given.dcos is not None:
        options = replace(options, dcos_version=given.dcos)
    return _for_playing(options) if given.keep else options


def _for_playing(options: StageOptions) -> StageOptions:
    """Whoever plays does not wait a minute for the sweep, five for DC/OS's own health, and a quarter of an hour after
    each storm or election."""
    storm = "" if "storm:" in options.pool_policy else "        storm: {unhealthy: 40%, hold: 30s}\n"
    hold_off = "" if "failover_hold_off:" in options.cluster_policy else "    failover_hold_off: 30s\n"
    return replace(
        options,
        sweep=StageOptions().sweep,
        beat=StageOptions().beat,
        health_every_s=2.0,
        pool_policy=options.pool_policy + storm,
        cluster_policy=options.cluster_policy + hold_off,
    )


def _console(to_stderr: bool) -> Console:
    stream = sys.stderr if to_stderr else sys.stdout
    width = None if stream.isatty() else int(os.environ.get("COLUMNS", PLAIN_WIDTH))
    return Console(file=stream, width=width, highlight=False, markup=False)


if __name__ == "__main__":
    sys.exit(main())
