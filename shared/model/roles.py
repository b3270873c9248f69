"""Who may do what by the API. Each role may also do what those before it may.

view      see everything
operate   pause, resume, hold, set sizes, replace a node, replay and drop what is in the quarantine
approve   agree to what waits for a person, or reject it
"""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    VIEW = "view"
    OPERATE = "operate"
    APPROVE = "approve"

    def may(self, wanted: Role) -> bool:
        """Whether it has at least the rights of the other one."""
        return _RANK[self] >= _RANK[wanted]


_RANK = {role: rank for rank, role in enumerate(Role)}
