import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { hash } from "bcryptjs";
import { makeFolder, writeFiles } from "./folder";
import { freePort } from "./stack";

/** Why no registry can be started here; undefined when one can. */
export function ownRegistryMissing(): string | undefined {
  return spawnSync("docker-registry", ["--version"]).error && "docker-registry is not installed on this machine";
}

/** A registry that belongs to a test, on this machine only, which lets in one user. */
export class OwnRegistry {
  private readonly folder = makeFolder();
  private process: ChildProcess | undefined;
  /** Host and port, as they stand before the name of an image. */
  server = "";

  async create(user: string, password: string): Promise<void> {
    this.server = `127.0.0.1:${await freePort()}`;
    const file = (name: string) => path.join(this.folder, name);
    const settings = {
      version: 0.1,
      log: { level: "error", accesslog: { disabled: true } },
      storage: { filesystem: { rootdirectory: file("data") } },
      auth: { htpasswd: { realm: "test", path: file("htpasswd") } },
      http: { addr: this.server },
    };
    // JSON is YAML.
    writeFiles(this.folder, {
      "config.yml": JSON.stringify(settings),
      htpasswd: `${user}:${await hash(password, 4)}\n`,
    });
    await this.start();
  }

  async start(): Promise<void> {
    const started = spawn("docker-registry", ["serve", path.join(this.folder, "config.yml")], { stdio: "ignore" });
    process.once("exit", () => started.kill());
    this.process = started;
    for (let tries = 0; tries < 100 && started.exitCode === null; tries++) {
      const answer = await fetch(`http://${this.server}/v2/`).catch(() => undefined);
      if (answer?.status === 401) return;
      await sleep(100);
    }
    throw new Error(`docker-registry does not answer at ${this.server}`);
  }

  async stop(): Promise<void> {
    const { process } = this;
    if (!process || process.exitCode !== null || process.signalCode !== null) return;
    const ended = new Promise((resolve) => process.once("exit", resolve));
    process.kill();
    await ended;
  }
}
