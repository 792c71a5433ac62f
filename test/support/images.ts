import { execFileSync, spawnSync } from "node:child_process";
import { delimiter, join } from "node:path";

/** What a command printed and how it ended. */
export interface Run {
  code: number;
  output: string;
}

/** Runs the Docker command line and returns what it printed on stdout; throws with stderr when it fails. */
export function docker(...args: string[]): string {
  const { code, output } = tryDocker(...args);
  if (code !== 0) throw new Error(`docker ${args.slice(0, 3).join(" ")} failed (exit code ${code}): ${output}`);
  return output.trim();
}

/** Runs the Docker command line, whatever comes of it. */
export function tryDocker(...args: string[]): Run {
  const { status, stdout, stderr, error } = spawnSync(commandLine(), args, {
    encoding: "utf8",
    env: ENV,
    maxBuffer: 2 ** 28,
    timeout: 300_000,
  });
  return { code: status ?? 1, output: status === 0 ? stdout : `${stdout}${stderr}${error?.message ?? ""}` };
}

/** Why no image can be built with BuildKit here; undefined when one can. */
export function buildKitMissing(): string | undefined {
  try {
    commandLine();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/** Builds an image and returns its tag. */
export function build(
  tag: string,
  dockerfile: string,
  context: string,
  buildArgs: Record<string, string> = {},
): string {
  const args = Object.entries(buildArgs).flatMap(([name, value]) => ["--build-arg", `${name}=${value}`]);
  docker("build", "--quiet", "--tag", tag, "--file", dockerfile, ...args, context);
  return tag;
}

/** Builds an image again and returns the steps of its stages that were not cached. */
export function uncachedSteps(tag: string, dockerfile: string, context: string): string[] {
  const args = ["build", "--progress", "plain", "--tag", tag, "--file", dockerfile, context];
  const { status, stderr } = spawnSync(commandLine(), args, { encoding: "utf8", env: ENV, timeout: 300_000 });
  if (status !== 0) throw new Error(`docker build failed: ${stderr}`);
  const cached = new Set([...stderr.matchAll(/^#(\d+) CACHED$/gm)].map((match) => match[1]));
  const steps = [...stderr.matchAll(/^#(\d+) \[\S+ \d+\/\d+\] ((?!FROM).*)$/gm)];
  if (cached.size === 0 || steps.length === 0) throw new Error(`the log of the build can't be read: ${stderr}`);
  return steps.flatMap(([, id, step]) => (cached.has(id) || step === undefined ? [] : [step]));
}

/** The files of an image, absolute, as a container of it has them. */
export function filesOf(image: string): string[] {
  const id = docker("create", image);
  try {
    const tar = execFileSync("sh", ["-c", `"$0" export ${id} | tar -t`, commandLine()], {
      encoding: "utf8",
      env: ENV,
      maxBuffer: 2 ** 28,
    });
    return tar.split("\n").map((file) => `/${file}`);
  } finally {
    docker("rm", "--force", id);
  }
}

/** Bytes of an image, and of folders in it. */
export const sizeOf = (image: string): number => Number(docker("image", "inspect", "--format", "{{.Size}}", image));
export function folderSize(image: string, folder: string): number {
  const printed = docker(
    "run",
    "--rm",
    "--user",
    "0",
    "--entrypoint",
    "du",
    image,
    "-s",
    "--apparent-size",
    "--block-size=1",
    folder,
  );
  return Number(printed.split(/\s/)[0]);
}

const ENV = { ...process.env, DOCKER_BUILDKIT: "1", BUILDKIT_PROGRESS: "plain" };
let found: string | undefined;

/** The first docker on PATH that builds with BuildKit: itself before version 23, by its plugin buildx since. */
function commandLine(): string {
  if (found) return found;
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    const candidate = join(folder, "docker");
    const { status, stdout } = spawnSync(candidate, ["version", "--format", "{{.Client.Version}}"], {
      encoding: "utf8",
    });
    if (status !== 0) continue;
    if (Number.parseInt(stdout, 10) < 23 || spawnSync(candidate, ["buildx", "version"]).status === 0) {
      found = candidate;
      return candidate;
    }
  }
  throw new Error("no docker command line with BuildKit is on PATH");
}
