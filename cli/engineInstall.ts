import { spawn } from "node:child_process";
import { rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { PulumiCommand } from "@pulumi/pulumi/automation";
import { SemVer } from "semver";
import { exec } from "./command";

/** What an attempt gets: it must leave a working `bin/pulumi` under `root`. */
export interface AttemptContext {
  /** A fresh folder with an empty `bin` in it. */
  root: string;
  version: string;
  env: NodeJS.ProcessEnv;
  /** Says what is being done now. */
  report: (text: string) => void;
}

/** One way to fetch an engine. */
export interface Attempt {
  name: string;
  /** What a user can do so that it works next time. */
  fix: string;
  run(context: AttemptContext): Promise<void>;
}

/** The release asked for, as Pulumi's own install script brings it: the whole distribution, language hosts included. */
export const officialInstaller: Attempt = {
  name: "official installer",
  fix: "allow this machine to download from get.pulumi.com, or set HTTPS_PROXY and NODE_USE_ENV_PROXY=1",
  async run({ root, version, report }) {
    report(`Downloading the Pulumi engine ${version} ...`);
    const minutes = 10;
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`no result after ${minutes} minutes.`)), minutes * 60_000);
    });
    try {
      await Promise.race([PulumiCommand.install({ root, version: new SemVer(version) }), timeout]);
    } finally {
      clearTimeout(timer);
    }
  },
};

/** The Go that the engine's module asks for, and the oldest one that can fetch it by itself. */
const GO_NEEDED = "1.26.6";
const GO_THAT_FETCHES = "1.21.0";
const MODULE = "github.com/pulumi/pulumi/pkg/v3";

/**
 * How the official release is built, and two savings of a tenth to a fifth of the time each. What `-w` throws away in the
 * end, debugging information, the compiler does not make in the first place. And a library of generics upon generics that
 * takes a quarter of the time, and serves the command `pulumi cloud` alone, is left unoptimised.
 */
const BUILD_FLAGS = [
  "-trimpath",
  "-tags=osusergo,grpcnotrace",
  "-gcflags=all=-dwarf=false",
  "-gcflags=github.com/pb33f/libopenapi/...=-dwarf=false -N -l",
];

/** The engine alone, compiled from the official source. Takes about four minutes of two cores. */
export const goBuild: Attempt = {
  name: "build from the Go module",
  fix: `install Go ${GO_NEEDED} or newer, and allow it to download modules (GOPROXY)`,
  async run({ root, version, env, report }) {
    await requireGo(env);
    report(`Building the Pulumi engine ${version} from its Go module (about 4 minutes) ...`);
    const module = [`module engine`, `go ${GO_NEEDED}`, `tool ${MODULE}/cmd/pulumi`, `require ${MODULE} v${version}`];
    await writeFile(join(root, "go.mod"), `${module.join("\n\n")}\n`);
    // The version is stamped as the official release does it; without, the engine says that it is a development build.
    const stamp = `-s -w -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v${version}`;
    const output = join("bin", process.platform === "win32" ? "pulumi.exe" : "pulumi");
    await run("go", ["build", ...BUILD_FLAGS, "-o", output, "-ldflags", stamp, `${MODULE}/cmd/pulumi`], root, {
      // Hundreds of short compilers, of which few would ever fill this: collecting their garbage takes a fifth of the time.
      GOGC: "off",
      GOMEMLIMIT: "1GiB",
      ...env,
      // -mod=mod: the go.mod above states the one requirement, Go adds the rest. No cgo: no C compiler is needed.
      GOFLAGS: `${env.GOFLAGS ?? ""} -mod=mod -buildvcs=false`.trim(),
      GOWORK: "off",
      CGO_ENABLED: "0",
    });
    for (const name of ["go.mod", "go.sum"]) await rm(join(root, name), { force: true });
  },
};

async function requireGo(env: NodeJS.ProcessEnv): Promise<void> {
  const printed = await exec("go", ["version"], { env }).catch(() => undefined);
  const found = /go(\d+\.\d+(?:\.\d+)?)/.exec(printed?.stdout ?? "")?.[1];
  if (found === undefined) throw new Error("Go is not installed.");
  const version = new SemVer(/\.\d+\./.test(found) ? found : `${found}.0`);
  if (version.compare(GO_NEEDED) >= 0) return;
  const { stdout } = await exec("go", ["env", "GOTOOLCHAIN"], { env }).catch(() => ({ stdout: "local" }));
  if (version.compare(GO_THAT_FETCHES) < 0 || stdout.trim().startsWith("local")) {
    throw new Error(`Go ${found} is too old.`);
  }
}

/** Runs a build and rejects with the last lines that it printed. */
function run(command: string, args: string[], cwd: string, env: NodeJS.ProcessEnv): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env, stdio: ["ignore", "ignore", "pipe"] });
    const tail: string[] = [];
    createInterface({ input: child.stderr }).on("line", (line) => {
      if (line.startsWith("go: downloading ")) return;
      tail.push(line);
      if (tail.length > 8) tail.shift();
    });
    child.on("error", reject);
    child.on("close", (code) => {
      if (code === 0) resolve();
      else reject(new Error([`${command} ${args[0]} failed with exit code ${code}.`, ...tail].join("\n")));
    });
  });
}

/** The folder of the installed npm package @pulumi/pulumi. */
export function pulumiPackage(): string {
  return dirname(require.resolve("@pulumi/pulumi/package.json"));
}
