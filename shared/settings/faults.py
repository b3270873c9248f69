"""What is wrong with settings, all of it at once, in sentences for whoever has to type them anew.

No sentence holds the value of a setting that is secret, nor of one that may have a login in it, as addresses do. Others
are repeated as one line of printable characters, cut where they are long.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from shared.errors import Refused

LONGEST = 60
UNRESOLVED = "@Microsoft.KeyVault("
"""How a reference to a key vault begins that Azure could not follow; else the app sees the secret instead
(MicrosoftDocs/azure-docs app-service-key-vault-references)."""
NOT_FOLLOWED = "is a reference to a key vault that Azure could not follow"


class Fault(Struct, frozen=True):
    """`wrong` goes on after the setting's name; `do` is what to type, as a sentence."""

    setting: str
    wrong: str
    do: str

    @property
    def sentence(self) -> str:
        return f"{self.setting} {self.wrong}. {self.do}"


class BadSettings(Refused):
    """The app does not start with these settings. `numbers` has for each setting what is wrong with it."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        wrong: dict[str, str] = {}
        for fault in faults:
            wrong[fault.setting] = "; ".join(filter(None, (wrong.get(fault.setting), fault.wrong)))
        super().__init__("settings", "bad_settings", wrong)
        self.faults = tuple(faults)

    def __str__(self) -> str:
        count = "There is a fault" if len(self.faults) == 1 else f"There are {len(self.faults)} faults"
        numbered = " ".join(f"({number}) {one.sentence}" for number, one in enumerate(self.faults, 1))
        return (
            f"{count} in the settings, so the app does not start: no cluster is watched and nothing is repaired. "
            f"{numbered}"
        )


def quoted(value: str) -> str:
    """A value that is no secret, fit for a line of the log."""
    line = "".join(char if char.isprintable() else "?" for char in value)
    return repr(line if len(line) <= LONGEST else f"{line[:LONGEST]}...")
