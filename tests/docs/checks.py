"""The page `docs/checks.md`: what others' tools say of the API and the templates, as they said it last.

    python -m tests.docs.checks docs/checks.md

`make test` runs the same tools and stops at anything that they find. The page is there to be read without running them.
"""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.api.fuzzing import answering, fuzz
from tests.craft.repository import ROOT

HEAD = """\
# What others' tools say

Written by `python -m tests.docs.checks docs/checks.md`. `make test` runs the same tools, and stops at anything that
they find.
"""
API = """\
## The API, by schemathesis

Requests are made from the description that the app serves (`openapi.json`): of each route all that its form allows, and
what it forbids. They go through a Functions host on this machine, Microsoft's worker library and Azurite. An answer of
500 and more is a failure, one that is not described, something that is taken though its form is wrong or refused though
it is right, and any door that opens without credentials.
"""
TEMPLATES = """\
## The templates, by checkov

`make templates` scans `infra/`. A check that does not fit is skipped beside the resource that it is about, with the
reason; these are all of them.
"""


def checkov() -> str:
    """What it tells, without its banner."""
    scanner = str(ROOT / ".tools" / "checkov" / "bin" / "checkov")
    words = ["--directory", "infra", "--framework", "bicep", "--skip-download", "--compact", "--quiet"]
    done = subprocess.run([scanner, *words], cwd=ROOT, capture_output=True, text=True, check=True)
    return next(line for line in done.stdout.splitlines() if line.startswith("Passed checks"))


def skips() -> list[tuple[str, str, str]]:
    """File, check and reason of each skip."""
    return [
        (path.relative_to(ROOT).as_posix(), check, why.strip())
        for path in sorted((ROOT / "infra").rglob("*.bicep"))
        for check, why in re.findall(r"checkov:skip=(\w+):(.+)", path.read_text())
    ]


def told_by_schemathesis() -> str:
    """From its phases on: before that are paths of this machine."""

    async def run(directory: Path) -> str:
        async with answering(directory) as address:
            return (await fuzz(address, directory))[1]

    with tempfile.TemporaryDirectory() as directory:
        told = asyncio.run(run(Path(directory)))
    return re.sub(
        r" +$", "", told[told.index("API Operations:") : told.index("Seed: ")], flags=re.MULTILINE
    ).strip()


def page() -> str:
    reasons = [f"| {name} | {check} | {why} |" for name, check, why in skips()]
    parts = [HEAD, API, f"```\n{told_by_schemathesis()}\n```\n", TEMPLATES, f"```\n{checkov()}\n```\n"]
    return "\n".join([*parts, "| file | check | why it does not fit |", "|---|---|---|", *reasons, ""])


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(page())
