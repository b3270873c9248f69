"""Azure Resource Manager, as azure-mgmt-compute sees it.

`ArmFace.handle` takes a request and answers from the world. The order in which it refuses is that of the real one:

1. nothing answers, or a fault of the plan strikes;
2. no bearer token (401), no api-version (400), a subscription or resource group that does not exist (404);
3. no such route (404), too many requests (429);
4. whatever the handler says.

Reads of scale sets are in `reads`, writes and actions in `writes`, VMs of availability sets in `machines`.
"""

from simulator.arm import answers
from simulator.arm.caller import caller_of
from simulator.arm.machines import Machines
from simulator.arm.reads import Pages, Reads
from simulator.arm.routes import Call, Handler, Routes
from simulator.arm.throttle import Policy, Throttle
from simulator.arm.writes import Writes
from simulator.faults import FaultPlan
from simulator.wire import NoAnswer, Request, Response
from simulator.world.operations import AzureRefusal
from simulator.world.world import World

_COMPUTE = "/subscriptions/{sub}/resourceGroups/{rg}/providers/Microsoft.Compute"
_SET = f"{_COMPUTE}/virtualMachineScaleSets/{{ss}}"
_VM = f"{_SET}/virtualMachines/{{id}}"
_MACHINE = f"{_COMPUTE}/virtualMachines/{{vm}}"
_NETWORK = "/subscriptions/{sub}/resourceGroups/{rg}/providers/Microsoft.Network/networkInterfaces"
_REST = "/subscriptions/{sub}/providers/Microsoft.Compute"


