"""What notifications of Alertmanager mean: groups, ends, repeats, truncated lists, years before all of this."""

from __future__ import annotations

import json
import time
from datetime import timedelta

import pytest

from shared.errors import Poison
from shared.model.signals import Severity, SignalKind, Source
from shared.policy.alerts import AlertRule, AlertSeverity, Labels, Meaning
from shared.signals.alert_fold import folded
from shared.signals.alertmanager import MOST_ALERTS, hear_alertmanager
from shared.signals.event_grid import Ear
from tests.builders import NOW, SET, cluster_policy, policy, pool_policy
from tests.signals.alerts import BEGUN, alert, heard, notification, sample, signals, understood, whys


def test_the_recorded_notification_is_two_hints_and_one_that_was_left_out() -> None:
    alerts = heard(sample("webhook_1_firing"))
    found = signals(alerts)
    assert [(one.kind, one.about) for one in found] == [
        (SignalKind.NODE_UNWELL, "10.0.0.4"),
        (SignalKind.NODE_UNWELL, "10.0.0.5"),
    ]
    assert {(one.source, one.what, one.severity) for one in found} == {
        (Source.ALERTMANAGER, "MesosAgentDown", Severity.CRITICAL)
    }
    assert alerts.unlisted == 1


def test_each_alert_of_a_group_has_its_own_status() -> None:
    group = notification(
        alert(host="10.0.0.4"), alert("resolved", ends=NOW.isoformat(), host="10.0.0.5"), status="firing"
    )
    assert [one.kind for one in signals(heard(group))] == [SignalKind.NODE_UNWELL, SignalKind.NODE_WELL]


def test_an_alert_without_a_status_has_that_of_its_group() -> None:
    one = alert("", host="10.0.0.4")
    assert signals(heard(notification(one, status="resolved")))[0].kind is SignalKind.NODE_WELL


def test_an_alert_that_is_left_out_is_not_resolved() -> None:
    alerts = heard(notification(alert(host="10.0.0.4"), truncatedAlerts=7))
    assert (alerts.unlisted, [one.kind for one in signals(alerts)]) == (7, [SignalKind.NODE_UNWELL])


def test_a_repeat_is_the_same_hint_and_its_end_another() -> None:
    first, again = (signals(heard(notification(alert(host="10.0.0.4"))))[0] for _ in range(2))
    end = signals(heard(notification(alert("resolved", ends=NOW.isoformat(), host="10.0.0.4"))))[0]
    later = signals(heard(notification(alert(starts=NOW.isoformat(), host="10.0.0.4"))))[0]
    assert first.event_id == again.event_id
    assert len({first.event_id, end.event_id, later.event_id}) == 3


@pytest.mark.parametrize(
    "ends", ["0001-01-01T00:00:00Z", (NOW + timedelta(minutes=4)).isoformat(), "soon", None]
)
def test_a_firing_alert_has_no_end_whatever_is_written(ends: str) -> None:
    (signal,) = signals(heard(notification(alert(ends=ends, host="10.0.0.4"))))
    assert (signal.kind, signal.occurred_at.isoformat()) == (SignalKind.NODE_UNWELL, BEGUN)


def test_what_begins_in_the_future_begins_now() -> None:
    (signal,) = signals(heard(notification(alert(starts="2031-01-01T00:00:00.123456789Z", host="a"))))
    assert signal.occurred_at == NOW


@pytest.mark.parametrize(
    ("label", "value", "about"),
    [
        ("instance", "10.0.0.4:9100", "10.0.0.4"),
        ("instance", "http://10.0.0.4:9100/metrics", "10.0.0.4"),
        ("instance", "[fd00::4]:9100", "fd00::4"),
        ("host", "dcos-agent-3.example", "dcos-agent-3.example"),
        ("mesos_id", "0b1c-S12", "0b1c-S12"),
        ("Instance", "10.0.0.4", "10.0.0.4"),
    ],
)
def test_a_label_names_the_machine(label: str, value: str, about: str) -> None:
    (signal,) = signals(heard(notification(alert(**{label: value}))))
    assert (signal.kind, signal.about, signal.node) == (SignalKind.NODE_UNWELL, about, None)


def test_an_exporter_that_calls_itself_localhost_names_no_machine() -> None:
    alerts = heard(notification(alert(instance="localhost:9100")))
    assert (signals(alerts), len(whys(alerts))) == ([], 1)


