"""A command for one, given to all.

To update some servers an operator gave a command that rebooted them, and it took every server of a data centre, whose
start together kept them all away for longer (Joyent, 27 May 2014). No command here reboots or destroys anything, and
every command names one incident; what comes nearest is to take back a pause under which many nodes wait.
"""

from __future__ import annotations

from tests.cli.typed import asked, words_of
from tests.incidents.stage import Stage

BECAUSE = ("--why", "the rack is moved")
ROOMY = "disruption: {at_once: 4, per_fault_domain: none}"


async def with_many_waiting() -> Stage:
    stage = Stage(agents=20, more=ROOMY)
    await stage.sweeps()
    await asked(stage, "pause", "private", *BECAUSE)
    stage.agents_die(1, 7, 13)
    await stage.after(minutes=5)
    return stage


async def test_to_set_many_nodes_free_their_number_is_typed() -> None:
    stage = await with_many_waiting()
    told = await asked(stage, "resume", "private")
    assert told.exit_code == 1
    assert "3 nodes wait there" in told.stderr
    assert "--nodes 3" in told.stderr
    assert (await asked(stage, "resume", "private", "--nodes", "30")).exit_code == 1
    await stage.after(minutes=5)
    assert stage.orders == [], "it is still paused"
    told = await asked(stage, "resume", "private", "--nodes", "3")
    assert "prod/private is not paused any more" in words_of(told)
    await stage.after(minutes=20)
    assert (sorted(stage.destroyed), stage.connected) == (["1", "13", "7"], 20)


async def test_even_then_they_go_one_account_after_the_other() -> None:
    stage = Stage(agents=20)
    await stage.sweeps()
    await asked(stage, "pause", *BECAUSE)
    stage.agents_die(1, 7, 13)
    await stage.after(minutes=5)
    await asked(stage, "resume", "--nodes", "3")
    await stage.after(minutes=1)
    assert len(stage.destroyed) <= 2, "at once: a tenth of twenty"


async def test_one_node_or_none_needs_no_number() -> None:
    stage = Stage(agents=20, more=ROOMY)
    await stage.sweeps()
    await asked(stage, "pause", *BECAUSE)
    stage.agent_dies(1)
    await stage.after(minutes=5)
    assert (await asked(stage, "resume")).exit_code == 0


async def test_an_approval_is_of_one_incident() -> None:
    stage = Stage(agents=20, mode="propose", more=ROOMY)
    await stage.sweeps()
    stage.agents_die(1, 7, 13)
    await stage.after(minutes=5)
    for name in ("private", "prod", "vmss0", "*", ""):
        assert (await asked(stage, "approve", name, "replace", "--why", "all of them")).exit_code != 0
    await stage.after(minutes=10)
    assert stage.orders == []
