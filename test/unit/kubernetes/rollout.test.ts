import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { ApiException } from "@kubernetes/client-node";
import { clusterError } from "../../../provider/kubernetes/clusterError";
import { rollout } from "../../../provider/kubernetes/rollout";
import type { RolloutInputs, RolloutOutputs } from "../../../provider/kubernetes/rolloutProperties";

const INPUTS: RolloutInputs = {
  server: "weather",
  kind: "Deployment",
  namespace: "mcp-prod",
  object: "weather",
  template: "0123456789abcdef",
  timeoutSeconds: 300,
  port: 8080,
  path: "/mcp",
  secrets: ["s3cret-key"],
  context: "prod",
};
const OUTPUTS: RolloutOutputs = { ...INPUTS, tools: ["forecast"], toolsDigest: "d1" };

/** A kubeconfig of clusters that nobody runs. */
const kubeconfigFor = (server: string) =>
  JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "nobody", cluster: { server } }],
    users: [{ name: "me", user: {} }],
    contexts: ["prod", "staging"].map((name) => ({ name, context: { cluster: "nobody", user: "me" } })),
    "current-context": "staging",
  });

/** A port of this machine on which nobody listens. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

/** What `up` would say. */
const errorOf = (inputs: Partial<RolloutInputs>) =>
  rollout.create({ ...INPUTS, kubeconfig: kubeconfigFor("https://127.0.0.1"), ...inputs }).then(
    () => assert.fail("it was rolled out"),
    ({ message }: Error) => message,
  );

describe("the provider of a rollout", () => {
  const changes = async (news: Partial<RolloutInputs>) =>
    (await rollout.diff("id", OUTPUTS, { ...INPUTS, ...news })).changes;

  it("watches again when other pods, or another endpoint, are to be checked", async () => {
    for (const news of [
      { kind: "StatefulSet" },
      { namespace: "other" },
      { object: "weather-2" },
      { template: "fedcba9876543210" },
      { port: 9000 },
      { path: "/tools" },
    ]) {
      assert.notEqual(await changes(news), false, JSON.stringify(news));
    }
  });

  it("does not watch again for another time-out, other credentials or the same values", async () => {
    for (const news of [
      {},
      { timeoutSeconds: 60 },
      { secrets: ["other"] },
      { context: "prod-2" },
      { kubeconfig: "{}" },
    ]) {
      assert.equal(await changes(news), false, JSON.stringify(news));
    }
  });

  it("says that a cluster can't be reached", async () => {
    const port = await freePort();
    const kubeconfig = kubeconfigFor(`https://127.0.0.1:${port}`);
    const message = `The cluster's API server can't be reached: connect ECONNREFUSED 127.0.0.1:${port}.`;
    assert.equal(await errorOf({ kubeconfig }), `${message} Check the kubeconfig and the network.`);
  });

  it("refuses a context that the kubeconfig does not hold, rather than take another", async () => {
    assert.equal(
      await errorOf({ context: "prd" }),
      'The kubeconfig holds no context "prd", only prod, staging. Did you mean "prod"?',
    );
    assert.equal(
      await errorOf({ kubeconfig: "~/.kube/config" }),
      "The kubeconfig holds no context: give its content, or leave it out for that of this machine.",
    );
  });

  it("says what the API server said, and nothing of how it said it", () => {
    const message = 'deployments.apps "weather" is forbidden: User "ci" cannot get resource "deployments"';
    const answer = new ApiException(403, "Unknown API Status Code!", JSON.stringify({ kind: "Status", message }), {
      a: "b",
    });
    assert.equal(clusterError(answer).message, `The cluster's API server answers with 403: ${message}`);
    const proxy = new ApiException(502, "Unknown API Status Code!", "<html>Bad gateway</html>", {});
    assert.equal(clusterError(proxy).message, "The cluster's API server answers with 502: <html>Bad gateway</html>");
    assert.equal(clusterError(new Error("the server does not answer")).message, "the server does not answer");
  });
});
