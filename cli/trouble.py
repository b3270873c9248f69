"""What a command ends with: its exit code, and when it cannot answer, one sentence on why and what to do next."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shared.desk.told import Told

NO = 1  # the answer is no: faults, a broken chain, nothing of that name
USAGE = 2  # the command was not understood
UNREADABLE = 3  # the storage could not be read


class Trouble(Exception):
    """A sentence for the operator, which also says what to do next, and the exit code that goes with it."""

    def __init__(self, sentence: str, code: int = UNREADABLE) -> None:
        super().__init__(sentence)
        self.sentence, self.code = sentence, code


HINTS = {
    "no_policy_yet": "See `policy check FILE`, and that --settings names the app's storage.",
    "several_nodes": "--cluster names one.",
    "several_clusters": "--cluster names one.",
    "no_such_incident": "`explain NODE` names them.",
    "no_such_row": "`quarantine list` shows the rows.",
    "not_their_number": "If that is meant, add --nodes {nodes}.",
    "replayed_before": "If it has not helped, add --again.",
}
"""Which option or command helps, by the reason of a no."""


def trouble_of(told: Told) -> Trouble:
    """The desk's no as a command ends with it."""
    from shared.desk.told import No

    codes = {No.MISTAKEN: USAGE, No.UNREADY: UNREADABLE}
    hint = HINTS.get(told.reason, "").format(**told.numbers)
    return Trouble(f"{told.sentence} {hint}".rstrip(), codes.get(told.kind, NO))
