import assert from "node:assert/strict";
import { McpDeployment } from "../../../components";
import type { McpDeploymentArgs } from "../../../components/kubernetes/args";
import { runWithMocks, theOnly } from "../../support/mocks";

const DEPLOYMENT = "kubernetes:apps/v1:Deployment";
const REMOTE_IMAGE = "docker:index/remoteImage:RemoteImage";
const DIGEST = `ghcr.io/acme/weather@sha256:${"c".repeat(64)}`;

describe("McpDeployment of an image that exists already", () => {
  /** Image and arguments of the server's container. */
  const containerOf = async (args: Partial<McpDeploymentArgs>) => {
    const { resources } = await runWithMocks(() => new McpDeployment("weather", { namespace: "mcp", ...args }), {
      outputs: ({ type, inputs }) =>
        type === REMOTE_IMAGE ? { imageId: "sha256:1", repoDigest: DIGEST } : { metadata: inputs.metadata },
    });
    assert.ok(!resources.some(({ type }) => type === "docker:index/image:Image"));
    const { spec } = theOnly(resources, DEPLOYMENT).inputs as { spec: { template: { spec: Pod } } };
    const [container] = spec.template.spec.containers;
    return container && { image: container.image, args: container.args };
  };

  it("builds nothing, and runs the digest by the image's own command", async () => {
    for (const reference of [DIGEST, "ghcr.io/acme/weather:1.4.2"]) {
      assert.deepEqual(await containerOf({ image: { reference } }), { image: DIGEST, args: undefined });
    }
  });

  it("replaces the command by the arguments as they are written, where there are any", async () => {
    const found = await containerOf({ image: { reference: DIGEST }, args: ["serve", "$(PORT)"] });
    assert.deepEqual(found, { image: DIGEST, args: ["serve", "$$(PORT)"] });
  });
});

interface Pod {
  containers: { image: string; args?: string[] }[];
}
