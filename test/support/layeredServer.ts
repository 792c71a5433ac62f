import { strict as assert } from "node:assert";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { removeFolders } from "./folder";
import { nodeFolderFor } from "./serverEnvironment";
import { freePort, REPOSITORY } from "./stack";

const LAYER = path.join(REPOSITORY, "runtime/telemetry/node");
const START_TIMEOUT_MS = 30_000;

/** A server that runs with the telemetry layer for Node, as a deployment starts it: by variables alone. */
export class LayeredServer {
  private output = { stdout: "", stderr: "" };
  private readonly exit: Promise<number | NodeJS.Signals>;

  private constructor(
    readonly process: ChildProcess,
    readonly url: string,
    readonly metricsUrl: string,
  ) {
    for (const name of ["stdout", "stderr"] as const) {
      this.process[name]?.setEncoding("utf8").on("data", (text) => {
        this.output[name] += text;
      });
    }
    this.exit = once(this.process, "close").then(([code, signal]) => code ?? signal);
  }

  /**
   * Starts a file of a folder, and waits until it accepts connections.
   *
   * @param layer folder of the layer
   * @param options further options of Node, which come first
   */
  static async start(
    folder: string,
    file: string,
    env: Record<string, string> = {},
    { layer = LAYER, options = "" }: { layer?: string; options?: string } = {},
  ): Promise<LayeredServer> {
    const [port, metricsPort] = await Promise.all([freePort(), freePort()]);
    const child = spawn(process.execPath, [file], {
      cwd: folder,
      env: {
        PATH: process.env.PATH,
        NODE_OPTIONS: `${options} --import=${path.join(layer, "register.mjs")}`,
        PORT: String(port),
        METRICS_PORT: String(metricsPort),
        ...env,
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const url = `http://127.0.0.1:${env.LISTEN ?? port}`;
    const server = new LayeredServer(child, url, `http://127.0.0.1:${env.METRICS_PORT ?? metricsPort}/metrics`);
    running.add(server);
    for (const deadline = Date.now() + START_TIMEOUT_MS; !(await accepts(url)); await sleep(20)) {
      assert.equal(child.exitCode, null, `${file} ended at its start: ${server.stdout}${server.stderr}`);
      assert.ok(Date.now() < deadline, `${file} does not listen: ${server.stdout}${server.stderr}`);
    }
    return server;
  }

  get stdout(): string {
    return this.output.stdout;
  }
  get stderr(): string {
    return this.output.stderr;
  }

  /** The layer's own lines. It writes them within 20 ms. */
  async log(): Promise<Record<string, unknown>[]> {
    await sleep(100);
    const lines = this.stdout.split("\n").filter((line) => line.startsWith("{"));
    return lines.map((line) => JSON.parse(line)).filter(({ logger }) => logger === "mcp_telemetry");
  }

  /** A real client, of sessions ("2025-11-25") or without ("2026-07-28"). */
  async connect(revision: string): Promise<Client> {
    const versionNegotiation = { mode: revision < "2026" ? "legacy" : { pin: revision } } as const;
    const client = new Client({ name: "test", version: "1.0.0" }, { versionNegotiation });
    await client.connect(new StreamableHTTPClientTransport(new URL(`${this.url}/mcp`)));
    assert.equal(client.getNegotiatedProtocolVersion(), revision);
    return client;
  }

  /** The samples of a metric: the value of each set of labels, as `a b` for {method="a",endpoint="b"}. */
  async samples(metric: string): Promise<Record<string, number>> {
    const text = await (await fetch(this.metricsUrl)).text();
    const lines = text.split("\n").filter((line) => line.startsWith(`${metric}{`) || line.startsWith(`${metric} `));
    return Object.fromEntries(
      lines.map((line) => [
        [...line.matchAll(/="([^"]*)"/g)].map(([, value]) => value).join(" "),
        Number(line.split(" ").at(-1)),
      ]),
    );
  }

  /** Sends a signal. */
  kill(signal: NodeJS.Signals): void {
    this.process.kill(signal);
  }

  /** The exit code, or the signal that ended it. */
  exited(): Promise<number | NodeJS.Signals> {
    return this.exit;
  }
}

const running = new Set<LayeredServer>();

/** Ends all servers that a test has started. */
async function endServers(): Promise<void> {
  for (const server of running) server.kill("SIGKILL");
  await Promise.all([...running].map((server) => server.exited()));
  running.clear();
}

/** Starts the servers of test/fixtures for the tests of a suite, which ends them. */
export function fixtureServers() {
  let folder: string;
  before(async function () {
    this.timeout(300_000);
    folder = await nodeFolderFor(path.join(REPOSITORY, "test/fixtures/telemetry/node"));
  });
  afterEach(endServers);
  after(removeFolders);
  return (...how: StartArguments): Promise<LayeredServer> => LayeredServer.start(folder, ...how);
}
type StartArguments = Parameters<typeof LayeredServer.start> extends [string, ...infer Rest] ? Rest : never;

/** The text that a tool returns. */
export async function text(client: Client, name: string, args: Record<string, unknown> = {}): Promise<string> {
  const { content } = await client.callTool({ name, arguments: args });
  return (content as { text: string }[])[0]?.text ?? "";
}

const accepts = (url: string): Promise<boolean> =>
  fetch(url).then(
    () => true,
    () => false,
  );
