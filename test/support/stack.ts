import { type ChildProcess, execFile, execFileSync, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import path from "node:path";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import type { OpMap } from "@pulumi/pulumi/automation";
import { obtainEngine } from "../../cli/engine";
import { type Operation, OperationError } from "../../cli/errors";
import { stackOutputs } from "../../cli/operate";
import { type Given, renderOptions } from "../../cli/render/options";
import { type Rendered, render } from "../../cli/render/render";
import { sessionSource } from "../../cli/render/source";
import { openSession, type Session } from "../../cli/session";
import { makeFolder } from "./folder";
import type { ServerOutput } from "./mcpClient";
import { attachProviders, type ProviderName } from "./providers/attach";

const execFileAsync = promisify(execFile);

export const REPOSITORY = path.resolve(__dirname, "../..");
export const example = (name: string): string => path.join(REPOSITORY, "examples", name);

/** Providers by target. Images for a cluster are built on Docker. */
const PROVIDERS: Record<string, ProviderName[]> = {
  docker: ["docker", "random"],
  kubernetes: ["docker", "kubernetes", "random"],
};

/** What an operation did, or why it failed. */
export interface Result {
  changes: OpMap;
  /** Warnings and infos, as the user sees them. */
  lines: string[];
  /** What the engine printed, where it was asked for its own output. */
  told: string;
}

/** A step of a preview, as `pulumi preview --json` tells it. */
export interface Step {
  urn: string;
  newState?: { inputs?: Record<string, unknown> };
}

/** What a command printed, and its exit code. */
export interface Told {
  code: number | null;
  out: string;
  err: string;
}

/**
 * A stack of a project of its own, on the real engine: a copy of this project's program with its own servers, home and
 * backend. Where the official language host is installed, it runs index.ts as `pulumi up` does.
 */
export class TestStack {
  readonly root = makeFolder();
  readonly home = makeFolder();
  /** Environment variables that the engine and its plugins get beyond the test's own. */
  env: Record<string, string> = {};
  private session: Session | undefined;
  private target: unknown;
  private readonly outside = { ...process.env };

  /** @param name by default one of its own, since containers and networks are named after the stack */
  constructor(
    servers: object[],
    config: object = {},
    readonly name = `test-${randomBytes(3).toString("hex")}`,
  ) {
    for (const file of ["Pulumi.yaml", "index.ts"]) {
      cpSync(path.join(REPOSITORY, file), path.join(this.root, file));
    }
    writeFileSync(path.join(this.root, "package.json"), '{ "name": "test-project", "private": true }');
    linkModules(path.join(this.root, "node_modules"));
    this.configure(servers, config);
  }

  /** Forgets the open session: the next operation starts as a new command would. */
  reopen(): void {
    this.session = undefined;
  }

  /** Replaces the stack's config. JSON is YAML. */
  configure(servers: object[], config: object = {}): void {
    const values = { "mcp:target": "process", "mcp:servers": servers, ...config };
    this.target = values["mcp:target"];
    const file = path.join(this.root, `Pulumi.${this.name}.yaml`);
    const written = existsSync(file) ? readFileSync(file, "utf8") : "";
    const salt = /encryptionsalt"?: ["']?([^\s"'}]+)/.exec(written)?.[1];
    writeFileSync(file, JSON.stringify({ config: values, encryptionsalt: salt }));
  }

  /** Sets a secret as a user does. It stays until the next `configure`. */
  async secret(name: string, value: string): Promise<void> {
    const args = ["config", "set", "--secret", "--path", `mcp:secrets.${name}`, value, "--stack", this.name];
    await this.inside(async () => {
      const session = await this.open();
      await session.create().catch(() => {});
      await session.pulumi(args);
    });
  }

  up = (): Promise<Result> => this.run("up");
  preview = (): Promise<Result> => this.run("preview");
  refresh = (): Promise<Result> => this.run("refresh");
  destroy = (): Promise<Result> => this.run("destroy");

  /** A preview with all that the engine tells of each step. */
  async previewSteps(): Promise<Step[]> {
    const { told } = await this.run("preview", true);
    return JSON.parse(told).steps;
  }

  /** Renders the stack's manifests as `render` does. */
  render(given: Partial<Given> = {}): Promise<Rendered> {
    return this.inside(() =>
      this.withProviders(async () => {
        const engine = await obtainEngine();
        const open = (own = {}) => openSession({ ...this.sessionOptions, engine, ...own });
        const sink = { line: () => {}, status: () => {} };
        const source = await sessionSource(await open(), sink, (inline) => open({ inline }));
        return render(source, renderOptions({ stack: this.name, ...given }, this.root));
      }),
    );
  }

  /** Starts a command on this stack, in its folder, as a user does. */
  start(name: string, ...argv: string[]): Promise<ChildProcess> {
    return this.inside(async () => {
      const args = [path.join(REPOSITORY, "dist", "cli", "main.js"), name, "--stack", this.name, ...argv];
      return spawn(process.execPath, args, { cwd: this.root, stdio: ["ignore", "pipe", "pipe"] });
    });
  }

  /** Runs a command on this stack to its end. */
  async command(name: string, ...argv: string[]): Promise<Told> {
    const child = await this.start(name, ...argv);
    const [out, err, [code]] = await Promise.all([
      text(child.stdout as Readable),
      text(child.stderr as Readable),
      once(child, "close") as Promise<[number | null]>,
    ]);
    return { code, out, err };
  }

  /** Runs an operation that must fail, and returns what the user is told. */
  async failing(operation: Operation): Promise<string> {
    try {
      await this.run(operation);
    } catch (error) {
      if (error instanceof OperationError) return error.message;
      throw error;
    }
    throw new Error(`${operation} succeeded, but it had to fail.`);
  }

  outputs = (): Promise<Record<string, unknown>> => this.inside(async () => stackOutputs(await this.open()));

  async servers(): Promise<Record<string, ServerOutput>> {
    return (await this.outputs()).servers as Record<string, ServerOutput>;
  }

  async server(name: string): Promise<ServerOutput> {
    const server = (await this.servers())[name];
    if (!server) throw new Error(`no server ${name} in the stack's outputs`);
    return server;
  }

  /** The stack's state as the backend holds it. */
  state = (): Promise<string> => this.pulumi("stack", "export");

  /** Runs the engine's own command line on this stack, and returns what it prints. */
  pulumi(...args: string[]): Promise<string> {
    return this.inside(async () => (await this.open()).pulumi([...args, "--stack", this.name]));
  }

  /** Replaces the stack's state by an exported one. */
  async importState(state: string): Promise<void> {
    const file = path.join(makeFolder({ "state.json": state }), "state.json");
    await this.inside(async () =>
      (await this.open()).pulumi(["stack", "import", "--file", file, "--stack", this.name]),
    );
  }

  private get serversFolder(): string {
    return path.join(this.home, "data", "pulumi-mcp-deploy", "servers");
  }

  /** Folders of deployed servers on this machine. */
  deployed(): string[] {
    return existsSync(this.serversFolder) ? readdirSync(this.serversFolder) : [];
  }

  /** What the supervisor recorded of a server. */
  runState(server: string): { child?: { pid: number }; supervisor: { pid: number }; restarts: number } {
    return JSON.parse(readFileSync(this.serverFile(server, "run.json"), "utf8"));
  }

  /** The current log file of a server that runs as a process. */
  logFile = (server: string): string => this.serverFile(server, "logs", "server.log");

  private serverFile(server: string, ...file: string[]): string {
    const [instance] = this.deployed().filter((name) => name.startsWith(`${server}-`));
    return path.join(this.serversFolder, instance ?? server, ...file);
  }

  /** Process ids, of any user program, whose command line names this stack's home. */
  processes(): string[] {
    const all = execFileSync("ps", ["-eo", "pid=,args="], { encoding: "utf8" }).split("\n");
    return all.filter((line) => line.includes(this.home));
  }

  /** Kills the engine of the running operation, without a chance to clean up, as soon as a server has been started. */
  async killEngine(): Promise<void> {
    const recorded = () => this.deployed().some((name) => existsSync(path.join(this.serversFolder, name, "run.json")));
    for (let waited = 0; !recorded(); waited++) {
      if (waited === 1_200) throw new Error("no server was started within 60 s");
      await sleep(50);
    }
    this.signalEngine("SIGKILL");
  }

  /** Sends a signal to the engine of the running `up`: SIGINT as Ctrl-C does, SIGKILL to leave it no chance. */
  signalEngine(signal: "SIGINT" | "SIGKILL"): void {
    const engines = execFileSync("ps", ["-eo", "pid=,args="], { encoding: "utf8" }).split("\n");
    const engine = engines.find((line) => / up /.test(line) && line.includes(`--stack ${this.name}`));
    if (!engine) throw new Error(`no engine among:\n${engines.join("\n")}`);
    process.kill(Number.parseInt(engine, 10), signal);
  }

  private run(operation: Operation, json = false): Promise<Result> {
    return this.inside(() =>
      this.withProviders(async () => {
        const request = {
          scripts: path.join(REPOSITORY, "dist", "cli"),
          options: this.sessionOptions,
          operation,
          json,
        };
        const args = [path.join(__dirname, "operation.cjs"), JSON.stringify(request)];
        const { stdout } = await execFileAsync(process.execPath, args, { cwd: this.root, maxBuffer: 64 * 1024 * 1024 });
        const result = JSON.parse(stdout) as Result | { errors: string[] };
        if ("errors" in result) throw new OperationError(operation, result.errors);
        return result;
      }),
    );
  }

  private get sessionOptions() {
    return { stack: this.name, root: this.root, program: path.join(REPOSITORY, "dist", "index.js") };
  }

  /** With the providers that the stack's target needs: the official plugins, else test providers. */
  private async withProviders<T>(action: () => Promise<T>): Promise<T> {
    const names = PROVIDERS[String(this.target)];
    if (!names) return action();
    const { env, stop } = await attachProviders(this.root, { ...this.outside, ...this.env }, names);
    Object.assign(process.env, env);
    try {
      return await action();
    } finally {
      await stop();
    }
  }

  private async open(): Promise<Session> {
    this.session ??= await openSession({ ...this.sessionOptions, engine: await obtainEngine() });
    return this.session;
  }

  /** Runs with this stack's home and backend in the environment, which the engine and its plugins inherit. */
  private async inside<T>(action: () => Promise<T>): Promise<T> {
    mkdirSync(path.join(this.home, "state"), { recursive: true });
    Object.assign(process.env, {
      HOME: this.home,
      XDG_CACHE_HOME: this.outside.XDG_CACHE_HOME ?? path.join(this.outside.HOME ?? "", ".cache"),
      XDG_DATA_HOME: path.join(this.home, "data"),
      PULUMI_HOME: path.join(this.home, "pulumi"),
      PULUMI_BACKEND_URL: `file://${path.join(this.home, "state")}`,
      PULUMI_CONFIG_PASSPHRASE: "test",
      ...this.env,
    });
    const folder = process.cwd();
    process.chdir(this.root);
    try {
      return await action();
    } finally {
      process.chdir(folder);
      for (const key of Object.keys(process.env)) if (!(key in this.outside)) delete process.env[key];
      Object.assign(process.env, this.outside);
    }
  }
}

/** The project's dependencies: this repository, under its package name, and what it depends on. */
function linkModules(folder: string): void {
  mkdirSync(folder);
  symlinkSync(REPOSITORY, path.join(folder, "pulumi-mcp-deploy"));
  for (const name of ["@pulumi", "@types", "typescript", "ts-node"]) {
    symlinkSync(path.join(REPOSITORY, "node_modules", name), path.join(folder, name));
  }
}

/** A TCP port of this machine that nobody listens on. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
