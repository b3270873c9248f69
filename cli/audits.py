"""The commands about the audit: its tail, and whether it is whole. `audit.py` shows what was found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cli.entrance import Cluster, Json, Newest, with_office
from cli.trouble import NO

if TYPE_CHECKING:
    from shared.audit import Entry
    from shared.desk.audit import Month
    from shared.desk.office import Office

audit = typer.Typer(
    help="What was heard, judged, decided, done and refused.", no_args_is_help=True, rich_markup_mode=None
)


@audit.command("tail")
def audit_tail(
    context: typer.Context, number: Newest = 20, cluster: Cluster = None, as_json: Json = False
) -> None:
    """Show the newest entries, oldest first. A cluster that is no longer in the policy has to be named."""
    from cli.audit import show_entries
    from cli.speech import say_json

    async def work(office: Office) -> None:
        found: list[Entry] = []
        for here in await _audited(office, cluster):
            found += await _newest(office, here, number)
        entries = sorted(found, key=lambda entry: (entry.record.at, entry.number))[-number:]
        if as_json:
            say_json(entries)
        else:
            show_entries(entries)

    with_office(context, work)


@audit.command("verify")
def audit_verify(
    context: typer.Context,
    months: Annotated[int, typer.Option(min=1, max=120, help="How many months, this one included.")] = 24,
    cluster: Cluster = None,
    as_json: Json = False,
) -> None:
    """See whether the audit is whole.

    Computes every hash anew. Exit code 1: entries were changed, inserted, moved or taken out. A cluster
    that is no longer in the policy is verified when it is named. The API looks at 24 months and no more.
    """
    from cli.audit import show_months
    from cli.speech import busy, say_json
    from shared.desk.asked import OfMonths

    found: list[Month] = []

    async def work(office: Office) -> None:
        clusters = await _audited(office, cluster)
        with busy("computing every hash anew", len(clusters)) as tell:
            for done, here in enumerate(clusters):
                tell(done)
                found.extend(await office.verified(here, OfMonths(months=months)))
        if as_json:
            say_json({"is_whole": not any(one.breaks for one in found), "months": found})
        else:
            show_months(found)

    with_office(context, work)
    raise typer.Exit(NO if any(one.breaks for one in found) else 0)


async def _newest(office: Office, cluster: str, number: int) -> list[Entry]:
    from cli.finding import newest
    from shared.desk.asked import OfAudit
    from shared.desk.pages import MOST

    limit = min(number, MOST)
    return await newest(number, lambda after: office.audit(cluster, OfAudit(limit=limit, after=after)))


async def _audited(office: Office, cluster: str | None) -> list[str]:
    """The named cluster, whether or not the policy still has it; or all of the policy and what is nobody's."""
    from cli.finding import names_of
    from shared.model.audit import NOBODYS

    return [cluster] if cluster is not None else [*await names_of(office, None), NOBODYS]
