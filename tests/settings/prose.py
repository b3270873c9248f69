"""What docs/settings.md says before and after its list."""

HEAD = """\
# Settings

Where things are and who we are. What is wanted of clusters is in the [policy](policy.md). This page and
`local.settings.sample.json` are made of the code that reads settings
(`python -m tests.settings.page docs/settings.md local.settings.sample.json`); tests hold both.

Settings are environment variables: app settings in Azure, `Values` in `local.settings.json` for Core Tools. The
templates of [infra](../infra/README.md) set what the app needs, so that [an installation](install.md) begins with none
typed by hand. One that is empty counts as one that is not set.

**When a value is wrong** the app does not start: no cluster is watched and nothing is repaired. Every function that is
called says so in the log, with all faults at once and what to type for each, and never with a secret; `health/ready`
and the API answer 503 with the reason `bad_settings`; the [alarm](telemetry.md) outside of the app fires after ten
minutes without a sweep. `poolkeeper doctor` tells the same before it is deployed, with the same variables in its
environment or with `--settings FILE`. A changed app setting restarts the app by itself.

**What is allowed and unwise** stops nothing, and is told by the log when the app starts, and by `doctor`:

ADVICE
**A name that nobody knows** stops nothing, because an app that goes [back to an older version](upgrade.md) must start
with the settings of the newer one: the log and `doctor` tell of it. But when it is nearly the name of a setting that is
missing, it is taken for a slip, and the app does not start before it is mended.

Secrets belong into the key vault of the installation, and the setting is a reference to it; `secrets` in
`infra/main.parameters.json` makes one. A reference that Azure can't follow is told as such.
"""

AFTER = """\
## Of the policy

What `notify` in the policy names, such as `ONCALL_URL`, is a setting as well. It holds an address with a key in it, so
it is a secret ([notifications](notifications.md)). It is looked up when somebody is told, and what is wrong with it is
told then; the app starts without it. That Azure could not follow its reference is in the log when the app starts.
"""

IN_THE_PACKAGE = """\
## In the package

No settings, but part of what is deployed. They belong to each other and to [what it costs](cost.md); a change is a new
deployment.
"""

HOST = {
    "functionTimeout": "the longest that one invocation may take; turns of operations end themselves after 25 seconds",
    "maxPollingInterval": "how long a message waits in a queue at most. Longer is cheaper and slower",
    "visibilityTimeout": "when a message comes again whose function failed",
    "batchSize": "how many messages an instance fetches at once",
    "newBatchThreshold": "how few of them may be left when it fetches more: so 24 at once at most",
    "maxDequeueCount": "how often a message is tried before it goes to the quarantine",
    "messageEncoding": "as the app writes its messages",
}

TIMERS = {
    "check_health": "when DC/OS is asked for its own health, between two sweeps: it is slow to ask and to answer"
}
