import assert from "node:assert/strict";
import { Agent, request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { ClusterStack } from "../support/clusterStack";
import { removeFolders } from "../support/folder";
import { describeWithCluster, removeNamespace } from "../support/kubernetes";
import { example } from "../support/stack";

/** Requests at least, from clients that work at the same time. */
const REQUESTS = 10_000;
const CLIENTS = 10;
/** Between two requests of one client, in milliseconds: the machine also has to do the rollout. */
const PAUSE_MS = 20;

const CALL = JSON.stringify({
  jsonrpc: "2.0",
  id: 1,
  method: "tools/call",
  params: {
    name: "containerized_tool",
    arguments: { param: "x" },
    _meta: {
      "io.modelcontextprotocol/protocolVersion": "2026-07-28",
      "io.modelcontextprotocol/clientInfo": { name: "load", version: "1" },
      "io.modelcontextprotocol/clientCapabilities": {},
    },
  },
});

/** One call of a tool, without a session. Resolves with what was wrong; undefined when it was answered. */
function call(url: string, agent: Agent): Promise<string | undefined> {
  const headers = {
    "content-type": "application/json",
    accept: "application/json, text/event-stream",
    "mcp-protocol-version": "2026-07-28",
    "mcp-method": "tools/call",
    "mcp-name": "containerized_tool",
  };
  return new Promise((resolve) => {
    const sent = request(url, { method: "POST", headers, agent, timeout: 10_000 }, (response) => {
      let body = "";
      response.setEncoding("utf8").on("data", (text: string) => {
        body += text;
      });
      response.on("error", (error) => resolve(error.message));
      response.on("end", () =>
        resolve(body.includes("Processed: x") ? undefined : `HTTP ${response.statusCode} ${body}`),
      );
    });
    sent
      .on("timeout", () => sent.destroy(new Error("no answer within 10 s")))
      .on("error", (error) => resolve(error.message));
    sent.end(CALL);
  });
}

describeWithCluster("a rollout under load", function () {
  this.timeout(600_000);
  let stack: ClusterStack;

  const configure = async (secret: string) => {
    const server = { name: "node-server", source: example("node-server"), secrets: ["API_KEY"], sessions: "none" };
    stack.configure([{ ...server, kubernetes: { replicas: 2 } }]);
    await stack.secret("API_KEY", secret);
  };

  before(async () => {
    stack = new ClusterStack([]);
    await configure("first-secret");
    await stack.up();
  });
  after(async () => {
    await stack.destroy();
    await removeNamespace(stack.namespace);
    removeFolders();
  });

  it("loses none of 10,000 requests, and has the changed secret in every pod", async () => {
    const { namespace } = stack;
    const service = await stack.core.readNamespacedService({ name: "node-server", namespace });
    // This machine is the cluster's node: Services are reached from it as from a pod.
    const url = `http://${service.spec?.clusterIP}/mcp`;
    const before = await fingerprints();
    const failures: string[] = [];
    let requests = 0;
    let isRolledOut = false;
    const client = async () => {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      while ((!isRolledOut || requests < REQUESTS) && requests < 20 * REQUESTS) {
        requests++;
        const failure = await call(url, agent);
        if (failure !== undefined) failures.push(failure);
        await sleep(PAUSE_MS);
      }
      agent.destroy();
    };
    const clients = Promise.all(Array.from({ length: CLIENTS }, client));
    await configure("second-secret");
    await stack.up();
    isRolledOut = true;
    await clients;
    assert.deepEqual(failures.slice(0, 5), []);
    assert.ok(requests >= REQUESTS, String(requests));
    const after = await fingerprints();
    assert.equal(after.length, 2);
    assert.equal(new Set(after).size, 1);
    assert.ok(!before.includes(after[0] as string));
  });

  /** What each pod has for its secret. One after the other: a stack does one thing at a time. */
  const fingerprints = async () => {
    const found: string[] = [];
    for (const pod of await stack.pods("node-server")) {
      found.push(await stack.call("node-server", "api_key_fingerprint", {}, pod));
    }
    return found;
  };
});
