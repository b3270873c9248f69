"""What a person says by the API: whom it is for, by its name or its ending, and what came of it.

The API knows from the credentials who says it. Names are looked up by the same office, so that an ending is enough here
too, and what is said goes out with the whole name.
"""

from __future__ import annotations

from cli.answer import Answer
from cli.entrance import names_of
from cli.trouble import NO, USAGE, Trouble
from shared.desk.asked import OfNodes
from shared.desk.office import Office
from shared.desk.orders import Pause, Resume
from shared.desk.pages import MOST
from shared.model.overrides import THE_CLUSTER
from shared.news.words import COMMAND

SHOWN = 8


async def pause_there(office: Office, cluster: str | None, order: Pause) -> Answer:
    here, about = await whose(office, order.subject, cluster)
    done = await office.pause(here, Pause(order.why, about, order.duration), "")
    back = f"{COMMAND} --api ... resume {about} --cluster {here}".replace("  ", " ")
    return Answer(done, back, "takes it back")


async def resume_there(office: Office, cluster: str | None, order: Resume) -> Answer:
    here, about = await whose(office, order.subject, cluster)
    return Answer(await office.resume(here, Resume(order.why, about, order.nodes), ""))


async def whose(office: Office, subject: str, cluster: str | None) -> tuple[str, str]:
    """The cluster, and what is meant in it: `THE_CLUSTER`, a pool or a node."""
    known = await names_of(office, cluster)
    if cluster is None and subject in known:
        return subject, THE_CLUSTER
    if len(known) != 1:
        raise Trouble(f"Nothing was written: --cluster names one of {', '.join(known)}.", USAGE)
    (here,) = known
    if subject in {THE_CLUSTER, here}:
        return here, THE_CLUSTER
    if any(one.pool == subject for one in await office.pools(here)):
        return here, subject
    return here, await _node(office, here, subject)


async def _node(office: Office, cluster: str, subject: str) -> str:
    names, after, is_more, ending = list[str](), "", True, subject.lower()
    while is_more:
        page = await office.nodes(cluster, OfNodes(limit=MOST, text=subject, after=after))
        names += [one.name for one in page.items if one.name.lower().endswith(ending)]
        after, is_more = page.next, bool(page.next)
    found = [one for one in names if one.lower() == ending] or names
    if not found:
        raise Trouble(f"Nothing is called {subject!r} in {cluster}, so nothing was written: see `nodes`.", NO)
    if len(found) > 1:
        some = ", ".join(found[:SHOWN])
        raise Trouble(f"{subject!r} may be any of {some}: give more of the name. Nothing was written.", NO)
    return found[0]
