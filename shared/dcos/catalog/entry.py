"""One entry of the catalog: a package, and how it shows itself to Marathon and to Mesos.

Names are as the package installs itself when nobody changes anything. Operators do change the application's id and with
it the framework's name, which is why a label that the package service writes counts for more than any name here
(recognise.py).
"""

from __future__ import annotations

from msgspec import Struct

from shared.model.catalog import Package


class Entry(Struct, frozen=True, kw_only=True):
    """`title` is the name that people use. `packages` are names in the Universe, `frameworks` default names of the
    framework, `apps` default last parts of the application's id, `images` container images without registry and tag.
    `roles` and `principals` are those that the framework registers with. `note` is for the page alone."""

    title: str
    package: Package
    packages: tuple[str, ...]
    apps: tuple[str, ...] = ()
    frameworks: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    principals: tuple[str, ...] = ()
    images: tuple[str, ...] = ()
    note: str = ""


def of_sdk(name: str) -> dict[str, tuple[str, ...]]:
    """How a service built on dcos-commons registers unless told otherwise (mesosphere/dcos-commons: SchedulerConfig,
    `<name>-role` and `<name>-principal`)."""
    return {
        "apps": (name,),
        "frameworks": (name,),
        "roles": (f"{name}-role",),
        "principals": (f"{name}-principal",),
    }


def universe(name: str) -> str:
    """The source of an entry: its folder in the Universe, named by its first letter."""
    return f"mesosphere/universe:repo/packages/{name[0].upper()}/{name}"
