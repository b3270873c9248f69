"""Words that are planned for the policy and that this version refuses.

Ignoring them would be worse than refusing them: whoever writes `schedules` and reads no error relies on it. Each has
a sentence that says what this version does not do. When a version learns one, its line moves from here to
`schema.py`.
"""

from __future__ import annotations

_NOT_SCALING = (
    "this version does not change the size of a pool other than to bring a lost node back; take it out"
)

UNSUPPORTED: dict[tuple[str, str], str] = {
    ("file", "calendars"): _NOT_SCALING,
    ("defaults", "scaling"): _NOT_SCALING,
    ("cluster", "scaling"): _NOT_SCALING,
    ("pool", "schedules"): _NOT_SCALING,
    ("pool", "scaling"): _NOT_SCALING,
    ("pool", "price"): _NOT_SCALING,
}
"""(kind of section, key) to the sentence."""


ONLY_NO_LOGIN = "this version talks to masters that ask for no login; take it out or write 'login: none'"
