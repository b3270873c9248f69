"""The remedies: what can be done for a node, as rungs of a ladder, for the size of a pool, and for its load."""

from __future__ import annotations

from enum import StrEnum


class Remedy(StrEnum):
    """A way to help: the rungs of the ladder, from the mildest to the hardest, the two that change a size, and the
    one that moves load.

    restart_unit  have one systemd unit started again on the machine; nothing else on it is touched
    restart       boot the machine again on the host that it is on; disks stay. A master's that is off is started
    redeploy      move it to another host of Azure: the temporary disk is lost, and with it local volumes
    reimage       write its disks anew: everything on it is lost
    replace       destroy it and have a new one made

    grow          have more machines made, for a pool that is to have more
    shrink        empty one that works and destroy it, in a pool that is to have fewer

    relieve       end one task on an agent that is much fuller than others, so that it starts elsewhere
    """

    RESTART_UNIT = "restart_unit"
    RESTART = "restart"
    REDEPLOY = "redeploy"
    REIMAGE = "reimage"
    REPLACE = "replace"
    GROW = "grow"
    SHRINK = "shrink"
    RELIEVE = "relieve"


RUNGS = (Remedy.RESTART_UNIT, Remedy.RESTART, Remedy.REDEPLOY, Remedy.REIMAGE, Remedy.REPLACE)
"""Those that help a node: what a ladder may have."""

CHANGE_SIZES = frozenset({Remedy.GROW, Remedy.SHRINK})
"""Those that change the size of a pool."""

NEEDS_ROOM = frozenset({Remedy.REDEPLOY, Remedy.REPLACE, Remedy.GROW})
"""Those for which Azure has to allocate another machine or another host."""

LOSES_LOCAL_VOLUMES = frozenset({Remedy.REDEPLOY, Remedy.REIMAGE, Remedy.REPLACE, Remedy.SHRINK})
"""Those after which the temporary disk is another one, and with it `/var/lib/mesos` as the Azure Container Service lays
it out."""
