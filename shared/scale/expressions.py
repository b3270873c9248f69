"""Regular expressions of other people, matched without waiting for ever.

Constraints of applications hold expressions that anybody who may deploy has written. Python's `re` tries every way to
match, and some expressions have more ways than there is time for; nothing interrupts it meanwhile, and healing in the
same process would wait too. So an expression is matched when it is simple enough to be quick, which those that name
hosts and racks are:

1. It is short.
2. Only few parts of it are repeated.
3. No group is repeated that has repetitions or alternatives in it.

What is not, and what can't be read, is None: it fits nothing that we could say.
"""

from __future__ import annotations

import re
from collections.abc import Callable

LONGEST = 500
MOST_REPEATED = 5

_TOKEN = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|.", re.DOTALL)
_REPEATS = frozenset("*+{")


def quick_matcher(expression: str) -> Callable[[str], bool] | None:
    """Whether a whole text fits the expression; None for one that is not matched here."""
    if len(expression) > LONGEST or not _is_quick(expression):
        return None
    try:
        whole = re.compile(expression).fullmatch
    except (re.error, OverflowError, RecursionError):
        return None
    return lambda text: whole(text) is not None


def _is_quick(expression: str) -> bool:
    """Rules 2 and 3."""
    tokens = _TOKEN.findall(expression)
    if sum(one in _REPEATS for one in tokens) > MOST_REPEATED:
        return False
    has_choices = [False]  # of each group that is open
    for one, following in zip(tokens, [*tokens[1:], ""], strict=True):
        if one == "(":
            has_choices.append(False)
        elif one == ")" and len(has_choices) > 1:
            inner = has_choices.pop()
            if inner and following in _REPEATS:
                return False
            has_choices[-1] |= inner
        elif one == "|" or one in _REPEATS:
            has_choices[-1] = True
    return True
