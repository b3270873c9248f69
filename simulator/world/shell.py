"""The shell of a DC/OS node, as far as scripts that repair it need one."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from simulator.world.agent import Life, Process


@dataclass(slots=True, eq=False)
class Units:
    """Systemd units of one cluster that are not as they should be."""

    failed: set[tuple[str, str]] = field(default_factory=set)
    """Address and unit."""
    stubborn: set[tuple[str, str]] = field(default_factory=set)
    """Those that fail again when they are restarted."""


_SYSTEMCTL = re.compile(r"systemctl\s+(?:-\S+\s+)*(restart|start|is-active|is-failed)\s+([\w@.-]+)")
_ECHO = re.compile(r"echo\s+([\w./ =:-]+)")


class NodeShell:
    """The shell of a DC/OS node: `systemctl restart`, `start`, `is-active`, `is-failed`, and `echo` of plain words.

    Everything else is taken for done and prints nothing.
    """

    def __init__(self, units: Units, address: str, process: Process | None, restart_s: float) -> None:
        self._units = units
        self._address = address
        self._process = process
        self._restart_s = restart_s

    def __call__(self, script: Sequence[str]) -> str:
        printed = [self._command(part.strip()) for line in script for part in re.split(r"&&|;|\n", line)]
        return "".join(f"{line}\n" for line in printed if line)

    def _command(self, text: str) -> str:
        if found := _SYSTEMCTL.search(text):
            verb, unit = found[1], found[2] if "." in found[2] else f"{found[2]}.service"
            if verb in ("restart", "start"):
                self._restart(unit)
                return ""
            failed = self._is_failed(unit)
            return "failed" if failed else "active"
        echoed = _ECHO.fullmatch(text)
        return echoed[1] if echoed else ""

    def _restart(self, unit: str) -> None:
        if self._is_stubborn(unit):
            return
        self._units.failed.discard((self._address, unit))
        if self._process is not None and unit.startswith("dcos-mesos-slave"):
            self._process.killed(self._restart_s if self._process.can_start else None)

    def _is_stubborn(self, unit: str) -> bool:
        return (self._address, unit) in self._units.stubborn

    def _is_failed(self, unit: str) -> bool:
        if (self._address, unit) in self._units.failed:
            return True
        process = self._process if unit.startswith("dcos-mesos-slave") else None
        return process is not None and process.life is Life.ABSENT
