import assert from "node:assert/strict";
import {
  ApiException,
  AppsV1Api,
  CoreV1Api,
  Metrics,
  type V1Deployment,
  type V1PodSpec,
} from "@kubernetes/client-node";
import { pushImage } from "../support/clusterImages";
import { applyObjects, eventually, forwardPort, runInPod } from "../support/clusterObjects";
import { describeWithCluster, kubeConfig, namespaceFor } from "../support/kubernetes";

const IMAGE = "python:3.11-slim";
const RESTRICTED = { "pod-security.kubernetes.io/enforce": "restricted" };

function webServer(namespace: string, image: string): V1Deployment {
  const spec: V1PodSpec = {
    securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: "RuntimeDefault" } },
    terminationGracePeriodSeconds: 0,
    containers: [
      {
        name: "web",
        image,
        command: ["python", "-m", "http.server", "8080", "--directory", "/data"],
        readinessProbe: { tcpSocket: { port: 8080 }, periodSeconds: 1 },
        resources: { requests: { cpu: "50m", memory: "64Mi" }, limits: { memory: "128Mi" } },
        securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
        volumeMounts: [{ name: "data", mountPath: "/data" }],
      },
    ],
    volumes: [{ name: "data", persistentVolumeClaim: { claimName: "data" } }],
  };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web", namespace },
    spec: { selector: { matchLabels: { app: "web" } }, template: { metadata: { labels: { app: "web" } }, spec } },
  };
}

describeWithCluster(
  "the cluster of the tests",
  function () {
    this.timeout(180_000);
    let core: CoreV1Api;
    let apps: AppsV1Api;
    let namespace: string;
    let image: string;

    /** The pod that is ready, other than one that is ending. */
    const pod = () =>
      eventually("pod that is ready", async () =>
        (await core.listNamespacedPod({ namespace, labelSelector: "app=web" })).items.find(
          ({ metadata, status }) =>
            !metadata?.deletionTimestamp && status?.conditions?.some((c) => c.type === "Ready" && c.status === "True"),
        ),
      );
    const podName = async () => (await pod()).metadata?.name ?? "";

    before(async function () {
      core = kubeConfig().makeApiClient(CoreV1Api);
      apps = kubeConfig().makeApiClient(AppsV1Api);
      namespace = await namespaceFor(this, RESTRICTED);
      image = await pushImage(IMAGE, "test/web:1");
      await applyObjects(
        {
          apiVersion: "v1",
          kind: "PersistentVolumeClaim",
          metadata: { name: "data", namespace },
          spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "10Mi" } } },
        },
        {
          apiVersion: "v1",
          kind: "Service",
          metadata: { name: "web", namespace },
          spec: { selector: { app: "web" }, ports: [{ port: 80, targetPort: 8080 }] },
        },
        webServer(namespace, image),
      );
    });

    it("runs a pod of an image of the local registry, by digest", async () => {
      assert.match(image, /^[^@]+\/test\/web@sha256:[0-9a-f]{64}$/);
      assert.equal((await pod()).status?.containerStatuses?.[0]?.imageID, image);
    });

    it("pulls images by their public names", async () => {
      const deployment = await apps.readNamespacedDeployment({ name: "web", namespace });
      await applyObjects(webServer(namespace, `docker.io/library/${IMAGE}`));
      await eventually("rollout", async () => {
        const { status } = await apps.readNamespacedDeployment({ name: "web", namespace });
        const rolledOut = (status?.observedGeneration ?? 0) > (deployment.metadata?.generation ?? 0);
        return rolledOut && status?.updatedReplicas === 1 && status.availableReplicas === 1 && status.replicas === 1;
      });
      assert.equal((await pod()).spec?.containers[0]?.image, `docker.io/library/${IMAGE}`);
    });

    it("binds a claim to the default storage class, and keeps its data when the pod is deleted", async () => {
      const first = await podName();
      await runInPod(namespace, first, ["sh", "-c", "echo kept >/data/file"]);
      await core.deleteNamespacedPod({ name: first, namespace });
      const second = await podName();
      assert.notEqual(second, first);
      assert.equal(await runInPod(namespace, second, ["cat", "/data/file"]), "kept\n");
      const { spec, status } = await core.readNamespacedPersistentVolumeClaim({ name: "data", namespace });
      assert.deepEqual([spec?.storageClassName, status?.phase], ["standard", "Bound"]);
    });

    it("lets pods reach a Service by its names", async () => {
      const script = (host: string) =>
        `from urllib.request import urlopen; print(urlopen("http://${host}/file", timeout=5).read().decode(), end="")`;
      const name = await podName();
      // A Service follows its pods with a delay, and this one is new.
      const fetched = (host: string) =>
        eventually("answer", () => runInPod(namespace, name, ["python", "-c", script(host)]));
      assert.equal(await fetched("web"), "kept\n");
      assert.equal(await fetched(`web.${namespace}.svc.cluster.local`), "kept\n");
    });

    it("tells of a command that fails in a pod", async () => {
      await assert.rejects(runInPod(namespace, await podName(), ["sh", "-c", "echo why >&2; exit 3"]), {
        message: "sh -c echo why >&2; exit 3: exit code 3\nwhy\n",
      });
    });

    it("forwards a port of this machine to a pod", async () => {
      const { port, stop } = await forwardPort(namespace, await podName(), 8080);
      const answers = Array.from({ length: 5 }, async () => (await fetch(`http://127.0.0.1:${port}/file`)).text());
      assert.deepEqual(await Promise.all(answers), Array(5).fill("kept\n"));
      await stop();
      await assert.rejects(fetch(`http://127.0.0.1:${port}/file`));
    });

    it("refuses a pod that breaks the Pod Security standard of its namespace", async () => {
      const spec = { hostNetwork: true, containers: [{ name: "web", image }] };
      await assert.rejects(
        core.createNamespacedPod({ namespace, body: { metadata: { name: "bad" }, spec } }),
        (error) => {
          assert.ok(error instanceof ApiException);
          assert.equal(error.code, 403);
          assert.match(
            error.body,
            /violates PodSecurity \\"restricted:latest\\": host namespaces \(hostNetwork=true\)/,
          );
          return true;
        },
      );
    });

    it("measures what pods use", async () => {
      const measured = await eventually("metrics of the pod", async () => {
        const { items } = await new Metrics(kubeConfig()).getPodMetrics(namespace);
        return items[0]?.containers[0];
      });
      assert.equal(measured.name, "web");
      assert.match(measured.usage.memory, /^\d+Ki$/);
    });
  },
  [IMAGE],
);
