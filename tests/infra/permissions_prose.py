"""What docs/permissions.md says before and after its table."""

HEAD = """\
# Permissions

What the app may do in Azure, why, and what happens where it may not. This page is made of the role in
`infra/app/role.bicep` and of what the code sends to Azure (`python -m tests.infra.permissions_page
docs/permissions.md`); a test makes every call there is against the simulator and compares.

The role is a custom one, granted to the app's identity on the resource groups of the clusters and nowhere else. It has
no action with a `*`, none that changes roles, networks or policies, and none that deletes or reimages a machine outside
of a scale set: no master can be taken away with it. Calls are named after the ports: `Compute` are scale sets
(`shared/ports/compute.py`), `Machines` masters (`shared/ports/machines.py`).

An action that is missing is answered by Azure with 403. Nothing is guessed then: what can't be read is unknown, what
can't be ordered was not done, and the audit has the call and the reason `not_authorized`. `poolkeeper doctor` tries
what reads; a right to write shows only when it is used.
"""

AFTER = """\
## What the app may do besides

By roles that Azure has, each on one resource of the app's own resource group:

| role | on | for |
|---|---|---|
| Storage Blob Data Owner | the storage account | its package, and the host's own leases |
| Storage Queue Data Contributor | the same | its messages |
| Storage Table Data Contributor | the same | everything that it remembers |
| Key Vault Secrets User | the key vault | settings that refer to secrets |
| Monitoring Metrics Publisher | Application Insights | logs and telemetry, without a key |
| Azure Event Hubs Data Receiver | the event hub | metrics, where `firehose` is set |
| EventGrid Data Sender | the topic of `eventTopic` | its own events; the topic is yours, so you grant it |

The topics of Event Grid bear identities of their own: Storage Blob Data Contributor on the storage account, for events
that could not be delivered. Whoever sends metrics into the event hub is granted Azure Event Hubs Data Sender there, by
`metricSenders`.

## Who installs it

Needs more than the app ever has: it makes a role and grants it. That is Owner of the subscription, or Contributor
together with User Access Administrator. Afterwards nobody needs either until it is installed anew.

## People

| who | role | on |
|---|---|---|
| pauses, approves, replays or pushes with the command line | Storage Table Data Contributor | the storage account |
| the same, to wake the app for it | Storage Queue Data Contributor | the same |
| only looks | Storage Table Data Reader | the storage account |
| puts secrets in | Key Vault Secrets Officer | the key vault |
| uses the API | an app role of [security.md](security.md), or a key | nothing in Azure |

Both the account and the vault also refuse everybody whose address is not among `people` of the deployment
([install](install.md)).
"""
