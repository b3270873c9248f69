"""The size of a pool as the subject of a decision, a node that is one too many, and one that is too full.

What is decided about a size has an incident, an operation and an audit like what is decided about a node. A pool is no
node, so its size has a name in parentheses, which no node can have; to those who look at a finding it is one without a
machine. A machine that goes because its pool is to have fewer works, and is judged so: that it is surplus is decided
anew with each look, and is said of it only where it is asked whether it may go. The same holds for one that is hot.
"""

from __future__ import annotations

from msgspec.structs import replace

from .nodes import Condition, Finding, Node
from .remedies import Remedy

_BEGINS, _ENDS = "(size of ", ")"


def size_of(pool: str) -> str:
    """The subject of decisions about the size of this pool."""
    return f"{_BEGINS}{pool}{_ENDS}"


def is_size(subject: str) -> bool:
    return subject.startswith(_BEGINS) and subject.endswith(_ENDS)


def short(pool: str, because: str) -> Finding:
    """The finding of a pool that is to have more machines."""
    return Finding(Node(size_of(pool), pool, None, None, None, None), Condition.SHORT, 0, because)


def surplus(finding: Finding, because: str) -> Finding:
    """The finding of a machine that works, in a pool that is to have fewer."""
    return replace(finding, condition=Condition.SURPLUS, because=because)


def hot(finding: Finding, because: str) -> Finding:
    """The finding of an agent that works, and is much fuller than others of its pool."""
    return replace(finding, condition=Condition.HOT, because=because)


def regarded(finding: Finding, remedy: Remedy) -> Finding:
    """What an operation with this remedy sees in a finding: for one that sends a machine away, one that is well is one
    too many; for one that moves load, it is hot."""
    well = finding.condition in {Condition.HEALTHY, Condition.JOINING}
    if remedy is Remedy.RELIEVE and finding.condition is Condition.HEALTHY:
        return hot(finding, finding.because)
    return surplus(finding, finding.because) if remedy is Remedy.SHRINK and well else finding
