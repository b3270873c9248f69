"""That Azure's own autoscale moves a pool's size: what the policy says of it.

Then nothing of ours moves the size, and what is left to do is to take its hand for no loss, and to keep it from
machines that must not go (`shared/decide/wanted.py`, `shared/decide/shields.py`). `read_autoscale.py` reads it.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import Struct

from shared.policy.limits import Between


class AzureAutoscale(Struct, frozen=True, kw_only=True):
    """The bounds of the autoscale setting that moves the scale set. Such a pool has no `schedules`, no `signals` and
    no `forecast` of its own, and is not evened out: of two that move a size, each undoes what the other does."""

    min: Annotated[int, Between(1, 1000)]
    """The fewest machines that the setting leaves. What Azure takes away by scaling in, down to this, is no loss; what
    goes beyond it is missed and brought back."""

    max: Annotated[int, Between(1, 1000)]
    """The most machines that the setting orders. At most the pool's `capacity.max`."""
