"""The DC/OS interfaces of every node, by host and port.

    master  80 Admin Router, 1050 diagnostics, 8080 Marathon, 8181 Exhibitor
    agent   5051 Mesos agent, 61001 Admin Router

`DcosFace` answers for the machines of one cluster; `simulator/serve.py` puts it on sockets. `DcosNetwork` is the same
without sockets. There port 5050 belongs to `simulator.mesos` and is handed on to `masters` (a `MesosNetwork`), so that
one network carries everything that a product asks of a cluster.
"""

from collections.abc import Mapping
from dataclasses import replace

from simulator.dcos import diagnostics, doors, marathon, sdk
from simulator.dcos.services import Node, Services
from simulator.in_process import MesosNetwork, carried
from simulator.wire import NoAnswer, Request, Response, Silence, json_response, text_response
from simulator.world.agent import Life
from simulator.world.world import World

ROUTER, DIAGNOSTICS, MARATHON, EXHIBITOR = 80, 1050, 8080, 8181
AGENT, AGENT_ROUTER = 5051, 61001
BY_ROUTER = "/service/marathon"


class DcosFace:
    """Answers what is asked of the nodes of one cluster."""

    def __init__(self, world: World, services: Services) -> None:
        self.services = services
        self.requests: list[Request] = []
        """Every request to these interfaces, in order; for observers."""
        self._world = world

    async def of_host(self, host: str, port: int, request: Request) -> Response:
        """A request to this port of the machine with this address."""
        self._world.settle()
        self.requests.append(request)
        master = self.services.master_at(host)
        if master is None:
            return self._of_agent(host, port, request)
        silence = self.services.silent.get(port)
        if silence is None and not master.up:
            silence = master.silence or Silence.REFUSED
        if silence is not None:
            raise NoAnswer(silence)
        return self._of_master(Node(host, "master", master.id), port, request)

    async def of_any_master(self, port: int, request: Request) -> Response:
        """The same of the first master that is up, as behind a load balancer."""
        self._world.settle()
        masters = self.services.cluster.mesos.masters
        first = next((one for one in masters if one.up), masters[0])
        return await self.of_host(self.services.address_of(first), port, request)

    def _of_master(self, me: Node, port: int, request: Request) -> Response:
        path, services = request.path, self.services
        if port in {DIAGNOSTICS, ROUTER} and path.startswith(diagnostics.BASE):
            return diagnostics.answer(services, me, path)
        if port == EXHIBITOR:
            return doors.exhibitor(services, me, path)
        if port == ROUTER and path.startswith("/exhibitor/"):
            if services.silent.get(EXHIBITOR) is Silence.HANGING:
                return text_response(504, "Gateway Time-out")
            return doors.exhibitor(services, me, path.removeprefix("/exhibitor"))
        if port == MARATHON:
            return marathon.answer(services, request)
        if port == ROUTER and path.startswith(sdk.BASE):
            return self._of_service(request)
        if port == ROUTER and path.startswith("/system/checks/v1/"):
            return doors.checks(services, path, request.method)
        if port == ROUTER and path == "/pkgpanda/active/":
            return doors.packages(services)
        if port == ROUTER and path == "/dcos-metadata/dcos-version.json":
            return json_response(200, {"version": services.release})
        if port == ROUTER and path.startswith("/slave/"):
            return self._by_router(path)
        if port in {ROUTER, DIAGNOSTICS}:
            return text_response(404, "404 page not found\n")
        raise NoAnswer(Silence.REFUSED)

    def _of_service(self, request: Request) -> Response:
        """Marathon answers behind Admin Router too, as every framework does that has a page."""
        path, services = request.path, self.services
        if not path.startswith(f"{BY_ROUTER}/"):
            return sdk.answer(services, request)
        if services.silent.get(MARATHON) is Silence.HANGING:
            return text_response(504, "Gateway Time-out")
        return marathon.answer(services, replace(request, path=path.removeprefix(BY_ROUTER)))

    def _by_router(self, path: str) -> Response:
        """/slave/<id>/...: Admin Router hands the request on to the agent, as long as the masters list it."""
        agent_id, _, rest = path.removeprefix("/slave/").partition("/")
        agent = self.services.cluster.mesos.registered.get(agent_id)
        if agent is None:
            return text_response(404, "404 Not Found: agent not found")
        try:
            return self._of_agent(
                agent.address, AGENT, Request.of("GET", f"http://{agent.address}/{rest}", {}, b"")
            )
        except NoAnswer as silence:
            if silence.how is Silence.HANGING:
                raise
            return text_response(502, "502 Bad Gateway")

    def _of_agent(self, host: str, port: int, request: Request) -> Response:
        found = [node for node in self.services.nodes() if node.agent is not None and node.address == host]
        if not found or found[0].agent is None or not self.services.units(found[0]):
            raise NoAnswer(Silence.HANGING if found else Silence.REFUSED)
        me, agent = found[0], found[0].agent
        if port == AGENT_ROUTER and request.path.startswith(diagnostics.BASE):
            return diagnostics.answer(self.services, me, request.path)
        if port == AGENT_ROUTER and request.path.startswith("/system/checks/v1/"):
            return doors.checks(self.services, request.path, request.method)
        if port == AGENT and agent.process.life is Life.RUNNING and request.path == "/metrics/snapshot":
            since = agent.reregistered or agent.registered
            seconds = (self._world.timeline.now - since).total_seconds()
            return json_response(200, doors.agent_metrics(agent, seconds))
        if port == AGENT and agent.process.life is not Life.RUNNING:
            raise NoAnswer(Silence.REFUSED)
        if port == AGENT and request.path == "/health":
            return text_response(200, "")
        return text_response(404, "404 page not found\n")


class DcosNetwork(DcosFace):
    """HTTP to one cluster without sockets, by host and port as they are in it."""

    def __init__(self, world: World, services: Services, masters: MesosNetwork) -> None:
        super().__init__(world, services)
        self._masters = masters

    async def send(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes, timeout_s: float
    ) -> tuple[int, dict[str, str], bytes]:
        """Status, headers and body. Raises ConnectionError (refused, reset) or TimeoutError."""
        request = Request.of(method, url, headers, body)
        host = request.headers["host"]
        if any(host == master.address for master in self.services.cluster.mesos.masters):
            return await self._masters.send(method, url, headers, body, timeout_s)
        return await carried(self._handle, request, timeout_s)

    async def _handle(self, request: Request) -> Response:
        host, _, port = request.headers["host"].partition(":")
        return await self.of_host(host, int(port or ROUTER), request)
