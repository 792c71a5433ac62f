/**
 * What the container takes, all of its processes together, by the files of its cgroup: read when somebody asks, and never
 * otherwise. The meanings are cAdvisor's, by whose numbers Kubernetes shows and evicts pods.
 *
 * Sources: https://github.com/google/cadvisor/blob/master/container/libcontainer/handler.go (setMemoryStats),
 * https://docs.kernel.org/admin-guide/cgroup-v2.html, https://docs.kernel.org/admin-guide/cgroup-v1/memory.html
 */
import { existsSync, readFileSync } from "node:fs";

/** Where each version of cgroups has its numbers: a file, the number's name in it, how many of its unit make one of ours. */
const VERSION_1 = {
  memoryUsage: ["memory/memory.usage_in_bytes"],
  inactiveFile: ["memory/memory.stat", "total_inactive_file"],
  memoryLimit: ["memory/memory.limit_in_bytes"],
  cpuSeconds: ["cpuacct/cpuacct.usage", "", 1e9],
  throttledSeconds: ["cpu/cpu.stat", "throttled_time", 1e9],
  oomKills: ["memory/memory.oom_control", "oom_kill"],
  pids: ["pids/pids.current"],
};
const VERSION_2 = {
  memoryUsage: ["memory.current"],
  inactiveFile: ["memory.stat", "inactive_file"],
  memoryLimit: ["memory.max"],
  cpuSeconds: ["cpu.stat", "usage_usec", 1e6],
  throttledSeconds: ["cpu.stat", "throttled_usec", 1e6],
  oomKills: ["memory.events", "oom_kill"],
  pids: ["pids.current"],
};
/** Every cgroup of version 2 has it but the root, which is the whole machine. */
const ONLY_IN_VERSION_2 = "cgroup.type";

/** Version 1 has no word for "no limit": it is the largest number of pages. cAdvisor draws the line here, too. */
const NO_LIMIT = 2 ** 62;

/**
 * The metrics as Prometheus reads them: text, since the library's own would be there with 0 where nothing is known. What
 * can't be read is left out.
 *
 * @param folder where the cgroup is; without one, the process runs in no container
 */
export function containerMetrics(folder) {
  if (!folder) return "";
  const places = existsSync(`${folder}/${ONLY_IN_VERSION_2}`) ? VERSION_2 : VERSION_1;
  const of = (name) => read(folder, ...places[name]);
  return [
    ["gauge", "memory_working_set_bytes", "Memory that can't be reclaimed at once.", workingSet(of)],
    ["gauge", "memory_limit_bytes", "Memory that the container may use.", limit(of)],
    ["counter", "cpu_seconds_total", "CPU time in seconds.", of("cpuSeconds")],
    ["counter", "cpu_throttled_seconds_total", "Time in seconds held back by the CPU limit.", of("throttledSeconds")],
    ["counter", "oom_kills_total", "Processes killed at the memory limit.", of("oomKills")],
    ["gauge", "pids", "Processes and threads.", of("pids")],
  ]
    .filter(([, , , value]) => value !== undefined)
    .map(([type, suffix, help, value]) => {
      const name = `mcp_container_${suffix}`;
      return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${name} ${value}\n`;
    })
    .join("");
}

function workingSet(of) {
  const [usage, inactive] = [of("memoryUsage"), of("inactiveFile")];
  return usage === undefined || inactive === undefined ? undefined : Math.max(0, usage - inactive);
}

function limit(of) {
  const bytes = of("memoryLimit");
  return bytes < NO_LIMIT ? bytes : undefined;
}

/** A number of a file; undefined where the file, or a number in its place, is missing. */
function read(folder, file, name = "", perUnit = 1) {
  try {
    const text = readFileSync(`${folder}/${file}`, "utf8");
    const [, number] = new RegExp(`^${name && `${name} `}(\\d+)$`, "m").exec(text) ?? [];
    return number === undefined ? undefined : Number(number) / perUnit;
  } catch {
    return undefined;
  }
}
