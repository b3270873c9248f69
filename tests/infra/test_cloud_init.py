"""What the machines of the reference cluster run when they boot for the first time."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.infra.templates import INFRA

CLUSTER = INFRA / "cluster"
FILLED = {
    "DISKS": (CLUSTER / "disks.yaml").read_text(),
    "BOOTSTRAP": "http://172.16.0.240:8086",
    "INSTALLER": "http://packages.test/dcos_generate_config.sh",
    "MASTERS": "172.16.0.5 172.16.0.6 172.16.0.7",
    "ROLE": "slave_public",
    "MORE": ";public_ip:true",
}


def filled(name: str) -> dict[str, Any]:
    """As `main.bicep` fills it in."""
    text = (CLUSTER / name).read_text()
    for word, value in FILLED.items():
        text = text.replace(word, value)
    found: dict[str, Any] = yaml.safe_load(text)
    return found


def script(name: str, path: str) -> str:
    return next(str(one["content"]) for one in filled(name)["write_files"] if one["path"] == path)


@pytest.mark.parametrize("name", ["agent.yaml", "master.yaml", "bootstrap.yaml"])
def test_it_is_what_cloud_init_reads(name: str) -> None:
    assert (CLUSTER / name).read_text().startswith("#cloud-config\n")
    assert all(isinstance(part, str) for line in filled(name)["runcmd"] for part in line)


def test_everybody_is_installed_as_what_he_is() -> None:
    assert filled("agent.yaml")["runcmd"][-1] == ["bash", "/tmp/dcos_install.sh", "slave_public"]
    assert filled("master.yaml")["runcmd"][-1] == ["bash", "/tmp/dcos_install.sh", "master"]
    assert filled("agent.yaml")["runcmd"][-2][-1] == "http://172.16.0.240:8086/dcos_install.sh"


def told_where(directory: Path, zone: str) -> str:
    """What the script of an agent writes on a machine where Azure says this."""
    said = f'{{"platformFaultDomain": "2", "platformUpdateDomain": "4", "zone": "{zone}"}}'
    read = "import json,sys; k=sys.argv[-1].split()[0][1:]; print(json.load(sys.stdin)[k])"
    for program, line in {"curl": f"echo '{said}'", "jq": f"exec python3 -c '{read}' \"$@\""}.items():
        (directory / program).write_text(f"#!/bin/sh\n{line}\n")
        (directory / program).chmod(0o755)
    text = script("agent.yaml", "/usr/local/bin/tell-where").replace("/var/lib/dcos", str(directory / "dcos"))
    path = f"{directory}{os.pathsep}{os.environ['PATH']}"
    subprocess.run(["sh", "-c", text], check=True, env={"PATH": path}, timeout=20)
    return (directory / "dcos" / "mesos-slave-common").read_text()


def test_an_agent_tells_its_fault_domain_and_its_zone(tmp_path: Path) -> None:
    where = "MESOS_ATTRIBUTES=os:Linux;azure.faultdomain:2;azure.updatedomain:4"
    assert told_where(tmp_path, "3") == f"{where};zone:3;public_ip:true\n"


def test_where_there_are_no_zones_none_is_told(tmp_path: Path) -> None:
    assert "zone" not in told_where(tmp_path, "")


def test_the_packages_are_made_for_the_masters_that_there_are(tmp_path: Path) -> None:
    (tmp_path / "curl").write_text("#!/bin/sh\necho 'test \"$1\" = --genconf' > dcos_generate_config.sh\n")
    (tmp_path / "ip").write_text("#!/bin/sh\necho '8.8.8.8 via 172.16.0.1 dev eth0 src 172.16.0.240 uid 0'\n")
    for program in ("curl", "ip"):
        (tmp_path / program).chmod(0o755)
    (tmp_path / "dcos").mkdir()
    text = script("bootstrap.yaml", "/opt/dcos/make").replace("/opt/dcos", str(tmp_path / "dcos"))
    path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
    subprocess.run(["sh", "-c", text], check=True, env={"PATH": path}, timeout=20)
    config = yaml.safe_load((tmp_path / "dcos/genconf/config.yaml").read_text())
    assert config["master_list"] == ["172.16.0.5", "172.16.0.6", "172.16.0.7"]
    assert config["bootstrap_url"] == "http://172.16.0.240:8086"
    detect = ["sh", str(tmp_path / "dcos/genconf/ip-detect")]
    told = subprocess.run(detect, check=True, env={"PATH": path}, capture_output=True, text=True, timeout=20)
    assert told.stdout == "172.16.0.240\n"
