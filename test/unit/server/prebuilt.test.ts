import * as assert from "node:assert/strict";
import { formatProblem, hasSource, resolve, type ServerSettings, Target } from "../../../components/server";
import { folderOf, problemsOf } from "./folder";

const REFERENCE = `ghcr.io/acme/weather@sha256:${"a".repeat(64)}`;
const FASTMCP = 'from fastmcp import FastMCP\nmcp = FastMCP("x")\n';
const sourceOf = (run: string) => folderOf({ "server.py": `${FASTMCP}${run}\n` });
const pathsOf = (settings: ServerSettings) => problemsOf(() => resolve("weather", settings)).map(({ path }) => path);

describe("an image that exists already", () => {
  it("is all that a server needs: it is expected to speak HTTP on the default port", () => {
    const server = resolve("weather", { image: { reference: REFERENCE } });
    assert.deepEqual(server, {
      name: "weather",
      imageReference: REFERENCE,
      transport: "http",
      args: [],
      port: 8080,
      metricsPort: 8000,
      path: "/mcp",
      resources: { cpuLimit: 0.5, memoryLimit: "512Mi", cpuReservation: 0.25, memoryReservation: "256Mi" },
      health: {
        readinessPath: "/readyz",
        livenessPath: "/healthz",
        intervalSeconds: 30,
        timeoutSeconds: 10,
        startPeriodSeconds: 40,
        retries: 3,
      },
      probe: { kind: "tcp" },
      sessions: undefined,
      callTimeoutSeconds: 60,
      telemetry: false,
      exposesMetrics: false,
      bridge: { maxSessions: 7, idleTimeoutSeconds: 300, stateless: false },
      launchedByClient: false,
      develop: undefined,
      warnings: [],
    });
    assert.equal(hasSource(server), false);
  });

  it("gets what is known of it from the source, where that is there too; nothing is said of its dependencies", () => {
    const source = sourceOf('mcp.run(transport="http", host="127.0.0.1", port=9100, path="/api")');
    const server = resolve("weather", { source, image: { reference: REFERENCE } });
    const { transport, port, path, imageReference, runtime, warnings } = server;
    assert.deepEqual([transport, port, path, imageReference, runtime], ["http", 9100, "/api", REFERENCE, "python"]);
    assert.deepEqual(warnings, [
      "server.py listens on 127.0.0.1 only, which nothing outside its container reaches: leave the host out there, or use 0.0.0.0",
    ]);
    assert.equal(hasSource(server), true);
  });

  it("is started by its own command, not by what would start the source", () => {
    const source = folderOf({ "server.py": FASTMCP, "requirements.txt": "fastmcp\n" });
    const built = resolve("weather", { source, transport: "http", args: ["--fast"] });
    assert.deepEqual(built.args.slice(0, 2), ["run", "server.py"]);
    const settings = { source, transport: "http" as const, args: ["--fast"], image: { reference: REFERENCE } };
    assert.deepEqual(resolve("weather", settings).args, ["--fast"]);
  });

  it("is pinned by a digest or a version, as the policy says", () => {
    const check = (reference: string, pinning?: "refuse" | "warn" | "off") => {
      const settings = { image: { reference, ...(pinning && { pinning }) } };
      try {
        return resolve("weather", settings).warnings;
      } catch {
        return problemsOf(() => resolve("weather", settings)).map(formatProblem);
      }
    };
    assert.deepEqual(check("ghcr.io/acme/weather:1.4.2", "refuse"), []);
    const moves = "another image tomorrow\n  got:     ghcr.io/acme/weather";
    assert.match(check("ghcr.io/acme/weather:latest").join(), /^image\.reference: .*weather:latest has no version/);
    assert.ok(check("ghcr.io/acme/weather").join().includes(moves));
    assert.deepEqual(check("ghcr.io/acme/weather:stable"), [
      "image.reference: ghcr.io/acme/weather:stable has no version and may be another image tomorrow",
    ]);
    assert.match(check("ghcr.io/acme/weather:stable", "refuse").join(), /fix: +pin it/);
    assert.deepEqual(check("ghcr.io/acme/weather@sha256:abc"), [
      "image.reference: its digest is none\n  got:     sha256:abc\n  allowed: sha256: and 64 hexadecimal digits",
    ]);
  });

  it("has no bridge, so that a stdio server is started by clients", () => {
    const image = { reference: REFERENCE };
    const refused = {
      path: "transport",
      message: "a stdio server is served by a bridge in its image, which can't be added to one that exists already",
      got: "stdio",
      allowed: "http, or stdio with `launchedByClient: true`",
      fix: "set `launchedByClient: true` to have clients start the container, or `transport: http` if the image serves HTTP",
    };
    for (const settings of [{ transport: "stdio" as const }, { source: sourceOf("mcp.run()") }]) {
      assert.deepEqual(
        problemsOf(() => resolve("weather", { ...settings, image })),
        [refused],
      );
    }
    const { transport, launchedByClient } = resolve("x", { transport: "stdio", launchedByClient: true, image });
    assert.deepEqual([transport, launchedByClient], ["stdio", true]);
    assert.equal(resolve("x", { launchedByClient: true, image }).transport, "stdio");
    assert.deepEqual(pathsOf({ transport: "http", launchedByClient: true, image }), ["launchedByClient"]);
    assert.deepEqual(pathsOf({ transport: "sse" as "http", launchedByClient: true, image }), ["transport"]);
  });

  it("refuses each setting that tells how an image is built, or what is built into it", () => {
    const build = { dockerfile: "D", layout: "lightweight", base: "node:22", securityUpdates: true, buildSecrets: [] };
    const more = { systemPackages: [], buildPackages: [], buildArgs: {}, mirror: "m", caCertificate: "c" };
    const image = { reference: REFERENCE, ...build, ...more, refresh: "1", repository: "r" };
    const allowed = { pinning: "warn", scan: {}, platform: "linux/amd64", base: undefined } as const;
    assert.deepEqual(
      pathsOf({ image: image as object }).sort(),
      Object.keys({ ...build, ...more, refresh: "", repository: "" })
        .map((field) => `image.${field}`)
        .sort(),
    );
    assert.deepEqual(resolve("weather", { image: { reference: REFERENCE, ...allowed } }).warnings, []);
    assert.deepEqual(
      problemsOf(() => resolve("weather", { image: { reference: REFERENCE, mirror: "m" } })),
      [
        {
          path: "image.mirror",
          message: "says how an image is built, and image.reference names one that exists already",
          allowed: "image.reference, image.pinning, image.scan, image.platform",
          fix: "remove image.mirror, or image.reference to have the image built from `source`",
        },
      ],
    );
    const builtIn = { bridge: { maxSessions: 3 }, develop: {}, runtime: "node", entryPoint: "index.js" } as const;
    assert.deepEqual(pathsOf({ image: { reference: REFERENCE }, ...builtIn }), [
      "runtime",
      "entryPoint",
      "bridge",
      "develop",
    ]);
  });

  it("is refused by a target that runs processes, whether there is a source or not", () => {
    const image = { reference: "ghcr.io/acme/weather:1.4.2" };
    const refused = {
      path: "mcp:servers[0].image.reference",
      message: "an image runs in a container only, and the process target runs a server from its source",
      got: "ghcr.io/acme/weather:1.4.2",
      allowed: "a server with `source`, and without image.reference",
      fix: "deploy it with the target docker, or set `source` and remove image.reference",
    };
    const options = { path: "mcp:servers[0]", target: Target.Process };
    for (const settings of [{ image }, { image, source: sourceOf('mcp.run(transport="http")') }]) {
      assert.deepEqual(
        problemsOf(() => resolve("weather", settings, options)),
        [refused],
      );
      assert.equal(resolve("weather", settings, { target: Target.Docker }).imageReference, image.reference);
    }
  });

  it("is asked for when there is no source", () => {
    for (const settings of [{}, { image: { layout: "lightweight" as const } }]) {
      assert.deepEqual(
        problemsOf(() => resolve("weather", settings)),
        [
          {
            path: "source",
            message: "there is neither a source nor an image to deploy",
            allowed: "`source`, the folder of the server; or `image.reference`, an image that exists already",
            fix: "set `source`, or `image: { reference: ... }`",
          },
        ],
      );
    }
  });
});
