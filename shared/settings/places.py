"""Settings that say where things are, and when the app wakes."""

from __future__ import annotations

from . import forms
from .entries import ports
from .kinds import DcosPorts, TelemetryWay
from .setting import Reader, Setting

_PORTS = ",".join(f"{name}={getattr(DcosPorts(), name)}" for name in DcosPorts.__struct_fields__)

STORAGE = (
    Setting(
        name="AzureWebJobsStorage",
        meaning="Where the app's tables and queues are: a storage account by a connection string with its key.",
        form="connection string",
        default="none: the account is the one of the next setting",
        change="on a computer, with the emulator. In Azure the account is reached without a key, by the next one.",
        type="UseDevelopmentStorage=true",
        check=forms.connection,
        is_secret=True,
        reader=Reader.BOTH,
        sample="UseDevelopmentStorage=true",
    ),
    Setting(
        name="AzureWebJobsStorage__accountName",
        meaning="The storage account by its name, reached with the app's identity.",
        form="3 to 24 lower-case letters and digits",
        default="none: then the setting above must be there",
        change="never by hand: the templates set it.",
        type="poolkeeperabc123",
        check=forms.account,
        reader=Reader.BOTH,
    ),
    Setting(
        name="AzureWebJobsStorage__clientId",
        meaning="The client id of the user-assigned identity, for storage and for everything else in Azure.",
        form="id (GUID)",
        default="the system-assigned identity, or whoever is logged in",
        change="never by hand: the templates set it.",
        type="00000000-0000-0000-0000-000000000000",
        check=forms.guid,
        reader=Reader.BOTH,
    ),
    Setting(
        name="AzureWebJobsStorage__credential",
        meaning="That the host reaches storage with an identity.",
        form="`managedidentity`",
        default="none",
        change="never by hand: the templates set it.",
        type="managedidentity",
        reader=Reader.HOST,
    ),
    Setting(
        name="POOLKEEPER_POLICY_FILE",
        meaning="The policy: a file, relative to the app's directory, with the iCalendar files that it names beside "
        "it; or the word `storage`, for what `policy push` has put into the app's storage account. It is read again "
        "whenever it changes.",
        form="path, or `storage`",
        default="`policy.yaml`",
        change="to `storage` in Azure, as the templates do, so that a new policy needs no deployment.",
        type="storage",
        sample="policy.sample.yaml",
    ),
)

PACE = (
    Setting(
        name="POOLKEEPER_SWEEP",
        meaning="When every cluster is looked at, and what else is done each minute: silence, and metrics of Mesos. It "
        "is done at the first beat after that; `status` tells by it when some are missed.",
        form="NCRONTAB line in UTC, seconds first",
        default="each minute",
        change="to look less often, where a minute more without repair is worth less than what it "
        "[costs](cost.md).",
        type="0 */1 * * * *",
        check=forms.ncrontab,
        sample="0 */1 * * * *",
    ),
    Setting(
        name="POOLKEEPER_BEAT",
        meaning="When the app wakes by itself: it glances at the masters, and does what is due.",
        form="NCRONTAB line in UTC, seconds first",
        default="none: without it the host can't start the function `beat`, and nothing is swept",
        change="together with the sweep: it must come at least as often. Each beat is charged a second.",
        type="7,27,47 * * * * *",
        check=forms.ncrontab,
        reader=Reader.HOST,
        sample="7,27,47 * * * * *",
    ),
)

