"""How long things take.

Azure publishes no times, so these are settings with plausible defaults (a new instance one and a half minutes, a
restart forty seconds). With `jitter` each time is stretched or shortened at random, from the world's own seed, so
that a run can be repeated.
"""

import random
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Durations:
    """Seconds, by kind of work."""

    boot_s: float = 90.0
    """From the acceptance of a new instance to PowerState/running."""
    delete_s: float = 40.0
    start_s: float = 45.0
    restart_s: float = 40.0
    poweroff_s: float = 30.0
    deallocate_s: float = 60.0
    redeploy_s: float = 240.0
    reimage_s: float = 180.0
    update_s: float = 5.0
    """A write of an instance's model, such as its protection."""
    command_s: float = 20.0
    """A run command whose script is done at once: Azure has to reach its agent in the VM and hear from it."""
    silent_agent_s: float = 1800.0
    """How long Azure waits for an agent that does not report before it gives a run command up."""
    host_reboot_s: float = 180.0
    """From a crash of the host to a VM that runs again."""
    join_s: float = 75.0
    """From PowerState/running to the Mesos agent's registration, on a fresh disk (DC/OS is installed first)."""
    rejoin_s: float = 15.0
    """The same on a disk that has DC/OS installed; also a unit that is restarted, and a master."""
    jitter: float = 0.0
    """0.2 makes every time between 80 and 120 percent."""

    def scaled(self, factor: float) -> "Durations":
        """All times multiplied; 0.02 makes a demo of a minute out of most of an hour."""
        times = {name: getattr(self, name) * factor for name in self.__slots__ if name != "jitter"}
        return Durations(**times, jitter=self.jitter)

    def stretch(self, seconds: float, chance: random.Random) -> float:
        return seconds * (1 + chance.uniform(-self.jitter, self.jitter)) if self.jitter else seconds
