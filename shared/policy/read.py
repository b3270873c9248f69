"""The tree of a policy file to a `Policy`, with every fault on the way.

`reading.py` opens sections and reads fields, `read_alerts.py` and `read_firehose.py` read the parts that are of another
form. Settings come in three layers, the `defaults` of the file, those of the cluster and those of the pool; they are
merged field by field, so a pool that writes `repair: {join_timeout: 30m}` keeps the `confirm_after` of its cluster. A
field with a fault reads as not given, and reading goes on: no policy is made of a file with faults, the rest is read
for its faults alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from msgspec import Struct, field

from shared.policy.faults import shown
from shared.policy.limits import Between
from shared.policy.metric_rules import Firehose
from shared.policy.notify import Target
from shared.policy.read_alerts import read_alerts
from shared.policy.read_alternates import check_alternates
from shared.policy.read_autoscale import read_autoscale
from shared.policy.read_calendars import read_calendars
from shared.policy.read_firehose import read_firehose
from shared.policy.read_marathons import read_marathons
from shared.policy.read_notify import read_notify
from shared.policy.read_offers import read_offers
from shared.policy.read_quorum import read_quorum
from shared.policy.read_scaling import read_scaling, scaling_of
from shared.policy.read_schedules import read_schedules
from shared.policy.read_windows import read_windows
from shared.policy.reading import KEYS, SETTINGS, Opened, Reading
from shared.policy.rebalance import Rebalance
from shared.policy.schedules import Calendar
from shared.policy.schema import Capacity, ClusterPolicy, Disruption, Mode, Policy, PoolPolicy, Repair, Storm
from shared.policy.tree import Listing, Node, Scalar
from shared.policy.unsupported import ONLY_NO_LOGIN
from shared.policy.values import Wrong, described, read_host, read_value
from shared.policy.windows import Window


class Layer(Struct, frozen=True):
    """What one level of the file says of the settings: the fields that are written there, and no others."""

    mode: Mode | None = None
    windows: tuple[Window, ...] | None = None
    scaling: dict[str, Any] | None = None
    parts: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])

    def under(self, closer: Layer) -> Layer:
        """Both together; where both say something, the closer one counts."""
        names = SETTINGS.keys()
        parts = {name: {**self.parts.get(name, {}), **closer.parts.get(name, {})} for name in names}
        mode = self.mode if closer.mode is None else closer.mode
        windows = self.windows if closer.windows is None else closer.windows
        written = [one for one in (self.scaling, closer.scaling) if one is not None]
        scaling = {name: value for one in written for name, value in one.items()} if written else None
        return Layer(mode, windows, scaling, parts)


class PolicyReading(Reading):
    """A whole file being read: `policy` is what could be made of it, `faults` everything that is wrong with it."""

    def __init__(self, ics: Mapping[str, str]) -> None:
        """`ics`: the texts of iCalendar files by their names."""
        super().__init__()
        self._ics = ics
        self._calendars: Mapping[str, Calendar] = {}
        self._scale_sets: dict[tuple[str, str, str], tuple[str, int]] = {}

    def policy(self, root: Node) -> Policy:
        top = self.open("file", Scalar(root.line, root.column, "", True), root, "")
        if top is None:
            return Policy()
        self._version(top)
        defaults = self.child("defaults", "defaults", top)
        self._calendars = read_calendars(self, top, self._ics)
        below = Layer() if defaults is None else self._layer(defaults)
        clusters = self.named("clusters", "cluster", top)
        told = read_notify(self, top) or ()
        return Policy(
            clusters=tuple(self._cluster(cluster, below, told) for cluster in clusters), notify=told
        )

    def _cluster(self, opened: Opened, below: Layer, told: tuple[Target, ...]) -> ClusterPolicy:
        layer = below.under(self._layer(opened))
        own = read_notify(self, opened)
        told = told if own is None else own
        values = self.values(opened, ClusterPolicy, _OF_CLUSTER)
        subscription = str(values.pop("subscription", "")).lower()
        group = str(values.pop("resource_group", ""))
        dcos = self.child("dcos", "dcos", opened)
        pools = self.named("pools", "pool", opened)
        hose = self.child("firehose", "firehose", opened)
        masters = () if dcos is None else self._masters(dcos)
        read = tuple(self._pool(pool, layer, (subscription, group), told) for pool in pools)
        check_alternates(self, pools, read)
        return ClusterPolicy(
            name=opened.key.text,
            subscription=subscription,
            resource_group=group,
            masters=masters,
            marathons=() if dcos is None else read_marathons(self, dcos),
            quorum=read_quorum(self, opened, len(masters)),
            pools=read,
            notify=told,
            mode=layer.mode or Mode.OBSERVE,
            alerts=read_alerts(self, opened),
            firehose=Firehose() if hose is None else read_firehose(hose.entries, hose.path, self.fault),
            **values,
        )

    def _pool(
        self, opened: Opened, below: Layer, home: tuple[str, str], told: tuple[Target, ...]
    ) -> PoolPolicy:
        layer = below.under(self._layer(opened))
        own = read_notify(self, opened)
        values = self.values(opened, PoolPolicy, ("scale_set", "price"))
        scale_set = str(values.get("scale_set", ""))
        if scale_set and all(home):
            self._own_scale_set(opened, (*home, scale_set))
        section = self.child("capacity", "capacity", opened)
        capacity = None if section is None else self._capacity(section)
        parts = layer.parts
        rebalance = Rebalance(**parts["rebalance"])
        return PoolPolicy(
            name=opened.key.text,
            scale_set=scale_set,
            capacity=capacity or Capacity(min=0, max=1),
            mode=layer.mode or Mode.OBSERVE,
            repair=Repair(**parts["repair"]),
            disruption=Disruption(**parts["disruption"]),
            storm=Storm(**parts["storm"]),
            notify=told if own is None else own,
            windows=layer.windows or (),
            schedules=read_schedules(self, opened, capacity, self._calendars),
            scaling=scaling_of(layer.scaling),
            rebalance=rebalance,
            azure_autoscale=read_autoscale(self, opened, capacity, layer.scaling, rebalance.spread),
            offers=read_offers(self, opened),
            price=values.get("price"),
        )

    def _capacity(self, opened: Opened) -> Capacity | None:
        """None: it has a fault."""
        values = self.values(opened, Capacity, KEYS["capacity"])
        if len(values) < 2:
            return None
        if values["min"] > values["max"]:
            place = opened.entries["min"][1]
            self.fault(
                place, f"{opened.path}.min", str(values["min"]), f"at most the max, which is {values['max']}"
            )
            return None
        return Capacity(**values)

    def _own_scale_set(self, opened: Opened, address: tuple[str, str, str]) -> None:
        place = opened.entries["scale_set"][1]
        folded = (address[0].lower(), address[1].lower(), address[2].lower())
        path, line = self._scale_sets.setdefault(folded, (opened.path, place.line))
        if path != opened.path:
            found = f"{shown(address[2])}, which is the scale set of {path} already (line {line})"
            self.fault(place, f"{opened.path}.scale_set", found, "a scale set that no other pool has")

    def _version(self, top: Opened) -> None:
        if "version" in top.entries:
            node = top.entries["version"][1]
            if isinstance(read_value(node, _VERSION), Wrong):
                self.fault(node, "version", described(node), "1, the only version of this file's form yet")

    def _masters(self, opened: Opened) -> tuple[str, ...]:
        if "login" in opened.entries:
            node = opened.entries["login"][1]
            if not (isinstance(node, Scalar) and node.text == "none"):
                self.fault(node, f"{opened.path}.login", "a login", "none", ONLY_NO_LOGIN)
        if "masters" not in opened.entries:
            return ()
        path, node = f"{opened.path}.masters", opened.entries["masters"][1]
        if not isinstance(node, Listing) or not node.items:
            self.fault(node, path, described(node), "a list of the masters' addresses: [172.16.0.5, ...]")
            return ()
        return tuple(self._distinct_hosts(node, path))

    def _distinct_hosts(self, listing: Listing, path: str) -> list[str]:
        seen: dict[str, int] = {}
        hosts: list[str] = []
        for index, item in enumerate(listing.items):
            host = read_host(item.text) if isinstance(item, Scalar) else Wrong("an address as a text")
            place = f"{path}[{index}]"
            if isinstance(host, Wrong):
                self.fault(item, place, described(item), host.allowed, host.hint)
                continue
            whole = host if ":" in host else f"{host}:5050"
            if whole in seen:
                found = f"{shown(host)}, which is on line {seen[whole]} already"
                self.fault(item, place, found, "each master once")
            else:
                seen[whole] = item.line
                hosts.append(host)
        return hosts

    def _layer(self, opened: Opened) -> Layer:
        mode = self.values(opened, PoolPolicy, ("mode",)).get("mode")
        parts: dict[str, dict[str, Any]] = {}
        for name, kind in SETTINGS.items():
            section = self.child(name, name, opened)
            if section is not None:
                parts[name] = self.values(section, kind, KEYS[name])
        return Layer(mode, read_windows(self, opened), read_scaling(self, opened), parts)


_OF_CLUSTER = ("subscription", "resource_group", "failover_hold_off", "at_once")
_VERSION = Annotated[int, Between(1, 1)]
