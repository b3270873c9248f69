"""Event Grid: what Azure tells of VMs and scale sets, in both of its schemas.

* `envelope`: an event, whichever schema it came in, or poison
* `target`: which machine, set and pool it is about
* `operations`: what went through Azure Resource Manager, and who did it
* `health`, `annotations`: what Resource Health says, and the reasons that it gives
* `maintenance`: what is scheduled, with a deadline
* `resources`: that a resource was written or is gone, without saying by whom
* `hearing`: all of it together, `hear`
"""

from .envelope import LONGEST, Event, read
from .hearing import EARLY, STALE, TYPES, hear, mean
from .said import Ear, Heard

__all__ = ["EARLY", "LONGEST", "STALE", "TYPES", "Ear", "Event", "Heard", "hear", "mean", "read"]
