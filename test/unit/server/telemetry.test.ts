import * as assert from "node:assert/strict";
import { resolve, type ServerSettings, Target } from "../../../components/server";
import { folderOf, problemsOf } from "./folder";

const HTTP = 'from fastmcp import FastMCP\nmcp = FastMCP("x")\nmcp.run(transport="http")\n';
const python = (requirements = "fastmcp\n", files = {}) =>
  folderOf({ "server.py": HTTP, "requirements.txt": requirements, ...files });
const decided = (settings: ServerSettings, target?: Target) => {
  const { telemetry, exposesMetrics, probe } = resolve("weather", settings, target && { target });
  return [telemetry, exposesMetrics, probe.kind];
};

describe("the telemetry layer", () => {
  it("is loaded into an HTTP server, which then answers for its health", () => {
    assert.deepEqual(decided({ source: python() }), [true, true, "http"]);
  });

  it("leaves a server alone that serves metrics itself, unless it is asked for", () => {
    const source = python("fastmcp\nprometheus_client==0.26.0\n");
    assert.deepEqual(decided({ source }), [false, true, "tcp"]);
    assert.deepEqual(decided({ source, telemetry: true }), [true, true, "http"]);
  });

  it("leaves one alone that is not to have it: metrics are then expected where their port is set", () => {
    assert.deepEqual(decided({ source: python(), telemetry: false }), [false, false, "tcp"]);
    assert.deepEqual(decided({ source: python(), telemetry: false, metricsPort: 9100 }), [false, true, "tcp"]);
  });

  it("is in no image that somebody else builds", () => {
    const source = python(undefined, { Dockerfile: "FROM scratch\n" });
    assert.deepEqual(decided({ source }), [false, false, "tcp"]);
    assert.deepEqual(decided({ source }, Target.Process), [true, true, "http"]);
    const image = { reference: "ghcr.io/acme/weather:1.2.3" };
    assert.deepEqual(decided({ image }), [false, false, "tcp"]);
    assert.deepEqual(
      problemsOf(() => resolve("weather", { image, telemetry: true })),
      [
        {
          path: "telemetry",
          message: "the telemetry layer is built into an image, and can't be added to one that exists already",
          got: "image.reference: ghcr.io/acme/weather:1.2.3",
          fix: "remove `telemetry`, or `image.reference` to have the image built from `source`",
        },
      ],
    );
  });

  it("is not for a stdio server: in a container the bridge measures it", () => {
    const source = folderOf({ "server.py": HTTP.replace('transport="http"', ""), "requirements.txt": "fastmcp\n" });
    assert.deepEqual(decided({ source }), [false, true, "http"]);
    assert.deepEqual(decided({ source, launchedByClient: true }), [false, false, "tcp"]);
    assert.deepEqual(decided({ source }, Target.Process), [false, false, "http"]);
    assert.deepEqual(
      problemsOf(() => resolve("weather", { source, telemetry: true })),
      [
        {
          path: "telemetry",
          message: "a stdio server has no port for metrics; in a container the bridge measures it",
          got: "transport: stdio",
          allowed: "a server with `transport: http`",
          fix: "remove `telemetry`",
        },
      ],
    );
  });
});
