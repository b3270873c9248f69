"""One whole pass over a cluster of 1,000 agents: look, recall, judge, decide, remember.

How: a fresh process (`benchmarks.sweep_process`) with the simulated Azure and masters on sockets of this machine, the
real adapters for both, and the app's own door for a sweep signal. With tables and queues in memory, and on Azurite;
medians of three such processes each. The first pass opens the connections, imports the SDKs and writes a thousand rows
of inventory; the median of those that follow is a sweep as it comes every minute. Limits: 3 s for each, 200 MB for the
process at its peak.

Honest remarks: the simulator and the app share this process and one processor, so both times and memory are those of
the two together, an upper bound for the app; Azurite has its own process and is not counted. The network between is
none: real Azure takes some hundred milliseconds a page, five pages of instances and five of interfaces. All agents are
well, as in almost every sweep; what judging and deciding cost when many are not is told by the benchmark `decide`.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from statistics import median

from benchmarks.figures import Figure, Measured, Unit

ROOT = Path(__file__).resolve().parent.parent
PROCESSES = 3
LIMIT_S = 3.0
LIMIT_MB = 200.0


def measure() -> Measured:
    figures: list[Figure] = []
    remarks: list[str] = []
    for where, called in (("memory", "tables in memory"), ("azurite", "tables in Azurite")):
        processes = [_fresh_process(where) for _ in range(PROCESSES)]
        told = {name: median(each[name] for each in processes) for name in processes[0]}
        bare = told["bare_s"]
        figures += [
            Figure(f"first pass, 1,000 agents, {called}", told["first_s"], Unit.SECONDS, LIMIT_S, bare),
            Figure(f"later pass, 1,000 agents, {called}", told["later_s"], Unit.SECONDS, LIMIT_S, bare),
            Figure(f"peak memory, with the simulator, {called}", told["peak_mb"], Unit.MEGABYTES, LIMIT_MB),
        ]
        remarks.append(
            f"{called}: fetching takes {bare:.2f} s; the process has {told['before_mb']:.0f} MB before the first pass"
        )
    return Measured(
        "sweep",
        "fetching the same answers of Azure and Mesos with bare aiohttp",
        tuple(figures),
        tuple(remarks),
    )


def _fresh_process(where: str) -> dict[str, float]:
    """What the process tells of itself, by name."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.sweep_process", where],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    if done.returncode != 0:
        raise RuntimeError(f"the process that measures a sweep failed, nothing was measured:\n{done.stderr}")
    told: dict[str, float] = json.loads(done.stdout)
    return told
