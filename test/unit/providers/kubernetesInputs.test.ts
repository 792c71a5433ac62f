import assert from "node:assert/strict";
import { kubernetesProvider } from "../../support/providers/kubernetes";
import { kindOfToken } from "../../support/providers/kubernetes/kind";
import { normalizeInputs } from "../../support/providers/kubernetes/normalize";
import { canonicalQuantity } from "../../support/providers/kubernetes/quantity";
import type { Context } from "../../support/providers/resource";
import { isProperties, type Properties, plainProperties, secret, UNKNOWN } from "../../support/providers/values";
import { previewContext } from "./types";

/** A cluster that nobody answers for: a check does not need one. */
const kubeconfig = JSON.stringify({
  apiVersion: "v1",
  kind: "Config",
  "current-context": "dead",
  clusters: [{ name: "dead", cluster: { server: "https://127.0.0.1:1" } }],
  users: [{ name: "nobody", user: {} }],
  contexts: [{ name: "dead", context: { cluster: "dead", user: "nobody", namespace: "from-context" } }],
});
const provider = kubernetesProvider();

function resource(token: string) {
  const type = provider.otherResource?.(token);
  assert.ok(type, token);
  return type;
}

async function check(
  token: string,
  news: Properties,
  { olds = {}, ...config }: { olds?: Properties; namespace?: string } = {},
) {
  const context: Context = { ...previewContext, config: { kubeconfig, ...config } };
  const { inputs, failures } = await resource(token).check(context, olds, news);
  assert.deepEqual(failures, []);
  return inputs;
}

const DEPLOYMENT = "kubernetes:apps/v1:Deployment";
const SECRET = "kubernetes:core/v1:Secret";

describe("Kubernetes test provider, kinds", () => {
  it("reads the kind of every token of the SDK, and of custom resources", () => {
    assert.deepEqual(kindOfToken("kubernetes:core/v1:Pod"), { apiVersion: "v1", kind: "Pod" });
    assert.deepEqual(kindOfToken("kubernetes:networking.k8s.io/v1:Ingress"), {
      apiVersion: "networking.k8s.io/v1",
      kind: "Ingress",
    });
    assert.deepEqual(kindOfToken("kubernetes:monitoring.coreos.com/v1:ServiceMonitor"), {
      apiVersion: "monitoring.coreos.com/v1",
      kind: "ServiceMonitor",
    });
  });

  it("knows no charts, manifests or kustomizations", () => {
    for (const token of ["kubernetes:helm.sh/v3:Release", "kubernetes:yaml:ConfigFile", "docker:index/image:Image"]) {
      assert.equal(kindOfToken(token), undefined, token);
    }
  });

  it("refuses lists and patches", async () => {
    for (const kind of ["PodList", "PodPatch"]) {
      await assert.rejects(check(`kubernetes:core/v1:${kind}`, {}), /Use the underlying resource type instead/);
    }
  });
});

describe("Kubernetes test provider, quantities", () => {
  const canonical: [string, string][] = [
    ["0.5", "500m"],
    [".1", "100m"],
    ["1000m", "1"],
    ["1500m", "1500m"],
    ["2000", "2k"],
    ["1e3", "1e3"],
    ["1E3", "1E3"],
    ["1500e3", "1500e3"],
    ["1024Mi", "1Gi"],
    ["65536Ki", "64Mi"],
    ["0.5Gi", "512Mi"],
    ["0.01Gi", "10737418240m"],
    ["1000Mi", "1000Mi"],
    ["1Ki", "1Ki"],
    ["0.5Ki", "512"],
    ["0", "0"],
    ["0Gi", "0"],
    ["0.0000000001", "1n"],
    ["-0.5", "-500m"],
    ["half", "half"],
    ["25%", "25%"],
  ];
  for (const [given, expected] of canonical) {
    it(`writes ${given} as ${expected}`, () => assert.equal(canonicalQuantity(given), expected));
  }
});

