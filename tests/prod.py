"""The cluster `prod` of the worlds of tests: where it stands in Azure, when its stories begin, and its policy."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from shared.model.azure import PoolAddress
from shared.policy.load import load
from shared.policy.schema import Policy

START = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
SUBSCRIPTION = "00000000-0000-0000-0000-000000000000"
SET = "dcos-agent-private-633E21A3-vmss0"
POOL = PoolAddress(SUBSCRIPTION, "acs-prod", SET)
SWEEP = timedelta(minutes=1)
PINGS = timedelta(minutes=5)  # after which DC/OS gives up an agent that does not answer
OURS = "00000000-0000-0000-0000-00000000a9b1"

POLICY = """\
version: 1
defaults: {{mode: {mode}, repair: {{ladder: [replace]}}}}
clusters:
  prod:
    subscription: {subscription}
    resource_group: acs-prod
    dcos: {{masters: ["172.16.0.5", "172.16.0.6", "172.16.0.7"]}}
    pools:
      private:
        scale_set: {scale_set}
        capacity: {{min: 1, max: 40}}
        {more}
"""


@lru_cache(maxsize=100)
def read_once(text: str | bytes, source: str) -> Policy:
    """`load` for stories in which process after process begins over the same file."""
    return load(text, source)


def arm_event(now: datetime, number: int | None, verb: str, operation: str, by: str) -> dict[str, Any]:
    """An event of Azure Resource Manager about an instance, or about the set."""
    group = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/acs-prod"
    instance = "" if number is None else f"/virtualMachines/{number}"
    kind = "virtualMachineScaleSets" + ("" if number is None else "/virtualMachines")
    return {
        "id": f"event-{number}-{operation}-{now.isoformat()}",
        "topic": group,
        "subject": f"{group}/providers/Microsoft.Compute/virtualMachineScaleSets/{SET}{instance}",
        "eventType": f"Microsoft.Resources.Resource{verb}Success",
        "eventTime": now.isoformat(),
        "data": {
            "operationName": f"Microsoft.Compute/{kind}/{operation}",
            "authorization": {"evidence": {"principalId": by}},
        },
        "dataVersion": "2",
        "metadataVersion": "1",
    }
