import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { findOnPath } from "../../cli/command";
import { makeFolder, removeFolders } from "../support/folder";
import { findHosts, type Hosts } from "../support/languageProject";
import { run } from "../support/packed";
import { REPOSITORY } from "../support/stack";

/** A language for which an SDK is generated. */
interface Sdk {
  language: string;
  /** Programs that compile it; without them it is generated all the same. */
  compilers: string[];
  compile(folder: string, env: NodeJS.ProcessEnv): Promise<unknown>;
  /** How the SDK says that McpCheck asks for `server`, that a transport is "http", and what health checks are called. */
  says: RegExp[];
}

const SDKS: Sdk[] = [
  {
    language: "nodejs",
    compilers: [],
    compile: (folder, env) => {
      symlinkSync(path.join(REPOSITORY, "node_modules"), path.join(folder, "node_modules"));
      const tsc = path.join(REPOSITORY, "node_modules", "typescript", "bin", "tsc");
      return run("node", [tsc, "-p", folder, "--noEmit"], { env });
    },
    says: [/ server: pulumi\.Input<string>/, /Http: "http"/, /interface HealthArgs\b/],
  },
  {
    language: "python",
    compilers: ["python3"],
    compile: (folder, env) => run("python3", ["-m", "compileall", "-q", folder], { env }),
    says: [/ server: pulumi\.Input\[_builtins\.str\],/, /HTTP = "http"/, /class HealthArgs:/],
  },
  {
    language: "go",
    compilers: ["gofmt"],
    // examples/go compiles it in languages.test.ts, with the SDK of Pulumi.
    compile: async (folder, env) => {
      assert.equal((await run("gofmt", ["-l", folder], { env })).stdout, "");
    },
    says: [/Server string `pulumi:"server"`/, /TransportHttp += Transport\("http"\)/, /type HealthArgs struct/],
  },
  {
    language: "java",
    compilers: ["mvn", "javac"],
    compile: compileJava,
    says: [/MissingRequiredPropertyException\("McpCheckArgs", "server"\)/, /Http\("http"\)/, /class HealthArgs\b/],
  },
  {
    language: "dotnet",
    compilers: ["dotnet"],
    compile: (folder, env) => run("dotnet", ["build", "-nologo", folder], { env }),
    says: [/Input\("server", required: true\)/, /Http \{ get; \} = new Transport\("http"\)/, /class HealthArgs\b/],
  },
];

describe("the SDKs that Pulumi generates", function () {
  this.timeout(600_000);
  let hosts: Hosts;
  let schema: string;
  // The SDK for C# carries a logo, which its generator downloads.
  const logo = createServer((_, response) => response.end("logo"));

  before(async () => {
    hosts = await findHosts();
    await new Promise<void>((done) => logo.listen(0, "127.0.0.1", done));
    const made = JSON.parse(readFileSync(path.join(REPOSITORY, "schema.json"), "utf8"));
    const logoUrl = `http://127.0.0.1:${(logo.address() as AddressInfo).port}/logo.png`;
    schema = path.join(makeFolder({ "schema.json": JSON.stringify({ ...made, logoUrl }) }), "schema.json");
  });
  after(() => {
    logo.close();
    removeFolders();
  });

  for (const { language, compilers, compile, says } of SDKS) {
    it(`${language}: required fields, enums and descriptions are those of the args, and it compiles`, async function () {
      const PATH = hosts.path;
      if (!(await findOnPath(`pulumi-language-${language}`, { PATH }))) {
        process.stderr.write(`    skipped: pulumi-language-${language} is not installed on this machine\n`);
        this.skip();
      }
      const out = makeFolder();
      const env = { ...process.env, PATH, PULUMI_SKIP_UPDATE_CHECK: "true", PULUMI_HOME: makeFolder() };
      const args = ["package", "gen-sdk", schema, "--language", language, "--out", out];
      await run(hosts.engine.binary, args, { env });
      const folder = path.join(out, language);
      const text = sources(folder);
      const wanted = [...says, /Name of the server, for messages\./];
      assert.deepEqual(
        wanted.filter((part) => !part.test(text)),
        [],
      );
      assert.ok(!/ArgsArgs\b/.test(text));
      for (const compiler of compilers) {
        if (!(await findOnPath(compiler, { PATH }))) {
          process.stderr.write(`    not compiled: ${compiler} is not installed on this machine\n`);
          return;
        }
      }
      await compile(folder, env).catch((error) => assert.fail(`${error.stdout}${error.stderr}`));
    });
  }
});

/** All that an SDK says. */
const sources = (folder: string): string =>
  files(folder)
    .map((file) => readFileSync(file, "utf8"))
    .join("\n");

const files = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => /\.(ts|py|go|java|cs)$/.test(file))
    .map((file) => path.join(folder, file));

/** With the dependencies that the SDK itself names, for Gradle. */
async function compileJava(folder: string, env: NodeJS.ProcessEnv): Promise<void> {
  const named = readFileSync(path.join(folder, "build.gradle"), "utf8").matchAll(/implementation\("(.+):(.+):(.+)"\)/g);
  const dependencies = [...named].map(
    ([, group, name, version]) =>
      `<dependency><groupId>${group}</groupId><artifactId>${name}</artifactId><version>${version}</version></dependency>`,
  );
  writeFileSync(
    path.join(folder, "pom.xml"),
    `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion><groupId>sdk</groupId>
<artifactId>sdk</artifactId><version>1</version><dependencies>${dependencies.join("")}</dependencies></project>`,
  );
  const paths = ["-q", "-B", "dependency:build-classpath", "-Dmdep.outputFile=classpath"];
  await run("mvn", paths, { cwd: folder, env });
  mkdirSync(path.join(folder, "classes"));
  const classpath = readFileSync(path.join(folder, "classpath"), "utf8");
  await run("javac", ["-proc:none", "-nowarn", "-d", "classes", "-cp", classpath, ...files(folder)], {
    cwd: folder,
    env,
  });
}
