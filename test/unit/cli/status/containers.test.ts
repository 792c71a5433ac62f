import assert from "node:assert/strict";
import type Docker from "dockerode";
import { containerCondition, usageOf } from "../../../../cli/status/docker";
import { Missing } from "../../../../cli/status/report";

const NOW = Date.parse("2026-11-24T12:00:00Z");
const ago = (seconds: number) => new Date(NOW - seconds * 1_000).toISOString();

/** How a container is whose engine says this of it. */
function condition(state: Partial<Docker.ContainerInspectInfo["State"]>, problem?: string, startSeconds?: number) {
  const running = {
    Running: true,
    Restarting: false,
    Paused: false,
    OOMKilled: false,
    ExitCode: 0,
    StartedAt: ago(100),
  };
  const State = { ...running, ...state } as Docker.ContainerInspectInfo["State"];
  return containerCondition({ State }, problem, startSeconds, NOW);
}
const checked = (Status: string, Output = "") => ({
  Health: { Status, FailingStreak: 3, Log: [{ Start: "", End: "", ExitCode: 1, Output }] },
});

describe("condition of a container", () => {
  it("of a server is what its readiness path says", () => {
    assert.deepEqual(condition({}, undefined, 40), { health: "healthy" });
    const reason = "GET /readyz answers HTTP 503";
    assert.deepEqual(condition({}, reason, 40), { health: "unhealthy", reason });
    assert.deepEqual(condition({ StartedAt: ago(39) }, reason, 40), { health: "starting", reason });
    assert.deepEqual(condition({ StartedAt: ago(40) }, reason, 40), { health: "unhealthy", reason });
  });

  it("goes before a health check that has not asked yet, but not before one that fails", () => {
    assert.deepEqual(condition(checked("starting"), undefined, 40), { health: "healthy" });
    const reason = "its health check fails: exit 1";
    assert.deepEqual(condition(checked("unhealthy", "exit 1\n"), undefined, 40), { health: "unhealthy", reason });
  });

  it("of a service is what its health check says; it has run without one", () => {
    assert.deepEqual(condition(checked("starting")), { health: "starting" });
    assert.deepEqual(condition(checked("healthy")), { health: "healthy" });
    assert.deepEqual(condition(checked("unhealthy")), { health: "unhealthy", reason: "its health check fails" });
    assert.deepEqual(condition({}), { health: "healthy" });
  });

  it("of what does not run says how it ended", () => {
    const mend = "npx mcp-deploy refresh, then npx mcp-deploy up";
    const stopped = { Running: false, ExitCode: 3 };
    assert.deepEqual(condition(stopped), { health: "stopped", reason: `it ended (exit code 3): ${mend}` });
    const killed = { ...stopped, ExitCode: 137, OOMKilled: true };
    const reason = `it ended (it used more memory than its limit): ${mend}`;
    assert.deepEqual(condition(killed), { health: "stopped", reason });
    const restarting = { Restarting: true, ExitCode: 3 };
    const again = "it ended (exit code 3), and is started again soon";
    assert.deepEqual(condition(restarting), { health: "unhealthy", reason: again });
    assert.deepEqual(condition({ Paused: true }, "timeout", 40).health, "stopped");
  });
});

describe("use of a container", () => {
  const stats = (memory: object, before: object = { system_cpu_usage: 10e9 }) =>
    ({
      memory_stats: memory,
      cpu_stats: { cpu_usage: { total_usage: 5.5e9 }, system_cpu_usage: 12e9, online_cpus: 2 },
      precpu_stats: { cpu_usage: { total_usage: 5e9 }, ...before },
    }) as Docker.ContainerStats;
  const unknown = new Missing("the engine does not say it");

  it("is what docker stats shows, with both versions of cgroups", () => {
    const v1 = stats({ usage: 100, stats: { total_inactive_file: 30, inactive_file: 1 } });
    assert.deepEqual(usageOf(v1), { memoryBytes: 70, cpuCores: 0.5 });
    assert.equal(usageOf(stats({ usage: 100, stats: { inactive_file: 40 } })).memoryBytes, 60);
    assert.equal(usageOf(stats({ usage: 100 })).memoryBytes, 100);
  });

  it("is missing where the engine does not know it", () => {
    assert.deepEqual(usageOf(stats({}, {})), { memoryBytes: unknown, cpuCores: unknown });
  });
});
