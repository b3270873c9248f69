"""The flags of a master, as DC/OS sets them and /flags shows them.

Every value is text. Values that DC/OS changes are from dcos/dcos gen/dcos-config.yaml, the others are Mesos's own
defaults as a recorded Mesos 1.11 reports them.
"""

from simulator.world.master import Master
from simulator.world.mesos import Mesos

_DEFAULTS = """
allocation_interval=1secs allocator=hierarchical allocator_agent_recovery_factor=0.8 allocator_recovery_timeout=10mins
authenticate_agents=false authenticate_frameworks=false authenticate_http_frameworks=false
authenticate_http_readonly=false authenticate_http_readwrite=false authentication_v0_timeout=15secs
authenticators=crammd5 authorizers=local filter_gpu_resources=true framework_sorter=drf help=false
hostname_lookup=false http_authenticators=basic initialize_driver_logging=true log_auto_initialize=true logbufsecs=0
logging_level=INFO max_completed_frameworks=50 max_completed_tasks_per_framework=1000
max_operator_event_stream_subscribers=1000 max_unreachable_tasks_per_framework=1000 memory_profiling=false
min_allocatable_resources=cpus:0.01|mem:32 offer_constraints_re2_max_mem=4KB
offer_constraints_re2_max_program_size=100 publish_per_framework_metrics=true quiet=false
recovery_agent_removal_limit=100% registry=replicated_log registry_fetch_timeout=1mins registry_gc_interval=15mins
registry_max_agent_age=2weeks registry_max_agent_count=102400 registry_store_timeout=60secs registry_strict=false
require_agent_domain=false role_sorter=drf root_submissions=true version=false
webui_dir=/opt/mesosphere/share/mesos/webui work_dir=/var/lib/dcos/mesos/master zk_session_timeout=10secs
"""


def flags_of(mesos: Mesos, master: Master) -> dict[str, str]:
    """Name to value, in order of names."""
    flags = dict(pair.split("=", 1) for pair in _DEFAULTS.split())
    times = mesos.times
    flags |= {
        "agent_ping_timeout": f"{times.ping_s:g}secs",
        "agent_removal_rate_limit": mesos.release.removal_rate_limit,
        "agent_reregister_timeout": f"{times.reregister_window_s / 60:g}mins",
        "cluster": mesos.name,
        "hostname": master.host,
        "ip": master.host,
        "max_agent_ping_timeouts": str(times.max_pings),
        "port": str(master.port),
        "quorum": str(len(mesos.masters) // 2 + 1),
        "zk": "zk://zk-1.zk:2181/mesos",
    }
    return dict(sorted(flags.items()))