AZURE = (
    Setting(
        name="POOLKEEPER_ARM_ENDPOINT",
        meaning="Another Azure Resource Manager than that of the public cloud, such as the simulator.",
        form="URL, https; http on this machine alone",
        default="the public cloud",
        change="to try the app on the simulator. The templates set it in sovereign clouds.",
        type="http://127.0.0.1:8100",
        check=forms.address,
        sample="http://127.0.0.1:8100",
    ),
    Setting(
        name="POOLKEEPER_ARM_STATIC_TOKEN",
        meaning="A fixed token instead of an identity, for the simulator alone.",
        form="a word",
        default="none: the app's identity",
        change="together with the setting above, on this machine. Never in Azure.",
        type="simulator",
        check=forms.one_word,
        is_secret=True,
        sample="simulator",
    ),
    Setting(
        name="POOLKEEPER_OWN_IDS",
        meaning="Object id and application id of the app's identity. Events about the app's own calls bear them, and "
        "are known as echoes by them, as they are by the mark of its requests.",
        form="ids, separated by commas",
        default="none: an echo may wake a pass that finds nothing",
        change="never by hand: the templates set it.",
        type="00000000-0000-0000-0000-000000000001,00000000-0000-0000-0000-000000000002",
        check=forms.words,
        sample="00000000-0000-0000-0000-00000000a9b1",
    ),
    Setting(
        name="POOLKEEPER_EVENT_TOPIC",
        meaning="The endpoint of an Event Grid topic in the CloudEvents schema, to which the app's own lifecycle "
        "events are published with its identity ([notifications](notifications.md)).",
        form="URL, https",
        default="none: nothing is published",
        change="where other programs are to know what the app does.",
        type="https://TOPIC.REGION-1.eventgrid.azure.net/api/events",
        check=forms.endpoint,
    ),
)

DCOS = (
    Setting(
        name="POOLKEEPER_DCOS_PORTS",
        meaning="Where DC/OS's own health is asked, where an installation has moved these ports. What is not named "
        "keeps its default. `agents=0`: agents are asked for nothing, because they can't be reached.",
        form="`NAME=PORT`, separated by commas, 1 to 65535",
        default=f"`{_PORTS}`",
        change="where `doctor` says that these ports don't answer.",
        type="diagnostics=1050,agents=0",
        check=ports,
    ),
)

METRICS = (
    Setting(
        name="POOLKEEPER_EVENT_HUB",
        meaning="The name of the event hub that metrics come through.",
        form="a word",
        default="none: metrics come by HTTP, or not at all",
        change="with thousands of samples a second; the templates set it with `firehose`.",
        type="metrics",
        check=forms.one_word,
        reader=Reader.HOST,
    ),
    Setting(
        name="POOLKEEPER_EVENT_HUB_CONNECTION__fullyQualifiedNamespace",
        meaning="The host name of its namespace, reached with the app's identity. `__credential` and `__clientId` "
        "behind the same name say which.",
        form="host name",
        default="none",
        change="together with the name of the event hub.",
        type="NAMESPACE.servicebus.windows.net",
        check=forms.host,
        reader=Reader.HOST,
    ),
    Setting(
        name="AzureWebJobs.metrics_events.Disabled",
        meaning="That the function which reads the event hub is off.",
        form="`true` or `false`",
        default="`false`",
        change="to `true` where there is no event hub: the host can't start that function without one.",
        type="true",
        check=forms.yes_or_no,
        reader=Reader.HOST,
        sample="true",
    ),
)

TELLING = (
    Setting(
        name="POOLKEEPER_TELEMETRY",
        meaning="Where traces and numbers about the app's own work go ([telemetry](telemetry.md)): `azure`, to "
        "Application Insights with the app's identity; `otlp`, to a collector; `console`, to standard output.",
        form=", ".join(f"`{way}`" for way in TelemetryWay),
        default="nowhere",
        change="to `otlp` where a collector is there already.",
        type="azure",
        check=forms.one_of(TelemetryWay),
    ),
    Setting(
        name="APPLICATIONINSIGHTS_CONNECTION_STRING",
        meaning="The Application Insights to which the host writes its log, and the app with `azure`.",
        form="connection string",
        default="none: the host's log stays where it runs",
        change="never by hand: the templates set it, with APPLICATIONINSIGHTS_AUTHENTICATION_STRING for the host.",
        type="InstrumentationKey=...;IngestionEndpoint=https://...",
        check=forms.insights,
        is_secret=True,
        reader=Reader.BOTH,
    ),
    Setting(
        name="OTEL_EXPORTER_OTLP_ENDPOINT",
        meaning="The collector, with `otlp`.",
        form="URL",
        default="`http://localhost:4318`",
        change="where the collector is on another machine.",
        type="http://collector.example.com:4318",
        check=forms.anywhere,
    ),
)
