import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { findOnPath } from "../../cli/command";
import { makeFolder, writeFiles } from "./folder";
import { attachProviders, type ProviderName } from "./providers/attach";
import { REPOSITORY } from "./stack";

/** What a command of Pulumi's left behind. */
export interface Ran {
  code: number | null;
  /** What it printed on both streams, without colors. */
  said: string;
}

/** Which language a project is in, by the name of its language host. */
export type Language = "nodejs" | "yaml";

/** Why a project in this language can't be run; undefined when it can. */
export async function hostMissing(language: Language): Promise<string | undefined> {
  const needed = ["pulumi", "pulumi-language-nodejs", `pulumi-language-${language}`];
  for (const binary of needed) if (!(await findOnPath(binary))) return `${binary} is not on PATH`;
  return undefined;
}

/**
 * A project as users of the package have it, run by Pulumi's own command line: with a home, a backend and a stack `test`
 * of its own. In TypeScript and JavaScript the package is installed, as a link to this repository.
 */
export class PulumiProject {
  readonly root = makeFolder();
  readonly home = makeFolder();
  readonly env: NodeJS.ProcessEnv;

  /** @param files the program, `Pulumi.yaml` included */
  constructor(files: Record<string, string>, env: Record<string, string> = {}) {
    writeFiles(this.root, files);
    const modules = path.join(this.root, "node_modules");
    mkdirSync(modules);
    symlinkSync(REPOSITORY, path.join(modules, "pulumi-mcp-deploy"));
    symlinkSync(path.join(REPOSITORY, "node_modules", "@pulumi"), path.join(modules, "@pulumi"));
    mkdirSync(path.join(this.home, "state"));
    // How mocha runs TypeScript is no business of the project.
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
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
      ...env,
    };
  }

  /** Replaces files of the program. */
  write = (files: Record<string, string>): void => writeFiles(this.root, files);

  /** Gives it the official plugins, which a user's Pulumi downloads, else the tests' own. Returns what ends them. */
  async attach(names: ProviderName[]): Promise<() => Promise<void>> {
    const { env, stop } = await attachProviders(this.root, process.env, names);
    Object.assign(this.env, env);
    return stop;
  }

  /** Starts a command of Pulumi's, without colors and questions. */
  start(...args: string[]): ChildProcess {
    const stdio: ["ignore", "pipe", "pipe"] = ["ignore", "pipe", "pipe"];
    return spawn("pulumi", [...args, "--non-interactive", "--color", "never"], {
      cwd: this.root,
      env: this.env,
      stdio,
    });
  }

  /** Runs a command of Pulumi's to its end. */
  run = (...args: string[]): Promise<Ran> => finished(this.start(...args));

  /** Runs a command of Pulumi's that has to succeed, and returns what it printed. */
  async succeed(...args: string[]): Promise<string> {
    const { code, said } = await this.run(...args);
    if (code !== 0) throw new Error(`pulumi ${args.join(" ")} failed:\n${said}`);
    return said;
  }

  /** Makes the stack, with secret settings. */
  async init(secrets: Record<string, string> = {}): Promise<void> {
    await this.succeed("stack", "init", "test");
    const all = Object.entries(secrets).flatMap(([name, value]) => ["--secret", `${name}=${value}`]);
    if (all.length > 0) await this.succeed("config", "set-all", ...all);
  }
}

/** Waits for the end of a command. */
export async function finished(child: ChildProcess): Promise<Ran> {
  let said = "";
  const hear = (chunk: Buffer) => {
    said += chunk;
  };
  child.stdout?.on("data", hear);
  child.stderr?.on("data", hear);
  const [code] = (await once(child, "close")) as [number | null];
  return { code, said };
}

/** All files below a folder, links not followed. */
export function filesBelow(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) return filesBelow(file);
    return entry.isFile() ? [file] : [];
  });
}

/** Command lines of all processes of the machine, read again and again while something is done. */
export async function commandLines(during: () => Promise<unknown>): Promise<Set<string>> {
  const seen = new Set<string>();
  const done = new AbortController();
  const watching = (async () => {
    while (!done.signal.aborted) {
      for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) seen.add(commandLine(pid));
      await sleep(100);
    }
  })();
  try {
    await during();
  } finally {
    done.abort();
    await watching;
  }
  return seen;
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
  } catch {
    return ""; // It has ended.
  }
}

/** The permissions of a file, such as "600". */
export const modeOf = (file: string): string => (statSync(file).mode & 0o777).toString(8);
