import assert from "node:assert/strict";
import { statSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import { Deployed } from "../../../../cli/render/deployed";
import { objectName } from "../../../../cli/render/names";
import type { Given } from "../../../../cli/render/options";
import { render } from "../../../../cli/render/render";
import {
  CANARY,
  configOf,
  DEPLOYMENT,
  files,
  HEADER,
  inProject,
  labels,
  optionsOf,
  PASSWORD,
  REDIS_PASSWORD,
  secret,
  secretName,
  stateResource,
  TestSource,
  textOf,
  texts,
} from "./support";

const SECRET_TYPE = "kubernetes:core/v1:Secret";

describe("mcp-deploy render: secrets", () => {
  inProject();

  const forms = [CANARY, PASSWORD, `redis://:${PASSWORD}@redis:6379`].flatMap((value) => [
    value,
    Buffer.from(value).toString("base64"),
    encodeURIComponent(value),
  ]);

  it("stand in clear nowhere unless they are to", async () => {
    for (const values of <Partial<Given>[]>[
      {},
      { secrets: "external", store: { kind: "SecretStore", name: "vault" } },
    ]) {
      const rendered = await render(new TestSource(), optionsOf(values));
      const { stream } = await render(new TestSource(), optionsOf({ ...values, out: "-" }));
      for (const form of forms) {
        assert.ok(!texts().includes(form));
        assert.ok(!JSON.stringify([rendered, stream]).includes(form));
      }
    }
  });

  it("are written for nobody but the owner where they are to stand in clear", async () => {
    await render(new TestSource(), optionsOf({ secrets: "plain" }));
    const file = `40-secret-${secretName()}.yaml`;
    const { data, stringData, type } = parse(textOf(file));
    assert.deepEqual(
      { data, stringData, type },
      {
        data: {
          API_KEY: Buffer.from(CANARY).toString("base64"),
          REDIS_URL: Buffer.from(`redis://:${PASSWORD}@redis:6379`).toString("base64"),
        },
        stringData: undefined,
        type: undefined,
      },
    );
    assert.equal(statSync(path.join("rendered/prod", file)).mode & 0o777, 0o600);
    assert.ok(!textOf("kustomization.yaml").includes("have to exist"));
  });

  it("are fetched by External Secrets from the store that was named", async () => {
    const { secrets } = await render(
      new TestSource(),
      optionsOf({ secrets: "external", store: { kind: "ClusterSecretStore", name: "vault" } }),
    );
    const name = secretName();
    assert.equal(
      textOf(`40-externalsecret-${name}.yaml`),
      `${HEADER}
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata:
  name: ${name}
  namespace: mcp-prod
  labels:
${labels("weather", "mcp-server")}spec:
  data:
    - remoteRef:
        key: mcp-prod-weather-secrets
        property: API_KEY
      secretKey: API_KEY
    - remoteRef:
        key: mcp-prod-weather-secrets
        property: REDIS_URL
      secretKey: REDIS_URL
  secretStoreRef:
    kind: ClusterSecretStore
    name: vault
  target:
    name: ${name}
`,
    );
    assert.deepEqual(
      secrets.map(({ remote }) => remote),
      [
        { key: "mcp-prod-redis-secrets", properties: ["REDIS_PASSWORD"] },
        { key: "mcp-prod-weather-secrets", properties: ["API_KEY", "REDIS_URL"] },
      ],
    );
  });

  it("have the type of an image pull secret, which a template carries over", async () => {
    const config = configOf(
      { secrets: ["API_KEY"] },
      {
        "mcp:registry": { server: "registry.example.com", namespace: "mcp", username: "bot" },
        "mcp:secrets": { API_KEY: CANARY, REGISTRY_PASSWORD: PASSWORD },
      },
    );
    const options = optionsOf({ secrets: "external", store: { kind: "SecretStore", name: "vault" } });
    await render(new TestSource(config), options);
    const file = files().find((name) => name.includes("weather-registry")) ?? "";
    const { spec, metadata } = parse(textOf(file));
    assert.deepEqual(spec.target, {
      name: metadata.name,
      template: { type: "kubernetes.io/dockerconfigjson", metadata: { labels: metadata.labels } },
    });
    assert.deepEqual(spec.data, [
      {
        secretKey: ".dockerconfigjson",
        remoteRef: { key: "mcp-prod-weather-registry", property: "dockerconfigjson" },
      },
    ]);
    const { imagePullSecrets } = parse(textOf(DEPLOYMENT)).spec.template.spec;
    assert.deepEqual(imagePullSecrets, [{ name: metadata.name }]);
  });

  it("give their object another name with every change", async () => {
    const names = new Set<string | undefined>();
    for (const API_KEY of [CANARY, `${CANARY}-2`, CANARY]) {
      await render(new TestSource(configOf({}, { "mcp:secrets": { API_KEY } })), optionsOf());
      names.add(secretName());
    }
    assert.equal(names.size, 2);
  });
});

describe("mcp-deploy render: names that Pulumi gives", () => {
  inProject();

  const metadata = { name: "weather-secrets-0badcafe", namespace: "mcp-prod" };
  const data = {
    API_KEY: Buffer.from(CANARY).toString("base64"),
    REDIS_URL: Buffer.from(`redis://:${PASSWORD}@redis:6379`).toString("base64"),
  };
  const deployedSecret = (values: object, where = metadata) =>
    stateResource(SECRET_TYPE, "weather-secrets", { kind: "Secret", metadata: where, data: secret(values) });

  it("are those of the last deployment, as long as up would keep them", async () => {
    const source = new TestSource();
    source.resources.push(deployedSecret(data));
    await render(source, optionsOf());
    assert.equal(secretName(), "weather-secrets-0badcafe");
    for (const changed of [
      deployedSecret({ ...data, API_KEY: "b2xk" }),
      deployedSecret(data, { ...metadata, namespace: "old" }),
    ]) {
      source.resources = [REDIS_PASSWORD, changed];
      await render(source, optionsOf());
      assert.match(secretName() ?? "", /^weather-secrets-(?!0badcafe)[0-9a-f]{8}$/);
    }
  });

  it("are the same each time for objects without content, and differ between stacks", () => {
    const service = { type: "kubernetes:core/v1:Service", name: "weather-service", inputs: { kind: "Service" } };
    const none = new Deployed('{"deployment":{}}');
    const names = ["mcp/prod", "mcp/prod", "mcp/staging"].map((stack) => objectName(service, none, stack));
    assert.match(names[0] ?? "", /^weather-service-[0-9a-f]{8}$/);
    assert.equal(names[0], names[1]);
    assert.notEqual(names[0], names[2]);
    const deployed = new Deployed(
      JSON.stringify({
        deployment: {
          resources: [
            stateResource(service.type, service.name, { kind: "Service", metadata: { name: "weather-service-1" } }),
          ],
        },
      }),
    );
    assert.equal(objectName(service, deployed, "mcp/prod"), "weather-service-1");
  });
});
