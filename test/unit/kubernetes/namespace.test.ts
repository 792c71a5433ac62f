import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { McpNamespace } from "../../../components";
import { settled } from "../../support/mocks";
import { inputsOf, NAMESPACE, NETWORK_POLICY, run, typesOf } from "./support";

const QUOTA = "kubernetes:core/v1:ResourceQuota";
const LIMITS = "kubernetes:core/v1:LimitRange";
const LABELS = {
  "app.kubernetes.io/name": "space",
  "app.kubernetes.io/instance": "mcp-test",
  "app.kubernetes.io/component": "namespace",
  "app.kubernetes.io/part-of": "mcp",
  "app.kubernetes.io/managed-by": "pulumi",
};

describe("McpNamespace", () => {
  for (const preview of [false, true]) {
    it(`lets only restricted pods run, which reach nothing that no rule allows (preview: ${preview})`, async () => {
      const { resources, result } = await run(() => new McpNamespace("space"), { preview });
      assert.deepEqual(typesOf(resources), [NAMESPACE, NETWORK_POLICY].sort());
      assert.deepEqual(inputsOf(resources, NAMESPACE), {
        apiVersion: "v1",
        kind: "Namespace",
        metadata: {
          name: "mcp-test",
          labels: {
            ...LABELS,
            "pod-security.kubernetes.io/enforce": "restricted",
            "pod-security.kubernetes.io/audit": "restricted",
            "pod-security.kubernetes.io/warn": "restricted",
          },
        },
      });
      assert.deepEqual(inputsOf(resources, NETWORK_POLICY), {
        apiVersion: "networking.k8s.io/v1",
        kind: "NetworkPolicy",
        metadata: { name: "default-deny", namespace: "mcp-test", labels: LABELS },
        spec: { podSelector: {}, policyTypes: ["Ingress", "Egress"] },
      });
      assert.equal(await settled(result.namespace), "mcp-test");
    });
  }

  it("holds quota and limits, and sets aside the limits for pods that say nothing", async () => {
    const { resources } = await run(
      () =>
        new McpNamespace("space", {
          namespace: "mcp-prod",
          quota: { "limits.memory": "8Gi", pods: "20" },
          containerLimits: { cpu: "500m", memory: "512Mi" },
        }),
    );
    assert.deepEqual(inputsOf(resources, QUOTA), {
      apiVersion: "v1",
      kind: "ResourceQuota",
      metadata: { name: "quota", namespace: "mcp-prod", labels: LABELS },
      spec: { hard: { "limits.memory": "8Gi", pods: "20" } },
    });
    assert.deepEqual(inputsOf(resources, LIMITS).spec.limits, [
      {
        type: "Container",
        default: { cpu: "500m", memory: "512Mi" },
        defaultRequest: { cpu: "500m", memory: "512Mi" },
      },
    ]);
  });

  it("sets aside what it is told", async () => {
    const args = { containerLimits: { cpu: "1" }, containerRequests: { cpu: "100m" } };
    const { resources } = await run(() => new McpNamespace("space", args));
    assert.deepEqual(inputsOf(resources, LIMITS).spec.limits, [
      { type: "Container", default: { cpu: "1" }, defaultRequest: { cpu: "100m" } },
    ]);
  });

  it("goes with the stack, unless it is told to stay: known to the engine before anything else", async () => {
    const keptWith = async (args: object) => {
      const kept: string[] = [];
      const note: pulumi.ResourceTransformation = ({ type, opts }) => {
        if (opts.retainOnDelete) kept.push(type);
        return undefined;
      };
      await run(() => new McpNamespace("space", args, { transformations: [note] }));
      return kept;
    };
    assert.deepEqual(await keptWith({}), []);
    assert.deepEqual(await keptWith({ keep: true }), [NAMESPACE]);
    await run(() =>
      assert.throws(
        () => new McpNamespace("space", { keep: pulumi.output(true) }),
        /^InvalidInputError: keep: depends on/,
      ),
    );
  });
});
