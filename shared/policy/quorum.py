"""What may be done to the masters of a cluster: the part `masters` of the policy.

Apart from the pools, because next to nothing of theirs holds for masters: their number is fixed for ever, they are
never destroyed nor written anew, and at most one is touched at a time, whatever the policy says.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from msgspec import Struct

from shared.model.remedies import RUNGS, Remedy
from shared.policy.limits import VMS, Among, Between

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)

FOR_MASTERS = (Remedy.RESTART_UNIT, Remedy.RESTART, Remedy.REDEPLOY)
"""All that is ever done to a master: a redeployment keeps the disk of the system, where its registry and ZooKeeper's
data are (dcos/dcos:gen/azure/templates/acs.json has no other disk for them); a reimage and a replacement would not."""


class MasterRepair(Struct, frozen=True, kw_only=True):
    """How a failed master is helped. None of it is taken from `defaults`, which speak of agents."""

    ladder: Annotated[tuple[Remedy, ...], Among(RUNGS)] = FOR_MASTERS
    """The remedies in the order in which they are tried: `restart_unit`, `restart` and `redeploy`, which do here what
    they do for agents. A machine that is off is started where `restart` stands here, unless Azure told that somebody
    stopped it. Masters are never reimaged or replaced, so those words are refused."""

    approve: Annotated[tuple[Remedy, ...], Among(RUNGS)] = (Remedy.REDEPLOY,)
    """The remedies that need a person's approval each time. A redeployment may find no room in Azure and then leaves
    the cluster without that master, so somebody should be awake. Write `[restart, redeploy]` to see the first restarts
    coming, or take `redeploy` out of the ladder to be called instead."""

    confirm_after: Annotated[timedelta, Between(timedelta(0), timedelta(hours=1))] = timedelta(minutes=1)
    """How long a master stays unreachable before it counts as failed. An election takes some ten seconds and a master
    that was started reads its registry in less; a minute is beyond both."""

    impaired_after: Annotated[timedelta, Between(timedelta(0), DAY)] = timedelta(minutes=5)
    """How long a master that answers stays impaired: its ZooKeeper does not serve, its registry is not recovered, it
    follows no leader, or a unit failed. ZooKeeper servers come and go for minutes when one of them joins anew."""

    restart_timeout: Annotated[timedelta, Between(MINUTE, DAY)] = timedelta(minutes=10)
    """How long after a restart, of a unit or of the machine, the master may take to serve again, before the next rung.
    How long a machine that is stopped, or that Azure is busy with, is waited for before it is started or a person is
    called, and one that somebody boots before it counts as failed."""

    redeploy_timeout: Annotated[timedelta, Between(MINUTE, DAY)] = timedelta(minutes=20)
    """The same after a redeployment."""

    verify_timeout: Annotated[timedelta, Between(timedelta(0), DAY)] = timedelta(minutes=15)
    """How long the ensemble of ZooKeeper may take to be as whole as it was, with one leader, after the master itself is
    well. A person is called after that. Nothing else is done to any master before."""


class Quorum(Struct, frozen=True, kw_only=True):
    """The masters as machines. Without it they are watched, and a person is called when one is ill; none is touched.
    With it one at a time is helped, in the cluster's mode, and only while a majority of all masters surely serves
    without it."""

    vms: Annotated[str, VMS] = ""
    """The names of the masters' virtual machines in the cluster's resource group, with `*` and `?` as in a shell, such
    as `dcos-master-633E21A3-*`. Of those, a master's machine is the one that has its address. Not written: no master is
    ever touched."""

    addresses: tuple[str, ...] = ()
    """The masters' private addresses, in the order of `dcos.masters`. Needed only where those are names or forwarded
    ports, because Azure and Exhibitor know masters by their private address. Not written: the hosts of
    `dcos.masters`."""

    repair: MasterRepair = MasterRepair()
    """How a failed master is helped."""
