import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { existsSync, openSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import Docker from "dockerode";
import { docker as shared } from "./docker";
import { makeFolder } from "./folder";

/** Why no second Docker Engine can be started here; undefined when one can. */
export function ownEngineMissing(): string | undefined {
  if (process.getuid?.() !== 0) return "only root can start a Docker Engine";
  const { error } = spawnSync("dockerd", ["--version"]);
  return error && "dockerd is not installed on this machine";
}

/**
 * A Docker Engine that belongs to a test, which may stop and kill it: with its own data, socket, containerd and bridge.
 * The bridge is a network of the engine that all tests share. The own one leaves the machine's packet filter alone, where
 * it would throw away the other's rules; `connectContainers` adds what its containers need.
 */
export class OwnEngine {
  private readonly root = makeFolder();
  private readonly name = `mcpt${process.pid}`;
  private readonly rules: string[][] = [];
  private process: ChildProcess | undefined;
  readonly host = `unix://${this.root}/docker.sock`;
  readonly docker = new Docker({ socketPath: `${this.root}/docker.sock` });

  /** Starts it for the first time, with these images of the shared engine. */
  async create(images: string[]): Promise<void> {
    const Options = { "com.docker.network.bridge.name": this.name };
    await shared().createNetwork({ Name: this.name, Driver: "bridge", Options });
    if (!existsSync(`/sys/class/net/${this.name}`)) throw new Error("the engine of the tests runs on another machine");
    await this.start();
    for (const image of images) {
      const loading = await this.docker.loadImage(await shared().getImage(image).get());
      await new Promise<void>((resolve, reject) =>
        this.docker.modem.followProgress(loading, (error) => (error ? reject(error) : resolve())),
      );
    }
  }

  async start(): Promise<void> {
    const folder = (name: string) => path.join(this.root, name);
    const options = {
      "data-root": folder("data"),
      "exec-root": folder("exec"),
      pidfile: folder("dockerd.pid"),
      host: this.host,
      bridge: this.name,
      iptables: "false",
      "log-level": "warn",
    };
    const args = Object.entries(options).map(([key, value]) => `--${key}=${value}`);
    const log = openSync(folder("dockerd.log"), "a");
    const started = spawn("dockerd", args, { stdio: ["ignore", log, log] });
    process.once("exit", () => started.kill());
    this.process = started;
    for (let tries = 0; tries < 300 && started.exitCode === null; tries++) {
      if (await this.docker.ping().catch(() => undefined)) return;
      await sleep(100);
    }
    throw new Error(`dockerd does not answer:\n${readFileSync(folder("dockerd.log"), "utf8").slice(-2_000)}`);
  }

  /** Ends it, and with it its containers, as a shutdown of the machine or an update of Docker does. */
  async stop(): Promise<void> {
    const { process } = this;
    if (!process || process.exitCode !== null || process.signalCode !== null) return;
    const ended = new Promise((resolve) => process.once("exit", resolve));
    process.kill();
    await ended;
  }

  /** Lets the containers of a network reach each other where the machine's packet filter forbids it. */
  async connectContainers(network: string): Promise<void> {
    const { Id } = await this.docker.getNetwork(network).inspect();
    const bridge = `br-${Id.slice(0, 12)}`;
    const rule = ["FORWARD", "-i", bridge, "-o", bridge, "-j", "ACCEPT"];
    execFileSync("iptables", ["-I", ...rule]);
    this.rules.push(rule);
  }

  /** Ends it, and leaves nothing of it on the machine. */
  async remove(): Promise<void> {
    for (const rule of this.rules.splice(0)) execFileSync("iptables", ["-D", ...rule]);
    await this.stop();
    await shared().getNetwork(this.name).remove();
    rmSync(this.root, { recursive: true, force: true });
  }
}
