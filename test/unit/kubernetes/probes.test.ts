import assert from "node:assert/strict";
import { removeFolders } from "../../support/folder";
import { containerOf, deploy, HTTP, STDIO } from "./support";

const WITH_PATHS = {
  ...HTTP,
  "health.py": 'LIVE = "/healthz"\nREADY = "/readyz"\n',
};

const probesOf = async (args = {}, files: Record<string, string> = HTTP) => {
  const { startupProbe, livenessProbe, readinessProbe } = containerOf((await deploy(args, { files })).resources);
  return { startupProbe, livenessProbe, readinessProbe };
};

describe("probes", () => {
  after(removeFolders);

  it("connect to the port of a server that says nothing of its health, at the guidelines' times", async () => {
    const tcpSocket = { port: "http" };
    assert.deepEqual(await probesOf({ telemetry: false }), {
      startupProbe: { tcpSocket, periodSeconds: 2, timeoutSeconds: 2, failureThreshold: 20 },
      livenessProbe: { tcpSocket, initialDelaySeconds: 30, periodSeconds: 10, timeoutSeconds: 10, failureThreshold: 3 },
      readinessProbe: { tcpSocket, initialDelaySeconds: 5, periodSeconds: 5, timeoutSeconds: 5, failureThreshold: 3 },
    });
  });

  it("ask for the paths that the server's code has, and until it has started for its life only", async () => {
    const { startupProbe, livenessProbe, readinessProbe } = await probesOf({}, WITH_PATHS);
    assert.deepEqual(startupProbe.httpGet, { path: "/healthz", port: "http" });
    assert.deepEqual(livenessProbe.httpGet, { path: "/healthz", port: "http" });
    assert.deepEqual(readinessProbe.httpGet, { path: "/readyz", port: "http" });
  });

  it("ask the telemetry layer, which answers both paths", async () => {
    const { livenessProbe, readinessProbe } = await probesOf();
    assert.deepEqual(livenessProbe.httpGet, { path: "/healthz", port: "http" });
    assert.deepEqual(readinessProbe.httpGet, { path: "/readyz", port: "http" });
  });

  it("ask the bridge of a stdio server, which answers both paths", async () => {
    const { livenessProbe, readinessProbe } = await probesOf({}, STDIO);
    assert.deepEqual(livenessProbe.httpGet, { path: "/healthz", port: "http" });
    assert.deepEqual(readinessProbe.httpGet, { path: "/readyz", port: "http" });
  });

  it("run a command when one is given", async () => {
    const command = ["python", "health.py"];
    const { startupProbe, livenessProbe, readinessProbe } = await probesOf({ health: { command } });
    for (const probe of [startupProbe, livenessProbe, readinessProbe]) {
      assert.deepEqual(probe.exec, { command });
      assert.deepEqual([probe.httpGet, probe.tcpSocket], [undefined, undefined]);
    }
  });

  it("take the server's own numbers: its time to start, its retries and its time to answer", async () => {
    const health = {
      readinessPath: "/up",
      livenessPath: "/alive",
      startPeriodSeconds: 121,
      retries: 5,
      timeoutSeconds: 3,
    };
    assert.deepEqual(await probesOf({ health }), {
      startupProbe: {
        httpGet: { path: "/alive", port: "http" },
        periodSeconds: 2,
        timeoutSeconds: 2,
        failureThreshold: 61,
      },
      livenessProbe: {
        httpGet: { path: "/alive", port: "http" },
        initialDelaySeconds: 30,
        periodSeconds: 10,
        timeoutSeconds: 3,
        failureThreshold: 5,
      },
      readinessProbe: {
        httpGet: { path: "/up", port: "http" },
        initialDelaySeconds: 5,
        periodSeconds: 5,
        timeoutSeconds: 3,
        failureThreshold: 5,
      },
    });
  });

  it("let a server that needs no time to start fail as often as any other", async () => {
    const { startupProbe } = await probesOf({ health: { startPeriodSeconds: 0 } });
    assert.equal(startupProbe.failureThreshold, 3);
  });

  it("never ask the MCP endpoint, which answers no GET, and name no host", async () => {
    for (const files of [HTTP, WITH_PATHS, STDIO]) {
      const text = JSON.stringify(await probesOf({}, files));
      assert.ok(!text.includes("/mcp") && !text.includes('"host"'), text);
    }
  });
});
