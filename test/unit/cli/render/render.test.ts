import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { parse, parseAllDocuments } from "yaml";
import { render } from "../../../../cli/render/render";
import {
  configOf,
  DEPLOYMENT,
  failure,
  files,
  HEADER,
  IMAGE,
  inProject,
  labels,
  optionsOf,
  secretName,
  TestSource,
  textOf,
  texts,
} from "./support";

describe("mcp-deploy render", () => {
  inProject();

  it("writes a file for each object, in the order in which they are applied", async () => {
    const { files: written, change, secrets } = await render(new TestSource(), optionsOf());
    const names = [
      "00-namespace-mcp-prod.yaml",
      "20-networkpolicy-default-deny.yaml",
      "20-networkpolicy-redis.yaml",
      "20-networkpolicy-weather.yaml",
      "30-serviceaccount-weather.yaml",
      "50-service-redis.yaml",
      "50-service-weather.yaml",
      "60-statefulset-redis.yaml",
      "70-deployment-weather.yaml",
    ];
    assert.deepEqual(written, [...names, "kustomization.yaml"]);
    assert.deepEqual(files(), written);
    assert.deepEqual(change, { written, unchanged: [], removed: [] });
    const [redis, weather] = [secretName("redis"), secretName()];
    assert.deepEqual(secrets, [
      { name: redis, namespace: "mcp-prod", keys: ["REDIS_PASSWORD"] },
      { name: weather, namespace: "mcp-prod", keys: ["API_KEY", "REDIS_URL"] },
    ]);
    assert.equal(
      textOf("kustomization.yaml"),
      `${HEADER}
# Secrets that have to exist first:
#   mcp-prod/${redis}: REDIS_PASSWORD
#   mcp-prod/${weather}: API_KEY, REDIS_URL
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
${names.map((name) => `  - ${name}\n`).join("")}`,
    );
  });

  it("writes objects as people do, without annotations for the provider", async () => {
    await render(new TestSource(), optionsOf());
    assert.equal(
      textOf("30-serviceaccount-weather.yaml"),
      `${HEADER}
apiVersion: v1
kind: ServiceAccount
metadata:
  name: weather
  namespace: mcp-prod
  labels:
${labels("weather", "mcp-server")}automountServiceAccountToken: false
`,
    );
    assert.equal(
      textOf("50-service-redis.yaml"),
      `${HEADER}
apiVersion: v1
kind: Service
metadata:
  name: redis
  namespace: mcp-prod
  labels:
${labels("redis", "service")}spec:
  type: ClusterIP
  ports:
    - name: service
      port: 6379
      protocol: TCP
      targetPort: service
  selector:
    app.kubernetes.io/instance: mcp-prod
    app.kubernetes.io/name: redis
`,
    );
    assert.ok(!texts().includes("pulumi.com/"));
  });

  it("names the image by its digest, and its Secret", async () => {
    await render(new TestSource(), optionsOf());
    const { template } = parse(textOf(DEPLOYMENT)).spec;
    const [container] = template.spec.containers;
    assert.equal(container.image, IMAGE);
    const referred = container.env.filter((variable: { valueFrom?: object }) => variable.valueFrom);
    assert.deepEqual(referred.slice(2), [
      { name: "API_KEY", valueFrom: { secretKeyRef: { name: secretName(), key: "API_KEY" } } },
      { name: "REDIS_URL", valueFrom: { secretKeyRef: { name: secretName(), key: "REDIS_URL" } } },
    ]);
    assert.match(template.metadata.annotations["checksum/secrets"], /^[0-9a-f]{32}$/);
  });

  it("writes the same texts each time, and touches no file that stays the same", async () => {
    await render(new TestSource(), optionsOf());
    const before = texts();
    const { change, files: all } = await render(new TestSource(), optionsOf());
    assert.deepEqual(change, { written: [], unchanged: all, removed: [] });
    assert.equal(texts(), before);
  });

  it("prints one stream for stdout, and writes nothing", async () => {
    const { stream = "" } = await render(new TestSource(), optionsOf({ out: "-" }));
    const documents = parseAllDocuments(stream).map((document) => document.toJS());
    assert.deepEqual(
      documents.map(({ kind, metadata }) => `${kind} ${metadata.name}`),
      [
        "Namespace mcp-prod",
        "NetworkPolicy default-deny",
        "NetworkPolicy redis",
        "NetworkPolicy weather",
        "ServiceAccount weather",
        "Service redis",
        "Service weather",
        "StatefulSet redis",
        "Deployment weather",
      ],
    );
    assert.match(stream, /^# Secrets that have to exist first:\n# {3}mcp-prod\/redis-secrets-\w{8}: REDIS_PASSWORD\n/);
    assert.equal(existsSync("rendered"), false);
  });

  it("refuses a stack that has no manifests", async () => {
    const source = new TestSource({ "mcp:target": "process", "mcp:servers": [{ name: "weather", source: "weather" }] });
    assert.match(
      await failure(render(source, optionsOf())),
      /^The stack prod has the target process: only stacks for Kubernetes have/,
    );
  });

  it("reports a mistake in the config as up does", async () => {
    const message = await failure(render(new TestSource(configOf({ prot: 1 })), optionsOf()));
    assert.match(message, /mcp:servers\[0\]\.prot: unknown key[\s\S]*did you mean `port`\?/);
  });
});
