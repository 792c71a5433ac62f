import { execFileSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import type { OpMap } from "@pulumi/pulumi/automation";
import { parse, stringify } from "yaml";
import { findOnPath } from "../../cli/command";
import { type Engine, obtainEngine } from "../../cli/engine";
import { makeFolder } from "./folder";
import { provideYamlHost } from "./languages";
import { run } from "./packed";
import { example } from "./stack";

/** A language with a project in examples/ that uses the package through its plugin. */
export type Language = "typescript" | "python" | "yaml" | "go";

/** What runs a language's programs, beside Pulumi's language host. */
const TOOLS: Record<Language, { host: string; tools: string[] }> = {
  typescript: { host: "nodejs", tools: ["node", "npm"] },
  python: { host: "python", tools: ["python3"] },
  yaml: { host: "yaml", tools: [] },
  go: { host: "go", tools: ["go"] },
};

/** An engine, and where the language hosts are. */
export interface Hosts {
  engine: Engine;
  /** As PATH. */
  path: string;
}

/** The engine and the hosts of this machine. In CI the one for YAML is provided, and waited for. */
export async function findHosts(): Promise<Hosts> {
  const engine = await obtainEngine();
  const folders = [path.dirname(engine.binary), process.env.PATH ?? ""];
  if (process.env.CI) {
    const env = { ...process.env, PATH: folders.join(path.delimiter) };
    const provided = provideYamlHost(env);
    if (provided) folders.push(provided);
  }
  return { engine, path: folders.join(path.delimiter) };
}

/** Why programs in a language can't be run here; undefined when they can. */
export async function hostMissing(language: Language, { path: PATH }: Hosts): Promise<string | undefined> {
  const { host, tools } = TOOLS[language];
  for (const program of [`pulumi-language-${host}`, ...tools]) {
    if (!(await findOnPath(program, { PATH }))) return `${program} is not installed on this machine`;
  }
  return undefined;
}

/** A copy of an example outside this repository, with a home and a backend of its own, run by the command line of Pulumi. */
export class LanguageProject {
  private readonly root = realpathSync(makeFolder());
  private readonly home = realpathSync(makeFolder());
  private readonly folder: string;
  private readonly env: NodeJS.ProcessEnv;

  private constructor(
    language: Language,
    private readonly hosts: Hosts,
    private readonly installed: string,
  ) {
    this.folder = path.join(this.root, language);
    const isOwn = (file: string) => !["node_modules", "dist", "sdks", ".venv"].includes(path.basename(file));
    for (const name of [language, "greeter"]) {
      cpSync(example(name), path.join(this.root, name), { recursive: true, filter: isOwn });
    }
    mkdirSync(path.join(this.home, "state"));
    this.linkPlugins();
    // How mocha runs TypeScript is no business of the project. What was downloaded or compiled before is of use.
    const outside = Object.entries(process.env).filter(([key]) => !/^(TS_NODE_|NODE_PATH$|NODE_OPTIONS$)/.test(key));
    this.env = {
      ...Object.fromEntries(outside),
      PATH: hosts.path,
      GOFLAGS: "-mod=mod",
      XDG_DATA_HOME: path.join(this.home, "data"),
      PULUMI_HOME: path.join(this.home, "pulumi"),
      PULUMI_BACKEND_URL: `file://${path.join(this.home, "state")}`,
      PULUMI_CONFIG_PASSPHRASE: "test",
      PULUMI_SKIP_UPDATE_CHECK: "true",
    };
  }

  /**
   * A project to which the package was added.
   * @param installed folder of the package
   */
  static async create(language: Language, hosts: Hosts, installed: string): Promise<LanguageProject> {
    const project = new LanguageProject(language, hosts, installed);
    if (language === "yaml" && !(await findOnPath("pulumi-language-nodejs", { PATH: hosts.path }))) {
      // What adds a package asks the host for Node; a project that needs no SDK can do without, see docs/languages.md.
      const file = path.join(project.folder, "Pulumi.yaml");
      const packages = { mcp: path.join(installed, "provider", "bin") };
      writeFileSync(file, stringify({ ...parse(readFileSync(file, "utf8")), packages }));
    } else {
      await project.pulumi("package", "add", installed);
    }
    await project.pulumi("stack", "init", "test");
    return project;
  }

  /** The plugins that this user has need no second download: adding the package asks for those of its own dependencies. */
  private linkPlugins(): void {
    const own = path.join(this.home, "pulumi", "plugins");
    mkdirSync(own, { recursive: true });
    const users = path.join(process.env.PULUMI_HOME || path.join(homedir(), ".pulumi"), "plugins");
    for (const name of existsSync(users) ? readdirSync(users) : []) {
      if (/^resource-(docker|kubernetes|random)-v[\d.]+$/.test(name)) {
        symlinkSync(path.join(users, name), path.join(own, name));
      }
    }
  }

  configure(config: Record<string, unknown>): void {
    const named = Object.entries(config).map(([key, value]) => [`${path.basename(this.folder)}:${key}`, value]);
    const file = path.join(this.folder, "Pulumi.test.yaml");
    const kept = existsSync(file) ? parse(readFileSync(file, "utf8")) : {};
    writeFileSync(file, stringify({ ...kept, config: Object.fromEntries(named) }));
  }

  async pulumi(...args: string[]): Promise<string> {
    const options = { cwd: this.folder, env: this.env, timeout: 800_000 };
    const { stdout } = await run(this.hosts.engine.binary, [...args, "--non-interactive"], options).catch((error) => {
      throw new Error(`pulumi ${args.join(" ")}:\n${error.stdout}${error.stderr}`);
    });
    return stdout as string;
  }

  /** What a command of the package's own command line prints, as `npx` runs it in the project's folder. */
  async command(...args: string[]): Promise<string> {
    const bin = path.join(this.installed, "..", ".bin", "mcp-deploy");
    const { stdout } = await run(bin, [...args, "--stack", "test"], { cwd: this.folder, env: this.env });
    return stdout as string;
  }

  /** What `pulumi up` changed. */
  async up(): Promise<OpMap> {
    await this.pulumi("up", "--yes", "--skip-preview");
    const [last] = JSON.parse(await this.pulumi("stack", "history", "--json", "--page-size", "1"));
    return last.resourceChanges;
  }

  /** What an operation that fails says. */
  async failing(...args: string[]): Promise<string> {
    return this.pulumi(...args).then(
      () => {
        throw new Error(`pulumi ${args.join(" ")} did not fail`);
      },
      ({ message }: Error) => message,
    );
  }

  outputs = async (): Promise<Record<string, unknown>> => JSON.parse(await this.pulumi("stack", "output", "--json"));

  async resources(): Promise<unknown[]> {
    return JSON.parse(await this.pulumi("stack", "export")).deployment.resources ?? [];
  }

  /** Processes whose command line names this project or its home. */
  processes(): string[] {
    const all = execFileSync("ps", ["-eo", "pid=,args="], { encoding: "utf8" }).split("\n");
    return all.filter((line) => line.includes(this.root) || line.includes(this.home));
  }
}
