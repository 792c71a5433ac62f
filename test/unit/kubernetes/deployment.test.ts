import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { McpDeployment } from "../../../components";
import { makeFolder, removeFolders } from "../../support/folder";
import { secretValue, settled, UNKNOWN_INPUT } from "../../support/mocks";
import {
  ACCOUNT,
  BUDGET,
  DEPLOYMENT,
  DIGEST,
  deploy,
  HTTP,
  IMAGE,
  INGRESS,
  inputsOf,
  LABELS,
  NETWORK_POLICY,
  REGISTRY,
  ROLLOUT,
  run,
  SECRET,
  SELECTOR,
  SERVICE,
  typesOf,
} from "./support";

const ALWAYS = [ACCOUNT, DEPLOYMENT, IMAGE, NETWORK_POLICY, ROLLOUT, SERVICE].sort();

describe("McpDeployment", () => {
  after(removeFolders);

  it("registers a Deployment that replaces its pods one by one, none before its successor is ready", async () => {
    const { resources, result } = await deploy({ namespace: "mcp-prod", replicas: 3, sessions: "none" });
    assert.deepEqual(typesOf(resources), [...ALWAYS, BUDGET].sort());
    const { template, ...spec } = inputsOf(resources, DEPLOYMENT).spec;
    assert.deepEqual(spec, {
      replicas: 3,
      selector: { matchLabels: SELECTOR },
      strategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
      revisionHistoryLimit: 5,
      progressDeadlineSeconds: 300,
    });
    assert.deepEqual(template.metadata, { labels: LABELS });
    assert.deepEqual(inputsOf(resources, DEPLOYMENT).metadata, {
      name: "weather",
      namespace: "mcp-prod",
      labels: LABELS,
      annotations: { "pulumi.com/waitFor": "jsonpath={.metadata.uid}" },
    });
    assert.equal(await settled(result.deployment), "weather");
  });

  it("deploys by digest, and says under which URL and with which tools", async () => {
    const { result } = await deploy({ namespace: "mcp-prod" });
    assert.equal(await settled(result.image), DIGEST);
    assert.equal(await settled(result.transport), "http");
    assert.equal(await settled(result.url), "http://weather.mcp-prod.svc/mcp");
    assert.equal(await settled(result.clusterUrl), "http://weather.mcp-prod.svc/mcp");
    assert.deepEqual(await settled(result.tools), ["forecast"]);
    assert.equal(await settled(result.toolsDigest), "d1");
  });

  it("watches the rollout of exactly these pods, and shakes hands at the server's port and path", async () => {
    const { resources } = await deploy({
      namespace: "mcp-prod",
      port: 9000,
      path: "/tools",
      rolloutTimeoutSeconds: 60,
      context: "prod",
      kubeconfig: "apiVersion: v1",
      secrets: { API_KEY: "s3cret" },
    });
    const { template, secrets, kubeconfig, ...inputs } = inputsOf(resources, ROLLOUT);
    assert.match(template, /^[0-9a-f]{16}$/);
    assert.deepEqual(secretValue(secrets), ["s3cret"]);
    assert.equal(secretValue(kubeconfig), "apiVersion: v1");
    assert.deepEqual(inputs, {
      server: "weather",
      kind: "Deployment",
      namespace: "mcp-prod",
      object: "weather",
      timeoutSeconds: 60,
      port: 9000,
      path: "/tools",
      context: "prod",
    });
  });

  it("watches again when, and only when, the pods change", async () => {
    const source = makeFolder(HTTP);
    const digestOf = async (args: object) => inputsOf((await deploy({ source, ...args })).resources, ROLLOUT).template;
    const before = await digestOf({});
    assert.equal(await digestOf({}), before);
    assert.equal(await digestOf({ replicas: 2, sessions: "none" }), before);
    assert.notEqual(await digestOf({ env: { GREETING: "hi" } }), before);
    assert.notEqual(await digestOf({ resources: { memoryLimit: "1Gi" } }), before);
  });

  it("registers the same in a preview, with the image and what depends on it unknown", async () => {
    const { resources, result } = await deploy(
      { namespace: "mcp-prod", secrets: { API_KEY: "s3cret" } },
      { preview: true },
    );
    assert.deepEqual(typesOf(resources), [...ALWAYS, SECRET].sort());
    const { containers } = inputsOf(resources, DEPLOYMENT).spec.template.spec;
    assert.deepEqual(containers[0].image, UNKNOWN_INPUT);
    assert.deepEqual(inputsOf(resources, ROLLOUT).template, UNKNOWN_INPUT);
    assert.equal(await settled(result.image), undefined);
    assert.equal(await settled(result.tools), undefined);
    assert.equal(await settled(result.url), "http://weather.mcp-prod.svc/mcp");
  });

  it("differs in nothing else between a preview and an update", async () => {
    const args = {
      source: makeFolder(HTTP),
      namespace: "mcp-prod",
      secrets: { API_KEY: "s3cret" },
      sessions: "affinity",
      autoscaling: { maxReplicas: 4 },
      exposure: { publicUrl: "https://mcp.example.com/mcp", authentication: "oauth" },
    } as const;
    const preview = await deploy(args, { preview: true });
    const update = await deploy(args);
    const without = ({ resources }: typeof preview) =>
      resources
        .filter(({ type }) => ![IMAGE, ROLLOUT].includes(type))
        .map((resource) => JSON.stringify(resource).replace(`"${DIGEST}"`, JSON.stringify(UNKNOWN_INPUT)))
        .sort();
    assert.deepEqual(without(preview), without(update));
    assert.equal(update.resources.filter(({ type }) => type === INGRESS).length, 1);
  });

  it("leaves names to Pulumi where several stacks share a namespace, and refers to what came out", async () => {
    const { resources, result } = await deploy({
      namespace: "shared",
      fixedNames: false,
      secrets: { API_KEY: "s3cret" },
    });
    for (const { type, inputs } of resources.filter(({ type }) => type.startsWith("kubernetes:"))) {
      assert.equal((inputs.metadata as { name?: string }).name, undefined, type);
    }
    const { serviceAccountName, containers } = inputsOf(resources, DEPLOYMENT).spec.template.spec;
    assert.equal(serviceAccountName, "weather-account-1a2b3c4d");
    assert.equal(containers[0].name, "weather");
    assert.equal(inputsOf(resources, ROLLOUT).object, "weather-deployment-1a2b3c4d");
    assert.equal(await settled(result.url), "http://weather-service-1a2b3c4d.shared.svc/mcp");
  });

  it("takes the provider's namespace when it is given none", async () => {
    const { resources, result } = await deploy();
    assert.equal(inputsOf(resources, DEPLOYMENT).metadata.namespace, undefined);
    assert.equal(inputsOf(resources, ROLLOUT).namespace, "default");
    assert.equal(await settled(result.url), "http://weather.default.svc/mcp");
  });

  it("gives the server an account of its own, whose token nobody gets", async () => {
    const { resources } = await deploy({ namespace: "mcp-prod" });
    assert.deepEqual(inputsOf(resources, ACCOUNT), {
      apiVersion: "v1",
      kind: "ServiceAccount",
      metadata: { name: "weather", namespace: "mcp-prod", labels: LABELS },
      automountServiceAccountToken: false,
    });
  });

  it("keeps one replica at a time running while nodes are drained, unless there is only one", async () => {
    const { resources } = await deploy({ namespace: "mcp-prod", replicas: 2, sessions: "none" });
    assert.deepEqual(inputsOf(resources, BUDGET), {
      apiVersion: "policy/v1",
      kind: "PodDisruptionBudget",
      metadata: { name: "weather", namespace: "mcp-prod", labels: LABELS },
      spec: { maxUnavailable: 1, selector: { matchLabels: SELECTOR } },
    });
    assert.ok(!typesOf((await deploy()).resources).includes(BUDGET));
  });

  it("makes a pull secret of the registry's password, and none of a login that this machine has", async () => {
    const registry = { server: "registry.example.com", username: "ci", password: "s3cret-token" };
    const { resources } = await deploy({ namespace: "mcp-prod", registry });
    const { stringData, ...secret } = inputsOf(resources, SECRET);
    assert.deepEqual(secret, {
      apiVersion: "v1",
      kind: "Secret",
      type: "kubernetes.io/dockerconfigjson",
      metadata: { namespace: "mcp-prod", labels: LABELS },
    });
    assert.deepEqual(JSON.parse((secretValue(stringData) as Record<string, string>)[".dockerconfigjson"] ?? ""), {
      auths: {
        "registry.example.com": {
          username: "ci",
          password: "s3cret-token",
          auth: Buffer.from("ci:s3cret-token").toString("base64"),
        },
      },
    });
    const { imagePullSecrets } = inputsOf(resources, DEPLOYMENT).spec.template.spec;
    assert.deepEqual(imagePullSecrets, [{ name: "weather-registry-1a2b3c4d" }]);
    const login = await deploy({ registry: { server: "registry.example.com" } });
    assert.ok(!typesOf(login.resources).includes(SECRET));
    assert.equal(inputsOf(login.resources, DEPLOYMENT).spec.template.spec.imagePullSecrets, undefined);
  });

  it("uses the pull secrets that are named, each once, and makes none then", async () => {
    const registry = { server: "registry.example.com", username: "ci", password: "s3cret-token" };
    const { resources } = await deploy({ registry, imagePullSecrets: ["registry", "mirror", "registry"] });
    const { imagePullSecrets } = inputsOf(resources, DEPLOYMENT).spec.template.spec;
    assert.deepEqual(imagePullSecrets, [{ name: "registry" }, { name: "mirror" }]);
    assert.ok(!typesOf(resources).includes(SECRET));
  });

  it("refuses what decides about resources when it is known only later", async () => {
    const replicas = () =>
      new McpDeployment("weather", { source: makeFolder(HTTP), registry: REGISTRY, replicas: pulumi.output(2) });
    await run(() => assert.throws(replicas, /^InvalidInputError: replicas: depends on another resource/));
  });
});
