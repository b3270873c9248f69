"""A real Prometheus finds a machine silent, a real Alertmanager tells the app, and tells it again when it is over."""

from __future__ import annotations

import json
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

from aiohttp import web

from tests.alerts.doors import TOKEN, Doors
from tests.peers import running

PATIENCE_S = 40.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def written(path: Path, content: dict[str, Any]) -> str:
    """A configuration file; JSON is YAML."""
    path.write_text(json.dumps(content))
    return str(path)


def alertmanager_config(url: str) -> dict[str, Any]:
    http = {"authorization": {"type": "Bearer", "credentials": TOKEN}}
    route = {"receiver": "us", "group_by": ["alertname"], "group_wait": "0s", "group_interval": "1s"}
    hook = {"url": f"{url}/alertmanager/login", "http_config": http}
    return {"route": route, "receivers": [{"name": "us", "webhook_configs": [hook]}]}


def prometheus_config(rules: str, alertmanager: int, machine: int) -> dict[str, Any]:
    """Scrapes one machine, which calls itself 10.0.0.4 in pool `private`."""
    labels = {"instance": "10.0.0.4:9100", "pool": "private"}
    target = {"targets": [f"127.0.0.1:{machine}"], "labels": labels}
    return {
        "global": {"scrape_interval": "300ms", "scrape_timeout": "300ms", "evaluation_interval": "300ms"},
        "rule_files": [rules],
        "alerting": {"alertmanagers": [{"static_configs": [{"targets": [f"127.0.0.1:{alertmanager}"]}]}]},
        "scrape_configs": [{"job_name": "dcos-agent", "static_configs": [target]}],
    }


@asynccontextmanager
async def peers(directory: Path, url: str, machine: int) -> AsyncIterator[None]:
    """Both at work. Their logs stay beside their files."""
    rule = {"alert": "AgentSilent", "expr": "up == 0", "labels": {"severity": "critical"}}
    rules = written(directory / "rules.yml", {"groups": [{"name": "g", "rules": [rule]}]})
    first, second = free_port(), free_port()
    config = written(directory / "am.yml", alertmanager_config(url))
    async with AsyncExitStack() as both:
        await both.enter_async_context(
            running(
                "prometheus-alertmanager",
                f"--config.file={config}",
                f"--web.listen-address=127.0.0.1:{first}",
                "--cluster.listen-address=",
                f"--storage.path={directory / 'am'}",
                log=directory / "am.log",
            )
        )
        config = written(directory / "prometheus.yml", prometheus_config(rules, first, machine))
        await both.enter_async_context(
            running(
                "prometheus",
                f"--config.file={config}",
                f"--web.listen-address=127.0.0.1:{second}",
                f"--storage.tsdb.path={directory / 'tsdb'}",
                log=directory / "prometheus.log",
            )
        )
        yield


@asynccontextmanager
async def exporter(port: int) -> AsyncIterator[None]:
    """The machine answers."""

    async def answer(request: web.Request) -> web.Response:
        return web.Response(text="a_metric 1\n")

    application = web.Application()
    application.router.add_get("/metrics", answer)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        yield
    finally:
        await runner.cleanup()


async def test_a_silent_machine_is_told_and_told_again_when_it_answers(doors: Doors, tmp_path: Path) -> None:
    machine = free_port()
    async with peers(tmp_path, doors.url, machine):
        said = "alertmanager says node_unwell (AgentSilent) about 10.0.0.4"
        assert await doors.heard(said, PATIENCE_S), (tmp_path / "am.log").read_text()[-2000:]
        async with exporter(machine):
            assert await doors.heard("alertmanager says node_well (AgentSilent)", PATIENCE_S)
    assert await doors.quarantined() == []