describe("Kubernetes test provider, inputs in their normal form", () => {
  const normalPod = (spec: Properties) => normalizeInputs({ apiVersion: "v1", kind: "Pod", metadata: {}, spec }).spec;

  it("has quantities in their one form, be they texts or numbers", () => {
    const resources = (limits: Properties) => ({ containers: [{ resources: { limits } }] });
    assert.deepEqual(
      normalPod({ ...resources({ cpu: "0.5", memory: 1_000_000 }), volumes: [{ emptyDir: { sizeLimit: "1024Mi" } }] }),
      { ...resources({ cpu: "500m", memory: "1M" }), volumes: [{ emptyDir: { sizeLimit: "1Gi" } }] },
    );
  });

  it("leaves out what Kubernetes' own types leave out", () => {
    const empty = {
      hostNetwork: false,
      nodeSelector: {},
      initContainers: [],
      priorityClassName: "",
      containers: [
        {
          stdin: false,
          env: [{ name: "A", value: "" }],
          startupProbe: { initialDelaySeconds: 0, timeoutSeconds: 0 },
          volumeMounts: [{ readOnly: false }],
        },
      ],
    };
    assert.deepEqual(normalPod(empty), {
      containers: [{ env: [{ name: "A" }], startupProbe: {}, volumeMounts: [{}] }],
    });
  });

  it("keeps what is a value although it is empty, false or zero", () => {
    const given = {
      automountServiceAccountToken: false,
      terminationGracePeriodSeconds: 0,
      volumes: [{ emptyDir: {} }],
      containers: [{ securityContext: { privileged: false, runAsUser: 0 } }],
    };
    assert.deepEqual(normalPod(given), given);
    const policy = { podSelector: {}, ingress: [{ from: [{ podSelector: {} }] }] };
    const object = { apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy", metadata: {}, spec: policy };
    assert.deepEqual(normalizeInputs(object), object);
    const map = {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { labels: { empty: "" } },
      data: { cpu: "0.5", none: "" },
    };
    assert.deepEqual(normalizeInputs(map), map);
  });

  it("leaves custom resources alone, and what is not known yet", () => {
    const custom = {
      apiVersion: "a.example.com/v1",
      kind: "X",
      metadata: {},
      spec: { limits: { cpu: "0.5" }, list: [] },
    };
    assert.deepEqual(normalizeInputs(custom), custom);
    const unknown = { apiVersion: "v1", kind: "Pod", metadata: {}, spec: { nodeName: UNKNOWN, initContainers: [] } };
    assert.deepEqual(normalizeInputs(unknown), unknown);
  });

  it("has no metadata that the API server alone decides", () => {
    const metadata = { name: "a", uid: "1", resourceVersion: "2", generation: 3, managedFields: [] };
    assert.deepEqual(normalizeInputs({ apiVersion: "v1", kind: "Pod", metadata }).metadata, { name: "a" });
  });

  it("holds a Secret's texts in base64, over data of the same name", () => {
    const stringData = { A: "new", B: "" };
    const given = { apiVersion: "v1", kind: "Secret", metadata: {}, stringData, data: { A: "b2xk", C: "Yw==" } };
    assert.deepEqual(normalizeInputs(given).data, { A: "bmV3", B: "", C: "Yw==" });
    assert.equal(normalizeInputs(given).stringData, undefined);
  });
});

describe("Kubernetes test provider, check", () => {
  const named = { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "web" } };
  const unnamed = { apiVersion: "apps/v1", kind: "Deployment", metadata: { labels: { a: "b" } } };

  it("takes the namespace of the program, the provider or the context, in this order", async () => {
    const namespaceOf = async (...args: Parameters<typeof check>) => {
      const { metadata } = await check(...args);
      return isProperties(metadata) ? metadata.namespace : undefined;
    };
    assert.equal(
      await namespaceOf(DEPLOYMENT, { ...named, metadata: { namespace: "own" } }, { namespace: "its" }),
      "own",
    );
    assert.equal(await namespaceOf(DEPLOYMENT, named, { namespace: "of-provider" }), "of-provider");
    assert.equal(await namespaceOf(DEPLOYMENT, named), "from-context");
    const role = { apiVersion: "rbac.authorization.k8s.io/v1", kind: "ClusterRole", metadata: { name: "r" } };
    assert.equal(await namespaceOf("kubernetes:rbac.authorization.k8s.io/v1:ClusterRole", role), undefined);
  });

  it("names what the program does not name: the same for the same seed, and as before on an update", async () => {
    const first = await check(DEPLOYMENT, unnamed);
    const metadata = first.metadata as Properties;
    assert.match(String(metadata.name), /^web-[0-9a-f]{8}$/);
    assert.deepEqual(metadata.annotations, { "pulumi.com/autonamed": "true" });
    assert.deepEqual(await check(DEPLOYMENT, unnamed), first);
    const olds = { ...unnamed, metadata: { name: "web-00000000", annotations: { "pulumi.com/autonamed": "true" } } };
    assert.equal(((await check(DEPLOYMENT, unnamed, { olds })).metadata as Properties).name, "web-00000000");
  });

  it("leaves metadata alone that is not known yet", async () => {
    const inputs = await check(DEPLOYMENT, { ...named, metadata: UNKNOWN });
    assert.equal(inputs.metadata, UNKNOWN);
  });

  it("keeps secret what is secret, and what a Secret holds in any case", async () => {
    const web = { apiVersion: "v1", kind: "Secret", metadata: { name: "web" }, stringData: { KEY: "canary" } };
    const made = await check(SECRET, web);
    assert.deepEqual(made.data, secret({ KEY: "Y2FuYXJ5" }));
    const map = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "web" }, data: { a: secret("1"), b: "2" } };
    const config = await check("kubernetes:core/v1:ConfigMap", map);
    assert.deepEqual(config.data, { a: secret("1"), b: "2" });
    assert.deepEqual(plainProperties(config).data, { a: "1", b: "2" });
  });
});

