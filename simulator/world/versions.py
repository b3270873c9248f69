"""Which Mesos a DC/OS release contains, and what that Mesos can do.

The map is from packages/mesos/buildinfo.json of dcos/dcos at each release tag; the rate limit and the number of
pings from gen/dcos-config.yaml at the same tags; what appeared when from the CHANGELOG of apache/mesos.
"""

from dataclasses import dataclass
from functools import cache

_MESOS_OF_DCOS = {
    "1.8": "1.0.3",
    "1.9": "1.2.0",
    "1.10": "1.4.0",
    "1.11": "1.5.0",
    "1.12": "1.7.0",
    "1.13": "1.8.0",
    "2.0": "1.9.0",
    "2.1": "1.10.0",
    "2.2": "1.11.0",
}

_CAPABILITIES = (
    ((1, 2), "MULTI_ROLE"),
    ((1, 4), "HIERARCHICAL_ROLE"),
    ((1, 4), "RESERVATION_REFINEMENT"),
    ((1, 5), "RESOURCE_PROVIDER"),
    ((1, 7), "RESIZE_VOLUME"),
    ((1, 7), "AGENT_OPERATION_FEEDBACK"),
    ((1, 9), "AGENT_DRAINING"),
    ((1, 10), "TASK_RESOURCE_LIMITS"),
)
_MASTER_CAPABILITIES = (((1, 5), "AGENT_UPDATE"), ((1, 9), "AGENT_DRAINING"), ((1, 9), "QUOTA_V2"))


@dataclass(frozen=True, slots=True)
class Release:
    """A DC/OS release and its Mesos."""

    dcos: str
    mesos: str

    @classmethod
    def of(cls, dcos: str) -> "Release":
        """`dcos` as in 1.11 or 1.11.2. Raises ValueError for a release that this map does not know."""
        minor = ".".join(dcos.split(".")[:2])
        if minor not in _MESOS_OF_DCOS:
            known = ", ".join(_MESOS_OF_DCOS)
            raise ValueError(f"DC/OS {dcos} is not known here, no cluster was built; choose one of {known}.")
        return cls(dcos, _MESOS_OF_DCOS[minor])

    @property
    def number(self) -> tuple[int, int]:
        """Major and minor of Mesos."""
        return _number(self.mesos)

    @property
    def marks_gone(self) -> bool:
        """MARK_AGENT_GONE: since Mesos 1.5 (MESOS-7443)."""
        return self.number >= (1, 5)

    @property
    def drains(self) -> bool:
        """DRAIN_AGENT, DEACTIVATE_AGENT, REACTIVATE_AGENT: since Mesos 1.9 (MESOS-9814)."""
        return self.number >= (1, 9)

    @property
    def lets_unreachable_return(self) -> bool:
        """An agent that was given up may come back under its id; before 1.1 it is told to shut down."""
        return self.number >= (1, 1)

    @property
    def lets_removed_return(self) -> bool:
        """An agent told to shut down by machine/down returns under its id: recorded on 1.11, assumed from 1.9 on."""
        return self.number >= (1, 9)

    @property
    def knows_domains(self) -> bool:
        """Agents have regions and zones: since Mesos 1.5."""
        return self.number >= (1, 5)

    @property
    def multi_role(self) -> bool:
        """Marathon of this release has a list of roles instead of one (seen on DC/OS 2.0)."""
        return self.number >= (1, 9)

    @property
    def stacks_reservations(self) -> bool:
        """Resources tell who reserved them by a stack: since Mesos 1.4."""
        return self.number >= (1, 4)

    @property
    def partition_aware(self) -> bool:
        """Marathon of this release hears TASK_UNREACHABLE; before 1.4 (DC/OS 1.9) it hears TASK_LOST."""
        return self.number >= (1, 2)

    @property
    def removal_interval_s(self) -> float:
        """Seconds between two agents that are given up: 1/20mins up to DC/OS 1.11, 100/1mins later."""
        return 1200.0 if self.number < (1, 7) else 0.6

    @property
    def removal_rate_limit(self) -> str:
        return "1/20mins" if self.number < (1, 7) else "100/1mins"

    @property
    def capabilities(self) -> tuple[str, ...]:
        return tuple(name for since, name in _CAPABILITIES if self.number >= since)

    @property
    def master_capabilities(self) -> tuple[str, ...]:
        return tuple(name for since, name in _MASTER_CAPABILITIES if self.number >= since)


@cache
def _number(mesos: str) -> tuple[int, int]:
    major, minor = mesos.split(".")[:2]
    return int(major), int(minor)
