import { spawn } from "node:child_process";
import { delimiter, dirname } from "node:path";
import { PulumiCommand } from "@pulumi/pulumi/automation";
import { SemVer } from "semver";
import type { Engine } from "./engine";
import { pulumiPackage } from "./engineInstall";
import type { Interrupt } from "./interrupt";

/** What a run of the engine printed. */
export interface EngineResult {
  stdout: string;
  stderr: string;
  code: number;
}

/** The engine ended with an error; what it printed is kept apart from the message. */
export class EngineRunError extends Error {
  override readonly name = "EngineRunError";

  constructor(
    readonly args: string[],
    readonly result: EngineResult,
  ) {
    super(result.stderr.trim() || `pulumi ${args[0]} failed with exit code ${result.code}.`);
  }
}

/** The `pulumi` command, in the form that the Automation API takes and that the scripts call themselves. */
export interface EngineCommand extends PulumiCommand {
  /** Arguments for previews that the Automation API has no option for, such as `--json`. */
  previewArgs: string[];
  run(
    args: string[],
    cwd: string,
    env: Record<string, string>,
    onOutput?: (text: string) => void,
    onError?: (text: string) => void,
  ): Promise<EngineResult>;
}

/**
 * Wraps an engine for the Automation API. Its own command class is not used to run anything, because the engine would
 * share our process group: a Ctrl-C would reach it from the terminal as well as from us, and the engine takes the
 * second as the order to stop at once, leaving half-made resources behind.
 */
export function engineCommand(engine: Engine, interrupt?: Interrupt): EngineCommand {
  const command: PulumiCommand = Object.create(PulumiCommand.prototype);
  const self: EngineCommand = Object.assign(command, {
    previewArgs: [],
    command: engine.binary,
    version: new SemVer(engine.version),
    run: (...[args, cwd, env, onOutput, onError]: Parameters<EngineCommand["run"]>) =>
      new Promise<EngineResult>((resolve, reject) => {
        const all = [...args, ...(args[0] === "preview" ? self.previewArgs : []), "--non-interactive"];
        const child = spawn(engine.binary, all, {
          cwd,
          env: { ...process.env, ...env, PATH: enginePath(engine), PULUMI_AUTOMATION_API: "true" },
          stdio: ["ignore", "pipe", "pipe"],
          detached: process.platform !== "win32",
        });
        interrupt?.onRequest(() => child.kill("SIGINT"));
        const result: EngineResult = { stdout: "", stderr: "", code: 0 };
        child.stdout.setEncoding("utf8").on("data", (text: string) => {
          result.stdout += text;
          onOutput?.(text);
        });
        child.stderr.setEncoding("utf8").on("data", (text: string) => {
          result.stderr += text;
          onError?.(text);
        });
        child.on("error", reject);
        child.on("close", (code) => {
          result.code = code ?? 1;
          if (result.code === 0) resolve(result);
          else reject(new EngineRunError(all, result));
        });
      }),
  });
  return self;
}

/**
 * PATH for the engine: its own folder first, for the plugins that come with it; last the npm package, which carries the
 * host of dynamic providers: to refresh and destroy states of version 0.1 with an engine that came without one.
 */
export function enginePath(engine: Engine): string {
  return [dirname(engine.binary), process.env.PATH, pulumiPackage()].filter(Boolean).join(delimiter);
}
