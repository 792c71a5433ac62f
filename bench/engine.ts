import { existsSync } from "node:fs";
import { join } from "node:path";
import { type Engine, obtainEngine } from "../cli/engine";
import { enginePath } from "../cli/engineCommand";
import { type Command, finish } from "./child";
import { REPOSITORY, STACK, type Workspace } from "./workspace";

/** How an operation is started. */
export const Way = {
  /** `pulumi up`, typed by hand; needs the official language host. */
  Pulumi: "pulumi up",
  /** The same without its preview. */
  SkipPreview: "pulumi up --skip-preview",
  /** What `npm run up` does once the machine is ready: an update without preview, then the outputs. */
  Scripts: "npm run up",
} as const;
export type Way = (typeof Way)[keyof typeof Way];

/** The real engine, started anew for every operation. */
export class BenchEngine {
  private constructor(
    private readonly workspace: Workspace,
    readonly engine: Engine,
  ) {}

  static async open(workspace: Workspace): Promise<BenchEngine> {
    return new BenchEngine(workspace, await obtainEngine());
  }

  /** The ways that this machine has, the plainest first. */
  get ways(): Way[] {
    return this.engine.languageHost ? [Way.Pulumi, Way.SkipPreview, Way.Scripts] : [Way.Scripts];
  }

  /** The command of an `up`, to be run by the caller. */
  up(root: string, way: Way): Command {
    if (way === Way.Scripts) return this.scripts(root, "up");
    const skip = way === Way.SkipPreview ? ["--skip-preview"] : [];
    return this.pulumi(root, ["up", "--yes", "--stack", STACK, ...skip]);
  }

  /** The command of a preview; like every operation it runs the program in a process of its own. */
  preview(root: string): Command {
    return this.engine.languageHost ? this.pulumi(root, ["preview", "--stack", STACK]) : this.scripts(root, "preview");
  }

  /**
   * The command that writes a stack's manifests into a folder, secrets in clear, as `npm run render -- --build` does:
   * images and passwords that are missing are made, the cluster is not touched.
   */
  render(root: string, folder: string): Command {
    return this.scripts(root, "render", { folder });
  }

  /** Fails when an `up` would change something: then no figure would be that of a no-op. Needs the language host. */
  async expectNoChanges(root: string): Promise<void> {
    if (!this.engine.languageHost) return;
    await finish(this.pulumi(root, ["preview", "--expect-no-changes", "--stack", STACK]));
  }

  async createStack(root: string): Promise<void> {
    await finish(this.pulumi(root, ["stack", "init", STACK]));
  }

  async destroy(root: string): Promise<void> {
    await finish(this.pulumi(root, ["destroy", "--yes", "--skip-preview", "--stack", STACK]));
  }

  /** Inputs of the resources in the stack's state whose type ends in `kind`. */
  async inputsOf(root: string, kind: string): Promise<Record<string, unknown>[]> {
    const { stdout } = await finish(this.pulumi(root, ["stack", "export", "--show-secrets", "--stack", STACK]));
    const { deployment } = JSON.parse(stdout) as { deployment: { resources?: { type: string; inputs?: object }[] } };
    return (deployment.resources ?? [])
      .filter(({ type }) => type.endsWith(kind))
      .map(({ inputs }) => ({ ...inputs }) as Record<string, unknown>);
  }

  private pulumi(root: string, args: string[]): Command {
    // The compile cache is what `npm run` adds: somebody who types `pulumi up` has none.
    const { NODE_COMPILE_CACHE: _, ...env } = this.workspace.envOf(root);
    return {
      command: this.engine.binary,
      args: [...args, "--non-interactive", "--color", "never"],
      cwd: root,
      env: { ...env, PATH: enginePath(this.engine) },
    };
  }

  private scripts(root: string, operation: "up" | "preview" | "render", more: object = {}): Command {
    const options = { root, stack: STACK, operation, program: compiled(root), ...more };
    const args = ["-e", RUN_SCRIPTS, join(REPOSITORY, "dist", "cli"), JSON.stringify(options)];
    return {
      command: process.execPath,
      args,
      cwd: root,
      env: { ...this.workspace.envOf(root), PATH: enginePath(this.engine) },
    };
  }
}

/** Plain JavaScript, so that neither side pays for compiling it. */
const RUN_SCRIPTS = `
const [cli, { root, stack, operation, program, folder }] = [process.argv[1], JSON.parse(process.argv[2])];
const { openSession } = require(cli + "/session");
const { operate, stackOutputs } = require(cli + "/operate");
const sink = { line() {}, status() {}, done() {} };
(async () => {
  const session = await openSession({ root, stack, program });
  if (operation === "render") {
    const { render } = require(cli + "/render/render");
    const { sessionSource } = require(cli + "/render/source");
    const source = await sessionSource(session, sink, (inline) => openSession({ root, stack, inline }));
    await render(source, { folder, mode: "plain", images: {}, build: true });
    return;
  }
  await operate(session, operation, { sink, create: true });
  if (operation === "up") await stackOutputs(session);
})().catch((error) => { console.error(error.message); process.exitCode = 1; });
`;

/** For an engine without the language host: this project's compiled program, or that of the project itself. */
function compiled(root: string): string {
  const own = join(root, "index.js");
  return existsSync(own) ? own : join(REPOSITORY, "dist", "index.js");
}
