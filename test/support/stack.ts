import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { OpMap } from "@pulumi/pulumi/automation";
import { obtainEngine } from "../../scripts/engine";
import { type Operation, OperationError, operate, stackOutputs } from "../../scripts/operate";
import { openSession, type Session } from "../../scripts/session";
import { makeFolder } from "./folder";
import type { ServerOutput } from "./mcpClient";

export const REPOSITORY = path.resolve(__dirname, "../..");
export const example = (name: string): string => path.join(REPOSITORY, "examples", name);

/** What an operation did, or why it failed. */
export interface Result {
  changes: OpMap;
  /** Warnings and infos, as the user sees them. */
  lines: string[];
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
  private readonly outside = { ...process.env };

  constructor(servers: object[], config: object = {}) {
    for (const file of ["Pulumi.yaml", "index.ts", "tsconfig.json", "tsconfig.pulumi.json"]) {
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
    const file = path.join(this.root, "Pulumi.local.yaml");
    const written = existsSync(file) ? readFileSync(file, "utf8") : "";
    const salt = /encryptionsalt"?: ["']?([^\s"'}]+)/.exec(written)?.[1];
    writeFileSync(file, JSON.stringify({ config: values, encryptionsalt: salt }));
  }

  /** Sets a secret as a user does. It stays until the next `configure`. */
  async secret(name: string, value: string): Promise<void> {
    const args = ["config", "set", "--secret", "--path", `mcp:secrets.${name}`, value, "--stack", "local"];
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

  async servers(): Promise<Record<string, ServerOutput>> {
    return this.inside(async () => (await stackOutputs(await this.open())).servers as Record<string, ServerOutput>);
  }

  async server(name: string): Promise<ServerOutput> {
    const server = (await this.servers())[name];
    if (!server) throw new Error(`no server ${name} in the stack's outputs`);
    return server;
  }

  /** The stack's state as the backend holds it. */
  async state(): Promise<string> {
    return this.inside(async () => (await this.open()).pulumi(["stack", "export", "--stack", "local"]));
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
    const [instance] = this.deployed().filter((name) => name.startsWith(`${server}-`));
    const file = path.join(this.serversFolder, instance ?? server, "run.json");
    return JSON.parse(readFileSync(file, "utf8"));
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
    const children = execFileSync("ps", ["-o", "pid=,args=", "--ppid", String(process.pid)], { encoding: "utf8" });
    const engine = children.split("\n").find((line) => /pulumi up /.test(line));
    if (!engine) throw new Error(`no engine among:\n${children}`);
    process.kill(Number.parseInt(engine, 10), "SIGKILL");
  }

  private run(operation: Operation): Promise<Result> {
    return this.inside(async () => {
      const lines: string[] = [];
      const sink = { line: (text: string) => lines.push(text), status: () => {}, done: () => {} };
      const report = await operate(await this.open(), operation, { sink: sink as never, create: true });
      return { changes: report.changes, lines };
    });
  }

  private async open(): Promise<Session> {
    this.session ??= await openSession({
      stack: "local",
      root: this.root,
      program: path.join(REPOSITORY, "dist", "index.js"),
      engine: await obtainEngine(),
    });
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
    try {
      return await action();
    } finally {
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
