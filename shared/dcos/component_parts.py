"""Components that are built in: libraries, tools, the image itself. None has a unit, so none has health of its own.

All that can be asked of them is whether the package is there, and its version (pkgpanda). When one is broken, the
services that stand on it fail; `takes_down` names those.
Sources: package directories of dcos/dcos at the tags of 1.7 to 2.2, each named here by its directory.
"""

from __future__ import annotations

from shared.dcos.component import Component, Kind

PYTHON_TOOLS = "bootstrap, pkgpanda and the generated configuration scripts on every node stop working"
MESOS_BUILD = "nothing on a running node: it is used when Mesos is built"
MODULES = "dcos-mesos-slave fails to start, because it loads its modules first"


def _part(name: str, what: str, takes_down: str, source: str = "") -> Component:
    return Component(
        name=name,
        kind=Kind.PART,
        what=what,
        takes_down=takes_down,
        source=source or f"dcos/dcos:packages/{name}",
    )


PARTS = (
    _part("boost-system", "C++ library for Mesos modules (1.7; boost-libs later)", MODULES),
    _part(
        "boto", "Python library for Amazon's interfaces", "Exhibitor's backup to S3, which Azure does not use"
    ),
    _part("curl", "HTTP client and library", "Mesos's fetcher and the start scripts that ask over HTTP"),
    _part(
        "dcos-image",
        "the Python package of pkgpanda and genconf",
        "installing, upgrading and activating packages on a node",
    ),
    _part(
        "dcos-image-deps",
        "the libraries that dcos-image needs",
        "the same as dcos-image: pkgpanda does not start",
    ),
    _part(
        "dcos-installer",
        "genconf, which makes the configuration on the bootstrap host",
        "installing and upgrading; nothing on a running node",
        "dcos/dcos:dcos_installer",
    ),
    _part(
        "dcos-installer-ui",
        "web pages of the installer on the bootstrap host, port 9000 (early releases)",
        "installing by browser; nothing on a running node",
        "dcos/dcos:packages/dcos-installer-ui",
    ),
    _part(
        "dnspython",
        "Python library for DNS",
        "scripts that look up masters by DNS before they start a service",
    ),
    _part("flask", "Python web framework of the history service", "the history service of the dashboard"),
    _part(
        "hadoop",
        "Hadoop's client for Mesos's fetcher (Enterprise image)",
        "fetching of hdfs:// addresses by tasks",
        "DC/OS component list; not in the open tree of dcos/dcos",
    ),
    _part(
        "hdfs-mesos",
        "Mesos's HDFS client libraries (Enterprise image)",
        "fetching of hdfs:// addresses by tasks",
        "DC/OS component list; not in the open tree of dcos/dcos",
    ),
    _part(
        "java",
        "the runtime of Exhibitor, Marathon, Cosmos and Metronome",
        "on a master ZooKeeper and with it Mesos, Marathon and everything else",
    ),
    _part("libevent", "C library that Mesos and its modules use", "the Mesos master or agent on the node"),
    _part("mesos-buildenv", "the container in which Mesos is built (1.7)", MESOS_BUILD),
    _part(
        "mesos-metrics-module",
        "Mesos module that hands the metrics of containers on",
        f"{MODULES}; or metrics of containers stop",
    ),
    _part(
        "mesos-modules-private",
        "Mesos modules of the Enterprise edition (authentication, authorization)",
        MODULES,
        "DC/OS component list; open counterpart dcos/dcos:packages/mesos-modules",
    ),
    _part("ncurses", "terminal library", "the interactive shells of Erlang; no service"),
    _part("openssl", "TLS library", "every service on the node that speaks TLS, Admin Router first"),
    _part("python", "the runtime of DC/OS's own scripts", PYTHON_TOOLS),
    _part("python-dateutil", "Python library for dates", PYTHON_TOOLS),
    _part("python-docopt", "Python library for command lines", PYTHON_TOOLS),
    _part("python-jinja2", "Python library for templates", PYTHON_TOOLS),
    _part(
        "python-kazoo", "Python library for ZooKeeper", f"agreeing on shared values at start; {PYTHON_TOOLS}"
    ),
    _part("python-markupsafe", "Python library that jinja2 needs", PYTHON_TOOLS),
    _part("python-passlib", "Python library for passwords", "setting up the first login in the installer"),
    _part("python-pyyaml", "Python library for YAML", PYTHON_TOOLS),
    _part("python-requests", "Python library for HTTP", PYTHON_TOOLS),
    _part("python-retrying", "Python library for retries", PYTHON_TOOLS),
    _part("six", "Python library for two Python versions at once", PYTHON_TOOLS),
    _part("strace", "tool that shows system calls", "nothing: people use it to look for faults"),
    _part(
        "toybox",
        "small command line tools, used by the scripts of spartan and dcos-net",
        "setting up the addresses of the node's DNS",
    ),
    _part(
        "treeinfo.json",
        "the list of packages and variants of which the image is built",
        "nothing on a running node: it is used when the image is built",
        "dcos/dcos:packages/treeinfo.json",
    ),
    _part(
        "zk-value-consensus",
        "script with which masters agree on a value in ZooKeeper (1.7; bootstrap later)",
        "agreeing on the cluster's id and shared secrets at start",
    ),
)
"""Every part, by name."""
