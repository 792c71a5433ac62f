import { access, constants, mkdir, mkdtemp, readdir, rename, rm } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { SemVer, valid } from "semver";
import { briefError, exec, findOnPath } from "./command";
import { type Attempt, goBuild, officialInstaller } from "./engineInstall";
import { withFolderLock } from "./lock";
import { engineRoot, type UserPaths, userPaths } from "./paths";
import { type Progress, startProgress } from "./progress";

/**
 * The engine that is fetched, by whichever way works.
 * Why this one: the newest release that every way can give, see docs/engine.md.
 */
export const ENGINE_VERSION = "3.274.1";

/** The oldest engine that is accepted on PATH: the oldest that the tests were run on, see docs/engine.md. */
export const OLDEST_ENGINE = "3.220.0";

/** An engine that answers. */
export interface Engine {
  /** The binary, absolute. */
  binary: string;
  /** Its version, such as `3.274.1`. */
  version: string;
  /** Where it comes from: `PATH`, `cache`, or the attempt that fetched it just now. */
  source: string;
  /** Whether the official Node.js language host is beside it or on PATH: then it runs index.ts by itself. */
  languageHost: boolean;
}

/** What {@link obtainEngine} works with; every field has a default. */
export interface EngineOptions {
  env?: NodeJS.ProcessEnv;
  paths?: UserPaths;
  version?: string;
  /** How an engine is fetched, in order. */
  attempts?: Attempt[];
  /** Asks a binary for its version. */
  probe?: (binary: string) => Promise<string>;
  progress?: (text: string) => Progress;
}

/** No engine could be had. The message names each attempt, why it failed and what to do. */
export class EngineError extends Error {
  override readonly name = "EngineError";

  constructor(readonly failures: { attempt: string; reason: string; fix: string }[]) {
    const lines = failures.flatMap(({ attempt, reason, fix }, index) => [
      `  ${index + 1}. ${attempt}: ${reason.replaceAll("\n", "\n     ")}`,
      `     fix: ${fix}`,
    ]);
    super(["The Pulumi engine could not be obtained. Any one of these fixes is enough:", ...lines].join("\n"));
  }
}

/**
 * Finds or fetches the Pulumi engine: a suitable `pulumi` on PATH, else the user's cache, else the official installer,
 * else a build from the Go module. Safe against a second run at the same time and against an interrupted one.
 *
 * @throws EngineError when every way fails
 */
export async function obtainEngine(options: EngineOptions = {}): Promise<Engine> {
  const { env = process.env, paths = userPaths(), version = ENGINE_VERSION, probe = probeVersion } = options;
  const failures: EngineError["failures"] = [];

  const onPath = await findOnPath("pulumi", env);
  const found = onPath ? await probe(onPath).catch(() => "no version") : "";
  if (onPath && isSuitable(found, OLDEST_ENGINE)) return describe(onPath, found, "PATH", env);
  failures.push({
    attempt: "pulumi on PATH",
    reason: onPath ? `${onPath} is ${found}; ${OLDEST_ENGINE} or newer, below 4, is needed.` : "there is none.",
    fix: "install Pulumi yourself, see https://www.pulumi.com/docs/install/",
  });

  const root = engineRoot(paths, version);
  const cached = () => cachedEngine(root, version, probe, env);
  return (await cached()) ?? (await fetchEngine(root, cached, failures, { ...options, env, version }));
}

async function fetchEngine(
  root: string,
  cached: () => Promise<Engine | undefined>,
  failures: EngineError["failures"],
  { attempts = [officialInstaller, goBuild], env = process.env, version = ENGINE_VERSION, ...options }: EngineOptions,
): Promise<Engine> {
  const progress = (options.progress ?? startProgress)("Getting the Pulumi engine (once per version) ...");
  try {
    const parent = dirname(root);
    const wait = () => progress.update("Another run is getting the Pulumi engine; waiting for it ...");
    return await withFolderLock(parent, wait, async () => {
      const engine = await cached();
      if (engine) return engine;
      await removeLeftovers(parent);
      for (const attempt of attempts) {
        // Made aside and renamed when complete: a killed run never leaves half an engine where one is looked for.
        const temp = await mkdtemp(join(parent, LEFTOVER));
        try {
          await mkdir(join(temp, "bin"));
          await attempt.run({ root: temp, version, env, report: (text) => progress.update(text) });
          await rm(root, { recursive: true, force: true });
          await rename(temp, root);
          const fresh = await cached();
          if (!fresh) throw new Error("it ended without an error, but the engine does not start.");
          progress.log(`Got the Pulumi engine ${version} (${attempt.name}).`);
          return { ...fresh, source: attempt.name };
        } catch (error) {
          failures.push({ attempt: attempt.name, reason: briefError(error), fix: attempt.fix });
        } finally {
          await rm(temp, { recursive: true, force: true });
        }
      }
      throw new EngineError(failures);
    });
  } finally {
    progress.stop();
  }
}

const LEFTOVER = ".partial-";

/** Removes what killed runs left behind. Called with the lock held, so that nobody is at work in there. */
async function removeLeftovers(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    if (name.startsWith(LEFTOVER)) await rm(join(parent, name), { recursive: true, force: true });
  }
}

async function cachedEngine(
  root: string,
  wanted: string,
  probe: (binary: string) => Promise<string>,
  env: NodeJS.ProcessEnv,
): Promise<Engine | undefined> {
  const binary = join(root, "bin", executable("pulumi"));
  if (!(await exists(binary))) return undefined;
  const version = await probe(binary).catch(() => undefined);
  if (version === undefined || !isSuitable(version, wanted)) return undefined;
  return describe(binary, version, "cache", env);
}

async function describe(binary: string, version: string, source: string, env: NodeJS.ProcessEnv): Promise<Engine> {
  const PATH = [dirname(binary), env.PATH].filter(Boolean).join(delimiter);
  return { binary, version, source, languageHost: Boolean(await findOnPath("pulumi-language-nodejs", { PATH })) };
}

function isSuitable(version: string, minimum: string): boolean {
  if (!valid(version)) return false;
  const found = new SemVer(version);
  return found.compare(minimum) >= 0 && found.major < 4;
}

/** The version that a `pulumi` binary states, without its leading v. */
async function probeVersion(binary: string): Promise<string> {
  const env = { ...process.env, PULUMI_SKIP_UPDATE_CHECK: "true" };
  const { stdout } = await exec(binary, ["version"], { env, timeout: 30_000 });
  return stdout.trim().replace(/^v/, "");
}

function executable(name: string): string {
  return process.platform === "win32" ? `${name}.exe` : name;
}

function exists(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}
