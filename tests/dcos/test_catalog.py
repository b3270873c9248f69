"""Every package of the first day is known, in whichever way it shows itself, and nothing is taken too lightly."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.dcos.catalog.entry import Entry
from shared.dcos.catalog.page import page
from shared.dcos.catalog.recognise import LISTED, recognise_app, recognise_framework, repository
from shared.model.catalog import (
    PLAIN,
    UNKNOWN_FRAMEWORK,
    UNKNOWN_SDK,
    Keeps,
    Kind,
    Move,
    Package,
    Person,
    Quorum,
)
from shared.model.mesos import Framework

PAGE = Path(__file__).parents[2] / "docs" / "catalog.md"
FIRST_DAY = """arangodb3 cassandra crate elastic etcd exhibitor hdfs hue jenkins kafka linkerd mr-redis namerd quobyte
riak spark-notebook spark storm swarm zeppelin datadog nginx openvpn-admin openvpn dynatrace"""
SDK = {"DCOS_COMMONS_API_VERSION": "v1"}
ALWAYS_A_PERSON = ("quobyte", "riak", "arangodb3", "crate", "mr-redis")


def labels_of(package: Package, name: str) -> dict[str, str]:
    return {"DCOS_PACKAGE_NAME": name} | (SDK if package.kind is Kind.SDK else {})


def app(app_id: str, labels: dict[str, str] | None = None, image: str = "", volume: bool = False) -> Package:
    return recognise_app(app_id, labels or {}, image, keeps_volume=volume)


def framework(
    name: str, roles: tuple[str, ...] = ("*",), principal: str = "", *, data: bool = False, page: str = ""
) -> Package:
    registered = Framework("id", name, roles=roles, principal=principal, webui_url=page)
    return recognise_framework(registered, None, keeps_data=data)


def test_every_package_of_the_first_day_is_known_and_no_other_is_listed() -> None:
    assert sorted(one.package.name for one in LISTED) == sorted(FIRST_DAY.split())


@pytest.mark.parametrize("entry", LISTED, ids=[one.package.name for one in LISTED])
def test_a_package_is_known_by_each_way_in_which_it_shows_itself(entry: Entry) -> None:
    package = entry.package
    sdk = SDK if package.kind is Kind.SDK else {}
    for name in entry.packages:
        assert app("/something/else", labels_of(package, name)) == package
        assert app("/something/else", labels_of(package, f"beta-{name}")) == package
    assert [app(f"/prod/{name}", sdk) for name in entry.apps] == [package] * len(entry.apps)
    assert [app("/mine", sdk, f"{one}:1.2") for one in entry.images] == [package] * len(entry.images)
    assert [framework(f"/prod/{one}") for one in entry.frameworks] == [package] * len(entry.frameworks)
    assert [framework("mine", (f"dev__{one}",)) for one in entry.roles] == [package] * len(entry.roles)
    for principal in entry.principals:
        assert framework("mine", principal=principal) == package


@pytest.mark.parametrize("entry", LISTED, ids=[one.package.name for one in LISTED])
def test_a_package_says_how_it_moves_and_what_must_be_healthy_then(entry: Entry) -> None:
    package = entry.package
    assert package.app is not None
    assert (package.framework is None) == (package.kind is Kind.APP)
    assert (package.framework is Move.REPLACE_POD) == (package.kind is Kind.SDK)
    assert package.healthy_after.endswith(".")
    assert package.source.startswith("mesosphere/universe:repo/packages/")
    assert bool(package.why_person) == (package.person is not Person.NEVER)
    assert package.members


@pytest.mark.parametrize("entry", LISTED, ids=[one.package.name for one in LISTED])
def test_what_keeps_state_on_agents_either_holds_copies_of_it_or_asks_a_person(entry: Entry) -> None:
    package = entry.package
    if package.keeps.dies_with_agent and package.person is Person.NEVER:
        assert package.kind is Kind.SDK
        assert all(one.may_be_down(5) < 5 for one in (m.quorum for m in package.members if m.usual > 1))


@pytest.mark.parametrize("name", ALWAYS_A_PERSON)
def test_some_packages_are_never_moved_without_a_person(name: str) -> None:
    package = next(one.package for one in LISTED if one.package.name == name)
    assert (package.framework, package.person) == (Move.NEVER, Person.ALWAYS)


def test_no_two_packages_share_a_way_of_showing_themselves() -> None:
    for way in ("packages", "apps", "frameworks", "roles", "principals", "images"):
        owners: dict[str, set[str]] = defaultdict(set)
        for entry in LISTED:
            for name in getattr(entry, way):
                owners[name.lower()].add(entry.title)
        assert {name: titles for name, titles in owners.items() if len(titles) > 1} == {}


def test_a_label_counts_for_more_than_image_and_id() -> None:
    labels = {"DCOS_PACKAGE_NAME": "nginx"}
    assert app("/kafka", labels, "mesosphere/jenkins:3").name == "nginx"
    assert app("/kafka", {"DCOS_PACKAGE_NAME": "of-our-own"}, "mesosphere/jenkins:3") == PLAIN


def test_a_package_from_before_the_sdk_has_no_pods_to_replace() -> None:
    old = app("/cassandra", {"DCOS_PACKAGE_NAME": "cassandra"})
    assert (old.name, old.kind, old.framework) == ("cassandra", Kind.FRAMEWORK, Move.NEVER)
    assert old.person is Person.ALWAYS


def test_an_unknown_application_is_plain_until_it_has_a_volume() -> None:
    assert app("/team/shop", image="registry.example:5000/team/shop:7") == PLAIN
    kept = app("/team/shop", image="registry.example:5000/team/shop:7", volume=True)
    assert (kept.app, kept.person, kept.keeps) == (
        Move.WIPE_WHEN_LOST,
        Person.BEFORE_LOSS,
        Keeps.LOCAL_VOLUME,
    )


def test_a_package_without_state_that_was_given_a_volume_is_treated_by_its_volume() -> None:
    kept = app("/nginx", {"DCOS_PACKAGE_NAME": "nginx"}, volume=True)
    assert (kept.name, kept.app, kept.is_known) == ("nginx", Move.WIPE_WHEN_LOST, False)
    assert app("/jenkins", {"DCOS_PACKAGE_NAME": "jenkins"}, volume=True).is_known


def test_an_unknown_service_of_the_sdk_can_be_asked_like_the_known_ones() -> None:
    assert app("/hello-world", SDK) == UNKNOWN_SDK
    address = "http://api.prodhello.marathon.l4lb.thisdcos.directory:80"
    assert framework("prod/hello", page=address) == UNKNOWN_SDK


def test_an_unknown_framework_is_plain_until_something_is_held_for_it() -> None:
    assert framework("Spark Pi") == PLAIN
    assert framework("ours", ("ours",), data=True) == UNKNOWN_FRAMEWORK
    held = framework("spark", data=True)
    assert (held.name, held.framework, held.person) == ("spark", Move.NEVER, Person.ALWAYS)


def test_marathon_s_reservations_are_those_of_its_applications() -> None:
    assert framework("marathon", ("slave_public",), data=True).framework is Move.PER_APP
    assert framework("marathon-user", ("user",), data=True) == UNKNOWN_FRAMEWORK


def test_a_framework_under_another_name_is_what_its_application_is() -> None:
    registered = Framework("id", "analytics", roles=("analytics-role",))
    kafka = app("/analytics", SDK | {"DCOS_PACKAGE_NAME": "kafka"})
    assert recognise_framework(registered, kafka, keeps_data=True).name == "kafka"
    assert recognise_framework(registered, PLAIN, keeps_data=True) == UNKNOWN_FRAMEWORK


@pytest.mark.parametrize(
    ("quorum", "down"),
    [
        (Quorum.ANY, [0, 1, 2, 3, 5]),
        (Quorum.MAJORITY, [0, 0, 0, 1, 2]),
        (Quorum.ONE, [0, 0, 1, 1, 1]),
        (Quorum.NONE, [0, 0, 0, 0, 0]),
    ],
)
def test_so_many_may_be_down(quorum: Quorum, down: list[int]) -> None:
    assert [quorum.may_be_down(members) for members in (0, 1, 2, 3, 5)] == down


def test_members_of_a_sort_that_is_not_known_have_the_strictest_quorum() -> None:
    hdfs = next(one.package for one in LISTED if one.package.name == "hdfs")
    assert (hdfs.may_be_down("journal", 5), hdfs.may_be_down("data", 5), hdfs.may_be_down("other", 5)) == (
        2,
        1,
        1,
    )
    etcd = next(one.package for one in LISTED if one.package.name == "etcd")
    assert etcd.may_be_down("etcd", 5) == 2


@pytest.mark.parametrize(
    ("image", "name"),
    [
        ("nginx", "nginx"),
        ("nginx:1.9", "nginx"),
        ("mesosphere/jenkins:3.2", "mesosphere/jenkins"),
        ("registry.example:5000/Team/App:7", "team/app"),
        ("localhost/app@sha256:0123", "app"),
        ("registry.example/a/b/c:1", "a/b/c"),
        ("", ""),
    ],
)
def test_an_image_is_known_without_registry_and_tag(image: str, name: str) -> None:
    assert repository(image) == name


TEXT = st.text(max_size=30)


@given(TEXT, st.dictionaries(st.sampled_from(["DCOS_PACKAGE_NAME", *SDK]), TEXT), TEXT, st.booleans())
def test_whatever_an_application_is_called_its_volume_is_not_given_up_lightly(
    app_id: str, labels: dict[str, str], image: str, volume: bool
) -> None:
    package = recognise_app(app_id, labels, image, keeps_volume=volume)
    assert not (volume and package.app in {Move.RESCHEDULE, Move.NOTHING, None})


@given(TEXT, st.lists(TEXT, max_size=3), TEXT, TEXT)
def test_whatever_a_framework_is_called_what_is_held_for_it_is_not_given_up_lightly(
    name: str, roles: list[str], principal: str, page: str
) -> None:
    package = framework(name, tuple(roles), principal, data=True, page=page)
    assert package.framework in {Move.NEVER, Move.REPLACE_POD, Move.PER_APP}


def test_the_page_is_what_the_code_knows() -> None:
    command = "python -m shared.dcos.catalog.page docs/catalog.md"
    assert PAGE.read_text(encoding="utf-8") == page(), f"write it anew: {command}"