def test_the_better_label_counts() -> None:
    (signal,) = signals(heard(notification(alert(instance="10.0.0.9:9100", mesos_id="x-S3"))))
    assert signal.about == "x-S3"


@pytest.mark.parametrize("name", [f"{SET}_3", f"{SET}_3:9100", f"{SET}_3".upper()])
def test_an_instance_name_is_known_at_once(name: str) -> None:
    (signal,) = signals(heard(notification(alert(host=name))))
    assert (signal.node, signal.pool, signal.about) == (f"{SET}_3", "private", "")


@pytest.mark.parametrize("name", [f"{SET}_0a1b2c3d", f"{SET}_\u0663", f"{SET}_"])
def test_a_name_after_the_set_that_is_no_instance_id_goes_on_to_the_pass(name: str) -> None:
    (signal,) = signals(heard(notification(alert(host=name))))
    assert (signal.kind, signal.node, signal.pool, signal.about) == (
        SignalKind.NODE_UNWELL,
        None,
        "private",
        name,
    )


@pytest.mark.parametrize("name", ["private", "PRIVATE", SET])
def test_an_alert_that_names_a_pool_alone_is_about_the_pool(name: str) -> None:
    (signal,) = signals(heard(notification(alert(pool=name))))
    assert (signal.kind, signal.pool, signal.node) == (SignalKind.POOL_UNWELL, "private", None)


def test_an_address_of_a_master_is_about_the_cluster() -> None:
    (signal,) = signals(heard(notification(alert(instance="172.16.0.5:5050"))))
    assert (signal.kind, signal.about) == (SignalKind.CLUSTER_UNWELL, "")


def test_an_alert_that_names_nothing_is_left_alone() -> None:
    alerts = heard(notification(alert(job="billing")))
    assert signals(alerts) == []
    assert alerts.heard[0].ear is Ear.NOT_OURS
    assert "names no machine and no pool" in whys(alerts)[0]


TWO = policy(
    cluster_policy(),
    cluster_policy(pool_policy(name="blue", scale_set="blue"), name="test", masters=("172.17.0.5",)),
)


@pytest.mark.parametrize(
    ("labels", "cluster"),
    [
        ({"cluster": "test", "host": "10.0.0.4"}, "test"),
        ({"cluster": "Prod", "host": "10.0.0.4"}, "prod"),
        ({"pool": "blue", "host": "10.0.0.4"}, "test"),
        ({"instance": "172.17.0.5:5050"}, "test"),
    ],
)
def test_labels_name_the_cluster(labels: dict[str, str], cluster: str) -> None:
    assert [one.cluster for one in signals(heard(notification(alert(**labels)), TWO))] == [cluster]


@pytest.mark.parametrize("labels", [{"cluster": "other", "host": "10.0.0.4"}, {"host": "10.0.0.4"}])
def test_an_alert_that_may_be_of_any_cluster_is_nobodys(labels: dict[str, str]) -> None:
    alerts = heard(notification(alert(**labels)), TWO)
    assert (signals(alerts), alerts.heard[0].cluster) == ([], "")


def test_the_policy_says_by_which_labels_a_cluster_is_known() -> None:
    west = understood(labels=Labels((("Datacenter", "west"),)))
    assert signals(heard(notification(alert(datacenter="west", host="10.0.0.4")), west))
    assert not signals(heard(notification(alert(datacenter="east", host="10.0.0.4")), west))
    assert not signals(heard(notification(alert(host="10.0.0.4")), west))


RULES = understood(
    rules=(
        AlertRule(name="masters", alert="mesosmaster*", means=Meaning.CLUSTER, severity=AlertSeverity.INFO),
        AlertRule(name="batch", labels=Labels((("team", "reporting"),)), means=Meaning.NOTHING),
        AlertRule(name="pools", alert="PoolSlow", means=Meaning.POOL),
        AlertRule(name="nodes", alert="DiskFull", means=Meaning.NODE),
    )
)


def test_a_rule_gives_an_alert_its_meaning_and_severity() -> None:
    (signal,) = signals(heard(notification(alert(alertname="MesosMasterDown", host="10.0.0.4")), RULES))
    assert (signal.kind, signal.severity) == (SignalKind.CLUSTER_UNWELL, Severity.INFO)
    assert (signal.pool, signal.node, signal.about) == (None, None, "")


