import assert from "node:assert/strict";
import type Docker from "dockerode";
import { describeWithDocker, docker } from "../support/docker";
import { eventually } from "../support/eventually";
import { removeFolders } from "../support/folder";
import { callTool } from "../support/mcpClient";
import { HOOK, IMAGES, plainServer } from "../support/monitoredStack";
import { ask } from "../support/prometheus";
import { freePort, TestStack } from "../support/stack";

const HOUR = 3600;
/** End of the old data: on an even hour of UTC, where blocks end. */
const OLD_END = Math.floor(Date.now() / 1000 / (2 * HOUR)) * 2 * HOUR - 4 * HOUR;
const OLD_START = OLD_END - 24 * HOUR;
const SERIES = 100;
/** When Prometheus last stored anything of the server. */
const LAST_UP = 'max(timestamp(up{server="plain"}))';
const MEBIBYTE = 1024 ** 2;

/** Blocks of two hours with what was measured a day long: random numbers, which hardly shrink. */
const OLD_DATA = `
awk 'BEGIN {
  print "# TYPE old gauge"
  for (t = ${OLD_START}; t < ${OLD_END}; t += 15) for (i = 0; i < ${SERIES}; i++) printf "old{i=\\"%d\\"} %.9f %d\\n", i, rand(), t
  print "# EOF"
}' > /tmp/old.txt &&
promtool tsdb create-blocks-from openmetrics /tmp/old.txt /tmp/old > /dev/null &&
cp -r /tmp/old/* /prometheus && chown -R 65534:65534 /prometheus`;

describeWithDocker(
  "a Prometheus whose volume has a quota",
  function () {
    this.timeout(300_000);
    const engine = docker();
    let stack: TestStack;
    let prometheus: number;
    let helper: Docker.Container;

    const volumeOf = (name: string) => `mcp-${stack.name}-${name}-data`;
    const logOf = async (name: string): Promise<string> =>
      (await engine.getContainer(`mcp-${stack.name}-${name}`).logs({ stdout: true, stderr: true })).toString();
    const query = async (text: string, time?: number): Promise<number | undefined> => {
      const [series] = await ask(`http://127.0.0.1:${prometheus}`, text, time === undefined ? {} : { time });
      return series?.values[0]?.[1];
    };
    /** Runs a shell command on the volume, as root. */
    async function onVolume(command: string): Promise<{ code: number | null; output: string }> {
      const exec = await helper.exec({ Cmd: ["sh", "-c", command], AttachStdout: true, AttachStderr: true, Tty: true });
      const stream = await exec.start({ Tty: true });
      let output = "";
      for await (const chunk of stream) output += chunk;
      return { code: (await exec.inspect()).ExitCode, output };
    }
    const bytesUsed = async (): Promise<number> =>
      Number.parseInt((await onVolume("du -sk /prometheus")).output, 10) * 1024;

    before(async () => {
      const [port, alerts] = [await freePort(), await freePort()];
      prometheus = await freePort();
      stack = new TestStack([{ name: "plain", source: plainServer(), port }], {
        "mcp:target": "docker",
        "mcp:services": [HOOK],
        "mcp:monitoring": {
          prometheus: { image: IMAGES.prometheus, port: prometheus, scrapeInterval: "1s", retentionSize: "3MB" },
          alertmanager: {
            image: IMAGES.alertmanager,
            port: alerts,
            receivers: [{ name: "test", webhook: { urlSecret: "HOOK_URL" } }],
          },
          grafana: { enabled: false },
          thresholds: { metricsMissingFor: "5s" },
        },
      });
      await stack.secret("HOOK_URL", "http://hook:9000/");
      const DriverOpts = { type: "tmpfs", device: "tmpfs", o: "size=64m,uid=65534,gid=65534" };
      await engine.createVolume({ Name: volumeOf("prometheus"), Driver: "local", DriverOpts });
      // What is in memory lasts as long as a container uses it: this one, when Prometheus restarts.
      helper = await engine.createContainer({
        Image: IMAGES.prometheus,
        User: "root",
        Entrypoint: ["sleep", "3600"],
        HostConfig: { Binds: [`${volumeOf("prometheus")}:/prometheus`], Init: true },
      });
      await helper.start();
      assert.deepEqual(await onVolume(OLD_DATA), { code: 0, output: "" });
    });
    after(async () => {
      await stack.destroy();
      await helper.remove({ force: true });
      for (const name of ["prometheus", "alertmanager"]) await engine.getVolume(volumeOf(name)).remove();
      await engine.getVolume(`mcp-${stack.name}-plain-logs`).remove();
      removeFolders();
    });

    it("takes the volume that was made for it, and leaves it alone from then on", async () => {
      assert.ok((await bytesUsed()) > 4 * MEBIBYTE);
      await stack.up();
      for (const operation of [stack.preview, stack.refresh, stack.up]) {
        assert.deepEqual(Object.keys((await operation()).changes), ["same"]);
      }
      const { Options } = await engine.getVolume(volumeOf("prometheus")).inspect();
      assert.equal(Options?.type, "tmpfs");
    });

    it("stays below retentionSize: the oldest data goes, the newest stays", async () => {
      await eventually(async () => assert.match(await logOf("prometheus"), /msg="compact blocks"/), 90_000);
      await eventually(async () => assert.ok((await bytesUsed()) <= 3 * MEBIBYTE));
      assert.equal(await query("count(old)", OLD_START + HOUR), undefined);
      assert.equal(await query("count(old)", OLD_END - HOUR), SERIES);
      assert.doesNotMatch(await logOf("prometheus"), /compaction failed/);
    });

    it("keeps no server from serving when it is full, and tells of it", async () => {
      assert.doesNotMatch(await logOf("hook"), /McpMetricsMissing/);
      assert.match((await onVolume("cat /dev/zero > /prometheus/full")).output, /No space left on device/);
      await eventually(async () => assert.match(await logOf("prometheus"), /no space left on device/));
      const targets = await fetch(`http://127.0.0.1:${prometheus}/api/v1/targets?state=active`);
      assert.match(await targets.text(), /"health":"up"/); // Nor does Prometheus take it for down.
      const { plain } = await stack.servers();
      assert.ok(plain);
      assert.equal(await callTool(plain, "double", { number: 21 }), "42");
      await eventually(async () => {
        assert.match(await logOf("hook"), /"status":"firing".*"alertname":"McpMetricsMissing"/s);
      }, 90_000);
    });

    it("goes on when there is room again, with all that it had, and after a restart as well", async () => {
      const full = Date.now() / 1000;
      const before = await query(LAST_UP);
      assert.ok(before !== undefined && before < full - 10, `the last is of ${before}, and it was full until ${full}`);
      await onVolume("rm /prometheus/full");
      const isWhole = async () => {
        assert.ok(Number(await query(LAST_UP)) > full);
        assert.equal(await query('up{server="plain"}', before), 1);
        assert.equal(await query("count(old)", OLD_END - HOUR), SERIES);
        // By its state now: what was stored of it may lack its end, which came while nothing could be written.
        const alerts = await fetch(`http://127.0.0.1:${prometheus}/api/v1/alerts`);
        assert.doesNotMatch(await alerts.text(), /McpMetricsMissing/);
      };
      await eventually(isWhole);
      await engine.getContainer(`mcp-${stack.name}-prometheus`).restart();
      await eventually(isWhole);
    });
  },
  ["node:22-slim", IMAGES.prometheus, IMAGES.alertmanager],
);
