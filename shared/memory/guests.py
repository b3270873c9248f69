"""What lives in machines in memory: it feels when they halt and boot, and runs commands.

`Guests` feels nothing. A test that also has agents gives the twins a subclass which takes them down and brings them
back. Machines are named as Azure names them: `<scale set>_<instance id>`, or the name of a master's machine.
"""

from __future__ import annotations

from collections.abc import Sequence


class Guests:
    def halted(self, name: str) -> None:
        """The system shuts down and closes its connections."""

    def booted(self, name: str, *, has_its_disk: bool) -> None:
        """The system runs. Without its disk, /var/lib/mesos is empty: who lives there comes as somebody new."""

    def run(self, name: str, script: Sequence[str]) -> str:
        """Run the lines of a script and return what they print."""
        return ""
