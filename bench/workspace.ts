import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

export const REPOSITORY = resolve(__dirname, "..");

/** Name of every stack of this run; Docker objects are called after it, and others share the Docker Engine. */
export const STACK = `bench-${process.pid}`;

/** The file with a project's config. */
export const settingsFile = (root: string): string => join(root, `Pulumi.${STACK}.yaml`);

/** A folder for one benchmark: its projects, and a home of its own so that nothing of the user's is touched. */
export class Workspace {
  readonly folder = realpathSync(mkdtempSync(join(tmpdir(), "mcp-bench-")));
  readonly home = join(this.folder, "home");

  private readonly env: NodeJS.ProcessEnv;

  /** @param more further variables for the engine, the programs and the plugins */
  constructor(more: NodeJS.ProcessEnv = {}) {
    mkdirSync(this.home);
    this.env = {
      ...process.env,
      ...more,
      HOME: this.home,
      // The user's own cache: environments of earlier runs stay warm.
      XDG_CACHE_HOME: process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"),
      XDG_DATA_HOME: join(this.home, "data"),
      XDG_CONFIG_HOME: join(this.home, "config"),
      PULUMI_HOME: join(this.home, "pulumi"),
      PULUMI_CONFIG_PASSPHRASE: "bench",
      PULUMI_SKIP_UPDATE_CHECK: "true",
      // The language host asks for the plugins of all dependencies, whether the program uses them or not. Where they can't
      // be had, the engine tries for 2.5 s in every phase, on both sides: that would make any ratio look better than it is.
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    };
  }

  /**
   * Makes a Pulumi project of this repository's settings whose index.ts is `source`, which Node runs as it is on both sides.
   *
   * @param compiled its index.js, for engines without a language host
   */
  project(name: string, source: string, compiled?: string): string {
    const root = this.bareFolder(name);
    writeFileSync(join(root, "index.ts"), source);
    if (compiled !== undefined) writeFileSync(join(root, "index.js"), compiled);
    writeFileSync(settingsFile(root), '{ "config": {} }');
    return root;
  }

  /** Makes a project that is this repository's own program, with these servers and, beyond them, this config. */
  ownProject(name: string, servers: object[], more: object = {}): string {
    const root = this.bareFolder(name);
    cpSync(join(REPOSITORY, "index.ts"), join(root, "index.ts"));
    this.configure(root, servers, more);
    return root;
  }

  /** Replaces the config of such a project, but for the salt of its secrets. */
  configure(root: string, servers: object[], more: object = {}): void {
    const file = settingsFile(root);
    const written = existsSync(file) ? readFileSync(file, "utf8") : "";
    const encryptionsalt = /encryptionsalt"?: ["']?([^\s"'}]+)/.exec(written)?.[1];
    // JSON is YAML.
    const config = { "mcp:target": "process", "mcp:servers": servers, ...more };
    writeFileSync(file, JSON.stringify({ config, encryptionsalt }));
  }

  /** What the engine, a project's program and the plugins get as their environment. */
  envOf(root: string): NodeJS.ProcessEnv {
    return { ...this.env, PULUMI_BACKEND_URL: pathToFileURL(stateOf(root)).href };
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  private bareFolder(name: string): string {
    const root = join(this.folder, name);
    mkdirSync(root);
    mkdirSync(stateOf(root));
    cpSync(join(REPOSITORY, "Pulumi.yaml"), join(root, "Pulumi.yaml"));
    writeFileSync(join(root, "package.json"), '{ "name": "bench", "private": true }');
    linkModules(join(root, "node_modules"));
    return root;
  }
}

/** The same modules for every project: this repository under its package name, and what the program's runtime needs. */
function linkModules(folder: string): void {
  mkdirSync(folder);
  symlinkSync(REPOSITORY, join(folder, "pulumi-mcp-deploy"));
  for (const name of ["@pulumi", "@types"]) {
    symlinkSync(join(REPOSITORY, "node_modules", name), join(folder, name));
  }
}

/** A backend for each project, because all have the same name. */
const stateOf = (root: string): string => `${root}.state`;

/** The example servers that the local stack deploys. */
export const example = (name: string): string => join(REPOSITORY, "examples", name);
