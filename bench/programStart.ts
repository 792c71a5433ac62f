import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { finish } from "./child";
import { FakeEngine } from "./fakeEngine";
import { type Comparison, compare, comparison } from "./measure";
import type { Benchmark, Settings } from "./settings";
import { example, STACK, settingsFile, Workspace } from "./workspace";

const GOAL = 1.15;

const SERVERS = ["python-server", "node-server", "simple-server"].map((name, index) => ({
  name,
  source: example(name),
  port: 8080 + index,
  metricsPort: 9080 + index,
}));

/** The stacks whose program is started: three processes, and what Pulumi.staging.yaml deploys. */
const STACKS = [
  { name: "local", servers: SERVERS, config: {} },
  {
    name: "staging",
    servers: ["python-server", "node-server"].map((name) => ({ name, source: example(name), services: ["redis"] })),
    config: {
      "mcp:target": "kubernetes",
      "mcp:kubernetes": { context: "bench", quota: { "limits.cpu": "4", "limits.memory": "4Gi", pods: "10" } },
      "mcp:registry": { server: "registry.example.com", namespace: "mcp-staging" },
      "mcp:services": [{ name: "redis", kind: "redis" }],
    },
  },
];

/** The cluster of the staging stack: the program reads where it is, and does not ask it. */
const KUBECONFIG = JSON.stringify({
  "current-context": "bench",
  clusters: [{ name: "bench", cluster: { server: "https://127.0.0.1:6443" } }],
  contexts: [{ name: "bench", context: { cluster: "bench", user: "bench" } }],
  users: [{ name: "bench", user: { token: "none" } }],
});

/** What a start of the program took, in milliseconds from the start of its Node process. */
interface Start {
  /** Until the first resource of its own is registered: everything is loaded, the config is read and validated. */
  firstResource: number;
  /** Until the process has ended: every server has been inspected and registered. */
  end: number;
}

/** The program of a stack against a program that imports the same SDKs, and registers one resource. */
export const programStart: Benchmark = {
  name: "program-start",
  summary: "start of the program against that of a bare program which imports the same SDKs",
  async run({ runs, progress }: Settings): Promise<Comparison[]> {
    const workspace = new Workspace();
    const kubeconfig = join(workspace.folder, "kubeconfig");
    writeFileSync(kubeconfig, KUBECONFIG);
    const env = { KUBECONFIG: kubeconfig };
    try {
      const found: Comparison[] = [];
      for (const { name, servers, config } of STACKS) {
        const own = workspace.ownProject(`own-${name}`, servers, config);
        const sdks = await loadedSdks(own, workspace, env);
        const bare = workspace.project(`bare-${name}`, bareProgram(sdks));
        const ends: Record<string, number[]> = { [own]: [], [bare]: [] };
        const side = (title: string, root: string) => ({
          name: title,
          run: async () => {
            const start = await startOnce(root, workspace, env);
            ends[root]?.push(start.end);
            return start.firstResource;
          },
        });
        const first = await compare(side(`program of the ${name} stack`, own), side("bare program", bare), {
          title: `program start of the ${name} stack, until its first resource`,
          runs,
          goal: GOAL,
          notes: [`SDKs on both sides: ${sdks.join(", ")}`],
          progress,
        });
        const title = `program start of the ${name} stack, until its end`;
        const notes = ["from the same runs; no goal, since the bare program registers one resource"];
        const whole = (root: string) => ends[root]?.slice(1) ?? [];
        found.push(
          first,
          comparison({ title, notes }, [first.subject.name, whole(own)], [first.reference.name, whole(bare)]),
        );
      }
      return found;
    } finally {
      workspace.remove();
    }
  },
};

/** Runs a project's index.ts as the official language host does, against an engine that answers at once. */
async function startOnce(
  root: string,
  workspace: Workspace,
  env: NodeJS.ProcessEnv,
  nodeArgs: string[] = [],
): Promise<Start> {
  const engine = new FakeEngine();
  const address = await engine.start();
  try {
    const started = performance.now();
    const { milliseconds } = await finish({
      command: process.execPath,
      args: [
        ...nodeArgs,
        require.resolve("@pulumi/pulumi/cmd/run"),
        ...["--monitor", address, "--engine", address, "--organization", "organization", "--project", "mcp"],
        ...["--root-directory", root, "--stack", STACK, "--pwd", root, "--dry-run", "--parallel", "8", "index.ts"],
      ],
      cwd: root,
      env: { ...workspace.envOf(root), ...env, ...hostEnv(root) },
    });
    if (engine.errors.length > 0) throw new Error(engine.errors.join("\n"));
    if (engine.firstResource === undefined) throw new Error(`${root} registered no resource.`);
    return { firstResource: engine.firstResource - started, end: milliseconds };
  } finally {
    engine.stop();
  }
}

/** What the language host passes in the environment. */
function hostEnv(root: string): NodeJS.ProcessEnv {
  return {
    // Somebody who types `pulumi up` has no compile cache.
    NODE_COMPILE_CACHE: undefined,
    PULUMI_CONFIG: JSON.stringify(stackConfig(root)),
    PULUMI_CONFIG_SECRET_KEYS: "[]",
  };
}

function stackConfig(root: string): Record<string, string> {
  const file = settingsFile(root);
  const { config } = JSON.parse(readFileSync(file, "utf8")) as { config: Record<string, unknown> };
  const text = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value));
  return Object.fromEntries(Object.entries(config).map(([key, value]) => [key, text(value)]));
}

/** The Pulumi SDKs that the program of this stack really loads: the bare program gets these and no more. */
async function loadedSdks(root: string, workspace: Workspace, env: NodeJS.ProcessEnv): Promise<string[]> {
  const probe = join(workspace.folder, "probe.cjs");
  const list = join(workspace.folder, "loaded.json");
  writeFileSync(
    probe,
    `process.on("exit", () => require("fs").writeFileSync(${JSON.stringify(list)}, JSON.stringify(Object.keys(require.cache))));`,
  );
  await startOnce(root, workspace, env, ["--require", probe]);
  const files = JSON.parse(readFileSync(list, "utf8")) as string[];
  const names = files.flatMap((file) => /node_modules[\\/](@pulumi[\\/][^\\/]+)[\\/]/.exec(file)?.[1] ?? []);
  return [...new Set(names.map((name) => name.replace("\\", "/")))].sort();
}

/** Loads each SDK whole, as people do. */
function bareProgram(sdks: string[]): string {
  return `
const [${sdks.map((_, index) => `sdk${index}`).join(", ")}] = [${sdks.map((name) => `require("${name}")`).join(", ")}];
module.exports = async () => {
  new sdk${sdks.indexOf("@pulumi/pulumi")}.ComponentResource("bench:index:Bare", "bare");
};
`;
}