describe("Kubernetes test provider, without a cluster", () => {
  const type = resource("kubernetes:core/v1:ConfigMap");
  const inputs = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a", namespace: "n" } };
  const state = { ...inputs, __inputs: inputs };
  const context = (config: Record<string, string> = {}, preview = false): Context => ({
    ...previewContext,
    preview,
    config: { kubeconfig, ...config },
  });

  it("previews what is given, and fails at everything else", async () => {
    assert.deepEqual(await type.create(context({}, true), inputs), { id: "", outputs: inputs });
    assert.deepEqual(await type.update(context({}, true), "n/a", state, inputs), inputs);
    const unreachable = /^Error: configured Kubernetes cluster is unreachable/;
    await assert.rejects(type.create(context(), inputs), unreachable);
    await assert.rejects(type.update(context(), "n/a", state, inputs), unreachable);
    await assert.rejects(type.delete(context(), "n/a", state), /PULUMI_K8S_DELETE_UNREACHABLE/);
    await assert.rejects(
      type.read(context(), "n/a", state, inputs),
      /failed to read resource state due to unreachable/,
    );
  });

  it("forgets objects, or leaves them as they are, when it is told to", async () => {
    const forgets = context({ deleteUnreachable: "true" });
    assert.equal(await type.read(forgets, "n/a", state, inputs), undefined);
    await type.delete(forgets, "n/a", state);
    const skips = context({ skipUpdateUnreachable: "true" });
    assert.deepEqual(await type.read(skips, "n/a", state, inputs), { id: "n/a", outputs: state, inputs });
    const { inputs: checked } = await type.check(skips, inputs, { ...inputs, data: { changed: "yes" } });
    assert.deepEqual(checked, inputs);
  });

  it("says what is wrong with a kubeconfig", async () => {
    const none = context({ kubeconfig: "/nowhere/config" });
    await assert.rejects(
      type.create(none, inputs),
      /unreachable: failed to parse kubeconfig data in `kubernetes:config:kubeconfig`- /,
    );
    await assert.rejects(type.create(context({ context: "other" }), inputs), /context "other" does not exist/);
  });
});
