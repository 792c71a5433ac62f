import { mkdirSync } from "node:fs";
import path from "node:path";
import { type EngineEvent, LocalWorkspace, type PulumiFn, type Stack } from "@pulumi/pulumi/automation";
import { obtainEngine } from "../../scripts/engine";
import { engineCommand, enginePath } from "../../scripts/engineCommand";
import { makeFolder } from "./folder";
import { type Attached, attachProviders, type ProviderName } from "./providers/attach";

/** What an operation did to the program's resources. */
export interface Steps {
  /** Such as `create web`, in the order in which they were done; without what stayed the same. */
  steps: string[];
  /** Errors and warnings, as the user sees them. */
  told: string;
  failed: boolean;
}

/** A stack of a program of the test's own, on the real engine, with the providers that it needs. */
export class ProgramStack {
  private readonly folder = makeFolder();
  private attached: Attached | undefined;
  private stack: Stack | undefined;
  private program: PulumiFn = async () => {};

  constructor(private readonly providers: ProviderName[]) {}

  async start(): Promise<void> {
    const engine = await obtainEngine();
    this.attached = await attachProviders(this.folder, process.env, this.providers);
    const { PATH, ...env } = this.attached.env;
    const state = path.join(this.folder, "state");
    mkdirSync(state);
    this.stack = await LocalWorkspace.createStack(
      { stackName: "test", projectName: "test", program: () => this.program() },
      {
        pulumiCommand: engineCommand(engine),
        workDir: this.folder,
        envVars: {
          ...env,
          PULUMI_BACKEND_URL: `file://${state}`,
          PULUMI_CONFIG_PASSPHRASE: "test",
          PULUMI_SKIP_UPDATE_CHECK: "true",
        },
      },
    );
    // The engine's command sets its own PATH from that of this process.
    if (PATH) process.env.PATH = PATH;
    process.env.PATH ??= enginePath(engine);
  }

  async stop(): Promise<void> {
    await this.attached?.stop();
  }

  preview = (program: PulumiFn): Promise<Steps> => this.run("preview", program);
  up = (program: PulumiFn): Promise<Steps> => this.run("up", program);
  refresh = (): Promise<Steps> => this.run("refresh");
  destroy = (): Promise<Steps> => this.run("destroy");

  async outputs(): Promise<Record<string, unknown>> {
    const outputs = await this.stack?.outputs();
    return Object.fromEntries(Object.entries(outputs ?? {}).map(([key, { value }]) => [key, value]));
  }

  /** The stack's state as the backend holds it. */
  async state(): Promise<string> {
    return JSON.stringify(await this.stack?.exportStack());
  }

  private async run(operation: "preview" | "up" | "refresh" | "destroy", program?: PulumiFn): Promise<Steps> {
    if (!this.stack) throw new Error("start the stack first");
    if (program) this.program = program;
    const steps: string[] = [];
    const told: string[] = [];
    const onEvent = (event: EngineEvent) => {
      const done = operation === "preview" ? event.resourcePreEvent : event.resOutputsEvent;
      const { op, type, urn } = done?.metadata ?? {};
      const isOwn = type !== undefined && !/^pulumi:/.test(type);
      if (isOwn && op !== "same" && op !== "replace") steps.push(`${op} ${urn?.split("::").at(-1)}`);
      const { severity, message } = event.diagnosticEvent ?? {};
      if (severity === "error" || severity === "warning") told.push((message ?? "").replace(/<\{%[^%]*%\}>/g, ""));
    };
    const options = { onEvent, color: "never" as const, suppressProgress: true };
    let failed = false;
    try {
      if (operation === "preview") await this.stack.preview(options);
      else await this.stack[operation](options);
    } catch (error) {
      failed = true;
      if (told.length === 0) throw error;
    }
    return { steps, told: told.join("\n"), failed };
  }
}