IMPAIRING = understood(rules=(AlertRule(name="gone", alert="NodeDiskGone", impairs=True),))


def test_an_alert_counts_for_repair_when_a_rule_says_so_and_its_end_is_of_the_same_story() -> None:
    gone = {"alertname": "NodeDiskGone", "host": "10.0.0.4"}
    (begun,) = signals(heard(notification(alert(**gone)), IMPAIRING))
    (ended,) = signals(heard(notification(alert("resolved", **gone)), IMPAIRING))
    (other,) = signals(heard(notification(alert(host="10.0.0.4")), IMPAIRING))
    assert (begun.impairs, ended.impairs, other.impairs) == (True, True, False)
    assert begun.thread == ended.thread != other.thread


def test_none_that_counts_for_repair_is_folded_away() -> None:
    disks = [alert(alertname="NodeDiskGone", host=f"10.0.1.{n % 50}", disk=str(n)) for n in range(100)]
    kept = folded(signals(heard(notification(*disks), IMPAIRING)))
    assert len({one.thread for one in kept if one.about}) == 100


def test_a_rule_can_silence_an_alert() -> None:
    alerts = heard(notification(alert(team="reporting", host="10.0.0.4")), RULES)
    assert whys(alerts) == ["rule batch says that it means nothing"]


def test_a_rule_about_pools_looks_past_the_machine() -> None:
    (signal,) = signals(heard(notification(alert(alertname="PoolSlow", pool="private", host="a")), RULES))
    assert (signal.kind, signal.pool, signal.about) == (SignalKind.POOL_UNWELL, "private", "")


def test_a_rule_about_machines_needs_one() -> None:
    alerts = heard(notification(alert(alertname="DiskFull", pool="private")), RULES)
    assert whys(alerts) == ["rule nodes says that it means node, and it names none"]


def test_one_alert_that_cannot_be_read_does_not_spoil_the_others() -> None:
    alerts = heard(notification("what?", {"status": "firing"}, {"status": 7}, alert(host="10.0.0.4")))  # type: ignore[arg-type]
    assert len(signals(alerts)) == 1
    assert [text.partition(" of 4 ")[0] for text in alerts.spoiled] == ["alert 1", "alert 2", "alert 3"]


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"7", b"{}", b'{"alerts": {}}', b"\xff", b"[" * 100_000])
def test_what_is_no_notification_is_poison(body: bytes) -> None:
    with pytest.raises(Poison, match="no notification of Alertmanager"):
        hear_alertmanager(body, policy(), NOW)


def test_a_clock_that_is_ahead_does_not_make_a_repeat_another_alert() -> None:
    ahead = (NOW + timedelta(seconds=5)).isoformat()
    payload = json.dumps(notification(alert(starts=ahead, host="a"))).encode()
    first, later = (
        signals(hear_alertmanager(payload, policy(), now))[0] for now in (NOW, NOW + timedelta(hours=1))
    )
    assert (first.occurred_at, first.event_id) == (NOW, later.event_id)


def test_labels_that_all_alerts_share_cost_no_more_than_they_are_long() -> None:
    shared = {f"label{number}": "x" for number in range(20_000)}
    many = notification(*({"labels": {"host": f"h{number}"}} for number in range(2000)), commonLabels=shared)
    began = time.process_time()
    assert len(signals(heard(many))) == 2000
    assert time.process_time() - began < 5


def test_alerts_beyond_those_that_are_read_count_like_those_that_were_left_out() -> None:
    many = [{"labels": {"host": f"h{number}"}} for number in range(MOST_ALERTS + 5)]
    alerts = heard(notification(*many, truncatedAlerts="7"))
    assert (len(signals(alerts)), alerts.unlisted) == (MOST_ALERTS, 12)


@pytest.mark.parametrize("count", [None, -3, "many", True, [], 0.5, "\u0663"])
def test_a_count_that_is_none_counts_nothing(count: object) -> None:
    assert heard(notification(alert(host="a"), truncatedAlerts=count)).unlisted == 0


def test_a_mark_of_byte_order_is_no_fault() -> None:
    body = b"\xef\xbb\xbf" + json.dumps(notification(alert(host="a"))).encode()
    assert len(signals(hear_alertmanager(body, policy(), NOW))) == 1
