import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import type { OpMap, OutputMap } from "@pulumi/pulumi/automation";
import { type Engine, obtainEngine } from "../../cli/engine";
import { makeFolder, removeFolders } from "../support/folder";
import { callTool, type ServerOutput } from "../support/mcpClient";
import { type Packed, pack, run } from "../support/packed";
import { example, freePort, REPOSITORY } from "../support/stack";

/** What a tarball may hold: compiled modules and their declarations, and what npm adds itself. */
const PACKED = [
  /^dist\/(cli|common|components|config|provider|runtime|targets)\/.+\.js$/,
  /^dist\/(common|components|config|provider|runtime|targets)\/.+\.d\.ts$/,
  /^runtime\/(bridge|develop|telemetry)\/.+\.(py|mjs|txt|json)$/,
  /^(PulumiPlugin\.yaml|provider\/bin\/pulumi-resource-mcp|(config\.)?schema\.json)$/,
  /^(package\.json|(README|CHANGELOG)\.md|LICENSE)$/,
];

describe("a project that installs the package", function () {
  this.timeout(300_000);
  let packed: Packed;
  let consumer: Consumer;
  let port: number;

  before(async () => {
    packed = await pack();
    port = await freePort();
    consumer = new Consumer(await obtainEngine(), { "typescript:port": port, "typescript:greeting": "Good day" });
    await consumer.install(packed.file);
  });
  after(async () => {
    try {
      if (consumer?.data().length) await consumer.run("destroy"); // A test before the last one failed.
    } finally {
      removeFolders();
    }
  });

  it("gets the compiled components, and nothing else of the repository", () => {
    const paths = packed.files.map((file) => file.path);
    assert.deepEqual(
      paths.filter((file) => !PACKED.some((kind) => kind.test(file))),
      [],
    );
    const sources = paths.flatMap((file) => /^dist\/(.+)\.js$/.exec(file)?.[1] ?? []);
    const stale = sources.filter((source) => !existsSync(path.join(REPOSITORY, `${source}.ts`)));
    assert.deepEqual(stale, [], "compiled from sources that are gone; remove dist/ and build again");
    console.log(
      `      ${paths.length} files, ${kilobytes(packed.size)} packed, ${kilobytes(packed.unpackedSize)} unpacked`,
    );
    assert.ok(packed.size < 600_000 && packed.unpackedSize < 2_200_000, JSON.stringify(packed));
    assert.ok(paths.includes("dist/components/index.d.ts") && paths.includes("dist/provider/kinds.js"));
  });

  it("has one copy of each of Pulumi's SDKs: its own, here the oldest that the package accepts", () => {
    const installed = readFileSync(path.join(consumer.root, "node_modules", ".package-lock.json"), "utf8");
    const copies = Object.entries<{ version: string }>(JSON.parse(installed).packages).flatMap(
      ([folder, { version }]) => {
        const name = folder.slice(folder.lastIndexOf("node_modules/") + "node_modules/".length);
        return name.startsWith("@pulumi/") ? [[name, version]] : [];
      },
    );
    assert.deepEqual(copies.sort(), Object.entries(OLDEST).sort());
  });

  it("has the command line of the same version", async () => {
    const command = path.join(consumer.root, "node_modules", ".bin", "mcp-deploy");
    const { stdout } = await run(command, ["--version"], { cwd: consumer.root, env: consumer.env });
    const { version } = JSON.parse(readFileSync(path.join(consumer.package, "package.json"), "utf8"));
    assert.equal(stdout.trim(), version);
  });

  it("loads every module of it", async () => {
    assert.ok(!lstatSync(consumer.package).isSymbolicLink());
    const modules = packed.files.map((file) => file.path).filter((file) => file.endsWith(".js"));
    // They are run, never loaded; the deployment below proves them.
    const entry = /(supervisor|enginePath|provider\/main)\.js$/;
    const script = "for (const file of process.argv.slice(1)) require(file)";
    await run(
      "node",
      ["-e", script, ...modules.filter((file) => !entry.test(file)).map((file) => path.join(consumer.package, file))],
      {
        cwd: consumer.root,
        env: consumer.env,
      },
    );
  });

  it("compiles against its declarations, which tell wrong args", async () => {
    writeFileSync(
      path.join(consumer.root, "wrong.ts"),
      `import { type Client, McpProcess, type McpServerArgs, Transport } from "pulumi-mcp-deploy";
import { loadSettings } from "pulumi-mcp-deploy/config";

export const args: McpServerArgs = { source: ".", transport: Transport.Http };
export const client: Client = "cursor";
export const target: "process" | "docker" | "kubernetes" = loadSettings().target;
export function wrong(): McpProcess[] {
  return [
    // @ts-expect-error: a port is a number
    new McpProcess("a", { source: ".", port: "8080" }),
    // @ts-expect-error: there is no such transport
    new McpProcess("b", { source: ".", transport: "sse" }),
    // @ts-expect-error: there is no such field
    new McpProcess("c", { source: ".", prot: 8080 }),
    // @ts-expect-error: a server needs arguments
    new McpProcess("d"),
  ];
}
`,
    );
    // What `exports` says, and what the older resolution of Pulumi's own templates looks at.
    await consumer.compile(["index.ts", "wrong.ts"], { module: "node16", moduleResolution: "node16" });
    const older = { module: "commonjs", moduleResolution: "node10", ignoreDeprecations: "6.0" };
    await consumer.compile(["index.ts"], older);
  });

  it("deploys a server with it, whose tool a real client calls", async () => {
    const { changes, outputs } = await consumer.run("up");
    assert.deepEqual(changes, { create: 5 });
    assert.deepEqual(outputs, {
      url: { value: `http://127.0.0.1:${port}/mcp`, secret: false },
      tools: { value: ["greet"], secret: false },
    });
    assert.equal(
      await callTool({ url: outputs.url?.value } as ServerOutput, "greet", { name: "Ada" }),
      "Good day, Ada!",
    );
  });

  it("runs on its own copy of the package, not on this repository", async () => {
    const supervisor = path.join(consumer.package, "dist/provider/process/supervisor.js");
    const [first, ...others] = consumer.processes().filter((line) => line.includes("supervisor.js"));
    assert.ok(first?.includes(` ${supervisor} `), first ?? "no supervisor runs");
    assert.deepEqual(others, []);
    assert.ok(!(await consumer.run("export")).state.includes(REPOSITORY));
  });

  it("changes nothing when it deploys again", async () => {
    const before = consumer.processes();
    assert.deepEqual((await consumer.run("preview")).changes, { same: 5 });
    assert.deepEqual((await consumer.run("up")).changes, { same: 5 });
    assert.deepEqual(consumer.processes(), before);
  });

  it("leaves nothing behind on destroy: no process, no file, no resource", async () => {
    assert.deepEqual((await consumer.run("destroy")).changes, { delete: 5 });
    assert.deepEqual(consumer.processes(), []);
    assert.deepEqual(consumer.data(), []);
    const { deployment } = JSON.parse((await consumer.run("export")).state);
    assert.deepEqual(deployment.resources ?? [], []);
  });
});

