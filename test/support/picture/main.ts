/**
 * Draws the dashboards as one picture for the docs, out of what a real Prometheus answers to their queries while two
 * example servers have clients:
 *   node -r ts-node/register/transpile-only test/support/picture/main.ts [MINUTES]
 */
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { prometheusConfig, rulesYaml } from "../../../components/monitoring";
import { connect, type ExampleServer, endRunning, exampleCommand, startExample } from "../exampleServer";
import { makeFolder, removeFolders } from "../folder";
import { traffic } from "../mcpTraffic";
import { prometheusPrograms, startPrometheus } from "../prometheus";
import { REPOSITORY } from "../stack";
import { drawPage } from "./page";

const SCRAPE_SECONDS = 5;
const NAMES = ["python-server", "node-server"] as const;
/** The server of the dashboard that shows one; it restarts once, so that it is seen what that looks like. */
const SHOWN = "node-server";
const FILE = path.join(REPOSITORY, "docs", "monitoring", "dashboard.svg");

async function main(minutes: number): Promise<void> {
  const servers = await Promise.all(NAMES.map(async (name) => startExample(await exampleCommand(name))));
  const monitored = servers.map(({ metricsUrl }, index) => ({
    name: NAMES[index] ?? "",
    metricsHost: "127.0.0.1",
    metricsPort: Number(new URL(metricsUrl).port),
    memoryLimit: "256Mi",
  }));
  const config = { servers: monitored, scrapeInterval: `${SCRAPE_SECONDS}s`, ruleFiles: ["rules.yml"] };
  const files = { "rules.yml": rulesYaml({ servers: monitored }), "prometheus.yml": prometheusConfig(config) };
  const { url: prometheus } = await startPrometheus(
    prometheusPrograms(),
    path.join(makeFolder(files), "prometheus.yml"),
  );
  const started = Date.now() / 1000;
  await Promise.all(
    servers.map(async (server, index) => {
      await clients(server, minutes / 2, index);
      if (NAMES[index] === SHOWN) await restart(server);
      await clients(server, minutes / 2, index + 2);
    }),
  );
  const svg = await drawPage({
    prometheus,
    scrapeSeconds: SCRAPE_SECONDS,
    start: started + 6 * SCRAPE_SECONDS,
    end: Date.now() / 1000,
    server: SHOWN,
    said: `two example servers with clients for ${minutes} minutes, one of which restarts`,
  });
  mkdirSync(path.dirname(FILE), { recursive: true });
  writeFileSync(FILE, svg);
  console.log(`${path.relative(REPOSITORY, FILE)}: ${svg.length} bytes`);
}

/** Calls that come in waves, and, where the server knows them, subscriptions that stay open for a while. */
async function clients({ url }: ExampleServer, minutes: number, phase: number): Promise<void> {
  const end = Date.now() + minutes * 60_000;
  const subscriber = await connect(url, "modern");
  const open = [];
  for (let wave = phase * 3; Date.now() < end; wave++) {
    open.push(await subscriber.listen({ toolsListChanged: true }).catch(() => undefined));
    while (open.length > 4 + 3 * Math.sin(wave / 4)) await open.shift()?.close();
    await traffic(url, 10, 150 + 100 * Math.sin(wave / 3));
  }
  await subscriber.close();
}

async function restart({ process, url, metricsUrl }: ExampleServer): Promise<void> {
  process.kill("SIGKILL");
  await once(process, "close");
  const [PORT, METRICS_PORT] = [new URL(url).port, new URL(metricsUrl).port];
  await startExample(await exampleCommand(SHOWN), { PORT, METRICS_PORT });
}

main(Number(process.argv[2] ?? 10))
  .finally(async () => {
    await endRunning();
    removeFolders();
  })
  .catch((error) => {
    console.error(error);
    process.exitCode = 1;
  });
