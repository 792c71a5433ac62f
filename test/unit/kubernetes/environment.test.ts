import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { removeFolders } from "../../support/folder";
import { secretValue } from "../../support/mocks";
import { containerOf, DEPLOYMENT, deploy, IMAGE, inputsOf, LABELS, ROLLOUT, SECRET, STDIO, typesOf } from "./support";

const FROM_POD = [
  { name: "POD_IP", valueFrom: { fieldRef: { apiVersion: "v1", fieldPath: "status.podIP" } } },
  { name: "POD_NAME", valueFrom: { fieldRef: { apiVersion: "v1", fieldPath: "metadata.name" } } },
];
const fromSecret = (name: string, secret: string, key = name) => ({
  name,
  valueFrom: { secretKeyRef: { name: secret, key } },
});
const named = (env: { name: string }[], name: string) => env.filter((variable) => variable.name === name);

describe("variables of a server in Kubernetes", () => {
  after(removeFolders);

  it("tell the server where to listen, sorted, after those that others may refer to", async () => {
    const { resources } = await deploy({ port: 9000, path: "/tools", env: { GREETING: "hi" } });
    assert.deepEqual(containerOf(resources).env, [
      ...FROM_POD,
      { name: "FASTMCP_HOST", value: "0.0.0.0" },
      { name: "FASTMCP_PORT", value: "9000" },
      { name: "FASTMCP_STREAMABLE_HTTP_PATH", value: "/tools" },
      { name: "FASTMCP_TRANSPORT", value: "http" },
      { name: "GREETING", value: "hi" },
      { name: "HOST", value: "0.0.0.0" },
      { name: "MCP_TELEMETRY_PATH", value: "/tools" },
      { name: "METRICS_HOST", value: "0.0.0.0" },
      { name: "METRICS_PORT", value: "8000" },
      { name: "PORT", value: "9000" },
      { name: "SHUTDOWN_GRACE_SECONDS", value: "60" },
    ]);
  });

  it("tell the bridge of a stdio server its limits", async () => {
    const { resources } = await deploy({ bridge: { maxSessions: 3, idleTimeoutSeconds: 20 } }, { files: STDIO });
    assert.deepEqual(containerOf(resources).env, [
      ...FROM_POD,
      { name: "MCP_BRIDGE_IDLE_SECONDS", value: "20" },
      { name: "MCP_BRIDGE_MAX_SESSIONS", value: "3" },
      { name: "MCP_BRIDGE_PATH", value: "/mcp" },
      { name: "METRICS_HOST", value: "0.0.0.0" },
      { name: "METRICS_PORT", value: "8000" },
      { name: "PORT", value: "8080" },
      { name: "SHUTDOWN_GRACE_SECONDS", value: "60" },
    ]);
  });

  it("reach the server as they were written: Kubernetes replaces no part of them", async () => {
    const env = { A: "pa$$word", B: "$(PORT)", C: "$HOME costs $5$", D: "$$(PORT)" };
    const variables = containerOf((await deploy({ env })).resources).env;
    const textOf = (name: string) => named(variables, name)[0] as unknown as { value: string };
    assert.equal(textOf("A").value, "pa$$$word");
    assert.equal(textOf("B").value, "$$(PORT)");
    assert.equal(textOf("C").value, "$HOME costs $5$");
    assert.equal(textOf("D").value, "$$$$(PORT)");
  });

  it("stand in it once each: the user's go before ours, and existing Secrets before both", async () => {
    const { resources } = await deploy({
      env: { POD_NAME: "mine", HOST: "127.0.0.1", TOKEN: "plain" },
      secretKeys: { TOKEN: { secret: "vault", key: "token" } },
    });
    const { env } = containerOf(resources);
    assert.deepEqual(named(env, "POD_NAME"), [{ name: "POD_NAME", value: "mine" }]);
    assert.deepEqual(named(env, "HOST"), [{ name: "HOST", value: "127.0.0.1" }]);
    assert.deepEqual(named(env, "TOKEN"), [fromSecret("TOKEN", "vault", "token")]);
    const names = env.map(({ name }: { name: string }) => name);
    assert.equal(new Set(names).size, names.length);
  });

  for (const preview of [false, true]) {
    it(`refer to secrets, which stand in one Secret and nowhere else in clear (preview: ${preview})`, async () => {
      const secrets = { B_KEY: pulumi.secret("s3cret-b"), A_KEY: "s3cret-a" };
      const { resources } = await deploy({ namespace: "mcp-prod", secrets }, { preview });
      const { stringData, ...secret } = inputsOf(resources, SECRET);
      assert.deepEqual(secret, {
        apiVersion: "v1",
        kind: "Secret",
        metadata: { namespace: "mcp-prod", labels: LABELS },
      });
      assert.deepEqual(secretValue(stringData), { A_KEY: "s3cret-a", B_KEY: "s3cret-b" });
      const { env } = containerOf(resources);
      assert.deepEqual(named(env, "A_KEY"), [fromSecret("A_KEY", "weather-secrets-1a2b3c4d")]);
      assert.deepEqual(named(env, "B_KEY"), [fromSecret("B_KEY", "weather-secrets-1a2b3c4d")]);
      assert.deepEqual((secretValue(inputsOf(resources, ROLLOUT).secrets) as string[]).sort(), [
        "s3cret-a",
        "s3cret-b",
      ]);
      const others = resources.filter(({ type }) => ![SECRET, ROLLOUT].includes(type));
      assert.ok(others.some(({ type }) => type === DEPLOYMENT) && others.some(({ type }) => type === IMAGE));
      assert.ok(!JSON.stringify(others).includes("s3cret"));
    });
  }

  it("leave the Deployment readable: nothing in it counts as a secret", async () => {
    const { resources } = await deploy({ secrets: { API_KEY: pulumi.secret("s3cret") } });
    assert.ok(!JSON.stringify(inputsOf(resources, DEPLOYMENT)).includes("4dabf18193072939515e22adb298388d"));
  });

  it("roll out new pods when a secret changes, by a checksum that is slow to guess by and no secret", async () => {
    const checksumOf = async (secrets: Record<string, pulumi.Input<string>>) =>
      inputsOf((await deploy({ secrets })).resources, DEPLOYMENT).spec.template.metadata.annotations[
        "checksum/secrets"
      ];
    const before = await checksumOf({ API_KEY: "s3cret", OTHER: "x" });
    assert.match(before, /^[0-9a-f]{32}$/);
    assert.equal(await checksumOf({ OTHER: "x", API_KEY: pulumi.secret("s3cret") }), before);
    assert.notEqual(await checksumOf({ API_KEY: "s3cret2", OTHER: "x" }), before);
    assert.notEqual(await checksumOf({ API_KEY: "s3cret", RENAMED: "x" }), before);
  });

  it("need no Secret and no checksum where there are no secrets", async () => {
    for (const args of [{}, { secrets: {} }]) {
      const { resources } = await deploy(args);
      assert.ok(!typesOf(resources).includes(SECRET));
      assert.equal(inputsOf(resources, DEPLOYMENT).spec.template.metadata.annotations, undefined);
    }
  });
});
