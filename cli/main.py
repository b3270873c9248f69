"""The commands and their options; each calls what does the work and turns its answer into an exit code.

What the options mean is said here, where `--help` finds it. The rest of the package is imported by the command that
needs it, so that `--help` and completion are quick.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import timedelta
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from cli import fleet, keys, people, policies, quarantined, schedules, sizes, trials
from cli.entrance import (
    IS_JSON,
    Cluster,
    Json,
    Newest,
    audited,
    check_way,
    desk_of,
    give_up,
    with_archive,
    with_store,
)
from cli.sources import Sender
from cli.trouble import NO, Trouble

if TYPE_CHECKING:
    from shared.desk.archive import Archive
    from shared.ports.store import Store

ABOUT = """What Poolkeeper sees, knows and did, and what it will do next; and a person's word in it.

Exit codes: 0 all well, 1 the answer is no, 2 the command was not understood, 3 the storage or API could not be read."""


class KeepsWords(TyperGroup):
    """Tells what stands before a command whether `--json` stands behind it."""

    def invoke(self, ctx: Any) -> Any:
        ctx.meta[IS_JSON] = "--json" in ctx.args
        return super().invoke(ctx)


# Help without rich: loading it would take longer than all the rest of `--help`.
app = typer.Typer(
    name="poolkeeper",
    cls=KeepsWords,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
audit = typer.Typer(
    help="What was heard, judged, decided, done and refused.", no_args_is_help=True, rich_markup_mode=None
)
quarantine = typer.Typer(help="Work that could not be done.", no_args_is_help=True, rich_markup_mode=None)
for name, group in (
    ("policy", policies.policy),
    ("schedule", schedules.schedule),
    ("size", sizes.size),
    ("audit", audit),
    ("quarantine", quarantine),
):
    app.add_typer(group, name=name)
people.register(app)
trials.register(app)
quarantined.register(quarantine)
fleet.register(app)
keys.register(app)


@app.callback(help=ABOUT)
def common(
    context: typer.Context,
    settings: Annotated[
        Path | None,
        typer.Option(help="A file like local.settings.json. Counts more than the environment."),
    ] = None,
    api: Annotated[
        str,
        typer.Option(
            help="Ask the app at this address, not its storage: nodes, operations, overrides, pause, resume."
        ),
    ] = "",
) -> None:
    from cli.desk import Desk, this_desk

    desk = context.obj if isinstance(context.obj, Desk) else this_desk()
    context.obj = replace(desk, settings_file=settings or desk.settings_file, api=api)
    check_way(context)


@app.command()
def hear(
    context: typer.Context,
    files: Annotated[
        list[Path],
        typer.Argument(help="Payloads, JSON; - is stdin."),
    ],
    source: Annotated[Sender, typer.Option(help="Who sends such payloads.")],
    policy_file: Annotated[
        Path | None,
        typer.Option("--policy", exists=True, dir_okay=False, help="The policy; else the app's own."),
    ] = None,
    by_clock: Annotated[
        bool, typer.Option("--by-clock", help="Events and metrics that are too old by now count as such.")
    ] = False,
    host: Annotated[
        str, typer.Option(help="Whose metrics these are; an address of a master, or else of an agent.")
    ] = "",
) -> None:
    """Tell what payloads mean, as JSON: signals, or why there are none, or why they are poison.

    A file holds one payload, an array of them, or one on each line; it may be packed with gzip, or in base64 as a
    queue has its messages. Of metrics it tells which rules they would set off. Nothing is sent, stored or
    asked. Exit code 1: a payload, or a part of one, can not be understood. 2: a file can not be read, or there
    is no valid policy.
    """
    from cli.hear import Ground, hear_files
    from cli.speech import say_json

    try:
        answers = hear_files(source, files, Ground.of(desk_of(context), policy_file, host), by_clock)
    except Trouble as trouble:
        give_up(context, trouble)
    say_json(answers)
    raise typer.Exit(0 if all(answer.is_understood for answer in answers) else NO)


@app.command()
def status(context: typer.Context, cluster: Cluster = None, as_json: Json = False) -> None:
    """Show the pools, what is open, and what happens next.

    Of every pool its wanted size, its nodes by condition, the use of its ledger, and a storm if there is
    one. As last remembered: nothing is asked of Azure or Mesos. Exit code 0, also while incidents are
    open.
    """
    from cli.speech import say_json
    from cli.status import as_data, show_status
    from shared.desk.clusters import cluster_status

    async def work(archive: Archive) -> None:
        found = [await cluster_status(archive, one) for one in archive.clusters(cluster)]
        if as_json:
            say_json(as_data(archive, found))
        else:
            show_status(archive, found)

    with_archive(context, work)


@app.command()
def incidents(
    context: typer.Context,
    closed: Annotated[bool, typer.Option("--closed", help="Those that are over instead.")] = False,
    days: Annotated[int, typer.Option(min=1, max=3650, help="Of how many days, with --closed.")] = 30,
    cluster: Cluster = None,
    as_json: Json = False,
) -> None:
    """List what is wrong, or what was.

    The open incidents with their decision and what happens next, or the closed ones with their outcome.
    """
    from cli.speech import say_json
    from cli.status import show_closed, show_opened
    from shared.desk.clusters import cluster_status

    async def work(archive: Archive) -> None:
        chosen = archive.clusters(cluster)
        if closed:
            over = [
                one
                for here in chosen
                for one in await archive.closed_incidents(here.name, timedelta(days=days))
            ]
            over.sort(key=lambda incident: incident.closed_at or incident.opened_at, reverse=True)
            return say_json(over) if as_json else show_closed(over)
        found = [await cluster_status(archive, one) for one in chosen]
        if as_json:
            return say_json([incident for one in found for incident in one.incidents])
        return show_opened(archive, found)

    with_archive(context, work)


@app.command()
def bodies(context: typer.Context, cluster: Cluster = None, as_json: Json = False) -> None:
    """List the failed machines that are kept for somebody to look at, and until when."""
    from cli.bodies import show_bodies
    from cli.speech import say_json
    from shared.desk.bodies import all_bodies

    async def work(archive: Archive) -> None:
        found = await all_bodies(archive, cluster)
        if as_json:
            say_json(found)
        else:
            show_bodies(found, archive.now)

    with_archive(context, work)


@app.command()
def explain(
    context: typer.Context,
    subject: Annotated[str, typer.Argument(help="A node's name or its ending, or an incident's id.")],
    cluster: Cluster = None,
    as_json: Json = False,
) -> None:
    """Tell why, by which numbers, and what is next.

    Of a node or incident: what was heard, judged and decided, every guard's answer, the steps that were
    done and when,
    and what happens next and when. Exit code 1: nothing, or more than one thing, has this name.
    """
    from cli.explain import show_case
    from cli.speech import say_json
    from shared.desk.explain import explained, story_of
    from shared.desk.find import find_case

    async def work(archive: Archive) -> None:
        case = await find_case(archive, subject, cluster)
        story = await story_of(archive, case)
        if as_json:
            say_json(explained(case, story, archive.now))
        else:
            show_case(case, story, archive.now)

    with_archive(context, work)


@audit.command("tail")
def audit_tail(
    context: typer.Context, number: Newest = 20, cluster: Cluster = None, as_json: Json = False
) -> None:
    """Show the newest entries, oldest first."""
    from cli.audit import show_entries
    from cli.speech import say_json
    from shared.desk.audit import last_entries

    async def work(store: Store) -> None:
        now = desk_of(context).clock.now()
        entries = await last_entries(store, await audited(store, cluster, context), number, now)
        if as_json:
            say_json(entries)
        else:
            show_entries(entries)

    with_store(context, work)


@audit.command("verify")
def audit_verify(
    context: typer.Context,
    months: Annotated[int, typer.Option(min=1, max=120, help="How many months, this one included.")] = 24,
    cluster: Cluster = None,
    as_json: Json = False,
) -> None:
    """See whether the audit is whole.

    Computes every hash anew. Exit code 1: entries were changed, inserted, moved or taken out. A cluster
    that is no longer in the policy is verified when it is named.
    """
    from cli.audit import show_months
    from cli.speech import say_json
    from shared.desk.audit import verify_months

    async def work(store: Store) -> bool:
        now = desk_of(context).clock.now()
        found = await verify_months(store, await audited(store, cluster, context), months, now)
        if as_json:
            say_json({"is_whole": not any(one.breaks for one in found), "months": found})
        else:
            show_months(found)
        return not any(one.breaks for one in found)

    raise typer.Exit(0 if with_store(context, work) else NO)


def main() -> None:
    """The command line of this process. What its terminal has no sign for is shown as `?`."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
    app(prog_name="poolkeeper")
