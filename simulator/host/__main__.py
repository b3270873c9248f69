"""``python -m simulator.host --app DIR``: run an app on this machine until SIGINT or SIGTERM.

Prints one line per function, then the log of the invocations. Exit code 0 after a signal, 1 when the host cannot
start or a listener dies. With ``--check`` it only indexes the app, needs no storage and no settings that the app does
not read at import, and exits with 1 when the worker refuses the app or finds no function in it.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import signal
import sys
from pathlib import Path

from simulator.host.errors import AppRejected, HostError
from simulator.host.host import HostOptions, LocalHost
from simulator.host.invocations import InvocationIdFilter
from simulator.host.keys import read_keys
from simulator.host.worker import index_app


def main(arguments: list[str] | None = None) -> int:
    """Parse the command line, run, and give the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m simulator.host", description="A Functions host on this machine."
    )
    parser.add_argument(
        "--app", type=Path, default=Path(), help="directory with function_app.py (default: here)"
    )
    parser.add_argument("--port", type=int, default=7071, help="port on 127.0.0.1; 0 takes a free one")
    parser.add_argument(
        "--settings", type=Path, help="local.settings.json (default: the one in the app's directory)"
    )
    parser.add_argument(
        "--keys", type=Path, help="JSON file with access keys; without any, keys are not enforced"
    )
    parser.add_argument(
        "--timer-status", type=Path, help="file that remembers monitored timers between starts"
    )
    parser.add_argument("--verbose", action="store_true", help="log what the worker library and the SDKs say")
    parser.add_argument("--check", action="store_true", help="only index the app as Azure would, and list it")
    given = parser.parse_args(arguments)
    _configure_logging(is_verbose=given.verbose)
    try:
        if given.check:
            return _check(given.app)
        options = HostOptions(
            app=given.app,
            port=given.port,
            settings=given.settings,
            keys=read_keys(given.keys) if given.keys else None,
            timer_status=given.timer_status,
        )
        asyncio.run(_run(options))
    except HostError as problem:
        if isinstance(problem, AppRejected) and problem.stack_trace:
            print(problem.stack_trace.rstrip(), file=sys.stderr)
        print(f"error: {problem}", file=sys.stderr)
        return 1
    return 0


def _check(app: Path) -> int:
    functions = asyncio.run(index_app(app.absolute() / "function_app.py"))
    for function in functions:
        print(f"{function.name}  {function.trigger.type}")
    return 0 if functions else 1


async def _run(options: HostOptions) -> None:
    asked_to_stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, asked_to_stop.set)
    async with LocalHost(options) as host:
        print(f"Listening on {host.url} with {len(host.functions)} functions:")
        for line in host.describe():
            print(f"  {line}")
        sys.stdout.flush()
        stop = asyncio.create_task(asked_to_stop.wait())
        death = asyncio.create_task(host.wait())
        await asyncio.wait([stop, death], return_when=asyncio.FIRST_COMPLETED)
        stop.cancel()
        death.cancel()
        await asyncio.gather(stop, death, return_exceptions=True)
        if asked_to_stop.is_set():
            print("Stopping: running invocations may end first.", flush=True)


def _configure_logging(*, is_verbose: bool) -> None:
    told = logging.StreamHandler()
    told.addFilter(InvocationIdFilter())
    told.setFormatter(
        logging.Formatter("%(asctime)s %(levelname)-7s %(name)s: %(message)s%(invocation_mark)s")
    )
    logging.basicConfig(level=logging.INFO, handlers=[told])
    if not is_verbose:
        # One line per HTTP call of the SDKs, and the worker's start-up report, would drown the invocations.
        for name in ("azure", "azure.functions"):
            logging.getLogger(name).setLevel(logging.WARNING)


if __name__ == "__main__":
    sys.exit(main())
