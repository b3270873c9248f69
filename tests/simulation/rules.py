"""The policy file that a tale is kept by."""

from __future__ import annotations

from tests.prod import POLICY, SET, SUBSCRIPTION
from tests.simulation.tale import Rules, Tale
from tests.simulation.twin_masters import VMS, address_of


def policy_of(tale: Tale) -> str:
    """The policy file of the world of this tale."""
    rules = tale.rules
    domain = "none" if rules.per_fault_domain is None else rules.per_fault_domain
    approve = f"\n          approve: [{', '.join(rules.approve)}]" if rules.approve else ""
    more = f"""\
disruption:
          at_once: {rules.at_once}
          per_hour: {rules.per_hour}
          per_day: {rules.per_day}
          per_fault_domain: {domain}
        storm: {{unhealthy: {rules.storm_percent}%, hold: {rules.storm_hold_s}s}}
        repair:
          ladder: [{", ".join(rules.ladder)}]{approve}
          confirm_after: {rules.confirm_s}s
          join_timeout: {rules.join_s}s
          verify_timeout: {rules.verify_s}s
          restart_timeout: {rules.restart_s}s
          redeploy_timeout: {rules.redeploy_s}s
          impaired_after: {rules.impaired_s}s
          drain_timeout: {rules.drain_s}s{_more_of(rules)}{tale.sizes.written() if tale.sizes else ""}"""
    text = POLICY.format(mode=rules.mode, subscription=SUBSCRIPTION, scale_set=SET, more=more)
    text += tale.sizes.written_besides() if tale.sizes else ""
    before = f"    failover_hold_off: {rules.hold_off_s}s\n{_masters(tale)}    pools:"
    if tale.sizes:
        bounds = f"{{min: {tale.sizes.least}, max: {tale.sizes.most}}}"
        text = text.replace("{min: 1, max: 40}", bounds)
    listed = ", ".join(f'"{address_of(number)}"' for number in range(tale.masters or 3))
    return text.replace("    pools:", before).replace('"172.16.0.5", "172.16.0.6", "172.16.0.7"', listed)


def _more_of(rules: Rules) -> str:
    body = f"\n          keep_body: {rules.keep_body_s}s" if rules.keep_body_s is not None else ""
    window = '{cron: "*/20 * * * *", zone: Europe/London, for: 8m}'
    return body + (f"\n        windows: [{window}]" if rules.windows else "")


def _masters(tale: Tale) -> str:
    """What may be done to them."""
    if not tale.masters:
        return ""
    rules = tale.rules
    return f"""\
    masters:
      vms: {VMS}
      repair:
        ladder: [{", ".join(rules.masters_ladder)}]
        approve: [{", ".join(one for one in rules.masters_approve if one in rules.masters_ladder)}]
        confirm_after: {rules.confirm_s}s
        impaired_after: {rules.impaired_s}s
        restart_timeout: {rules.restart_s}s
        redeploy_timeout: {rules.redeploy_s}s
        verify_timeout: {rules.verify_s}s
"""
