"""One unwise schedule or scaling for each rule, and the border on which it is wise again."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from shared.decide.foresee import foresee
from shared.policy.advice import Advice
from shared.policy.lint import lint
from shared.policy.lint_sizes import SIZE_RULES, YEAR_RULES
from shared.policy.load import load
from tests.policy.texts import GOOD, with_pool

NOW = datetime(2026, 11, 22, tzinfo=UTC)
CPU = "{of: cpu}"
EVERY = "cron: 0 7 * * *, zone: UTC"
NIGHT = "cron: 0 19 * * *, zone: UTC"


def scaled(written: str) -> str:
    return with_pool(f"scaling: {{{written}}}")


def timed(*schedules: str, more: str = "", low: int = 3) -> str:
    text = with_pool(f"schedules: [{', '.join(f'{{{one}}}' for one in schedules)}]\n{more}")
    return text.replace("min: 3,", f"min: {low},")


def public(written: str) -> str:
    return scaled(written).replace("      private:", "      public:")


UNWISE = {
    "scaling-idle": (scaled("goes_first: oldest"), "scaling"),
    "shrink-faster-than-grow": (scaled(f"signals: [{CPU}], step_up: 5, step_down: 6"), "scaling"),
    "step-down-all": (scaled(f"signals: [{CPU}], step_down: 100%"), "scaling.step_down"),
    "scaling-window-short": (scaled(f"signals: [{CPU}], window: 14m"), "scaling.window"),
    "scaling-drop-small": (scaled(f"signals: [{CPU}], drop: 29%"), "scaling.drop"),
    "scaling-full": (scaled("signals: [{of: cpu, setpoint: 85%, margin: 11%}]"), "scaling.signals"),
    "forecast-of-nothing": (scaled("signals: [{of: waiting}], forecast: {}"), "scaling.forecast"),
    "thin-alone": (scaled("signals: [{of: thin}, {nodes: 4}]"), "scaling.signals"),
    "constant-unheard": (scaled("signals: [{nodes: 3}]"), "scaling.signals"),
    "waiting-public": (public("signals: [{of: waiting}], serving: 2"), "scaling.signals"),
    "public-serving": (public(f"signals: [{CPU}]"), "scaling.serving"),
    "serving-all": (scaled(f"signals: [{CPU}], serving: 40"), "scaling.serving"),
    "span-short": (timed(f"name: a, {EVERY}, for: 14m, min: 9"), "schedules"),
    "schedules-contradict": (
        timed(f"name: a, {EVERY}, for: 13h, min: 9", f"name: b, {NIGHT}, for: 2h, max: 8"),
        "schedules",
    ),
    "schedule-unheard": (
        timed(f"name: a, {EVERY}, for: 2h, target: 9", f"name: b, {EVERY}, for: 2h, target: 8"),
        "schedules",
    ),
    "signals-unheard": (
        timed(f"name: a, {EVERY}, target: 9", more=f"scaling: {{signals: [{CPU}]}}"),
        "scaling.signals",
    ),
    "shrinks-slowly": (
        timed(f"name: a, {EVERY}, target: 40", f"name: b, {NIGHT}, target: 15"),
        "disruption.per_hour",
    ),
    "below-members": (timed(f"name: a, {EVERY}, for: 2h, max: 2", low=2), "schedules"),
}

WISE = {
    "scaling-idle": timed(f"name: a, {EVERY}, for: 2h, min: 9", more="scaling: {goes_first: oldest}"),
    "shrink-faster-than-grow": scaled(f"signals: [{CPU}], step_up: 5, step_down: 5, shrink_pause: 1m"),
    "step-down-all": scaled(f"signals: [{CPU}], step_down: 99%"),
    "scaling-window-short": scaled(f"signals: [{CPU}], window: 15m"),
    "scaling-drop-small": scaled(f"signals: [{CPU}], drop: 30%"),
    "scaling-full": scaled("signals: [{of: cpu, setpoint: 85%, margin: 10%}]"),
    "forecast-of-nothing": scaled(f"signals: [{{of: waiting}}, {CPU}], forecast: {{}}"),
    "thin-alone": scaled("signals: [{of: thin}, {of: waiting}]"),
    "constant-unheard": scaled("signals: [{nodes: 4}]"),
    "waiting-public": scaled("signals: [{of: waiting}]"),
    "public-serving": public(f"signals: [{CPU}], serving: 1"),
    "serving-all": scaled(f"signals: [{CPU}], serving: 39"),
    "span-short": timed(f"name: a, {EVERY}, for: 15m, min: 9"),
    "schedules-contradict": timed(
        f"name: a, {EVERY}, for: 12h, min: 9", f"name: b, {NIGHT}, for: 2h, max: 8"
    ),
    "schedule-unheard": timed(
        f"name: a, {EVERY}, for: 3h, target: 9", f"name: b, {EVERY}, for: 2h, target: 8"
    ),
    "signals-unheard": timed(f"name: a, {EVERY}, for: 9h, target: 9", more=f"scaling: {{signals: [{CPU}]}}"),
    "shrinks-slowly": timed(f"name: a, {EVERY}, target: 40", f"name: b, {NIGHT}, target: 16"),
    "below-members": timed(f"name: a, {EVERY}, for: 2h, max: 3", low=2),
}


def advice_on(text: str) -> tuple[Advice, ...]:
    policy = load(text, "policy.yaml")
    return lint(policy, foresee(policy, NOW))


@pytest.mark.parametrize("code", UNWISE)
def test_an_unwise_size_gets_the_advice_of_its_rule_alone(code: str) -> None:
    text, path = UNWISE[code]
    (advice,) = advice_on(text)
    pool = "public" if "      public:" in text else "private"
    assert (advice.code, advice.path) == (code, f"clusters.prod.pools.{pool}.{path}")


@pytest.mark.parametrize("code", WISE)
def test_at_the_border_it_is_wise_again(code: str) -> None:
    assert advice_on(WISE[code]) == ()


def test_every_rule_has_its_unwise_policy() -> None:
    codes = [rule.code for rule in SIZE_RULES] + [rule.code for rule in YEAR_RULES]
    assert sorted(codes) == sorted(UNWISE) == sorted(WISE)


def test_a_contradiction_is_told_with_the_sizes_and_the_first_time() -> None:
    (advice,) = advice_on(UNWISE["schedules-contradict"][0])
    assert "a says at least 9, b at most 8: 9 counts, first on 2026-11-22 19:00 UTC" in advice.text


def test_the_defaults_of_scaling_need_no_advice() -> None:
    for largest in (4, 6, 40, 1000):
        text = scaled("signals: [{of: cpu}, {of: waiting}]").replace("max: 40", f"max: {largest}")
        assert advice_on(text) == ()
    assert advice_on(GOOD) == ()
