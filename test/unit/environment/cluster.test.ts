import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import path from "node:path";
import { makeFolder, removeFolders, writeFiles } from "../../support/folder";

const ROOT = path.resolve(__dirname, "../../..");
const SUPPORT = path.join(ROOT, "test/support/kubernetes");

describe("the cluster that tests use", function () {
  this.timeout(30_000);
  let home: string;
  beforeEach(() => {
    home = makeFolder({ ".kube/config": "the user's own" });
  });
  after(removeFolders);

  /** The environment of this test without what could name a cluster. */
  const environment = (env: Record<string, string>) => {
    const { CI, K8S_HOME, MCP_TEST_KUBECONFIG, XDG_CACHE_HOME, ...rest } = process.env;
    return { ...rest, HOME: home, KUBECONFIG: path.join(home, ".kube/config"), ...env };
  };
  const own = () => path.join(home, ".cache/pulumi-mcp-deploy/kubernetes");

  function chosen(env: Record<string, string>) {
    const script = `const { kubeconfigFile, clusterMissing } = require(process.argv[1]);
      console.log(JSON.stringify({ file: kubeconfigFile, missing: clusterMissing() }));`;
    const args = ["-r", "ts-node/register/transpile-only", "-e", script, SUPPORT];
    const { stdout, stderr } = spawnSync(process.execPath, args, {
      cwd: ROOT,
      env: environment(env),
      encoding: "utf8",
    });
    assert.equal(stderr, "");
    return JSON.parse(stdout) as { file: string; missing?: string };
  }

  it("is never the user's own", () => {
    const file = path.join(own(), "kubeconfig");
    assert.deepEqual(chosen({}), { file, missing: `there is no ${file}` });
  });

  it("is the one that MCP_TEST_KUBECONFIG names, if it answers", () => {
    const file = path.join(home, "given");
    writeFiles(home, { given: kubeconfigOf("https://127.0.0.1:64999") });
    const { missing, ...rest } = chosen({ MCP_TEST_KUBECONFIG: file });
    assert.deepEqual(rest, { file });
    assert.match(missing ?? "", new RegExp(`^the cluster of ${file} does not answer \\(.*ECONNREFUSED`));
  });

  /** Runs a suite that needs a cluster, and returns what Mocha printed and whether all passed. */
  async function runSuite(env: Record<string, string>): Promise<{ code: number | null; output: string }> {
    const suite = path.join(home, "suite.test.ts");
    writeFiles(home, {
      "suite.test.ts": `require(${JSON.stringify(SUPPORT)}).describeWithCluster("suite", () => it("runs", () => {}));`,
    });
    const args = ["--no-config", "-r", "ts-node/register/transpile-only", suite];
    const child = spawn(process.execPath, [path.join(ROOT, "node_modules/mocha/bin/mocha.js"), ...args], {
      cwd: ROOT,
      env: environment(env),
    });
    let output = "";
    child.stdout.on("data", (text) => {
      output += text;
    });
    return new Promise((resolve) => child.on("close", (code) => resolve({ code, output })));
  }

  it("is not needed outside CI: its tests are skipped, with the reason", async () => {
    const { code, output } = await runSuite({});
    assert.equal(code, 0);
    assert.ok(output.includes(`suite (skipped: there is no ${own()}/kubeconfig)`), output);
    assert.match(output, /1 pending/);
  });

  it("fails tests in CI once up.sh has given up, with its last words", async () => {
    const provisioning = spawn("sleep", ["60"]);
    writeFiles(own(), {
      "up.pid": `${provisioning.pid}\n`,
      "logs/up.log": "kubernetes: no cluster answers, and why\n",
    });
    const suite = runSuite({ CI: "true" });
    assert.equal(await Promise.race([suite, new Promise((resolve) => setTimeout(resolve, 4_000, "waits"))]), "waits");
    provisioning.kill();
    const { code, output } = await suite;
    assert.equal(code, 1);
    assert.match(output, /there is no .*kubeconfig; in CI it has to be there: see test\/environment\/kubernetes/);
    assert.match(output, /Last lines of .*up\.log:\n\s*kubernetes: no cluster answers, and why/);
    rmSync(own(), { recursive: true });
  });
});

function kubeconfigOf(server: string): string {
  return JSON.stringify({
    "current-context": "test",
    clusters: [{ name: "test", cluster: { server } }],
    contexts: [{ name: "test", context: { cluster: "test", user: "test" } }],
    users: [{ name: "test", user: {} }],
  });
}