/** Pulumi's SDKs that the package works with, each in the oldest version. */
const OLDEST = Object.fromEntries(
  Object.entries<string>(JSON.parse(readFileSync(path.join(REPOSITORY, "package.json"), "utf8")).dependencies)
    .filter(([name]) => name.startsWith("@pulumi/"))
    .map(([name, range]) => [name, range.replace("^", "")]),
);

/** What an operation of the consumer's stack led to. */
interface Outcome {
  changes: OpMap;
  outputs: OutputMap;
  /** For "export": the state. */
  state: string;
}

/**
 * A copy of examples/typescript outside this repository, with a home and a backend of its own. All of it runs in processes
 * that know only its own node_modules.
 */
class Consumer {
  readonly root = path.join(realpathSync(makeFolder()), "typescript");
  readonly home = realpathSync(makeFolder());
  readonly package = path.join(this.root, "node_modules", "pulumi-mcp-deploy");
  readonly env: NodeJS.ProcessEnv;

  constructor(
    private readonly engine: Engine,
    config: Record<string, unknown>,
  ) {
    const isOwn = (file: string) => !["node_modules", "dist"].includes(path.basename(file));
    for (const name of ["typescript", "greeter"]) {
      cpSync(example(name), path.join(this.root, "..", name), { recursive: true, filter: isOwn });
    }
    writeFileSync(path.join(this.root, "Pulumi.test.yaml"), JSON.stringify({ config })); // JSON is YAML.
    writeFileSync(path.join(this.root, "operate.cjs"), OPERATE);
    mkdirSync(path.join(this.home, "state"));
    // How mocha runs TypeScript is no business of the consumer, whose language host reads the same variables.
    const outside = Object.entries(process.env).filter(([key]) => !/^(TS_NODE_|NODE_PATH$|NODE_OPTIONS$)/.test(key));
    this.env = {
      ...Object.fromEntries(outside),
      HOME: this.home,
      XDG_CACHE_HOME: process.env.XDG_CACHE_HOME ?? path.join(process.env.HOME ?? "", ".cache"),
      XDG_DATA_HOME: path.join(this.home, "data"),
      PULUMI_HOME: path.join(this.home, "pulumi"),
      PULUMI_BACKEND_URL: `file://${path.join(this.home, "state")}`,
      PULUMI_CONFIG_PASSPHRASE: "test",
      PULUMI_SKIP_UPDATE_CHECK: "true",
      // Last the npm package, which carries the host of dynamic providers for engines that come without one.
      PATH: [path.dirname(engine.binary), process.env.PATH, path.join(this.root, "node_modules/@pulumi/pulumi")].join(
        path.delimiter,
      ),
    };
  }

