import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { McpRedisStatefulSet, McpStatefulSet } from "../../../components";
import { secretValue, settled } from "../../support/mocks";
import {
  containerOf,
  inputsOf,
  NETWORK_POLICY,
  PASSWORD,
  podOf,
  ROLLOUT,
  run,
  SECRET,
  SERVICE,
  STATEFUL_SET,
  typesOf,
} from "./support";

const SELECTOR = { "app.kubernetes.io/name": "redis", "app.kubernetes.io/instance": "mcp-test" };
const LABELS = {
  ...SELECTOR,
  "app.kubernetes.io/component": "service",
  "app.kubernetes.io/part-of": "mcp",
  "app.kubernetes.io/managed-by": "pulumi",
};
const PING = { exec: { command: ["sh", "-c", 'REDISCLI_AUTH="$REDIS_PASSWORD" redis-cli ping | grep -q PONG'] } };

const redis = (args = {}, preview = false) => run(() => new McpRedisStatefulSet("redis", args), { preview });
const service = (args = {}) =>
  run(() => new McpStatefulSet("db", { image: "postgres:17", port: 5432, namespace: "mcp-prod", ...args }));

describe("McpRedisStatefulSet", () => {
  it("runs one hardened pod with a volume that outlives it, the set and the stack", async () => {
    const { resources } = await redis({ namespace: "mcp-prod" });
    assert.deepEqual(typesOf(resources), [NETWORK_POLICY, PASSWORD, ROLLOUT, SECRET, SERVICE, STATEFUL_SET].sort());
    const { metadata, spec } = inputsOf(resources, STATEFUL_SET);
    assert.deepEqual(metadata, {
      name: "redis",
      namespace: "mcp-prod",
      labels: LABELS,
      annotations: { "pulumi.com/waitFor": "jsonpath={.metadata.uid}" },
    });
    const { template, ...set } = spec;
    assert.deepEqual(set, {
      replicas: 1,
      serviceName: "redis",
      podManagementPolicy: "Parallel",
      selector: { matchLabels: SELECTOR },
      persistentVolumeClaimRetentionPolicy: { whenDeleted: "Retain", whenScaled: "Retain" },
      volumeClaimTemplates: [
        {
          metadata: { name: "data" },
          spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
        },
      ],
    });
    assert.deepEqual(Object.keys(template.metadata.annotations), ["checksum/secrets"]);
    const { containers, securityContext, ...pod } = template.spec;
    assert.deepEqual(pod, {
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      terminationGracePeriodSeconds: 30,
      volumes: [{ name: "tmp", emptyDir: { sizeLimit: "64Mi" } }],
    });
    assert.deepEqual(securityContext, {
      runAsNonRoot: true,
      runAsUser: 10001,
      runAsGroup: 10001,
      fsGroup: 10001,
      fsGroupChangePolicy: "OnRootMismatch",
      seccompProfile: { type: "RuntimeDefault" },
    });
    const [{ command, ...container }] = containers;
    assert.deepEqual(container, {
      name: "redis",
      image: "redis:7-alpine",
      imagePullPolicy: "IfNotPresent",
      ports: [{ name: "service", containerPort: 6379, protocol: "TCP" }],
      env: [
        {
          name: "REDIS_PASSWORD",
          valueFrom: { secretKeyRef: { name: "redis-secrets-1a2b3c4d", key: "REDIS_PASSWORD" } },
        },
      ],
      resources: {
        limits: { cpu: "500m", memory: "512Mi", "ephemeral-storage": "256Mi" },
        requests: { cpu: "50m", memory: "512Mi", "ephemeral-storage": "128Mi" },
      },
      startupProbe: { tcpSocket: { port: "service" }, periodSeconds: 2, timeoutSeconds: 2, failureThreshold: 60 },
      readinessProbe: { ...PING, periodSeconds: 5, timeoutSeconds: 5 },
      livenessProbe: { tcpSocket: { port: "service" }, periodSeconds: 10, timeoutSeconds: 5 },
      terminationMessagePolicy: "FallbackToLogsOnError",
      securityContext: {
        allowPrivilegeEscalation: false,
        privileged: false,
        readOnlyRootFilesystem: true,
        runAsNonRoot: true,
        capabilities: { drop: ["ALL"] },
      },
      volumeMounts: [
        { name: "tmp", mountPath: "/tmp" },
        { name: "data", mountPath: "/data" },
      ],
    });
    assert.match(command[2], /appendonly yes/);
  });

  it("is reached by the stack's servers on its port, and reaches nothing", async () => {
    const { resources } = await redis({ namespace: "mcp-prod" });
    assert.deepEqual(inputsOf(resources, NETWORK_POLICY).spec, {
      podSelector: { matchLabels: SELECTOR },
      policyTypes: ["Ingress", "Egress"],
      ingress: [
        {
          from: [
            {
              podSelector: {
                matchLabels: { "app.kubernetes.io/instance": "mcp-test", "app.kubernetes.io/component": "mcp-server" },
              },
            },
          ],
          ports: [{ port: 6379, protocol: "TCP" }],
        },
      ],
    });
    assert.deepEqual(inputsOf(resources, SERVICE).spec, {
      type: "ClusterIP",
      selector: SELECTOR,
      ports: [{ name: "service", protocol: "TCP", port: 6379, targetPort: "service" }],
    });
  });

  it("has a generated password, which stands in one Secret and nowhere else in clear", async () => {
    const { resources, result } = await redis();
    assert.deepEqual(inputsOf(resources, PASSWORD), { length: 32, special: false });
    assert.deepEqual(secretValue(inputsOf(resources, SECRET).stringData), { REDIS_PASSWORD: "s3cret-password" });
    assert.deepEqual(secretValue(inputsOf(resources, ROLLOUT).secrets), ["s3cret-password"]);
    const others = resources.filter(({ type }) => ![SECRET, ROLLOUT].includes(type));
    assert.ok(!JSON.stringify(others).includes("s3cret"));
    assert.equal(await pulumi.isSecret(result.url), true);
    assert.equal(await settled(result.url), "redis://:s3cret-password@redis:6379");
  });

  it("registers the same in a preview, and gives its URL to nobody before it is ready", async () => {
    const [update, preview] = [await redis(), await redis({}, true)];
    assert.deepEqual(typesOf(preview.resources), typesOf(update.resources));
    assert.equal(await settled(preview.result.url), undefined);
    const { template: _, ...before } = inputsOf(preview.resources, STATEFUL_SET).spec;
    const { template: __, ...after } = inputsOf(update.resources, STATEFUL_SET).spec;
    assert.deepEqual(before, after);
  });

  it("takes the image, volume, memory and credentials that it is given", async () => {
    const { resources } = await redis({
      image: "valkey/valkey:8.1",
      volumeSize: "10Gi",
      storageClass: "fast",
      keepData: false,
      memoryLimit: "1Gi",
      imagePullSecrets: ["registry"],
    });
    const { volumeClaimTemplates, persistentVolumeClaimRetentionPolicy, template } = inputsOf(
      resources,
      STATEFUL_SET,
    ).spec;
    assert.deepEqual(volumeClaimTemplates[0].spec, {
      accessModes: ["ReadWriteOnce"],
      resources: { requests: { storage: "10Gi" } },
      storageClassName: "fast",
    });
    assert.deepEqual(persistentVolumeClaimRetentionPolicy, { whenDeleted: "Delete", whenScaled: "Retain" });
    assert.deepEqual(template.spec.imagePullSecrets, [{ name: "registry" }]);
    const { image, resources: limits } = template.spec.containers[0];
    assert.equal(image, "valkey/valkey:8.1");
    assert.deepEqual([limits.limits.memory, limits.requests.memory], ["1Gi", "1Gi"]);
  });

  it("finds its volume again under a name that is this stack's alone, where names are not fixed", async () => {
    const { resources, result } = await redis({ namespace: "shared", fixedNames: false });
    const { name } = inputsOf(resources, STATEFUL_SET).metadata;
    assert.match(name, /^redis-[0-9a-f]{8}$/);
    assert.equal(inputsOf((await redis({ fixedNames: false })).resources, STATEFUL_SET).metadata.name, name);
    assert.equal(inputsOf(resources, SERVICE).metadata.name, undefined);
    assert.equal(inputsOf(resources, STATEFUL_SET).spec.serviceName, "redis-service-1a2b3c4d");
    assert.equal(await settled(result.url), "redis://:s3cret-password@redis-service-1a2b3c4d:6379");
  });
});

