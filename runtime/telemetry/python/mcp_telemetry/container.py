"""What the container takes, all of its processes together, by the files of its cgroup: read when somebody asks, and
never otherwise. The meanings are cAdvisor's, by whose numbers Kubernetes shows and evicts pods.

Sources: https://github.com/google/cadvisor/blob/master/container/libcontainer/handler.go (setMemoryStats),
https://docs.kernel.org/admin-guide/cgroup-v2.html, https://docs.kernel.org/admin-guide/cgroup-v1/memory.html
"""

import os
import re

# Where each version of cgroups has its numbers: a file, the number's name in it, how many of its unit make one of ours.
VERSION_1 = {
    "memory_usage": ("memory/memory.usage_in_bytes",),
    "inactive_file": ("memory/memory.stat", "total_inactive_file"),
    "memory_limit": ("memory/memory.limit_in_bytes",),
    "cpu_seconds": ("cpuacct/cpuacct.usage", "", 1e9),
    "throttled_seconds": ("cpu/cpu.stat", "throttled_time", 1e9),
    "oom_kills": ("memory/memory.oom_control", "oom_kill"),
    "pids": ("pids/pids.current",),
}
VERSION_2 = {
    "memory_usage": ("memory.current",),
    "inactive_file": ("memory.stat", "inactive_file"),
    "memory_limit": ("memory.max",),
    "cpu_seconds": ("cpu.stat", "usage_usec", 1e6),
    "throttled_seconds": ("cpu.stat", "throttled_usec", 1e6),
    "oom_kills": ("memory.events", "oom_kill"),
    "pids": ("pids.current",),
}
# Every cgroup of version 2 has it but the root, which is the whole machine.
ONLY_IN_VERSION_2 = "cgroup.type"

# Version 1 has no word for "no limit": it is the largest number of pages. cAdvisor draws the line here, too.
NO_LIMIT = 2**62


class Container:
    """A collector of prometheus_client. Folder: where the cgroup is."""

    def __init__(self, folder):
        self._folder = folder

    def collect(self):
        """The metrics, without those that can't be read."""
        from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

        for kind, name, text, value in metrics(self._folder):
            family = CounterMetricFamily if kind == "counter" else GaugeMetricFamily
            yield family(f"mcp_container_{name}", text, value=value)


def metrics(folder):
    """Kind, name, help text and value of each metric that can be read."""
    places = VERSION_2 if os.path.exists(os.path.join(folder, ONLY_IN_VERSION_2)) else VERSION_1
    of = {name: _read(folder, *place) for name, place in places.items()}
    throttled = of["throttled_seconds"]
    known = [
        ("gauge", "memory_working_set_bytes", "Memory that can't be reclaimed at once.", _working_set(of)),
        ("gauge", "memory_limit_bytes", "Memory that the container may use.", _limit(of)),
        ("counter", "cpu_seconds_total", "CPU time in seconds.", of["cpu_seconds"]),
        ("counter", "cpu_throttled_seconds_total", "Time in seconds held back by the CPU limit.", throttled),
        ("counter", "oom_kills_total", "Processes killed at the memory limit.", of["oom_kills"]),
        ("gauge", "pids", "Processes and threads.", of["pids"]),
    ]
    return [metric for metric in known if metric[-1] is not None]


def _working_set(of):
    usage, inactive = of["memory_usage"], of["inactive_file"]
    return None if usage is None or inactive is None else max(0, usage - inactive)


def _limit(of):
    limit = of["memory_limit"]
    return None if limit is None or limit >= NO_LIMIT else limit


def _read(folder, file, name="", per_unit=1):
    """A number of a file; None where the file, or a number in its place, is missing."""
    try:
        with open(os.path.join(folder, file), encoding="ascii") as lines:
            found = re.search(rf"^{name + ' ' if name else ''}(\d+)$", lines.read(), re.MULTILINE)
    except (OSError, ValueError):
        return None
    return int(found[1]) / per_unit if found else None
