"""Which package is this? From an application of Marathon, or from a framework of Mesos.

An application, in this order:
 1. the label DCOS_PACKAGE_NAME, which the package service writes; `beta-` before a name is taken off;
 2. without that label: the image of its container;
 3. without that label: the last part of its id.
A framework:
 1. the application that named it in DCOS_PACKAGE_FRAMEWORK_NAME or is called as it is, when that one is known;
 2. its name, or the last part of it; 3. its roles, 4. its principal;
 5. the address of its page, by which services of the SDK are known.
What comes out is never less careful than what the thing holds: an application with local volumes, and a framework with
reservations or volumes, is no stateless package whatever it is called. A package of the SDK without the SDK's labels is
an older version of it, without plans and pods to ask.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from shared.dcos.catalog.beside import BESIDE
from shared.dcos.catalog.entry import Entry
from shared.dcos.catalog.plain import PLAIN_PACKAGES
from shared.dcos.catalog.stateful import STATEFUL
from shared.model.catalog import (
    PLAIN,
    UNKNOWN_FRAMEWORK,
    UNKNOWN_RESIDENT,
    UNKNOWN_SDK,
    Kind,
    Move,
    Package,
    Person,
)
from shared.model.mesos import Framework, SchedulerState

LISTED: tuple[Entry, ...] = tuple(sorted((*STATEFUL, *PLAIN_PACKAGES), key=lambda one: one.title.lower()))

PACKAGE_NAME = "DCOS_PACKAGE_NAME"
FRAMEWORK_NAME = "DCOS_PACKAGE_FRAMEWORK_NAME"
SERVICE_NAME = "DCOS_SERVICE_NAME"
SDK_LABELS = frozenset({"DCOS_COMMONS_API_VERSION", "DCOS_COMMONS_UNINSTALL"})
SDK_PAGE = ("http://api.", ".marathon.l4lb.thisdcos.directory")
"""Where the scheduler of an SDK service says that its page is (mesosphere/dcos-commons: FrameworkRunner)."""

CARELESS = frozenset({None, Move.RESCHEDULE, Move.NOTHING})
EVERYBODYS_ROLES = frozenset({"*", "slave_public"})


def recognise_app(app_id: str, labels: Mapping[str, str], image: str, *, keeps_volume: bool) -> Package:
    """What an application or pod of Marathon is."""
    entry = _entry_of_app(app_id, labels, image)
    package = PLAIN if entry is None else entry.package
    if is_sdk(labels):
        package = package if package.kind is Kind.SDK else UNKNOWN_SDK
    elif package.kind is Kind.SDK:
        package = without_sdk(package)
    if keeps_volume and package.app in CARELESS:
        return replace(UNKNOWN_RESIDENT, name=package.name)
    return package


def recognise_framework(framework: Framework, app: Package | None, *, keeps_data: bool) -> Package:
    """What a framework is. `app` is what the application is that runs its scheduler, None where there is none;
    `keeps_data`: reservations or volumes are held for its roles."""
    package = app if app is not None and app.framework is not None and _says_more_than_plain(app) else None
    package = package or _package_of_framework(framework)
    if package is None:
        return UNKNOWN_FRAMEWORK if keeps_data else PLAIN
    if keeps_data and package.framework in CARELESS:
        return replace(UNKNOWN_FRAMEWORK, name=package.name)
    return package


def without_sdk(package: Package) -> Package:
    """The same package from before it was built on the SDK, or where its SDK can't be asked."""
    return replace(
        package,
        kind=Kind.FRAMEWORK,
        framework=Move.NEVER,
        person=Person.ALWAYS,
        why_person="This version of it has no plans and pods to ask, so nobody can see whether a member may go.",
    )


def is_sdk(labels: Mapping[str, str]) -> bool:
    return not SDK_LABELS.isdisjoint(labels)


def framework_name(app_id: str, labels: Mapping[str, str]) -> str:
    """The name that the scheduler in this application registers with, without a slash at its beginning."""
    return (labels.get(SERVICE_NAME) or labels.get(FRAMEWORK_NAME) or app_id).strip("/")


def is_sdk_page(webui_url: str) -> bool:
    before, within = SDK_PAGE
    return webui_url.startswith(before) and within in webui_url


def roles_with_data(mesos: SchedulerState) -> frozenset[str]:
    """Roles for which any agent holds a volume or a dynamic reservation."""
    volumes = {one.role for agent in mesos.agents for one in agent.volumes}
    return frozenset(volumes | {one.role for agent in mesos.agents for one in agent.reservations})


def _says_more_than_plain(package: Package) -> bool:
    return package.is_known or package.kind is Kind.SDK


def _entry_of_app(app_id: str, labels: Mapping[str, str], image: str) -> Entry | None:
    named = labels.get(PACKAGE_NAME)
    if named:
        return _BY_PACKAGE.get(named.lower().removeprefix("beta-"))
    return _BY_IMAGE.get(repository(image)) or _BY_APP.get(_last(app_id))


def _package_of_framework(framework: Framework) -> Package | None:
    for entry in BESIDE:
        if framework.name in entry.frameworks:
            return entry.package
    roles = [role for role in framework.roles if role not in EVERYBODYS_ROLES]
    entry_of_it = (
        _BY_FRAMEWORK.get(_last(framework.name))
        or next((_BY_ROLE[_last(role)] for role in roles if _last(role) in _BY_ROLE), None)
        or _BY_PRINCIPAL.get(_last(framework.principal))
    )
    if entry_of_it is not None:
        return entry_of_it.package
    return UNKNOWN_SDK if is_sdk_page(framework.webui_url) else None


def repository(image: str) -> str:
    """`mesosphere/jenkins` of `registry.example:5000/mesosphere/jenkins:3.2@sha256:...`."""
    name = image.lower().partition("@")[0]
    head, slash, last = name.rpartition("/")
    first, _, rest = head.partition("/")
    is_host = "." in first or ":" in first or first == "localhost"
    head = rest if is_host else head
    return f"{head}/{last.partition(':')[0]}" if slash and head else last.partition(":")[0]


def _last(name: str) -> str:
    """`kafka` of `/prod/kafka` and of `prod__kafka`, as the SDK writes that in roles."""
    return name.lower().replace("__", "/").rpartition("/")[2]


def _index(field: str) -> dict[str, Entry]:
    return {name.lower(): entry for entry in LISTED for name in getattr(entry, field)}


_BY_PACKAGE = _index("packages")
_BY_APP = _index("apps")
_BY_IMAGE = _index("images")
_BY_FRAMEWORK = _index("frameworks")
_BY_ROLE = _index("roles")
_BY_PRINCIPAL = _index("principals")
