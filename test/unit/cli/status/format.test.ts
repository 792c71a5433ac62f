import assert from "node:assert/strict";
import type { Row } from "../../../../cli/status/collect";
import { bytes, duration, isWell, statusJson, statusText } from "../../../../cli/status/format";
import { Health, Missing, noReadings, notRunning } from "../../../../cli/status/report";

const noMetrics = new Missing("no metrics: nothing listens on port 8000");
const ROWS: Row[] = [
  {
    entry: {
      name: "weather",
      role: "server",
      target: "kubernetes",
      place: { kind: "workload", workload: "Deployment", namespace: "mcp", object: "weather" },
      output: { target: "kubernetes", url: "http://weather.mcp.svc/mcp", tools: ["now", "week"] },
    },
    health: Health.Healthy,
    ready: { count: 2, wanted: 2 },
    readings: {
      uptimeSeconds: 273_900,
      restarts: 1,
      memoryBytes: 103_074_202,
      memoryLimitBytes: 2 * 1024 ** 3,
      cpuCores: 0.12345,
      requestsPerSecond: 12.3456,
      errorsPerSecond: 0,
    },
  },
  {
    entry: {
      name: "files",
      role: "server",
      target: "process",
      place: { kind: "client" },
      output: { target: "process", tools: ["read"] },
    },
    health: new Missing("its clients start it"),
    readings: noReadings("its clients start it"),
  },
  {
    entry: { name: "redis", role: "service", target: "docker", place: { kind: "container", container: "mcp-redis" } },
    health: Health.Unhealthy,
    reason: "it ended (exit code 1), and is started again soon",
    readings: { ...notRunning({ health: Health.Unhealthy }, 7).readings, requestsPerSecond: noMetrics },
  },
];

describe("status as text", () => {
  it("has a line each, and below what is to be said", () => {
    assert.equal(
      statusText(ROWS),
      [
        "NAME     TARGET      HEALTH                 UPTIME  RESTARTS  MEMORY            CPU    REQ/S  ERR/S  TOOLS  URL",
        "weather  kubernetes  healthy, 2 of 2 ready  3d 4h   1         98.3 MiB / 2 GiB  12.3%  12.3   0      2      http://weather.mcp.svc/mcp",
        "files    process     -                      -       -         -                 -      -      -      1      -",
        "redis    docker      unhealthy              -       7         -                 -      -      -      -      -",
        "",
        "files: its clients start it",
        "redis: it ended (exit code 1), and is started again soon",
      ].join("\n"),
    );
  });

  it("says once what is true of several", () => {
    const lost = (name: string): Row => ({
      entry: { name, role: "server", target: "docker" },
      health: new Missing("no engine"),
      readings: noReadings("it could not be asked"),
    });
    assert.equal(
      statusText([lost("a"), lost("b")])
        .split("\n")
        .at(-1),
      "a, b: no engine",
    );
  });

  it("cuts the URL where the terminal is narrow", () => {
    const [, line = ""] = statusText(ROWS, 120).split("\n");
    assert.equal(line.length, 120);
    assert.ok(line.endsWith("…"), line);
  });
});

describe("status as JSON", () => {
  it("has null for what can't be had, and why", () => {
    const { servers, services, ...rest } = statusJson("prod", ROWS) as Record<string, Record<string, unknown>>;
    assert.deepEqual(rest, { stack: "prod", healthy: false });
    assert.deepEqual(servers?.weather, {
      target: "kubernetes",
      health: "healthy",
      uptimeSeconds: 273_900,
      restarts: 1,
      memoryBytes: 103_074_202,
      memoryLimitBytes: 2 * 1024 ** 3,
      cpuCores: 0.123,
      requestsPerSecond: 12.346,
      errorsPerSecond: 0,
      tools: 2,
      url: "http://weather.mcp.svc/mcp",
      readyReplicas: 2,
      replicas: 2,
      missing: {},
    });
    const files = servers?.files as Record<string, unknown>;
    assert.deepEqual([files.health, files.tools, files.url, files.cpuCores], [null, 1, null, null]);
    assert.equal((files.missing as Record<string, string>).url, "its clients start it");
    const redis = services?.redis as Record<string, unknown>;
    assert.deepEqual([redis.health, redis.restarts, redis.reason], ["unhealthy", 7, ROWS[2]?.reason]);
    assert.deepEqual(redis.missing, {
      uptimeSeconds: "it does not run",
      memoryBytes: "it does not run",
      memoryLimitBytes: "it does not run",
      cpuCores: "it does not run",
      requestsPerSecond: "no metrics: nothing listens on port 8000",
      errorsPerSecond: "it does not run",
      tools: "a service has none",
      url: "a service has none",
    });
  });

  it("is well when all that is to run is healthy", () => {
    const [weather, files, redis] = ROWS as [Row, Row, Row];
    assert.equal(isWell([weather, files]), true);
    assert.equal(isWell([weather, files, redis]), false);
    const unasked: Row = { ...redis, health: new Missing("no engine") };
    assert.equal(isWell([weather, unasked]), false);
    assert.equal(isWell([]), true);
  });
});

describe("sizes and times for people", () => {
  it("are in the unit that fits", () => {
    const sizes: [number, string][] = [
      [0, "0 MiB"],
      [1_600_000, "1.5 MiB"],
      [536_870_912, "512 MiB"],
      [1_610_612_736, "1.5 GiB"],
    ];
    for (const [size, text] of sizes) assert.equal(bytes(size), text);
    const times: [number, string][] = [
      [0, "0s"],
      [59, "59s"],
      [60, "1m 0s"],
      [3_599, "59m 59s"],
      [3_600, "1h 0m"],
      [86_399, "23h 59m"],
      [90_000, "1d 1h"],
    ];
    for (const [seconds, text] of times) assert.equal(duration(seconds), text);
  });
});
