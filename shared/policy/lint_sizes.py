"""Valid but unwise: schedules and scaling that an operator will regret.

`SIZE_RULES` look at a pool's policy alone, like those of `lint.py`. `YEAR_RULES` look at what its schedules come to in
the next year, which `shared/decide/foresee.py` works out: what is written may be right line by line, and contradict
itself on the last Friday of the year.
"""

from __future__ import annotations

from shared.policy.advice import Foreseen, Inside, Rule
from shared.policy.scaling import Allocated, Constant, Metric, Scaling, Signal, Thin, Waiting
from shared.policy.values import duration_text

FULL = 0.9
LEAST_DROP = 0.3
"""With a quarter more work waited on the trace *noise* of `benchmarks/scaling.py` than without any drop."""

LONG_HOURS = 6
LISTED = 3
MEMBERS = 3
"""Of the services of docs/catalog.md that keep data and heal themselves, most have three members, each on an agent of
its own, of which a majority must stay."""


def _idle(at: Inside) -> str | None:
    scaling = at.pool.scaling
    if scaling is None or scaling.signals or at.pool.schedules:
        return None
    return "there is scaling without a signal, and no schedule: nothing but a person's word moves the size"


def _shrink_fast(at: Inside) -> str | None:
    pace = _scaling(at).pace
    most = at.pool.capacity.max
    if pace.shrink_pause < pace.grow_pause:
        told = f"{duration_text(pace.shrink_pause)} between shrinks, {duration_text(pace.grow_pause)} between growths"
        return f"{told}: capacity goes faster than it comes"
    if pace.step_down.of(most) > pace.step_up.of(most):
        return f"{pace.step_down} may go at once and {pace.step_up} come: capacity goes faster than it comes"
    return None


def _all_down(at: Inside) -> str | None:
    most, step = at.pool.capacity.max, _scaling(at).pace.step_down
    if most < 2 or step.of(most) < most:
        return None
    return f"{step} may be given up at once: nothing slows down what numbers gone wrong ask for"


def _window_short(at: Inside) -> str | None:
    window, joins = _scaling(at).pace.window, at.pool.repair.join_timeout
    if not _scaling(at).signals or window >= joins:
        return None
    return (
        f"it may shrink after {duration_text(window)}, when machines may take {duration_text(joins)} to join"
    )


def _drop_small(at: Inside) -> str | None:
    drop, most = _scaling(at).pace.drop, at.pool.capacity.max
    if drop is None or not _scaling(at).signals:
        return None
    if (drop.number / 100 if drop.is_percent else drop.number / most) >= LEAST_DROP:
        return None
    return f"loads sway by {drop}: what is given up by it is soon wanted again, and the direction stays for a window"


def _full(at: Inside) -> str | None:
    aims = [one for one in _scaling(at).signals if isinstance(one, Allocated)]
    full = [one for one in aims if one.aim.grows_above > FULL + 1e-9]
    if not full:
        return None
    part, of = 100 * full[0].aim.grows_above, full[0].of
    return f"it grows when more than {part:.3g}% of the {of} is taken: what comes waits until machines have joined"


def _nothing_to_foresee(at: Inside) -> str | None:
    scaling = _scaling(at)
    if scaling.forecast is None or any(isinstance(one, Allocated | Metric) for one in scaling.signals):
        return None
    return "there is a forecast, and no resource or metric is followed: what waits now and then tells nothing ahead"


def _thin_alone(at: Inside) -> str | None:
    signals = _scaling(at).signals
    if not any(isinstance(one, Thin) for one in signals) or any(_grows(one) for one in signals):
        return None
    return "agents are emptied until all are full, and nothing makes the pool grow when more work comes"


def _grows(signal: Signal) -> bool:
    return isinstance(signal, Allocated | Waiting | Metric)


def _constant_outside(at: Inside) -> str | None:
    capacity = at.pool.capacity
    odd = [one.nodes for one in _scaling(at).signals if isinstance(one, Constant)]
    odd = [nodes for nodes in odd if not capacity.min < nodes <= capacity.max]
    if not odd:
        return None
    return (
        f"a signal of {odd[0]} nodes in a pool of {capacity.min} to {capacity.max} is cut off or says nothing"
    )


def _waiting_public(at: Inside) -> str | None:
    if not _is_public(at) or not any(isinstance(one, Waiting) for one in _scaling(at).signals):
        return None
    return (
        "what waits for public agents is mostly a load balancer that runs once on each: one with more instances than"
        " there are agents has the pool grow to as many"
    )


def _public_serving(at: Inside) -> str | None:
    is_sized = bool(at.pool.schedules or _scaling(at).signals)
    if not _is_public(at) or not is_sized or _scaling(at).serving > 0:
        return None
    return "it may shrink, and nothing says how many machines the load balancer in front of it needs"


def _serving_all(at: Inside) -> str | None:
    serving, most = _scaling(at).serving, at.pool.capacity.max
    if serving < most:
        return None
    return f"{serving} machines must go on to serve in a pool of at most {most}: it never shrinks"


