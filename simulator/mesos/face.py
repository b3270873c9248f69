"""One Mesos master, as HTTP clients see it.

Every master has its own face and address. Which of them leads matters:

* /health, /version, /flags and /metrics/snapshot are answered by every master for itself;
* everything else is answered by the leader; others send the caller there (307, Location without a scheme, as the
  real ones do), or answer 503 while nobody leads;
* every answer has the time of the simulated clock, as the real ones have that of theirs;
* a leader that has not read its registry yet answers 503 to what it cannot know.
"""

from email.utils import format_datetime

from simulator.faults import FaultPlan
from simulator.mesos import legacy
from simulator.mesos.calls import CALLER, Desk, answer, maintenance_status
from simulator.mesos.documents import Refused, call_of, machines_of, parse, schedule_view, windows_of
from simulator.mesos.encoded import AgentViews
from simulator.mesos.flags import flags_of
from simulator.mesos.metrics import metrics_of
from simulator.mesos.views import recovered_view
from simulator.wire import JSON, NoAnswer, Request, Response, Silence, json_response, text_response
from simulator.world.maintenance import ScheduleError
from simulator.world.master import Master
from simulator.world.world import Cluster, World

NOT_FOUND = "404 Not Found."


class MesosFace:
    """The interface of one master."""

    def __init__(self, world: World, cluster: Cluster, master: Master) -> None:
        self.world = world
        self.cluster = cluster
        self.master = master
        self.faults = FaultPlan()
        self.requests: list[Request] = []
        """Every request that was answered, in order; for observers."""
        encoded = AgentViews(cluster.mesos.release)
        self._desk = Desk(cluster, master, encoded)

    async def handle(self, request: Request) -> Response:
        """Answer one request. Raises NoAnswer when there is to be none."""
        if not self.master.works or self.master.silence is not None:
            raise NoAnswer(self.master.silence or Silence.REFUSED)
        clock = self.world.timeline.clock
        response = await self.faults.around(request, clock, lambda: self._carried_out(request))
        response.headers.setdefault("Date", format_datetime(self.cluster.mesos.timeline.now, usegmt=True))
        if request.method == "HEAD":
            response.body = b""
        return response

    def _carried_out(self, request: Request) -> Response:
        self.world.settle()
        self.requests.append(request)
        try:
            return self._answer(request)
        except Refused as refused:
            return refused.response()
        except ScheduleError as error:
            return text_response(400, str(error))

    def _answer(self, request: Request) -> Response:
        path = request.path.rstrip("/") or "/"
        if path.startswith("/master/"):
            path = path.removeprefix("/master")
        own = self._own(path, request)
        if own is not None:
            return own
        if path not in _LEADER_PATHS:
            return text_response(404, NOT_FOUND)
        mesos = self.cluster.mesos
        if mesos.leader is None:
            return text_response(503, "No leader elected")
        if mesos.leader is not self.master:
            return self._redirect(request.url.partition("://")[2].partition("/")[2])
        if path == "/redirect":
            return self._redirect("")
        if self.master.recovered is None or mesos.timeline.now < self.master.recovered:
            return text_response(503, "Master has not finished recovery")
        if path == "/api/v1":
            return self._v1(request)
        return self._machines(path, request) or self._legacy(path, request)

    def _own(self, path: str, request: Request) -> Response | None:
        """What every master answers for itself."""
        mesos = self.cluster.mesos
        if path == "/health":
            return Response(200)
        if path == "/version":
            return json_response(200, legacy.build_info(mesos.release))
        if path == "/flags":
            return json_response(200, {"flags": flags_of(mesos, self.master)})
        if path == "/metrics/snapshot":
            return json_response(200, metrics_of(mesos, self.master))
        return None

    def _redirect(self, rest: str) -> Response:
        leader = self.cluster.mesos.leader
        where = leader.address if leader is not None else ""
        path = f"/{rest}" if rest and rest.rstrip("/") not in ("redirect", "master/redirect") else ""
        return Response(307, {"Location": f"//{where}{path}", "Content-Length": "0"})

    def _v1(self, request: Request) -> Response:
        if request.method != "POST":
            return _method_not_allowed(request.method, "POST")
        content = request.headers.get("content-type")
        if content is None:
            return text_response(400, "Expecting 'Content-Type' to be present")
        if content != JSON:
            text = "Expecting 'Content-Type' of application/json or application/x-protobuf"
            return text_response(415, text)
        accept = request.headers.get("accept", "*/*")
        if not any(kind in accept for kind in ("*/*", "application/*", JSON)):
            text = "Expecting 'Accept' to allow 'application/x-protobuf' or 'application/json'"
            return text_response(406, text)
        return answer(self._desk, call_of(request.body))

    def _machines(self, path: str, request: Request) -> Response | None:
        orders, maintenance = self.cluster.orders, self.cluster.mesos.maintenance
        if path in ("/machine/down", "/machine/up"):
            if request.method != "POST":
                return _method_not_allowed(request.method, "POST")
            machines = machines_of(parse(request.body))
            (orders.machine_down if path == "/machine/down" else orders.machine_up)(machines, CALLER)
            return Response(200)
        if path == "/maintenance/status":
            if request.method != "GET":
                return _method_not_allowed(request.method, "GET")
            return json_response(200, maintenance_status(self._desk))
        if path != "/maintenance/schedule":
            return None
        if request.method == "POST":
            orders.replace_schedule(windows_of(parse(request.body)), CALLER)
            return Response(200)
        if request.method != "GET":
            return _method_not_allowed(request.method, "GET", "POST")
        return json_response(200, schedule_view(maintenance.windows))

    def _legacy(self, path: str, request: Request) -> Response:
        mesos = self.cluster.mesos
        if path == "/state":
            return json_response(200, legacy.state(mesos, self.master))
        if path == "/slaves":
            return self._slaves(request.query.get("slave_id"))
        if path == "/state-summary":
            return json_response(200, legacy.state_summary(mesos, self.master))
        if path == "/tasks":
            limit = request.query.get("limit", "100")
            return json_response(200, legacy.tasks(mesos, int(limit) if limit.isdigit() else 100))
        return json_response(200, legacy.frameworks(mesos))

    def _slaves(self, slave_id: str | None) -> Response:
        if slave_id is not None:
            return json_response(200, legacy.slaves(self.cluster.mesos, slave_id))
        mesos = self.cluster.mesos
        known = [self._desk.encoded.slave(agent) for agent in mesos.registered.values()]
        recovered = [recovered_view(agent) for agent in mesos.recovered.values()]
        return json_response(200, {"slaves": known, "recovered_slaves": recovered})


_LEADER_PATHS = frozenset(
    {
        "/redirect",
        "/api/v1",
        "/machine/down",
        "/machine/up",
        "/maintenance/status",
        "/maintenance/schedule",
        "/state",
        "/slaves",
        "/state-summary",
        "/tasks",
        "/frameworks",
    }
)


def _method_not_allowed(method: str, *allowed: str) -> Response:
    expected = ", ".join(f"'{one}'" for one in allowed)
    text = f"405 Method Not Allowed. Expecting one of {{ {expected} }}, but received '{method}'."
    return text_response(405, text, {"Allow": ", ".join(allowed)})
