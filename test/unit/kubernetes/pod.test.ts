import assert from "node:assert/strict";
import { removeFolders } from "../../support/folder";
import { containerOf, DEPLOYMENT, DIGEST, deploy, inputsOf, podOf, SELECTOR, STDIO } from "./support";

describe("a server's pod", () => {
  after(removeFolders);

  it("is hardened as the standard `restricted` wants it, and beyond", async () => {
    const { resources } = await deploy({ namespace: "mcp-prod" });
    const { containers, topologySpreadConstraints: _, ...pod } = podOf(resources);
    assert.deepEqual(pod, {
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      serviceAccountName: "weather",
      securityContext: {
        runAsNonRoot: true,
        runAsUser: 10001,
        runAsGroup: 10001,
        fsGroup: 10001,
        fsGroupChangePolicy: "OnRootMismatch",
        seccompProfile: { type: "RuntimeDefault" },
      },
      terminationGracePeriodSeconds: 70,
      volumes: [
        { name: "tmp", emptyDir: { sizeLimit: "64Mi" } },
        { name: "logs", emptyDir: { sizeLimit: "64Mi" } },
      ],
    });
    assert.equal(containers.length, 1);
    const {
      env: _env,
      livenessProbe: _live,
      readinessProbe: _ready,
      startupProbe: _start,
      ...container
    } = containers[0];
    assert.deepEqual(container, {
      name: "weather",
      image: DIGEST,
      imagePullPolicy: "IfNotPresent",
      ports: [
        { name: "http", containerPort: 8080, protocol: "TCP" },
        { name: "metrics", containerPort: 8000, protocol: "TCP" },
      ],
      resources: {
        limits: { cpu: "500m", memory: "512Mi", "ephemeral-storage": "256Mi" },
        requests: { cpu: "250m", memory: "256Mi", "ephemeral-storage": "128Mi" },
      },
      terminationMessagePolicy: "FallbackToLogsOnError",
      lifecycle: { preStop: { sleep: { seconds: 5 } } },
      securityContext: {
        allowPrivilegeEscalation: false,
        privileged: false,
        readOnlyRootFilesystem: true,
        runAsNonRoot: true,
        capabilities: { drop: ["ALL"] },
      },
      volumeMounts: [
        { name: "tmp", mountPath: "/tmp" },
        { name: "logs", mountPath: "/app/logs" },
      ],
    });
  });

  it("gets as long to end as the longest call takes, the load balancers' delay and the closing of streams besides", async () => {
    const { resources } = await deploy({ callTimeoutSeconds: 300 });
    assert.equal(podOf(resources).terminationGracePeriodSeconds, 310);
  });

  it("writes CPU as the API server gives it back: whole cores, else thousandths", async () => {
    const resources = { cpuLimit: 2, cpuReservation: 1.5, memoryLimit: "1Gi", memoryReservation: "1Gi" };
    assert.deepEqual(containerOf((await deploy({ resources })).resources).resources, {
      limits: { cpu: "2", memory: "1Gi", "ephemeral-storage": "256Mi" },
      requests: { cpu: "1500m", memory: "1Gi", "ephemeral-storage": "128Mi" },
    });
  });

  it("runs as the user that its image wants", async () => {
    const { runAsUser, runAsGroup, fsGroup } = podOf((await deploy({ runAsUser: 1000 })).resources).securityContext;
    assert.deepEqual([runAsUser, runAsGroup, fsGroup], [1000, 1000, 1000]);
  });

  it("is the same for a stdio server behind the bridge, which is asked by HTTP", async () => {
    const [http, stdio] = [await deploy(), await deploy({}, { files: STDIO })].map(({ resources }) => podOf(resources));
    const without = (pod: typeof http) => {
      const { env, livenessProbe, readinessProbe, startupProbe, ...container } = pod.containers[0];
      return { ...pod, containers: [container] };
    };
    assert.deepEqual(without(stdio), without(http));
    assert.deepEqual(stdio.containers[0].readinessProbe.httpGet, { path: "/readyz", port: "http" });
  });

  describe("and the nodes", () => {
    const spread = (topologyKey: string) => ({
      maxSkew: 1,
      topologyKey,
      whenUnsatisfiable: "ScheduleAnyway",
      labelSelector: { matchLabels: SELECTOR },
      matchLabelKeys: ["pod-template-hash"],
    });

    it("is kept apart from its replicas on hosts and zones, where there is room", async () => {
      const { topologySpreadConstraints, nodeSelector, tolerations, priorityClassName } = podOf(
        (await deploy()).resources,
      );
      assert.deepEqual(topologySpreadConstraints, [
        spread("kubernetes.io/hostname"),
        spread("topology.kubernetes.io/zone"),
      ]);
      assert.deepEqual([nodeSelector, tolerations, priorityClassName], [undefined, undefined, undefined]);
    });

    it("goes where it is told", async () => {
      const scheduling = {
        nodeSelector: { "kubernetes.io/arch": "arm64" },
        tolerations: ["spot"],
        priorityClass: "high",
        spreadOver: ["rack"],
      };
      const { topologySpreadConstraints, nodeSelector, tolerations, priorityClassName } = podOf(
        (await deploy({ scheduling })).resources,
      );
      assert.deepEqual(topologySpreadConstraints, [spread("rack")]);
      assert.deepEqual(nodeSelector, { "kubernetes.io/arch": "arm64" });
      assert.deepEqual(tolerations, [{ key: "spot", operator: "Exists" }]);
      assert.equal(priorityClassName, "high");
    });

    it("is spread over nothing when the list is empty", async () => {
      const { resources } = await deploy({ scheduling: { spreadOver: [] } });
      assert.equal(podOf(resources).topologySpreadConstraints, undefined);
      assert.ok(inputsOf(resources, DEPLOYMENT));
    });
  });
});
