import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, readlinkSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ApiException, CoreV1Api, KubeConfig } from "@kubernetes/client-node";
import { publishImage } from "./clusterImages";
import { dockerMissing } from "./docker";

// Read once: a TestStack sets HOME for a while.
const given = process.env.MCP_TEST_KUBECONFIG;
const environment =
  process.env.K8S_HOME ??
  path.join(process.env.XDG_CACHE_HOME || path.join(homedir(), ".cache"), "pulumi-mcp-deploy", "kubernetes");

/**
 * The kubeconfig of the tests' cluster: what MCP_TEST_KUBECONFIG names, else that of test/environment/kubernetes. Never
 * the user's own: tests must not touch a real cluster by accident.
 */
export const kubeconfigFile = given ?? path.join(environment, "kubeconfig");

/** The tests' cluster, for the clients of `@kubernetes/client-node`. */
export function kubeConfig(): KubeConfig {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfigFile);
  return config;
}

let probed: { reason: string | undefined } | undefined;

/** Why no cluster can be used; undefined when one answers. Asked once, for ten seconds at most. */
export function clusterMissing(): string | undefined {
  probed ??= { reason: probe() };
  return probed.reason;
}

/** Asks in a process of its own: Mocha wants to know which tests there are without waiting. */
function probe(): string | undefined {
  if (!existsSync(kubeconfigFile)) return `there is no ${kubeconfigFile}`;
  const ask = `const { CoreV1Api, KubeConfig } = require("@kubernetes/client-node");
    const config = new KubeConfig();
    config.loadFromFile(process.argv[1]);
    config.makeApiClient(CoreV1Api).listNamespace({ limit: 1 })
      .catch((error) => { console.error(error.cause?.message || error.message); process.exit(1); });`;
  const options = { cwd: __dirname, timeout: 10_000, encoding: "utf8" } as const;
  const { status, stderr } = spawnSync(process.execPath, ["-e", ask, kubeconfigFile], options);
  return status === 0
    ? undefined
    : `the cluster of ${kubeconfigFile} does not answer (${stderr.trim() || "within 10 s"})`;
}

/**
 * `describe` for tests that need a Kubernetes cluster. Without one they are skipped, and the title says why; in CI,
 * where the cluster is provisioned in the background, they wait for it, and its absence is a failure.
 *
 * @param images what pods need, such as `redis:7-alpine`: had on the Docker Engine, and given to the cluster by the
 *   registry under the same names
 */
export function describeWithCluster(title: string, suite: (this: Mocha.Suite) => void, images: string[] = []): void {
  const missing = process.env.CI ? undefined : (clusterMissing() ?? (images.length > 0 ? dockerMissing() : undefined));
  if (missing) {
    describe.skip(`${title} (skipped: ${missing})`, suite);
    return;
  }
  describe(title, function () {
    before("a cluster answers", async function () {
      this.timeout(2_400_000);
      if (process.env.CI) await provisioned();
      const reason = clusterMissing();
      if (reason) throw new Error(`${reason}; in CI it has to be there: see test/environment/kubernetes${lastLines()}`);
      for (const image of images) await publishImage(image);
    });
    suite.call(this);
  });
}

/** Waits until up.sh, where it works in the background, has made the cluster or has given up. */
async function provisioned(): Promise<void> {
  const started = Date.now();
  while (!given && !existsSync(kubeconfigFile) && isProvisioning()) {
    if (Date.now() - started > 2_300_000) throw new Error(`the cluster is not there in time${lastLines()}`);
    await sleep(500);
  }
}

/** Whether up.sh runs. A process that has ended but was not reaped has no program any more. */
function isProvisioning(): boolean {
  try {
    readlinkSync(`/proc/${readFileSync(path.join(environment, "up.pid"), "utf8").trim()}/exe`);
    return true;
  } catch {
    return false;
  }
}

/** What up.sh said last. */
function lastLines(): string {
  const log = path.join(environment, "logs", "up.log");
  if (given || !existsSync(log)) return "";
  return `. Last lines of ${log}:\n${readFileSync(log, "utf8").trimEnd().split("\n").slice(-5).join("\n")}`;
}

/**
 * Makes a namespace for the suite of the running test or hook, and removes it after that suite.
 *
 * @param labels such as `{ "pod-security.kubernetes.io/enforce": "restricted" }`
 */
export async function namespaceFor(test: Mocha.Context, labels: Record<string, string> = {}): Promise<string> {
  const name = `test-${randomBytes(4).toString("hex")}`;
  const core = kubeConfig().makeApiClient(CoreV1Api);
  await core.createNamespace({ body: { metadata: { name, labels } } });
  test.runnable().parent?.afterAll(`remove namespace ${name}`, () => removeNamespace(name));
  return name;
}

/** Removes a namespace with all that is in it, if it is there. Its pods get no time to end. */
export async function removeNamespace(name: string): Promise<void> {
  const core = kubeConfig().makeApiClient(CoreV1Api);
  try {
    await core.deleteNamespace({ name });
    await core.deleteCollectionNamespacedPod({ namespace: name, gracePeriodSeconds: 0 });
  } catch (error) {
    if (!(error instanceof ApiException && error.code === 404)) throw error;
  }
}
