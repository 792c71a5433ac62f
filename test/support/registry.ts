import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { hashSync } from "bcryptjs";
import { findOnPath } from "../../cli/command";
import { makeFolder } from "./folder";
import { freePort } from "./stack";

/** The registry's program, as Debian's package docker-registry calls it, and as its own project does. */
const PROGRAMS = ["docker-registry", "registry"];

export interface Login {
  username: string;
  password: string;
}

/** A registry of a test's own on this machine, which every Docker Engine here trusts. */
export class TestRegistry {
  private constructor(
    private readonly child: ChildProcess,
    /** Host and port, as references of images begin. */
    readonly address: string,
  ) {}

  /**
   * Starts one with an empty store; undefined where its program is not installed.
   *
   * @param login who it lets in; everybody when left out
   */
  static async start(login?: Login): Promise<TestRegistry | undefined> {
    const found = await Promise.all(PROGRAMS.map((program) => findOnPath(program)));
    const program = found.find((file) => file !== undefined);
    if (program === undefined) return undefined;
    const folder = makeFolder();
    const address = `127.0.0.1:${await freePort()}`;
    const config = path.join(folder, "config.yml");
    // JSON is YAML.
    const storage = { filesystem: { rootdirectory: path.join(folder, "data") } };
    const auth = login && { auth: { htpasswd: { realm: "test", path: writePasswords(folder, login) } } };
    writeFileSync(config, JSON.stringify({ version: "0.1", storage, http: { addr: address }, ...auth }));
    const child = spawn(program, ["serve", config], { stdio: "ignore" });
    for (let waited = 0; !(await answers(address)); waited++) {
      if (waited === 100 || child.exitCode !== null) throw new Error(`${program} does not answer at ${address}`);
      await sleep(100);
    }
    return new TestRegistry(child, address);
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null) return;
    const ended = once(this.child, "exit");
    this.child.kill();
    await ended;
  }
}

/** A folder for DOCKER_CONFIG, in which somebody is logged in. */
export function dockerConfigOf(address: string, { username, password }: Login): string {
  const auth = Buffer.from(`${username}:${password}`).toString("base64");
  return makeFolder({ "config.json": JSON.stringify({ auths: { [address]: { auth } } }) });
}

function writePasswords(folder: string, { username, password }: Login): string {
  const file = path.join(folder, "htpasswd");
  writeFileSync(file, `${username}:${hashSync(password, 4)}\n`);
  return file;
}

const answers = (address: string): Promise<boolean> =>
  fetch(`http://${address}/v2/`).then(
    ({ ok, status }) => ok || status === 401,
    () => false,
  );
