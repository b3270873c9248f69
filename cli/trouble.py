"""What a command ends with: its exit code, and when it cannot answer, one sentence on why and what to do next."""

from __future__ import annotations

NO = 1  # the answer is no: faults, a broken chain, nothing of that name
USAGE = 2  # the command was not understood
UNREADABLE = 3  # the storage could not be read


class Trouble(Exception):
    """A sentence for the operator, which also says what to do next, and the exit code that goes with it."""

    def __init__(self, sentence: str, code: int = UNREADABLE) -> None:
        super().__init__(sentence)
        self.sentence, self.code = sentence, code
