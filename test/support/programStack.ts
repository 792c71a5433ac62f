import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { type EngineEvent, LocalWorkspace, type PulumiFn, type Stack } from "@pulumi/pulumi/automation";
import { obtainEngine } from "../../cli/engine";
import { engineCommand } from "../../cli/engineCommand";
import type { Interrupt } from "../../cli/interrupt";
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

/** Less than what a test may take, so that the engine still ends in order. */
const LIMIT_SECONDS = 120;

/** Interrupts the engine that is running. */
class Limit implements Interrupt {
  private readonly listeners: ((count: number) => void)[] = [];
  count = 0;

  onRequest(listener: (count: number) => void): void {
    this.listeners.push(listener);
  }

  request(): void {
    this.count++;
    for (const listener of this.listeners) listener(this.count);
  }
}

/** A stack of a program of the test's own, on the real engine, with the providers that it needs. */
export class ProgramStack {
  private readonly folder = makeFolder();
  private attached: Attached | undefined;
  private stack: Stack | undefined;
  private program: PulumiFn = async () => {};
  private readonly interrupt = new Limit();
  private readonly outside = process.env.PATH;

  /** @param providers what the program needs */
  constructor(private readonly providers: ProviderName[]) {}

  async start(): Promise<void> {
    const engine = await obtainEngine();
    this.attached = await attachProviders(this.folder, process.env, this.providers);
    const { PATH, ...env } = this.attached.env;
    mkdirSync(this.backend);
    this.stack = await LocalWorkspace.createStack(
      { stackName: "test", projectName: "test", program: () => this.program() },
      {
        pulumiCommand: engineCommand(engine, this.interrupt),
        workDir: this.folder,
        envVars: {
          ...env,
          PULUMI_BACKEND_URL: `file://${this.backend}`,
          PULUMI_CONFIG_PASSPHRASE: "test",
          PULUMI_SKIP_UPDATE_CHECK: "true",
        },
      },
    );
    // The engine's PATH starts from that of this process.
    if (PATH) process.env.PATH = PATH;
  }

  async stop(): Promise<void> {
    await this.attached?.stop();
    process.env.PATH = this.outside;
  }

  private get backend(): string {
    return path.join(this.folder, "state");
  }

  preview = (program: PulumiFn): Promise<Steps> => this.run("preview", program);
  /** @param seconds after which the operation is interrupted, as by Ctrl-C */
  up = (program: PulumiFn, seconds?: number): Promise<Steps> => this.run("up", program, seconds);
  refresh = (): Promise<Steps> => this.run("refresh");
  destroy = (): Promise<Steps> => this.run("destroy");

  async outputs(): Promise<Record<string, unknown>> {
    const outputs = await this.stack?.outputs();
    return Object.fromEntries(Object.entries(outputs ?? {}).map(([key, { value }]) => [key, value]));
  }

  /** The stack's state as the backend holds it: secrets are encrypted. */
  state(): string {
    const folder = path.join(this.backend, ".pulumi", "stacks", "test");
    const [file = ""] = readdirSync(folder).filter((name) => name.endsWith(".json"));
    return readFileSync(path.join(folder, file), "utf8");
  }

  private async run(
    operation: "preview" | "up" | "refresh" | "destroy",
    program?: PulumiFn,
    seconds = LIMIT_SECONDS,
  ): Promise<Steps> {
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
    const timer = setTimeout(() => this.interrupt.request(), seconds * 1_000);
    try {
      if (operation === "preview") await this.stack.preview(options);
      else await this.stack[operation](options);
    } catch (error) {
      failed = true;
      if (told.length === 0) throw error;
    } finally {
      clearTimeout(timer);
    }
    return { steps, told: told.join("\n"), failed };
  }
}
