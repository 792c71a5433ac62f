import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { LocalWorkspace, type PulumiFn, Stack } from "@pulumi/pulumi/automation";
import { type Backend, chooseBackend } from "./backend";
import { type Engine, obtainEngine } from "./engine";
import { type EngineCommand, EngineRunError, engineCommand, enginePath } from "./engineCommand";
import type { Interrupt } from "./interrupt";
import { invocation, stackOption } from "./invocation";
import { removeLeftovers } from "./leftovers";
import { type UserPaths, userPaths } from "./paths";
import { ownProgram, projectRoot } from "./project";
import { privateConfigFolder, privateStackFile, stackFile, unknownStack } from "./stackConfig";
import { removeStaleLocks } from "./staleLock";

/** What is needed to work with a stack; tests put a small project in the place of this one. */
export interface SessionOptions {
  stack: string;
  /** The folder with Pulumi.yaml. Defaults to the project that the working folder is in. */
  root?: string;
  /** The module whose export is the program, for an engine without a language host. Defaults to the one of this package. */
  program?: string;
  /** A program of our own, instead of the project's; it runs in this process with any engine. */
  inline?: PulumiFn;
  engine?: Engine;
  paths?: UserPaths;
  interrupt?: Interrupt;
  /** Takes lines for people about what was decided. */
  say?: (line: string) => void;
}

/** A stack that is ready to be worked with. */
export interface Session {
  name: string;
  stack: Stack;
  backend: Backend;
  engine: Engine;
  command: EngineCommand;
  /** The settings file that the engine is to use instead of the stack's own. */
  configFile: string | undefined;
  /** Runs a `pulumi` command in the project, on the backend. */
  pulumi(args: string[], options?: { cwd?: string }): Promise<string>;
  /** Removes what killed runs left: locks and, in Docker, what they were making. Throws when somebody else is at work on the stack. */
  removeStaleLocks(): Promise<void>;
  /**
   * Creates the stack in the backend.
   * @throws UsageError where nothing says that there is to be such a stack: it has no settings file
   */
  create(): Promise<void>;
}

/** Finds the engine and the backend, and opens the stack without touching it. */
export async function openSession(options: SessionOptions): Promise<Session> {
  const { stack: name, paths = userPaths(), say = () => {}, interrupt } = options;
  const root = resolve(options.root ?? projectRoot());
  const settings = await stackFile(root, name);
  const engine = options.engine ?? (await obtainEngine({ paths }));
  const command = engineCommand(engine, interrupt);
  // With the official language host the engine runs index.ts as `pulumi up` does; without one, this process is the host.
  const file = options.program ?? ownProgram(root);
  const inline = options.inline ?? (engine.languageHost || !file ? undefined : inlineProgram(file));
  const program = inline ? { program: inline } : {};
  const workspace = await LocalWorkspace.create({ workDir: root, pulumiCommand: command, ...program });
  const project = await workspace.projectSettings();
  const backend = await chooseBackend({ paths, projectBackend: project.backend?.url });
  if (backend.created) say(`State lives on this machine: ${backend.folder}`);
  workspace.envVars = { ...backend.env, PATH: enginePath(engine), PULUMI_SKIP_UPDATE_CHECK: "true" };
  const configHome = privateConfigFolder(paths.data, project.name, root);
  const configFile = backend.own && settings ? await privateStackFile(settings, configHome) : undefined;

  const pulumi: Session["pulumi"] = async (args, { cwd = root } = {}) =>
    (await command.run(args, cwd, workspace.envVars)).stdout;
  return {
    name,
    stack: await detachedStack(name, workspace),
    backend,
    engine,
    command,
    configFile,
    pulumi,
    async removeStaleLocks() {
      if (!backend.folder) return;
      const locks = await removeStaleLocks(backend.folder, project.name, name.split("/").at(-1) ?? name);
      for (const { pid, timestamp } of locks) {
        say(`Removed the lock of a run that was killed (process ${pid}, since ${timestamp}).`);
      }
      if (locks.length === 0) return;
      for (const leftover of await removeLeftovers({ name, pulumi })) {
        say(`Removed the ${leftover}, which that run had not finished.`);
      }
    },
    async create() {
      if (!settings) throw await unknownStack(root, name);
      await createStack(pulumi, { name, project: project.name, configFile });
    },
  };
}

/**
 * The Automation API's stack, made without its three side effects: it would select the stack for the user's own
 * `pulumi` commands too, and ask the engine twice for all outputs and once for the history after each run.
 */
async function detachedStack(name: string, workspace: LocalWorkspace): Promise<Stack> {
  workspace.selectStack = async () => {};
  workspace.stackOutputs = async () => ({});
  const stack = await Stack.select(name, workspace);
  stack.info = async () => undefined;
  return stack;
}

/** Creates a stack; where its salt goes to a private settings file, the engine does it in that file's folder. */
async function createStack(
  pulumi: Session["pulumi"],
  { name, project, configFile }: { name: string; project: string; configFile: string | undefined },
): Promise<void> {
  if (!configFile) {
    await pulumi(["stack", "init", name, "--no-select"]);
    return;
  }
  // `stack init` takes no --config-file: it writes the salt beside the Pulumi.yaml that it finds.
  const folder = await mkdtemp(join(tmpdir(), "pulumi-mcp-deploy-"));
  try {
    await writeFile(join(folder, "Pulumi.yaml"), `name: ${JSON.stringify(project)}\nruntime: nodejs\n`);
    await pulumi(["stack", "init", name, "--no-select"], { cwd: folder });
    const written = await readFile(join(folder, `Pulumi.${name.split("/").at(-1)}.yaml`), "utf8").catch(() => "");
    await writeFile(configFile, `${await readFile(configFile, "utf8")}${written}`, { mode: 0o600 });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The error for a stack that the backend does not know, where it is not to be created. */
export class StackMissingError extends Error {
  override readonly name = "StackMissingError";

  constructor(stack: string, location: string) {
    const fix = invocation("up", stackOption(stack));
    super(`The stack ${stack} is not deployed: the backend ${location} does not know it.\n  fix: ${fix}`);
  }
}

/** Whether the engine says that it does not know the stack. */
export function isStackMissing(error: unknown): boolean {
  return error instanceof EngineRunError && /no stack named .* found/.test(error.message);
}

/** The program for an engine without a language host: loaded when the engine asks for it, as a host would. */
function inlineProgram(file: string): PulumiFn {
  return async () => {
    // The program finds relative paths from where Pulumi.yaml is, as with the language host.
    const program: unknown = require(file);
    if (typeof program !== "function") throw new Error(`${file} does not export the program as a function.`);
    return program();
  };
}
