"""The page of settings and the sample for Core Tools, made of the list of settings.

    python -m tests.settings.page docs/settings.md local.settings.sample.json

A test compares both with the list.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from shared.settings.known import KNOWN, OF_THE_HOST, SECTIONS
from shared.settings.setting import Setting
from shared.settings.unwise import RULES
from tests.settings.prose import AFTER, HEAD, HOST, IN_THE_PACKAGE, TIMERS

ROOT = Path(__file__).resolve().parents[2]


def page() -> str:
    rules = "".join(f"* `{rule.setting}`: {rule.told}.\n" for rule in RULES)
    told = [HEAD.replace("ADVICE\n", rules)]
    for title, settings in SECTIONS:
        told.append(f"## {title}\n")
        told.extend("\n".join(_told(setting)) for setting in settings)
    rows = [f"| `{name}` | {meaning} |" for name, meaning in OF_THE_HOST.items()]
    told.append("\n".join(["## Of the host alone\n", "| setting | what it is |", "|---|---|", *rows, ""]))
    told.append(
        "\n".join([IN_THE_PACKAGE, "| where | value | what it is |", "|---|---|---|", *_in_the_package(), ""])
    )
    return "\n".join([*told, AFTER])


def _in_the_package() -> Iterator[str]:
    """host.json, and the schedules of timers that no setting has."""
    for name, value in host_values().items():
        yield f"| `host.json`, `{name}` | `{value}` | {HOST[name]} |"
    for name, schedule in schedules().items():
        if "%" not in schedule:
            yield f"| timer `{name}` | `{schedule}` | {TIMERS[name]} |"


def host_values() -> dict[str, object]:
    """What a person could want to change, flat."""
    host = json.loads((ROOT / "host.json").read_text())
    return {"functionTimeout": host["functionTimeout"]} | dict(host["extensions"]["queues"])


def schedules() -> dict[str, str]:
    """Of each timer, as its trigger has it."""
    code = (ROOT / "functions" / "timers.py").read_text()
    return dict(re.findall(r'function_name\("(\w+)"\)\s+@[^@]+?schedule="([^"]+)"', code))


def _told(setting: Setting) -> Iterator[str]:
    yield f"### `{setting.name}`\n"
    yield f"{setting.meaning}\n"
    yield "| | |"
    yield "|---|---|"
    yield f"| form | {setting.form} |"
    yield f"| without it | {setting.default} |"
    yield f"| when to change it | {setting.change} |"
    yield f"| such as | `{setting.type}` |"
    yield f"| secret | {'yes: never shown; in Azure a reference to a key vault' if setting.is_secret else 'no'} |"
    yield f"| read by | {setting.reader.value} |\n"


def sample() -> str:
    """What `func start` takes: the emulator, the simulator, and no event hub."""
    values = {"FUNCTIONS_WORKER_RUNTIME": "python"}
    values |= {setting.name: setting.sample for setting in KNOWN.values() if setting.sample}
    return json.dumps({"IsEncrypted": False, "Values": values}, indent=2) + "\n"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(page())
    Path(sys.argv[2]).write_text(sample())
