"""How many requests Azure takes: token buckets per policy, per resource and per subscription.

Numbers: azure-compute-docs articles/virtual-machines/compute-throttling-limits.md (tokens per minute and burst).
Listing the instances of a set is named in no policy there, so it is not limited here either. A refused caller may
come back after a minute. Where the machines of a world are quicker than real ones, so must the buckets be, or a caller
that keeps up with them would be refused as nobody is in reality: `pace`.
"""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Policy(StrEnum):
    """The throttling policies that the served operations fall under."""

    SET_UPDATE = "VMScaleSetUpdate"
    SET_ACTION = "VMScaleSetActions"
    SET_DELETE = "VMScaleSetDelete"
    SET_GET = "LowCostGetVMScaleSet"
    SET_LIST = "HighCostGetVMScaleSet"
    VM_UPDATE = "VMScaleSetVMUpdate"
    VM_DELETE = "VMScaleSetVMDelete"
    VM_GET = "VMScaleSetVMGet"
    MACHINE_UPDATE = "VMUpdate"
    MACHINE_GET = "LowCostGetVM"
    MACHINE_LIST = "HighCostGetVM"
    OPERATION = "GetOperation"


@dataclass(frozen=True, slots=True)
class _Limit:
    """Tokens per minute and burst; None where there is no limit of this kind."""

    resource: tuple[int, int] | None
    subscription: tuple[int, int]


_LIMITS = {
    Policy.SET_UPDATE: _Limit((4, 12), (500, 1500)),
    Policy.SET_ACTION: _Limit(None, (500, 1500)),
    Policy.SET_DELETE: _Limit((4, 12), (175, 525)),
    Policy.SET_GET: _Limit((12, 36), (800, 2400)),
    Policy.SET_LIST: _Limit((10, 30), (360, 1080)),
    Policy.VM_UPDATE: _Limit((4, 12), (500, 1500)),
    Policy.VM_DELETE: _Limit((4, 12), (500, 1500)),
    Policy.VM_GET: _Limit((12, 36), (2000, 6000)),
    Policy.MACHINE_UPDATE: _Limit((4, 12), (500, 1500)),
    Policy.MACHINE_GET: _Limit((12, 36), (8000, 24000)),
    Policy.MACHINE_LIST: _Limit(None, (300, 900)),
    Policy.OPERATION: _Limit((15, 45), (5000, 15000)),
}


@dataclass(slots=True)
class _Bucket:
    per_minute: int
    burst: int
    tokens: float
    filled: datetime

    def take(self, now: datetime, pace: float) -> bool:
        gained = (now - self.filled) / timedelta(minutes=1) * self.per_minute * pace
        self.tokens, self.filled = min(float(self.burst), self.tokens + gained), now
        if self.tokens < 1:
            return False
        self.tokens -= 1
        return True


@dataclass(frozen=True, slots=True)
class Throttled:
    """Which bucket was empty, and its size."""

    policy: str
    allowed: int
    retry_after_s: int


class Throttle:
    """All buckets of a subscription. They fill `pace` times as fast as Azure's."""

    def __init__(self) -> None:
        self.enabled = True
        self.pace = 1.0
        self._buckets: dict[tuple[Policy, str], _Bucket] = {}

    def take(self, policy: Policy, resource: str, now: datetime) -> Throttled | None:
        """Use a token of the resource and one of the subscription; what was refused, or None."""
        if not self.enabled:
            return None
        limit = _LIMITS[policy]
        again_s = math.ceil(60 / self.pace)
        if limit.resource is not None:
            own = self._bucket(policy, resource.lower(), limit.resource, now)
            if not own.take(now, self.pace):
                return Throttled(policy, limit.resource[1], again_s)
        if not self._bucket(policy, "", limit.subscription, now).take(now, self.pace):
            return Throttled(f"{policy}Subscription", limit.subscription[1], again_s)
        return None

    def remaining(self, policy: Policy, resource: str) -> int:
        """Tokens left for the resource, or for the subscription where resources have no limit."""
        limit = _LIMITS[policy]
        key = (policy, resource.lower() if limit.resource is not None else "")
        bucket = self._buckets.get(key)
        return int(bucket.tokens) if bucket is not None else (limit.resource or limit.subscription)[1]

    def _bucket(self, policy: Policy, resource: str, size: tuple[int, int], now: datetime) -> _Bucket:
        key = (policy, resource)
        if key not in self._buckets:
            self._buckets[key] = _Bucket(size[0], size[1], float(size[1]), now)
        return self._buckets[key]
