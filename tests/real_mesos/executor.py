"""The command executor, `mesos-executor`, which is not in the library: runs one command task for one agent.

The agent starts it per task. It speaks the agent's v1 executor API (apache/mesos:docs/executor-http-api.md) and does
what the original does for a command: TASK_STARTING, TASK_RUNNING, a kill with a grace period (TASK_KILLING where the
framework can take it), a terminal state with the exit status. When its agent is gone it kills the task and ends,
as the original does for a framework that does not checkpoint.
"""

from __future__ import annotations

import base64
import http.client
import logging
import os
import signal
import subprocess
import threading
import time
import uuid

from tests.real_mesos.recordio import EventStream, Json, post

LOG = logging.getLogger("executor")
GRACE_S = 3.0
ACKNOWLEDGE_S = 10.0


class Executor:
    def __init__(self, environment: dict[str, str]) -> None:
        self._ids: Json = {
            "framework_id": {"value": environment["MESOS_FRAMEWORK_ID"]},
            "executor_id": {"value": environment["MESOS_EXECUTOR_ID"]},
        }
        self._agent = environment["MESOS_AGENT_ENDPOINT"]
        self._path = f"/{environment['MESOS_SLAVE_PID'].partition('@')[0]}/api/v1/executor"
        self._unacknowledged: set[str] = set()
        self._task: Json = {}
        self._process: subprocess.Popen[bytes] | None = None
        self._tells_killing = False
        self._killed = False

    def run(self) -> None:
        """Until the agent is gone or the task has ended."""
        try:
            stream = EventStream(self._agent, self._path, self._call("SUBSCRIBE", subscribe={}), timeout_s=90)
            if stream.status == 200:
                for event in stream:
                    self._hear(event)
            else:
                LOG.warning("SUBSCRIBE: %s %s", stream.status, stream.text())
        except (OSError, http.client.HTTPException) as error:
            LOG.warning("SUBSCRIBE: %s", error)
        self._escalate(0)
        os._exit(1)

    def _hear(self, event: Json) -> None:
        match event["type"]:
            case "SUBSCRIBED":
                listed = event["subscribed"]["framework_info"].get("capabilities", [])
                self._tells_killing = {"type": "TASK_KILLING_STATE"} in listed
            case "LAUNCH":
                self._task = event["launch"]["task"]
                threading.Thread(target=self._work, daemon=True).start()
            case "ACKNOWLEDGED":
                self._unacknowledged.discard(event["acknowledged"]["uuid"])
            case "KILL" | "SHUTDOWN":
                self._kill()

    def _work(self) -> None:
        """The life of the task, on a thread of its own so that events are heard meanwhile."""
        self._update("TASK_STARTING")
        command = ["/bin/sh", "-c", self._task["command"]["value"]]
        self._process = subprocess.Popen(command, start_new_session=True)
        self._update("TASK_RUNNING")
        code = self._process.wait()
        message = f"ended by signal {-code}" if code < 0 else f"exit status {code}"
        if self._killed:
            self._update("TASK_KILLED", message)
        else:
            self._update("TASK_FINISHED" if code == 0 else "TASK_FAILED", message)
        deadline = time.monotonic() + ACKNOWLEDGE_S
        while self._unacknowledged and time.monotonic() < deadline:
            time.sleep(0.05)
        os._exit(0)

    def _kill(self) -> None:
        if self._process is None:
            os._exit(0)
        if not self._killed:
            self._killed = True
            if self._tells_killing:
                self._update("TASK_KILLING")
            policy = self._task.get("kill_policy", {}).get("grace_period")
            grace_s = int(policy["nanoseconds"]) / 1e9 if policy else GRACE_S
            threading.Thread(target=self._escalate, args=(grace_s,), daemon=True).start()

    def _escalate(self, grace_s: float) -> None:
        """SIGTERM to the task's whole group, and SIGKILL when it does not heed it in time."""
        if self._process is None:
            return
        try:
            os.killpg(self._process.pid, signal.SIGTERM)
            time.sleep(0.05)
            deadline = time.monotonic() + grace_s
            while self._process.poll() is None and time.monotonic() < deadline:
                time.sleep(0.05)
            os.killpg(self._process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass  # the group has ended

    def _update(self, state: str, message: str = "") -> None:
        mark = base64.b64encode(uuid.uuid4().bytes).decode()
        status: Json = {
            "task_id": self._task["task_id"],
            "executor_id": self._ids["executor_id"],
            "source": "SOURCE_EXECUTOR",
            "state": state,
            "timestamp": time.time(),
            "uuid": mark,
            "message": message,
        }
        self._unacknowledged.add(mark)
        LOG.info("%s %s", state, message)
        try:
            code, text = post(self._agent, self._path, self._call("UPDATE", update={"status": status}))
            if code != 202:
                LOG.warning("UPDATE: %s %s", code, text)
        except (OSError, http.client.HTTPException) as error:
            LOG.warning("UPDATE: %s", error)

    def _call(self, kind: str, **body: Json) -> Json:
        return {"type": kind, **self._ids, **body}


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO)  # into the sandbox's stderr
    Executor(dict(os.environ)).run()
