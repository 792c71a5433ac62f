import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { makeFolder, removeFolders } from "../../support/folder";
import { REPOSITORY } from "../../support/stack";

/** Files of a container's cgroup, with numbers that are all different, so that none is taken for another. */
const CGROUPS = {
  2: {
    "cgroup.type": "domain\n",
    "memory.current": "104857600\n",
    "memory.stat":
      "anon 70000000\nfile 30000000\nkernel 800000\ninactive_anon 1\nactive_file 20000000\ninactive_file 4857600\n",
    "memory.max": "536870912\n",
    "memory.events": "low 0\nhigh 0\nmax 12\noom 3\noom_kill 2\noom_group_kill 0\n",
    "cpu.stat":
      "usage_usec 12500000\nuser_usec 12000000\nsystem_usec 500000\nnr_periods 90\nnr_throttled 7\nthrottled_usec 250000\n",
    "pids.current": "17\n",
  },
  1: {
    "memory/memory.usage_in_bytes": "104857600\n",
    // The container's own part comes first, that of its children included last: what counts is the latter.
    "memory/memory.stat":
      "cache 30000000\ninactive_file 1\nhierarchical_memory_limit 536870912\ntotal_inactive_file 4857600\n",
    "memory/memory.limit_in_bytes": "536870912\n",
    "memory/memory.oom_control": "oom_kill_disable 0\nunder_oom 0\noom_kill 2\n",
    "cpuacct/cpuacct.usage": "12500000000\n",
    "cpu/cpu.stat": "nr_periods 90\nnr_throttled 7\nthrottled_time 250000000\n",
    "pids/pids.current": "17\n",
  },
};
const METRICS = {
  "gauge memory_working_set_bytes": 100_000_000,
  "gauge memory_limit_bytes": 536_870_912,
  "counter cpu_seconds_total": 12.5,
  "counter cpu_throttled_seconds_total": 0.25,
  "counter oom_kills_total": 2,
  "gauge pids": 17,
};
const without = (...names: (keyof typeof METRICS)[]) =>
  Object.fromEntries(Object.entries(METRICS).filter(([name]) => !names.some((one) => one === name)));

interface Read {
  /** Values by kind and name. */
  values: { [metric: string]: number };
  help: { [name: string]: string };
}

const LAYER = path.join(REPOSITORY, "runtime/telemetry");
const PYTHON = `
import importlib.util, json, sys
spec = importlib.util.spec_from_file_location("container", sys.argv[1])
container = importlib.util.module_from_spec(spec)
spec.loader.exec_module(container)
print(json.dumps(container.metrics(sys.argv[2])))
`;
const READERS: { [runtime: string]: (folder: string) => Promise<Read> } = {
  python: async (folder) => {
    const file = path.join(LAYER, "python/mcp_telemetry/container.py");
    const printed = execFileSync("python3", ["-I", "-B", "-c", PYTHON, file, folder], { encoding: "utf8" });
    const metrics: [string, string, string, number][] = JSON.parse(printed);
    return {
      values: Object.fromEntries(metrics.map(([kind, name, , value]) => [`${kind} ${name}`, value])),
      help: Object.fromEntries(metrics.map(([, name, help]) => [name, help])),
    };
  },
  node: async (folder) => {
    const { containerMetrics } = await load(path.join(LAYER, "node/container.mjs"));
    const lines = containerMetrics(folder).matchAll(
      /^# HELP mcp_container_(\w+) (.+)\n# TYPE mcp_container_\1 (\w+)\nmcp_container_\1 ([\d.]+)\n/gm,
    );
    const metrics = [...lines].map(([, name = "", help = "", kind, value]) => ({ name, help, kind, value }));
    return {
      values: Object.fromEntries(metrics.map(({ kind, name, value }) => [`${kind} ${name}`, Number(value)])),
      help: Object.fromEntries(metrics.map(({ name, help }) => [name, help])),
    };
  },
};
/** As import() does it: TypeScript would make a require() of it. */
const load = (file: string): Promise<{ containerMetrics: (folder: string | undefined) => string }> =>
  new Function("url", "return import(url)")(pathToFileURL(file).href);

describe("the metrics of a container", function () {
  this.timeout(30_000);
  after(removeFolders);

  for (const [runtime, read] of Object.entries(READERS)) {
    for (const version of [1, 2] as const) {
      const files: { [file: string]: string } = CGROUPS[version];
      const having = (changed: { [file: string]: string }) => read(makeFolder({ ...files, ...changed }));

      it(`are read by the layer for ${runtime} from a cgroup of version ${version}`, async () => {
        assert.deepEqual((await having({})).values, METRICS);
      });

      it(`are without a limit where there is none: ${runtime}, version ${version}`, async () => {
        const unlimited: { [file: string]: string } =
          version === 1 ? { "memory/memory.limit_in_bytes": "9223372036854771712\n" } : { "memory.max": "max\n" };
        assert.deepEqual((await having(unlimited)).values, without("gauge memory_limit_bytes"));
      });

      it(`are never below 0, as cAdvisor has it: ${runtime}, version ${version}`, async () => {
        const usage = version === 1 ? "memory/memory.usage_in_bytes" : "memory.current";
        assert.equal((await having({ [usage]: "4000000\n" })).values["gauge memory_working_set_bytes"], 0);
      });

      it(`are without what can't be read: ${runtime}, version ${version}`, async () => {
        const stat = version === 1 ? "memory/memory.stat" : "memory.stat";
        const events = version === 1 ? "memory/memory.oom_control" : "memory.events";
        const read = await having({ [stat]: "cache 1\n", [events]: "\n" });
        assert.deepEqual(read.values, without("gauge memory_working_set_bytes", "counter oom_kills_total"));
      });
    }

    it(`are none for ${runtime} where the folder is the whole machine, is empty or is missing`, async () => {
      const { "cgroup.type": _, ...root } = CGROUPS[2];
      for (const folder of [makeFolder(root), makeFolder(), "/nowhere"]) {
        assert.deepEqual((await read(folder)).values, {}, folder);
      }
    });
  }

  it("say the same of themselves in both layers", async () => {
    const folder = makeFolder(CGROUPS[2]);
    const [python, node] = await Promise.all(Object.values(READERS).map((read) => read(folder)));
    assert.equal(Object.keys(python?.help ?? {}).length, 6);
    assert.deepEqual(python?.help, node?.help);
  });

  it("are none in a process that no image tells of a cgroup", async () => {
    const { containerMetrics } = await load(path.join(LAYER, "node/container.mjs"));
    assert.equal(containerMetrics(undefined), "");
  });
});
