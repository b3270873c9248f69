"""What the walk through the command line is made of: things that are typed, at the prompt of `make run` or in a second
terminal beside it, and what must be seen before the walk goes on.

It is told to people by `page.py`, and walked by a test, which holds what is seen against the page.
"""

from __future__ import annotations

from dataclasses import dataclass

AGENT = "dcos-agent-private-2A97516C-vmss0"


@dataclass(frozen=True)
class Stop:
    """`typed` at the prompt, or `command` in the second terminal after `poolkeeper`. `seen` is a pattern that the first
    terminal shows afterwards; `code` the exit code of the command, `tells` what its output must have. `files` are
    written before it, and `edits` made in the policy file of the app, or in a `copy` of it. Of more than `most` lines
    the rest is cut. `settles`: what it tells may be as old as the last sweep, so it is
    looked at until it tells that. `varies`: what is seen differs by more than numbers from one walk to the next."""

    text: str
    command: str = ""
    typed: str = ""
    seen: str = ""
    code: int = 0
    most: int = 60
    tells: tuple[str, ...] = ()
    files: tuple[tuple[str, str], ...] = ()
    edits: tuple[tuple[str, str], ...] = ()
    copy: str = ""
    settles: bool = False
    varies: bool = False


BROKEN = """\
version: 1
clusters:
  prod:
    subscription: 00000000-0000-0000-0000-000000000000
    resource_group: acs-prod
    dcos: {masters: [172.16.0.5]}
    pools:
      private:
        scale_set: dcos-agent-private-0000-vmss0
        capacity: {min: 5, max: 3}
        repair: {confirm_after: soon}
"""
WHO = "--who ada@example.com"

WALK: tuple[Stop, ...] = (
    Stop(
        "`make run` builds a small cluster, plays the story of a deleted machine, and stays up. The second terminal"
        " asks the same storage that the app writes to. All is well:",
        command="status",
        tells=("no incident is open in demo", "12 healthy"),
        settles=True,
    ),
    Stop(
        "Is everything there that the app needs? What can only be known by doing it is told as unknown.",
        command="doctor",
        tells=("ok  settings", "leads, Mesos 1.5.0, 12 agents", "infra/app/role.bicep"),
    ),
    Stop(
        "Now break something. At the prompt of `make run`, a Mesos agent is killed; its machine stays:",
        typed="kill 6",
        seen=r"closed   agent 6: operation done",
    ),
    Stop(
        "What happened, and why? The answer of each guard is there with the numbers by which it was given, each step"
        " with the time that it took, and what was known of the machine before it was destroyed.",
        command=f"explain {AGENT}_6",
        most=80,
        varies=True,
        tells=("decided", "act replace", "yes  capacity  capacity=12 listed=12", "operation", "evidence"),
    ),
    Stop(
        "Hands off: a pause holds everything in the pool until somebody resumes. It is asked who says so, and why.",
        command=f'pause private --why "network works until noon" {WHO}',
        tells=("private",),
    ),
    Stop("An agent dies meanwhile:", typed="kill 7", seen=r"refused  agent 7: hold: .*paused the pool"),
    Stop(
        "The incident is open, and says what it waits for:",
        command="incidents",
        tells=(f"{AGENT}_7", "pause"),
    ),
    Stop(
        "The works are done. From now on nothing stands in the way, and the app goes on by itself:",
        command=f"resume private {WHO}",
        seen=r"closed   agent 7: operation done",
    ),
    Stop(
        "A person may want another size for a while. The app orders it as it orders everything, within its limits:",
        command=f'size set private --target 13 --for 2h --why "a load test" {WHO}',
        seen=r"operation done: all 13 machines have joined",
    ),
    Stop("What people have said, and until when it holds:", command="overrides", tells=("ada@example.com",)),
    Stop("It is taken back:", command=f"size clear private {WHO}"),
    Stop(
        "In `propose` the app asks before it touches anything. The policy file of this cluster is edited, the app"
        " takes it up by itself:",
        edits=(("mode: enforce", "mode: propose"),),
        seen=r"policy loaded, version",
    ),
    Stop("Another agent dies:", typed="kill 8", seen=r"refused  agent 8: hold: .*approval_awaited"),
    Stop("Somebody is asked:", command="incidents", tells=(f"{AGENT}_8", "approv")),
    Stop(
        "An approval holds for an hour, for this one incident. All guards are asked again before anything is done:",
        command=f'approve _8 --why "seen, go ahead" {WHO}',
        seen=r"closed   agent 8: operation done",
    ),
    Stop(
        "A mistake in a policy is told with its line, and never obeyed:",
        command="policy check broken.yaml",
        files=(("broken.yaml", BROKEN),),
        code=1,
        tells=("broken.yaml",),
    ),
    Stop(
        "What would another policy do? All that the app decides by is saved as it is now, and any policy can be tried"
        " on it, here or on another computer. Nothing is asked of Azure, and nothing is done:",
        typed="kill 9",
        seen=r"refused  agent 9: hold: .*approval_awaited",
    ),
    Stop("", command="snapshot save now.json", tells=("now.json",)),
    Stop(
        "",
        edits=(("mode: propose", "mode: enforce"),),
        copy="bold.yaml",
        command="decide --snapshot now.json --policy bold.yaml",
        most=40,
        tells=(f"{AGENT}_9  private, unreachable: act", "mode  mode=enforce"),
    ),
    Stop(
        "What was heard, judged, decided, done and refused, in a chain that shows when a line is missing or"
        " was changed:",
        command="audit tail -n 4",
        varies=True,
    ),
    Stop("", command="audit verify", tells=("whole",)),
    Stop("Work that could not be done would wait here, with its reason:", command="quarantine list"),
)
