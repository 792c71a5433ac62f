import assert from "node:assert/strict";
import { AppsV1Api, CoreV1Api } from "@kubernetes/client-node";
import * as k8s from "@pulumi/kubernetes";
import type { PulumiFn } from "@pulumi/pulumi/automation";
import { removeFolders } from "./folder";
import { describeWithCluster, kubeConfig, kubeconfigFile, namespaceFor } from "./kubernetes";
import { ProgramStack } from "./programStack";

export const IMAGE = "redis:7-alpine";

/** Makes a program's resources, and returns its outputs. */
export type Resources = (opts: { provider: k8s.Provider }) => object | undefined;

type Spec = k8s.types.input.apps.v1.DeploymentSpec;

/** Pods that are ready as soon as they run. */
export const pods = (app: string, label = "1"): Spec => ({
  selector: { matchLabels: { app } },
  template: {
    metadata: { labels: { app, label } },
    spec: {
      terminationGracePeriodSeconds: 0,
      containers: [{ name: "main", image: IMAGE, resources: { requests: { cpu: "0.01", memory: "16Mi" } } }],
    },
  },
});

/** Objects in a namespace of the tests' cluster, by the program of a stack that each test has anew. */
class ClusterProgram {
  stack!: ProgramStack;
  core!: CoreV1Api;
  apps!: AppsV1Api;
  namespace = "";

  /** A program whose resources use the tests' cluster. */
  program = (resources: Resources, settings: k8s.ProviderArgs = {}): PulumiFn => {
    return async () => {
      const { namespace } = this;
      const provider = new k8s.Provider("cluster", { kubeconfig: kubeconfigFile, namespace, ...settings });
      return (resources({ provider }) ?? {}) as Record<string, unknown>;
    };
  };

  /** The steps of a deployment. */
  up = async (resources: Resources, settings?: k8s.ProviderArgs): Promise<string[]> => {
    const result = await this.stack.up(this.program(resources, settings));
    assert.equal(result.failed, false, result.told);
    return result.steps;
  };

  /** The error of a deployment that must fail. */
  failing = async (resources: Resources, settings?: k8s.ProviderArgs): Promise<string> => {
    const result = await this.stack.up(this.program(resources, settings));
    assert.equal(result.failed, true, result.steps.join());
    return result.told;
  };
}

/** `describe` for tests of what a program makes in the cluster. */
export function describeProgram(title: string, suite: (cluster: ClusterProgram) => void): void {
  const define = function (this: Mocha.Suite): void {
    this.timeout(180_000);
    const cluster = new ClusterProgram();
    before(async function () {
      cluster.core = kubeConfig().makeApiClient(CoreV1Api);
      cluster.apps = kubeConfig().makeApiClient(AppsV1Api);
      cluster.namespace = await namespaceFor(this);
    });
    beforeEach(async () => {
      cluster.stack = new ProgramStack(["kubernetes"]);
      await cluster.stack.start();
    });
    afterEach(async () => {
      const { failed, told } = await cluster.stack.destroy();
      await cluster.stack.stop();
      assert.equal(failed, false, told);
    });
    after(removeFolders);
    suite(cluster);
  };
  describeWithCluster(title, define, [IMAGE]);
}