  /** Installs the tarball beside SDKs of the project's own, and the rest as this repository's lock file has it. */
  async install(tarball: string): Promise<void> {
    const { packages } = JSON.parse(readFileSync(path.join(REPOSITORY, "package-lock.json"), "utf8"));
    const manifest = JSON.parse(readFileSync(path.join(this.root, "package.json"), "utf8"));
    Object.assign(manifest.dependencies, OLDEST);
    writeFileSync(path.join(this.root, "package.json"), JSON.stringify(manifest));
    const lock = { name: "typescript", lockfileVersion: 3, requires: true, packages: { ...packages, "": manifest } };
    writeFileSync(path.join(this.root, "package-lock.json"), JSON.stringify(lock));
    const quiet = ["--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"];
    await run("npm", ["install", "--prefer-offline", ...quiet, tarball], { cwd: this.root });
  }

  /** Type-checks and compiles, the declarations of the package included. */
  async compile(files: string[], compilerOptions: Record<string, unknown>): Promise<void> {
    const config = { extends: "./tsconfig.json", compilerOptions: { ...compilerOptions, skipLibCheck: false }, files };
    writeFileSync(path.join(this.root, "tsconfig.test.json"), JSON.stringify(config));
    const tsc = path.join(this.root, "node_modules", "typescript", "bin", "tsc");
    await run("node", [tsc, "-p", "tsconfig.test.json"], { cwd: this.root, env: this.env }).catch((error) =>
      assert.fail(error.stdout || error.message),
    );
  }

  async run(operation: "up" | "preview" | "destroy" | "export"): Promise<Outcome> {
    const host = this.engine.languageHost ? "host" : "inline";
    const { stdout } = await run("node", ["operate.cjs", operation, host], { cwd: this.root, env: this.env });
    return JSON.parse(stdout);
  }

  /** Processes whose command line names this project or its home. */
  processes(): string[] {
    const all = execFileSync("ps", ["-eo", "pid=,args="], { encoding: "utf8" }).split("\n");
    return all.filter((line) => line.includes(this.root) || line.includes(this.home));
  }

  /** What deployed servers left in the user's data folder. */
  data(): string[] {
    const folder = path.join(this.home, "data", "pulumi-mcp-deploy", "servers");
    return existsSync(folder) ? readdirSync(folder) : [];
  }
}

/**
 * Runs one operation in the consumer's folder. The official language host runs index.ts, as for `pulumi up`; without one
 * this process hosts the compiled index.ts.
 */
const OPERATE = `
const { LocalWorkspace, Stack } = require("@pulumi/pulumi/automation");

async function main([operation, host]) {
  const program = host === "inline" ? { program: async () => require("./dist/index.js") } : {};
  const workspace = await LocalWorkspace.create({ workDir: __dirname, ...program });
  const stack = await Stack.createOrSelect("test", workspace);
  if (operation === "export") return { state: JSON.stringify(await stack.exportStack()) };
  const { summary, changeSummary, outputs } = await stack[operation]({ color: "never" });
  return { changes: changeSummary ?? summary.resourceChanges, outputs };
}

main(process.argv.slice(2)).then((outcome) => console.log(JSON.stringify(outcome)));
`;

const kilobytes = (bytes: number): string => `${Math.round(bytes / 1000)} kB`;
