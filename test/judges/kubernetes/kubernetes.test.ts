import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { chdir, cwd } from "node:process";
import type { McpClusterMonitoringArgs, McpDeploymentArgs, McpStatefulSetArgs } from "../../../components";
import { makeFolder, removeFolders } from "../../support/folder";
import { describeWithCluster, kubeConfig, namespaceFor } from "../../support/kubernetes";
import { knowOperatorKinds } from "../../support/prometheusOperator";
import { NODE } from "../../unit/image/support";
import { HTTP, STDIO } from "../../unit/kubernetes/support";
import { checkov, installJudges, type Verdict } from "../judges";
import { dryRun } from "./dryRun";
import { type Manifest, render } from "./manifests";
import { monitorings, podsOf } from "./monitoringOptions";
import { services, validOptions } from "./options";
import { installKubernetesJudges, type Judges, kubeconform, kubeScore, podSecurity, yaml } from "./tools";

/** The same combinations each time: a finding can be looked at again. */
const SEED = 20261124;
const SERVERS = 600;
const SERVICES = 100;
const MONITORINGS = 60;
/** Kinds whose definitions are the business of who installs them. */
const OF_OTHERS = ["HTTPRoute", "CiliumNetworkPolicy", "PodMonitor", "PrometheusRule"];

interface Waiver {
  rules: string[];
  /** Which objects it is for. */
  objects: string;
  reason: string;
}

const waivers: Waiver[] = JSON.parse(readFileSync(path.join(__dirname, "waivers.json"), "utf8"));
const used = new Set<Waiver>();

/** Findings that no waiver is for, each of them once. */
function unwaived(findings: Verdict[]): string[] {
  const left = findings.filter(({ rule, file }) => {
    const waiver = waivers.find(({ rules, objects }) => rules.includes(rule) && new RegExp(objects).test(file));
    if (waiver) used.add(waiver);
    return !waiver;
  });
  return [...new Set(left.map(({ rule, file, message }) => `${file}: ${rule}: ${message}`))];
}

/** Options without those by which a user gives up hardening on purpose. */
const hardened = ({ runAsUser: _, ...args }: McpDeploymentArgs): McpDeploymentArgs => args;
const hardenedService = ({ user: _, writable: __, ...args }: McpStatefulSetArgs): McpStatefulSetArgs => ({
  ...args,
  image: `postgres@sha256:${"c".repeat(64)}`,
});

/** Folders of servers, by the names that options have for them. */
const sourceFolders = () => ({
  http: makeFolder(HTTP),
  stdio: makeFolder(STDIO),
  node: makeFolder(NODE),
  health: makeFolder({ ...HTTP, "health.py": 'PATHS = ["/healthz", "/readyz"]\n' }),
});

/** All objects of a deployment. Contexts of images are written below the working directory. */
async function rendered(...args: Parameters<typeof render>): Promise<Manifest[]> {
  const project = cwd();
  chdir(makeFolder());
  try {
    return [...(await render(...args)).values()].flat();
  } finally {
    chdir(project);
  }
}

const isWorkload = ({ kind }: Manifest) => kind === "Deployment" || kind === "StatefulSet";