def _span_short(at: Inside) -> str | None:
    joins = at.pool.repair.join_timeout
    short = [one for one in at.pool.schedules if one.lasts is not None and one.lasts < joins]
    if not short or short[0].lasts is None:
        return None
    lasts = duration_text(short[0].lasts)
    return f"{short[0].name} lasts {lasts}, and a machine may take {duration_text(joins)} to join"


def _below_members(at: Inside) -> str | None:
    """Also where nothing with members runs: a policy does not say what runs where."""
    if _is_public(at) or at.pool.capacity.max < MEMBERS:
        return None
    least = [(one.target if one.target is not None else one.max, one.name) for one in at.pool.schedules]
    few = min(((nodes, name) for nodes, name in least if nodes is not None), default=(MEMBERS, ""))
    if few[0] >= MEMBERS:
        return None
    nodes, name = few
    return (
        f"{name} takes it down to {nodes}, and a service that keeps data has {MEMBERS} members on agents of their own:"
        " where one runs, the pool does not get as small, and a person is told"
    )


SIZE_RULES: tuple[Rule[Inside], ...] = (
    Rule("scaling-idle", "scaling", "no signal is named, and there is no schedule", "", _idle),
    Rule(
        "shrink-faster-than-grow", "scaling", "it shrinks by shorter pauses or larger steps", "", _shrink_fast
    ),
    Rule(
        "step-down-all",
        "scaling.step_down",
        "the whole pool may be given up at once",
        "kubernetes/autoscaler#3240: a failed reading was taken for a number, and 200 machines were cut to 3",
        _all_down,
    ),
    Rule("scaling-window-short", "scaling.window", "shorter than repair.join_timeout", "", _window_short),
    Rule("scaling-drop-small", "scaling.drop", "less than 30% of the largest size", "", _drop_small),
    Rule(
        "scaling-full",
        "scaling.signals",
        "setpoint and half of the margin are more than 90% together",
        "",
        _full,
    ),
    Rule(
        "forecast-of-nothing",
        "scaling.forecast",
        "a forecast without a signal of a resource or a metric",
        "",
        _nothing_to_foresee,
    ),
    Rule(
        "thin-alone",
        "scaling.signals",
        "thin agents are followed, and neither a resource nor waiting work nor a metric",
        "",
        _thin_alone,
    ),
    Rule(
        "constant-unheard",
        "scaling.signals",
        "a count of nodes that is not above capacity.min, or beyond capacity.max",
        "",
        _constant_outside,
    ),
    Rule(
        "waiting-public",
        "scaling.signals",
        "waiting work is followed by a pool with 'public' in its name",
        "",
        _waiting_public,
    ),
    Rule(
        "public-serving",
        "scaling.serving",
        "0 in a pool with 'public' in its name that may shrink",
        "",
        _public_serving,
    ),
    Rule("serving-all", "scaling.serving", "as many as capacity.max, or more", "", _serving_all),
    Rule("span-short", "schedules", "one lasts shorter than repair.join_timeout", "", _span_short),
    Rule(
        "below-members",
        "schedules",
        "one says fewer nodes than the 3 members that most services with data have",
        "bitnami/charts#4614: a ZooKeeper of three members was scaled to one, and served nobody any more",
        _below_members,
    ),
)


def _contradicts(year: Foreseen) -> str | None:
    if not year.conflicts:
        return None
    more = len(year.conflicts) - LISTED
    told = "; ".join(year.conflicts[:LISTED]) + (f"; and {more} more" if more > 0 else "")
    return f"schedules contradict each other within a year: {told}"


def _unheard(year: Foreseen) -> str | None:
    if not year.unheard:
        return None
    return f"{', '.join(year.unheard)}: decides nothing in the next year, because others count more or it never begins"


def _fixed(year: Foreseen) -> str | None:
    scaling = year.pool.scaling
    if scaling is None or not scaling.signals or not year.is_always_fixed:
        return None
    return "a target holds at all times of the next year, so the signals never count"


def _slow(year: Foreseen) -> str | None:
    limits = year.pool.disruption
    fall = year.fall
    if fall is None or fall.nodes <= min(limits.per_hour * LONG_HOURS, limits.per_day):
        return None
    often = f"{limits.per_hour} an hour and {limits.per_day} a day"
    return (
        f"{fall.nodes} nodes are to go at {fall.at}, and {often} may: it takes more than {LONG_HOURS} hours"
    )


YEAR_RULES: tuple[Rule[Foreseen], ...] = (
    Rule(
        "schedules-contradict",
        "schedules",
        "at some time of the next year one says at least more than another says at most",
        "",
        _contradicts,
    ),
    Rule("schedule-unheard", "schedules", "one decides nothing in the next year", "", _unheard),
    Rule("signals-unheard", "scaling.signals", "a target holds at all times of the next year", "", _fixed),
    Rule(
        "shrinks-slowly",
        "disruption.per_hour",
        "a schedule gives up so many nodes that the limits need more than six hours, unless they are empty",
        "",
        _slow,
    ),
)


def _scaling(at: Inside) -> Scaling:
    return at.pool.scaling or Scaling()


def _is_public(at: Inside) -> bool:
    """By its name: nothing else in a policy tells."""
    return "public" in at.pool.name
