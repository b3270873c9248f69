"""Stories of pools that follow the clock: the small world of `tests/scene.py`, with schedules in its policy.

office = Office(agents=4, day="target: 6", night="target: 4")     day begins at 03:30, night at 04:30
await office.after(minutes=20)                                     virtual time, nobody waits
"""

from __future__ import annotations

from shared.model.mesos import Generation
from tests.scene import Scene

DAY = '{{name: day, cron: "30 3 * * *", zone: UTC, {}}}'
NIGHT = '{{name: night, cron: "30 4 * * *", zone: UTC, {}}}'


def schedules(*entries: str) -> str:
    return f"schedules: [{', '.join(entries)}]"


class Office(Scene):
    """The stories begin at 03:00, with the machines that night has. `more` is added to the pool."""

    def __init__(
        self,
        agents: int = 4,
        day: str = "target: 6",
        night: str = "target: 4",
        more: str = "",
        mode: str = "enforce",
        generation: Generation = Generation.DRAIN,
        boot_s: float = 120,
    ) -> None:
        limits = "disruption: {at_once: 2, per_hour: 20}" if "disruption" not in more else ""
        plan = schedules(DAY.format(day), NIGHT.format(night)) if day else ""
        written = "\n        ".join(part for part in (plan, limits, more) if part)
        self.plan = plan
        super().__init__(agents, written, mode, generation, boot_s)
