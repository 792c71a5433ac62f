import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { containerInputs } from "../../../components/docker/containerInputs";
import { developInputs } from "../../../components/docker/develop";
import { checkAdditions } from "../../../components/image/ownDockerfile";
import { type ResolvedServer, resolve, type ServerSettings } from "../../../components/server";
import { serviceProblems, targetProblems } from "../../../config/clashes";
import type { Server, Service } from "../../../config/plain";
import { makeFolder, removeFolders } from "../../support/folder";
import { dockerfileOf, NODE, PYTHON, STDIO, writeBelow } from "../image/support";

const AROUND = { containerName: "c", network: "n", image: "sha256:1", logsVolume: "l" };
const inputsOf = (server: ResolvedServer, resources?: { cpuLimit?: number }) => {
  const inputs = containerInputs(server, AROUND, { env: { LOG_LEVEL: "WARNING" } });
  return { ...inputs, ...developInputs(server, inputs, { resources }) };
};
const known = <T>(output: pulumi.Input<T>): Promise<T> =>
  new Promise((resolve) => void pulumi.output(output).apply((value) => resolve(value as T)));
const develop = (files: Record<string, string>, settings: Partial<ServerSettings> = {}): ResolvedServer =>
  resolve("weather", { source: makeFolder(files), develop: {}, ...settings });

describe("development in a container", () => {
  after(removeFolders);

  it("mounts the source read-only, and takes no more than that from production", async () => {
    const server = develop(PYTHON);
    const production = containerInputs({ ...server, develop: undefined }, AROUND, {});
    const inputs = inputsOf(server);
    assert.deepEqual(inputs.mounts, [{ type: "bind", source: server.source, target: "/app", readOnly: true }]);
    assert.equal(inputs.cpus, undefined);
    assert.deepEqual(inputs.ports, production.ports);
    for (const field of ["readOnly", "tmpfs", "capabilities", "securityOpts", "memory", "init"] as const) {
      assert.deepEqual(inputs[field], production[field], field);
    }
    const envs = (await known(inputs.envs)) as string[];
    assert.ok(envs.includes("DEBUG=true") && envs.includes("NODE_ENV=development"));
    assert.ok(envs.includes("LOG_LEVEL=WARNING") && !envs.includes("LOG_LEVEL=DEBUG"), "the user's own wins");
    assert.equal(inputsOf(server, { cpuLimit: 1 }).cpus, production.cpus);
  });

  it("hides packages of this machine, and keeps the logs where there is a folder for them", () => {
    const files = { ...NODE, "node_modules/zod/package.json": "{}", "logs/.keep": "" };
    const inputs = inputsOf(develop(files, { transport: "http" }));
    assert.equal((inputs.tmpfs as Record<string, string>)["/app/node_modules"], "ro,size=4k");
    assert.deepEqual((inputs.mounts as unknown[])[1], { type: "volume", source: "l", target: "/app/logs" });
  });

  it("publishes a debugger on this machine only, and only when asked", () => {
    const python = develop(PYTHON, { develop: { debugPort: 7000 } });
    assert.deepEqual((inputsOf(python).ports as unknown[])[1], {
      internal: 5678,
      external: 7000,
      ip: "127.0.0.1",
      protocol: "tcp",
    });
    assert.match(dockerfileOf(python), /"-u", "\/opt\/mcp-develop\/debug\/debugpy", "--listen", "0.0.0.0:5678", /);
    assert.doesNotMatch(dockerfileOf(develop(PYTHON)), /debugpy|requirements-debug/);
    const node = dockerfileOf(develop(NODE, { transport: "http", develop: { debugPort: 7000 } }));
    assert.match(
      node,
      /"--watch-kill-signal=SIGKILL", "--inspect=0.0.0.0:9229", "--import=\/opt\/mcp-telemetry\/register.mjs", "\/app\/index.js"\]$/m,
    );
  });

  it("builds from the files that decide about the dependencies only: an edit changes no image", () => {
    const source = makeFolder(PYTHON);
    const project = makeFolder();
    const build = () => writeBelow(project, { source, develop: {} });
    const before = build();
    writeFileSync(path.join(source, "server.py"), `${PYTHON["server.py"]}\n# edited\n`);
    assert.deepEqual(build(), before);
    writeFileSync(path.join(source, "requirements.txt"), "fastmcp==4.1.1\n");
    assert.notEqual(build().digest, before.digest);
  });

  it("starts what restarts the server: watchfiles, Node itself, or the bridge", () => {
    assert.match(
      dockerfileOf(develop(PYTHON)),
      /^CMD \["python", "-I", "-S", "\/opt\/mcp-develop\/reload.py", "python", "-u", "\/app\/server.py"\]$/m,
    );
    const node = dockerfileOf(develop(NODE, { transport: "http" }));
    assert.match(node, /^CMD \["node", "--watch-path=\/app", "--watch-preserve-output", /m);
    assert.match(node, /^COPY --from=build \/app\/node_modules \/node_modules$/m);
    const bridged = dockerfileOf(develop(STDIO));
    assert.match(bridged, /^CMD \["python", "-I", "-S", "\/opt\/mcp-bridge\/bridge.py", "python", "-u", /m);
    for (const text of [node, bridged]) assert.doesNotMatch(text, /^COPY \. \.$/m);
  });

  it("leaves production alone", () => {
    const { develop: _, ...server } = develop(PYTHON);
    const text = dockerfileOf({ ...server, develop: undefined });
    assert.doesNotMatch(text, /mcp-develop/);
    assert.deepEqual(developInputs({ ...server, develop: undefined }, {} as never, {}), {});
  });

  it("is not for a server with a Dockerfile of its own", () => {
    const found = checkAdditions({ path: "Dockerfile", text: "FROM python:3.11-slim" }, develop(PYTHON));
    assert.deepEqual(
      found.problems.map(({ path }) => path),
      ["develop"],
    );
  });
});

describe("a process beside a Docker stack", () => {
  const server: Server = { name: "weather", source: ".", target: "process", services: ["db"] };

  it("is all that may run elsewhere than the rest of the stack", () => {
    assert.deepEqual(targetProblems([server], "docker"), []);
    assert.deepEqual(targetProblems([server], "process"), []);
    assert.deepEqual(
      targetProblems([{ ...server, target: "kubernetes" }], "docker").map(({ path, got, allowed }) => [
        path,
        got,
        allowed,
      ]),
      [["mcp:servers[0].target", "kubernetes", "docker, process"]],
    );
    assert.equal(targetProblems([{ ...server, target: "docker" }], "process").length, 1);
  });

  it("needs its services published", () => {
    const service = (settings: object): Service => ({ name: "db", kind: "image", image: "postgres:17", ...settings });
    const paths = (settings: object) => serviceProblems([server], [service(settings)]).map(({ path }) => path);
    assert.deepEqual(paths({}), ["mcp:services[0].publish"]);
    assert.deepEqual(paths({ publish: 5432 }), []);
    assert.deepEqual(paths({ kind: "redis", image: undefined }), []);
  });
});
