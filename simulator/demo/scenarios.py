"""The stories that are played in real time: what breaks, and what must come of it.

A scenario is a short play; what its parts mean is told in `acts.py`. Stories of sizes take hours and are played in
virtual time, each in a file of its own.
"""

from __future__ import annotations

from datetime import timedelta

from simulator.demo.acts import (
    FOLLOWER,
    UNIT,
    Act,
    Scenario,
    announce_end,
    delete,
    evict,
    fail_over,
    fail_unit,
    hang,
    hang_master,
    heal_unit,
    kill,
    masters_down,
    masters_up,
    start,
)

MINUTE = {"sweep": "0 * * * * *", "beat": "7,22,37,52 * * * * *"}

SCENARIOS = {
    scenario.name: scenario
    for scenario in (
        Scenario(
            name="deleted",
            promise="An operator deletes an agent's VM. Event Grid tells of it, and the app brings the agent back.",
            because="Azure itself said that the machine is gone, so nothing had to be confirmed and nothing else was"
            " in the way.",
            acts=(Act("an operator deletes {agents} in the portal", delete, settles=True),),
            # The sweep finds it too, each minute as in production; here Event Grid comes first.
            options=MINUTE,
        ),
        Scenario(
            name="dead",
            promise="The Mesos agent of a machine dies while its VM runs on. Nobody tells; the sweep finds it, waits to"
            " be sure, and replaces the machine.",
            because="The machine ran, but its agent had been lost for longer than `confirm_after`; a stock DC/OS would"
            " have waited five minutes and replaced nothing.",
            acts=(Act("the Mesos agent of {agents} dies, its VM runs on", kill, settles=True),),
        ),
        Scenario(
            name="four",
            promise="Four agents die in the same second, with a policy that allows four repairs at once. All four are"
            " replaced side by side.",
            because="Four of the pool are fewer than a storm, and the policy allows four at once. A stock DC/OS would"
            " notice the fourth after about 65 minutes.",
            acts=(Act("the Mesos agents of {agents} die", kill, settles=True),),
            hit=lambda agents: 4,
            fewest=11,  # four of fewer are 40 %, a storm
            replaces=4,
            ordered_within_s=30.0,
            options={
                "pool_policy": "        disruption: {at_once: 4, per_hour: 8, per_fault_domain: none}\n",
            },
        ),
        Scenario(
            name="masters-down",
            promise="The masters' API stops answering, and then an operator deletes a VM. The app must do nothing and"
            " say why; when the API answers again, it heals.",
            because="Who can not see must not act: without the masters' word nobody knows what else is lost. The"
            " deletion was remembered and healed as soon as they could be read.",
            acts=(
                Act("the API of the masters stops answering", masters_down, holds=True, at_least_s=2.5),
                Act(
                    "an operator deletes {agents}",
                    delete,
                    holds=True,
                    reasons=("scheduler_unread",),
                    at_least_s=6.0,
                ),
                Act("the API of the masters answers again", masters_up, settles=True),
            ),
        ),
        Scenario(
            name="storm",
            promise="A bad package stops the Mesos agent on half of the pool. So much at once is not the machines'"
            " fault: nothing may be touched.",
            because="Half of a pool that fails at once has one cause, and replacing machines is not its cure: every"
            " agent came back by itself, with its tasks.",
            acts=(
                Act(
                    "a bad package stops the Mesos agent on {agents}",
                    kill,
                    holds=True,
                    reasons=("storm_now",),
                    at_least_s=6.0,
                ),
                Act("the package is taken back, the agents start again", start, holds=True, settles=True),
            ),
            hit=lambda agents: agents // 2,
            fewest=4,
            replaces=0,
            options={"pool_policy": "        storm: {unhealthy: 40%, hold: 10s}\n"},
        ),
        Scenario(
            name="evicted",
            promise="Azure takes a spot VM back and cuts its power. The masters go on believing in its agent until"
            " their pings time out; when both agree, the agent is replaced.",
            because="Azure and Mesos contradicted each other, and a contradiction is no proof; once the pings had timed"
            " out, both said that the machine is gone.",
            acts=(Act("Azure evicts {agents}, a spot VM", evict, settles=True),),
        ),
        Scenario(
            name="hang",
            promise="The system of a machine hangs; Azure shows it running. The ladder begins with a restart, which"
            " keeps the disks: the same agent comes back, with what it had, and nothing is replaced.",
            because="A restart takes nothing from a machine whose agent is lost, and it helped; a replacement would"
            " have cost the agent's local volumes.",
            acts=(Act("the system of {agents} hangs", hang, words=("restarting instance",), settles=True),),
            replaces=0,
            options={"ladder": "restart, replace"},
        ),
        Scenario(
            name="announced",
            promise="Azure announces that the host of a machine may be failing. Its agent still works: it gets no new"
            " tasks, a successor joins, then its tasks move, one after the other, and only then it goes.",
            because="Until its successor had joined nothing was taken from the node that worked, and it could have gone"
            " back to work at any moment.",
            acts=(
                Act("Azure announces that the host of {agents} may be failing", announce_end, settles=True),
            ),
            announced=True,
        ),
        Scenario(
            name="failover",
            promise="The leading master is lost and another one is elected. Until the agents have found it they look"
            " dead: nothing may be touched.",
            because="Agents that are missing from a new leader's list prove nothing: all of them came back to it.",
            acts=(
                Act(
                    "the leading master is lost, an election begins",
                    fail_over,
                    holds=True,
                    reasons=("leader_is_new",),
                    settles=True,
                ),
            ),
            hit=lambda agents: 0,
            fewest=6,
            replaces=0,
            options={
                "pool_policy": "        storm: {unhealthy: 40%, hold: 10s}\n",
                "cluster_policy": "    failover_hold_off: 20s\n",
                "confirm_after": timedelta(seconds=1),
            },
        ),
        Scenario(
            name="master",
            promise="The machine of one of three masters hangs. Azure shows it running; its Mesos and its ZooKeeper say"
            " nothing. With the other two serving, it is restarted, and nothing else is done until all three serve.",
            because="Two of three are a majority without it, so that it could be spared for a minute; it was over when"
            " its registry was recovered and ZooKeeper had three members and one leader.",
            acts=(
                Act(
                    "the machine of a master that follows hangs",
                    hang_master,
                    words=("3 of 3 masters serve",),
                    settles=True,
                ),
            ),
            hit=lambda agents: 0,
            replaces=0,
            masters=(FOLLOWER,),
            options={
                "cluster_policy": "    masters:\n"
                "      vms: dcos-master-*\n"
                "      addresses: [172.16.0.5, 172.16.0.6, 172.16.0.7]\n"
                "      repair: {ladder: [restart, redeploy], confirm_after: 2s}\n",
            },
        ),
        Scenario(
            name="old",
            promise="On DC/OS 1.8 an operator deletes an agent's VM. Its masters know no `mark gone`, so the machine is"
            " taken down, and up again for whoever gets its address.",
            because="Mesos 1.0 can only be told through its maintenance calls; leaving the machine down would have"
            " barred the new agent at the same address.",
            acts=(Act("an operator deletes {agents} in the portal", delete, settles=True),),
            options=MINUTE | {"dcos_version": "1.8"},
        ),
        Scenario(
            name="unit",
            promise="A unit of DC/OS fails on a working agent. DC/OS's own diagnostics tell the app, which names the"
            " component and what it takes down; nothing that runs may be touched.",
            because="The agent of Mesos and its tasks went on: a failed unit is a reason to look, and not yet one to"
            " destroy a machine.",
            acts=(
                Act(
                    f"{UNIT} fails on {{agents}}",
                    fail_unit,
                    holds=True,
                    words=(f"{UNIT} is not well (adminrouter: ",),
                ),
                Act(
                    "somebody starts it again",
                    heal_unit,
                    holds=True,
                    words=(f"{UNIT} is well again",),
                    settles=True,
                ),
            ),
            replaces=0,
            options={"health_every_s": 1.0},
        ),
    )
}
