"""The host's addresses on one socket: webhook, admin, home, and every other path to the HTTP functions.

While the host stops, ``refuse_new_work`` answers 503 to requests that still come in over open connections; those
that run already end normally.
"""

from __future__ import annotations

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from simulator.host.admin import Admin
from simulator.host.errors import HostError
from simulator.host.eventgrid import PATH as EVENT_GRID_PATH
from simulator.host.eventgrid import EventGridWebhook
from simulator.host.http_routes import HttpFunctions

# The most that the Functions host takes (FUNCTIONS_REQUEST_BODY_SIZE_LIMIT, Azure/azure-docs functions-app-settings).
LARGEST_BODY = 104_857_600


class Server:
    """Serves the three surfaces that are given as (Event Grid webhook, HTTP functions, admin)."""

    def __init__(self, surfaces: tuple[EventGridWebhook, HttpFunctions, Admin]) -> None:
        webhook, functions, admin = surfaces
        self._is_refusing = False
        self.port = 0
        application = web.Application(client_max_size=LARGEST_BODY, middlewares=[self._gate()])
        application.router.add_route("POST", EVENT_GRID_PATH, webhook.answer)
        application.router.add_route("OPTIONS", EVENT_GRID_PATH, webhook.answer)
        application.router.add_route("POST", "/admin/functions/{name}", admin.run_function)
        application.router.add_route("GET", "/admin/functions", admin.list_functions)
        application.router.add_route("GET", "/admin/host/status", admin.host_status)
        application.router.add_route("*", "/{path:.*}", functions.answer)
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=5.0)

    async def start(self, address: str, port: int) -> None:
        """Listen; port 0 takes a free one. Raises ``HostError`` when the port is taken."""
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, address, port).start()
        except OSError as problem:
            await self._runner.cleanup()
            raise HostError(
                f"Port {port} on {address} cannot be used ({problem.strerror}); the host did not start. "
                "Choose another with --port, or end what listens there."
            ) from problem
        self.port = int(self._runner.addresses[0][1])

    def refuse_new_work(self) -> None:
        """From now on new requests get 503."""
        self._is_refusing = True

    async def stop(self) -> None:
        """Close the socket and every connection."""
        await self._runner.cleanup()

    def _gate(self) -> Middleware:
        @web.middleware
        async def gate(request: web.Request, handler: Handler) -> web.StreamResponse:
            if self._is_refusing:
                return web.Response(status=503, headers={"Connection": "close"})
            return await handler(request)

        return gate
