import assert from "node:assert/strict";
import * as k8s from "@pulumi/kubernetes";
import { removeFolders } from "../support/folder";
import { describeWithCluster, kubeConfig, kubeconfigFile, namespaceFor } from "../support/kubernetes";
import { ProgramStack } from "../support/programStack";

const IMAGE = "redis:7-alpine";

type Spec = k8s.types.input.apps.v1.DeploymentSpec;

/** Pods that are ready as soon as they run. */
const pods = (app: string, label = "1"): Spec => ({
  selector: { matchLabels: { app } },
  template: {
    metadata: { labels: { app, label } },
    spec: {
      terminationGracePeriodSeconds: 0,
      containers: [{ name: "main", image: IMAGE, resources: { requests: { cpu: "0.01", memory: "16Mi" } } }],
    },
  },
});

describeWithCluster(
  "Kubernetes types, by the official plugin or the test provider",
  function () {
    this.timeout(180_000);
    let stack: ProgramStack;
    let namespace: string;

    /** A program whose resources use the tests' cluster. */
    const program = (resources: (opts: { provider: k8s.Provider }) => object | undefined) => async () => {
      const provider = new k8s.Provider("cluster", { kubeconfig: kubeconfigFile, namespace });
      return (resources({ provider }) ?? {}) as Record<string, unknown>;
    };
    const up = async (resources: Parameters<typeof program>[0]) => {
      const result = await stack.up(program(resources));
      assert.equal(result.failed, false, result.told);
      return result;
    };

    before(async function () {
      namespace = await namespaceFor(this);
    });
    beforeEach(async () => {
      stack = new ProgramStack(["kubernetes"]);
      await stack.start();
    });
    afterEach(async () => {
      const { failed, told } = await stack.destroy();
      await stack.stop();
      assert.equal(failed, false, told);
    });
    after(removeFolders);

    it("make a Deployment, wait for its pods, leave it alone, update it in place, replace it for another selector", async () => {
      const deployment =
        (app: string, label: string) =>
        (opts: object): object => {
          const { metadata, status } = new k8s.apps.v1.Deployment(
            "web",
            { metadata: { name: `web-${namespace}` }, spec: pods(app, label) },
            opts as never,
          );
          return { name: metadata.name, namespace: metadata.namespace, ready: status.readyReplicas };
        };
      const preview = await stack.preview(program(deployment("one", "1")));
      assert.deepEqual(preview.steps, ["create web"]);
      assert.deepEqual((await up(deployment("one", "1"))).steps, ["create web"]);
      assert.deepEqual(await stack.outputs(), { name: `web-${namespace}`, namespace, ready: 1 });
      assert.deepEqual((await up(deployment("one", "1"))).steps, []);
      assert.deepEqual((await stack.refresh()).steps, []);
      assert.deepEqual((await up(deployment("one", "1"))).steps, []);
      assert.deepEqual((await up(deployment("one", "2"))).steps, ["update web"]);
      assert.deepEqual((await up(deployment("one", "2"))).steps, []);
      // It has a fixed name: the old one has to go first.
      const replaced = await up(deployment("two", "2"));
      assert.deepEqual(replaced.steps, ["delete-replaced web", "create-replacement web"]);
    });
  },
  [IMAGE],
);
