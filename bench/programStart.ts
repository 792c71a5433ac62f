import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { finish } from "./child";
import { FakeEngine } from "./fakeEngine";
import { type Comparison, compare } from "./measure";
import type { Benchmark, Settings } from "./settings";
import { example, STACK, settingsFile, Workspace } from "./workspace";

const GOAL = 1.15;

const SERVERS = ["python-server", "node-server", "simple-server"].map((name, index) => ({
  name,
  source: example(name),
  port: 8080 + index,
  metricsPort: 9080 + index,
}));

/** What a start of the program took, in milliseconds from the start of its Node process. */
interface Start {
  /** Until the first resource of its own is registered: everything is loaded, the config is read and validated. */
  firstResource: number;
  /** Until the process has ended: every server has been inspected and registered. */
  end: number;
}

/** The program of the local stack against a program that imports the same SDKs, and registers one resource. */
export const programStart: Benchmark = {
  name: "program-start",
  summary: "start of the program against that of a bare program which imports the same SDKs",
  async run({ runs, progress }: Settings): Promise<Comparison[]> {
    const workspace = new Workspace();
    try {
      const own = workspace.ownProject("own", SERVERS);
      const sdks = await loadedSdks(own, workspace);
      const bare = workspace.project("bare", bareProgram(sdks));
      const starts: Record<string, Start[]> = { own: [], bare: [] };
      const side = (name: string, root: string) => ({
        name,
        run: async () => {
          const start = await startOnce(root, workspace);
          starts[root === own ? "own" : "bare"]?.push(start);
          return start.firstResource;
        },
      });
      const title = "program start, until its first resource";
      const notes = [`SDKs on both sides: ${sdks.join(", ")}`];
      const first = await compare(side("this program", own), side("bare program", bare), {
        title,
        runs,
        goal: GOAL,
        notes,
        progress,
      });
      return [first, await wholeRuns(first, starts)];
    } finally {
      workspace.remove();
    }
  },
};

/** The same runs once more, timed until the process ended. */
async function wholeRuns(first: Comparison, starts: Record<string, Start[]>): Promise<Comparison> {
  const replay = (name: string, key: string) => {
    const taken = [...(starts[key] ?? [])];
    return { name, run: async () => taken.shift()?.end ?? Number.NaN };
  };
  return compare(replay(first.subject.name, "own"), replay("bare program, one resource", "bare"), {
    title: `program start, until its end with ${SERVERS.length} servers registered`,
    runs: first.subject.samples.length,
    notes: ["from the same runs; no goal, since the bare program registers no servers"],
    progress: () => {},
  });
}

/** Runs a project's index.ts as the official language host does, against an engine that answers at once. */
async function startOnce(root: string, workspace: Workspace, nodeArgs: string[] = []): Promise<Start> {
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
      env: { ...workspace.envOf(root), ...hostEnv(root) },
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
async function loadedSdks(root: string, workspace: Workspace): Promise<string[]> {
  const probe = join(workspace.folder, "probe.cjs");
  const list = join(workspace.folder, "loaded.json");
  writeFileSync(
    probe,
    `process.on("exit", () => require("fs").writeFileSync(${JSON.stringify(list)}, JSON.stringify(Object.keys(require.cache))));`,
  );
  await startOnce(root, workspace, ["--require", probe]);
  const files = JSON.parse(readFileSync(list, "utf8")) as string[];
  const names = files.flatMap((file) => /node_modules[\\/](@pulumi[\\/][^\\/]+)[\\/]/.exec(file)?.[1] ?? []);
  return [...new Set(names.map((name) => name.replace("\\", "/")))].sort();
}

/** Imports the SDKs and uses each, so that the compiler does not leave the import out. */
function bareProgram(sdks: string[]): string {
  const imports = sdks.map((name, index) => `import * as sdk${index} from "${name}";`);
  const used = sdks.map((_, index) => `sdk${index}`).join(", ");
  const pulumi = `sdk${sdks.indexOf("@pulumi/pulumi")}`;
  return [
    ...imports,
    "export = async function program() {",
    `  new ${pulumi}.ComponentResource("bench:index:Bare", "bare");`,
    `  return { sdks: [${used}].length };`,
    "};",
    "",
  ].join("\n");
}
