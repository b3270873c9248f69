"""The masters: machines with a Mesos master each, one of which leads.

What the leader knows (agents, schedule, frameworks) belongs to the cluster, see `mesos`; a master has only what is
its own: address, identity, times, and whether its interface answers.
"""

from dataclasses import dataclass
from datetime import datetime

from simulator.wire import Silence


@dataclass(slots=True, eq=False)
class Master:
    """One master. `host` and `port` are what it announces; serving on sockets changes them to the true ones."""

    index: int
    name: str
    host: str
    port: int
    id: str
    started: datetime
    elected: datetime | None = None
    recovered: datetime | None = None
    """When the registry was read after the election; until then it answers 503."""
    up: bool = True
    """Its machine runs, and what is said next apart, everything on it."""
    killed: bool = False
    """Its Mesos process ended and is not started again; ZooKeeper and the rest of the machine go on."""
    zookeeper_down: bool = False
    log_recovered: bool = True
    """Whether its replicated log has caught up with the others'."""
    silence: Silence | None = None
    """Set: the interface does not answer, though agents may still be served."""
    registrations: int = 0
    """How many agent ids this master has given out since it was elected."""

    @property
    def works(self) -> bool:
        """As a Mesos master."""
        return self.up and not self.killed

    @property
    def address(self) -> str:
        return f"{self.host}:{self.port}"