describe("McpStatefulSet", () => {
  it("connects to the port of a service that has no command for its health, without volume or secrets", async () => {
    const { resources, result } = await service({ env: { PGDATA: "/data/$$x" }, cpuLimit: 2, user: 70 });
    assert.deepEqual(typesOf(resources), [NETWORK_POLICY, ROLLOUT, SERVICE, STATEFUL_SET].sort());
    const {
      startupProbe,
      readinessProbe,
      livenessProbe,
      env,
      volumeMounts,
      resources: limits,
    } = containerOf(resources, STATEFUL_SET);
    for (const { tcpSocket } of [startupProbe, readinessProbe, livenessProbe]) {
      assert.deepEqual(tcpSocket, { port: "service" });
    }
    assert.deepEqual(env, [{ name: "PGDATA", value: "/data/$$$x" }]);
    assert.deepEqual(volumeMounts, [{ name: "tmp", mountPath: "/tmp" }]);
    assert.equal(limits.limits.cpu, "2");
    assert.equal(podOf(resources, STATEFUL_SET).securityContext.runAsUser, 70);
    assert.equal(inputsOf(resources, STATEFUL_SET).spec.volumeClaimTemplates, undefined);
    assert.equal(inputsOf(resources, STATEFUL_SET).spec.template.metadata.annotations, undefined);
    assert.equal(await settled(result.host), "db");
  });

  it("can be written to only when it is told so, and hands words of its command on as they are", async () => {
    const { resources } = await service({
      writable: true,
      command: ["sh", "-c", "echo $$ $(date)"],
      secrets: { A: "s3cret" },
    });
    const { securityContext, command, env } = containerOf(resources, STATEFUL_SET);
    assert.equal(securityContext.readOnlyRootFilesystem, false);
    assert.deepEqual(command, ["sh", "-c", "echo $$$ $$(date)"]);
    assert.deepEqual(env, [{ name: "A", valueFrom: { secretKeyRef: { name: "db-secrets-1a2b3c4d", key: "A" } } }]);
  });

  it("has no list of variables where there are none: the provider would leave an empty one out", async () => {
    for (const args of [{}, { env: {}, secrets: {} }]) {
      assert.equal("env" in containerOf((await service(args)).resources, STATEFUL_SET), false);
    }
  });

  it("names its host to nobody before it is ready", async () => {
    const create = () => new McpStatefulSet("db", { image: "postgres:17", port: 5432 });
    assert.equal(await settled((await run(create, { preview: true })).result.host), undefined);
    assert.equal(await settled((await run(create)).result.host), "db");
  });

  it("watches the rollout of its set, without a handshake", async () => {
    const { resources } = await service({ context: "prod", kubeconfig: "apiVersion: v1" });
    const { template, kubeconfig, ...inputs } = inputsOf(resources, ROLLOUT);
    assert.match(template, /^[0-9a-f]{16}$/);
    assert.equal(secretValue(kubeconfig), "apiVersion: v1");
    assert.deepEqual(inputs, {
      server: "db",
      kind: "StatefulSet",
      namespace: "mcp-prod",
      object: "db",
      timeoutSeconds: 300,
      context: "prod",
    });
  });
});