class ArmFace:
    """The management endpoint of the world's subscription.

    `retry_after_s` is what it asks callers to wait between two looks at a running operation; the SDK obeys it
    rather than its own polling interval. None leaves the header out, as recorded answers do.
    """

    def __init__(self, world: World, page_size: int = 200, retry_after_s: int | None = 10) -> None:
        self.world = world
        self.faults = FaultPlan()
        self.throttle = Throttle()
        self.requests: list[Request] = []
        """Every request that was answered, in order; for observers."""
        self._routes = Routes()
        pages = Pages(page_size)
        self._reads = Reads(world, pages, retry_after_s)
        self._writes = Writes(world)
        self._machines = Machines(world, pages)
        self._spent = {"reads": 0, "writes": 0, "deletes": 0}
        self._route()
        self._route_machines()

    async def handle(self, request: Request) -> Response:
        """Answer one request. Raises NoAnswer when there is to be none."""
        if self.world.arm_silence is not None:
            raise NoAnswer(self.world.arm_silence)
        clock = self.world.timeline.clock
        return self._finish(
            request, await self.faults.around(request, clock, lambda: self._carried_out(request))
        )

    def _carried_out(self, request: Request) -> Response:
        self.world.settle()
        self.requests.append(request)
        return self._answer(request)

    def _answer(self, request: Request) -> Response:
        refusal = self._gateway(request)
        if refusal is not None:
            return refusal
        found = self._routes.find(request.method, request.path)
        caller = caller_of(request)
        if found is None or caller is None:
            text = f"No HTTP resource was found that matches the request URI '{request.url}'."
            return answers.error(404, "InvalidResourceType", text)
        handler, names = found
        try:
            return handler(Call(request, caller, names))
        except AzureRefusal as refused:
            return answers.refused(refused)

    def _gateway(self, request: Request) -> Response | None:
        if caller_of(request) is None:
            text = "Authentication failed. The 'Authorization' header is missing."
            return answers.error(401, "AuthenticationFailed", text)
        if "api-version" not in request.query:
            text = "The api-version query parameter (?api-version=) is required for all requests."
            return answers.error(400, "MissingApiVersionParameter", text)
        parts = request.path.strip("/").split("/")
        if len(parts) < 2 or parts[0].lower() != "subscriptions":
            return None
        if parts[1].lower() != self.world.azure.subscription.lower():
            return answers.error(
                404, "SubscriptionNotFound", f"The subscription '{parts[1]}' could not be found."
            )
        in_group = len(parts) > 3 and parts[2].lower() == "resourcegroups"
        if in_group and parts[3].lower() not in self.world.azure.resource_groups:
            text = f"Resource group '{parts[3]}' could not be found."
            answer = answers.error(404, "ResourceGroupNotFound", text)
            answer.headers |= answers.GATEWAY
            return answer
        return None

    def _finish(self, request: Request, response: Response) -> Response:
        kind = {"GET": "reads", "HEAD": "reads", "DELETE": "deletes"}.get(request.method, "writes")
        self._spent[kind] += 1
        limit = 3750 if kind == "reads" else 3000
        return answers.finish(response, {kind: max(0, limit - self._spent[kind] % limit)})

    def _limited(self, policy: Policy, handler: Handler) -> Handler:
        def serve(call: Call) -> Response:
            resource = "/".join(call.names.get(name, "") for name in ("rg", "ss", "id", "vm", "op"))
            throttled = self.throttle.take(policy, resource, self.world.timeline.now)
            if throttled is not None:
                return answers.too_many_requests(throttled)
            response = handler(call)
            left = self.throttle.remaining(policy, resource)
            response.headers.setdefault(
                "x-ms-ratelimit-remaining-resource", f"Microsoft.Compute/{policy};{left}"
            )
            return response

        return serve

    def _route(self) -> None:
        reads, writes = self._reads, self._writes
        nics = f"{_SET}/networkInterfaces"
        for pattern, handler, policy in (
            (f"{_COMPUTE}/virtualMachineScaleSets", reads.list_in_group, Policy.SET_LIST),
            (f"{_REST}/virtualMachineScaleSets", reads.list_all, Policy.SET_LIST),
            (f"{_REST}/locations/{{location}}/virtualMachineScaleSets", reads.list_all, Policy.SET_LIST),
            (f"{_REST}/locations/{{location}}/operations/{{op}}", reads.operation, Policy.OPERATION),
            (_SET, reads.get_set, Policy.SET_GET),
            (f"{_SET}/instanceView", reads.set_instance_view, Policy.SET_LIST),
            (_VM, reads.get_instance, Policy.VM_GET),
            (f"{_VM}/instanceView", reads.instance_view, Policy.VM_GET),
        ):
            self._routes.add("GET", pattern, self._limited(policy, handler))
        self._routes.add("GET", f"{_SET}/virtualMachines", reads.list_instances)
        self._routes.add("GET", nics, reads.list_nics)
        self._routes.add("GET", f"{_VM}/networkInterfaces", reads.list_instance_nics)
        for method, pattern, handler, policy in (
            ("PATCH", _SET, writes.patch_set, Policy.SET_UPDATE),
            ("POST", f"{_SET}/delete", writes.delete_instances, Policy.SET_DELETE),
            ("POST", f"{_SET}/{{action}}", writes.act_on_set, Policy.SET_ACTION),
            ("DELETE", _VM, writes.delete_instance, Policy.VM_DELETE),
            ("PUT", _VM, writes.put_instance, Policy.VM_UPDATE),
            ("POST", f"{_VM}/simulateEviction", writes.simulate_eviction, Policy.VM_UPDATE),
            ("POST", f"{_VM}/runCommand", writes.run_command, Policy.VM_UPDATE),
            ("POST", f"{_VM}/powerOff", writes.act_on_instance, Policy.VM_DELETE),
            ("POST", f"{_VM}/deallocate", writes.act_on_instance, Policy.VM_DELETE),
            ("POST", f"{_VM}/{{action}}", writes.act_on_instance, Policy.VM_UPDATE),
        ):
            self._routes.add(method, pattern, self._limited(policy, handler))

    def _route_machines(self) -> None:
        machines = self._machines
        for method, pattern, handler, policy in (
            ("GET", f"{_COMPUTE}/virtualMachines", machines.list_in_group, Policy.MACHINE_LIST),
            ("GET", f"{_COMPUTE}/availabilitySets", machines.list_availability_sets, Policy.MACHINE_LIST),
            ("GET", _MACHINE, machines.get, Policy.MACHINE_GET),
            ("GET", f"{_MACHINE}/instanceView", machines.instance_view, Policy.MACHINE_GET),
            ("POST", f"{_MACHINE}/runCommand", machines.run_command, Policy.MACHINE_UPDATE),
            ("POST", f"{_MACHINE}/{{action}}", machines.act, Policy.MACHINE_UPDATE),
        ):
            self._routes.add(method, pattern, self._limited(policy, handler))
        self._routes.add("GET", _NETWORK, machines.list_nics)
        self._routes.add("GET", f"{_NETWORK}/{{nic}}", machines.get_nic)