describe("the judges of what is deployed to Kubernetes", function () {
  this.timeout(900_000);
  let judges: Judges;
  let checkovBin = "";
  let servers: McpDeploymentArgs[] = [];
  let monitored: McpClusterMonitoringArgs[] = [];
  let generated = 0;
  let everything: Manifest[] = [];
  let sample: Manifest[] = [];

  before(async function () {
    try {
      judges = installKubernetesJudges();
      checkovBin = installJudges();
    } catch (error) {
      if (process.env.CI) throw error;
      const { message } = error as Error;
      console.log(`      skipped: kube-score, kubeconform and checkov can't be installed (${message.split("\n")[0]})`);
      this.skip();
    }
    const options = validOptions(SERVERS, SEED, sourceFolders());
    servers = options.found;
    generated = options.generated;
    const more = services(SERVICES, SEED);
    monitored = monitorings(MONITORINGS, SEED);
    everything = await rendered(servers, more, monitored);
    sample = await rendered(
      servers.slice(0, 80).map(hardened),
      more.slice(0, 20).map(hardenedService),
      monitored.slice(0, 12),
    );
  });
  after(removeFolders);

  it("see at least 500 combinations, in which every option has been said many times", () => {
    assert.equal(servers.length, SERVERS);
    assert.ok(generated > SERVERS, "nothing invalid was generated");
    const times = new Map<string, number>();
    for (const option of servers.flatMap((args) => Object.keys(args))) times.set(option, (times.get(option) ?? 0) + 1);
    assert.deepEqual(
      [...times].filter(([, count]) => count < 20),
      [],
    );
    assert.equal(times.size, 29, [...times.keys()].join(", "));
    const kinds = new Set(everything.map(({ kind }) => kind));
    for (const kind of [
      "HTTPRoute",
      "Ingress",
      "CiliumNetworkPolicy",
      "HorizontalPodAutoscaler",
      "PodDisruptionBudget",
      "ConfigMap",
      "PodMonitor",
      "PrometheusRule",
    ]) {
      assert.ok(kinds.has(kind), kind);
    }
  });

  it("let Kubernetes' own Pod Security evaluator find nothing at `restricted` in any pod", () => {
    const pods = everything.filter(isWorkload).map(({ kind, metadata: { name }, spec: { template } }) => ({
      name: `${kind}/${name}`,
      template,
    }));
    assert.equal(pods.length, SERVERS + SERVICES + podsOf(monitored) + 1);
    assert.deepEqual(podSecurity(judges, pods), []);
  });

  it("let kubeconform find no field that the API does not know, and no value of a wrong kind", () => {
    const own = everything.filter(({ kind }) => !OF_OTHERS.includes(kind));
    const { failed, valid } = kubeconform(judges, own);
    assert.deepEqual(unwaived(failed), []);
    assert.equal(valid, own.length);
  });

  it("let kube-score find nothing critical that is not waived", () => {
    const { failed, passed } = kubeScore(judges, sample);
    assert.deepEqual(unwaived(failed), []);
    assert.ok(passed > sample.length, `only ${passed} checks passed`);
  });

  it("let checkov find nothing that is not waived", () => {
    const folder = makeFolder();
    writeFileSync(path.join(folder, "all.yaml"), yaml(sample));
    const { failed, passed } = checkov(checkovBin, folder, "kubernetes");
    assert.deepEqual(unwaived(failed), []);
    assert.ok(passed > sample.filter(isWorkload).length * 20, `only ${passed} checks passed`);
  });

  it("have a reason for each waiver, and use all of them", () => {
    for (const { rules, reason } of waivers) assert.ok(reason.length > 60, `${rules} have no reason`);
    assert.deepEqual(
      waivers.filter((waiver) => !used.has(waiver)).map(({ rules }) => rules),
      [],
    );
    assert.ok(waivers.length <= 5);
  });

  it("do judge: a pod of no hardening passes none of them", () => {
    const bare = {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "bare", namespace: "default" },
      spec: {
        selector: { matchLabels: { app: "bare" } },
        template: {
          metadata: { labels: { app: "bare" } },
          spec: { hostNetwork: true, containers: [{ name: "bare", image: "nginx" }] },
        },
      },
    };
    const rulesOf = (findings: Verdict[]) => findings.map(({ rule }) => rule);
    const restricted = rulesOf(podSecurity(judges, [{ name: "bare", template: bare.spec.template }]));
    assert.ok(restricted.includes("host namespaces") && restricted.includes("runAsNonRoot != true"), restricted.join());
    assert.ok(rulesOf(kubeScore(judges, [bare]).failed).includes("container-resources"));
    assert.deepEqual(rulesOf(kubeconform(judges, [{ ...bare, spec: { ...bare.spec, replica: 1 } }]).failed), [
      "statusInvalid",
    ]);
    const folder = makeFolder({ "bare.yaml": yaml([bare]) });
    assert.ok(rulesOf(checkov(checkovBin, folder, "kubernetes").failed).includes("CKV_K8S_20"));
  });
});

describeWithCluster("a real API server", function () {
  this.timeout(600_000);
  after(removeFolders);

  it("takes 100 combinations in strict validation, without a warning", async function () {
    const namespace = await namespaceFor(this, { "pod-security.kubernetes.io/warn": "restricted" });
    const { found } = validOptions(100, SEED + 1, sourceFolders());
    const objects = (await rendered(found, services(30, SEED + 1), monitorings(20, SEED + 1))).filter(
      ({ kind }) => !["Namespace", ...OF_OTHERS].includes(kind),
    );
    assert.ok(objects.length > 500, `only ${objects.length} objects`);
    const config = kubeConfig();
    const findings: Verdict[] = [];
    for (const object of objects) {
      const placed = { ...object, metadata: { ...object.metadata, namespace } };
      findings.push(...(await dryRun(config, placed)));
    }
    assert.deepEqual(
      findings.map(({ file, rule, message }) => `${file}: ${rule}: ${message}`),
      [],
    );
  });

  it("takes what is for the Prometheus Operator, by the operator's own definitions", async function () {
    await knowOperatorKinds(this);
    const namespace = await namespaceFor(this);
    const objects = (await rendered([], [], monitorings(80, SEED + 2))).filter(({ kind }) =>
      ["PodMonitor", "PrometheusRule"].includes(kind),
    );
    assert.ok(objects.length > 20, `only ${objects.length} objects`);
    const [first] = objects;
    for (const object of objects) {
      const placed = { ...object, metadata: { ...object.metadata, namespace } };
      assert.deepEqual(await dryRun(kubeConfig(), placed), []);
    }
    const wrong = { ...first, metadata: { ...first?.metadata, namespace }, spec: { ...first?.spec, selectors: {} } };
    const [refusal] = await dryRun(kubeConfig(), wrong as Manifest);
    assert.match(refusal?.message ?? "", /selectors: field not declared in schema/);
  });

  it("refuses a field that it does not know, and warns of a pod that the namespace would refuse", async function () {
    const namespace = await namespaceFor(this, { "pod-security.kubernetes.io/warn": "restricted" });
    const template = { metadata: { labels: { app: "x" } }, spec: { containers: [{ name: "x", image: "y" }] } };
    const spec = { selector: { matchLabels: { app: "x" } }, template };
    const bare = { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "bare", namespace }, spec };
    const [warning] = await dryRun(kubeConfig(), bare);
    assert.match(warning?.message ?? "", /would violate PodSecurity/);
    const [refusal] = await dryRun(kubeConfig(), { ...bare, spec: { ...spec, replica: 1 } });
    assert.match(refusal?.message ?? "", /replica: field not declared in schema/);
  });
});
