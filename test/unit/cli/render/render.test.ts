import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { parse, parseAllDocuments } from "yaml";
import { Deployed } from "../../../../cli/render/deployed";
import { objectName } from "../../../../cli/render/names";
import type { Source } from "../../../../cli/render/objects";
import { render } from "../../../../cli/render/render";
import { removeFolders } from "../../../support/folder";
import {
  CANARY,
  configOf,
  DIGEST,
  enterProject,
  IMAGE,
  leaveProject,
  optionsOf,
  PASSWORD,
  REDIS_PASSWORD,
  secret,
  stateResource,
  TestSource,
} from "./support";

const IMAGE_TYPE = "docker:index/image:Image";
const SECRET_TYPE = "kubernetes:core/v1:Secret";
const HEADER = "# Rendered by pulumi-mcp-deploy from the stack mcp/prod. The next render replaces it.";
const labels = (name: string, component: string) => `    app.kubernetes.io/component: ${component}
    app.kubernetes.io/instance: mcp-prod
    app.kubernetes.io/managed-by: pulumi
    app.kubernetes.io/name: ${name}
    app.kubernetes.io/part-of: mcp
`;

describe("npm run render", () => {
  let folder: string;

  /** Everything that a render writes. */
  const texts = (): string => files().map(textOf).join("");
  const files = () => readdirSync(path.join(folder, "rendered/prod")).sort();
  const textOf = (file: string) => readFileSync(path.join(folder, "rendered/prod", file), "utf8");
  const failure = async (source: Source, options = optionsOf()) => {
    const error = await render(source, options).catch((reason: Error) => reason);
    assert.ok(error instanceof Error, "it succeeded");
    return error.message;
  };
  /** The Secret of the server: its name ends with a digest of what is in it. */
  const secretName = (of = "weather") =>
    new RegExp(`${of}-secrets-[0-9a-f]{8}`).exec(
      textOf(of === "redis" ? "60-statefulset-redis.yaml" : DEPLOYMENT),
    )?.[0];
  const DEPLOYMENT = "70-deployment-weather.yaml";

  beforeEach(() => {
    folder = enterProject();
  });
  afterEach(leaveProject);
  after(removeFolders);

  it("writes a file for each object, in the order in which they are applied", async () => {
    const { files: written, change, secrets } = await render(new TestSource(), optionsOf());
    const names = [
      "00-namespace-mcp-prod.yaml",
      "20-networkpolicy-default-deny.yaml",
      "20-networkpolicy-redis.yaml",
      "20-networkpolicy-weather.yaml",
      "30-serviceaccount-weather.yaml",
      "50-service-redis.yaml",
      "50-service-weather.yaml",
      "60-statefulset-redis.yaml",
      "70-deployment-weather.yaml",
    ];
    assert.deepEqual(written, [...names, "kustomization.yaml"]);
    assert.deepEqual(files(), written);
    assert.deepEqual(change, { written, unchanged: [], removed: [] });
    const [redis, weather] = [secretName("redis"), secretName()];
    assert.deepEqual(secrets, [
      { name: redis, namespace: "mcp-prod", keys: ["REDIS_PASSWORD"] },
      { name: weather, namespace: "mcp-prod", keys: ["API_KEY", "REDIS_URL"] },
    ]);
    assert.equal(
      textOf("kustomization.yaml"),
      `${HEADER}
# Secrets that have to exist first:
#   mcp-prod/${redis}: REDIS_PASSWORD
#   mcp-prod/${weather}: API_KEY, REDIS_URL
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
${names.map((name) => `  - ${name}\n`).join("")}`,
    );
  });

  it("writes objects as people do, without annotations for the provider", async () => {
    await render(new TestSource(), optionsOf());
    assert.equal(
      textOf("30-serviceaccount-weather.yaml"),
      `${HEADER}
apiVersion: v1
kind: ServiceAccount
metadata:
  name: weather
  namespace: mcp-prod
  labels:
${labels("weather", "mcp-server")}automountServiceAccountToken: false
`,
    );
    assert.equal(
      textOf("50-service-redis.yaml"),
      `${HEADER}
apiVersion: v1
kind: Service
metadata:
  name: redis
  namespace: mcp-prod
  labels:
${labels("redis", "service")}spec:
  type: ClusterIP
  ports:
    - name: service
      port: 6379
      protocol: TCP
      targetPort: service
  selector:
    app.kubernetes.io/instance: mcp-prod
    app.kubernetes.io/name: redis
`,
    );
    assert.ok(!texts().includes("pulumi.com/"));
  });

  it("names the image by its digest, and its Secret", async () => {
    await render(new TestSource(), optionsOf());
    const { template } = parse(textOf(DEPLOYMENT)).spec;
    const [container] = template.spec.containers;
    assert.equal(container.image, IMAGE);
    const referred = container.env.filter((variable: { valueFrom?: object }) => variable.valueFrom);
    assert.deepEqual(referred.slice(2), [
      { name: "API_KEY", valueFrom: { secretKeyRef: { name: secretName(), key: "API_KEY" } } },
      { name: "REDIS_URL", valueFrom: { secretKeyRef: { name: secretName(), key: "REDIS_URL" } } },
    ]);
    assert.match(template.metadata.annotations["checksum/secrets"], /^[0-9a-f]{32}$/);
  });

  it("writes the same texts each time, and touches no file that stays the same", async () => {
    await render(new TestSource(), optionsOf());
    const before = texts();
    const { change, files: all } = await render(new TestSource(), optionsOf());
    assert.deepEqual(change, { written: [], unchanged: all, removed: [] });
    assert.equal(texts(), before);
  });

  it("prints one stream for stdout, and writes nothing", async () => {
    const { stream = "" } = await render(new TestSource(), optionsOf({ out: ["-"] }));
    const documents = parseAllDocuments(stream).map((document) => document.toJS());
    assert.deepEqual(
      documents.map(({ kind, metadata }) => `${kind} ${metadata.name}`),
      [
        "Namespace mcp-prod",
        "NetworkPolicy default-deny",
        "NetworkPolicy redis",
        "NetworkPolicy weather",
        "ServiceAccount weather",
        "Service redis",
        "Service weather",
        "StatefulSet redis",
        "Deployment weather",
      ],
    );
    assert.match(stream, /^# Secrets that have to exist first:\n# {3}mcp-prod\/redis-secrets-\w{8}: REDIS_PASSWORD\n/);
    assert.deepEqual(readdirSync(folder).includes("rendered"), false);
  });

  describe("secrets", () => {
    const forms = [CANARY, PASSWORD, `redis://:${PASSWORD}@redis:6379`].flatMap((value) => [
      value,
      Buffer.from(value).toString("base64"),
      encodeURIComponent(value),
    ]);

    it("stand in clear nowhere unless they are to", async () => {
      for (const values of <Record<string, string[]>[]>[{}, { secrets: ["external"], store: ["vault"] }]) {
        const rendered = await render(new TestSource(), optionsOf(values));
        const { stream } = await render(new TestSource(), optionsOf({ ...values, out: ["-"] }));
        for (const form of forms) {
          assert.ok(!texts().includes(form));
          assert.ok(!JSON.stringify([rendered, stream]).includes(form));
        }
      }
    });

    it("are written for nobody but the owner where they are to stand in clear", async () => {
      await render(new TestSource(), optionsOf({ secrets: ["plain"] }));
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
      assert.equal(statSync(path.join(folder, "rendered/prod", file)).mode & 0o777, 0o600);
      assert.ok(!textOf("kustomization.yaml").includes("have to exist"));
    });

    it("are fetched by External Secrets from the store that was named", async () => {
      const { secrets } = await render(
        new TestSource(),
        optionsOf({ secrets: ["external"], store: ["ClusterSecretStore/vault"] }),
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
      const options = optionsOf({ secrets: ["external"], store: ["vault"] });
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

  describe("names that Pulumi gives", () => {
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

  describe("images and passwords", () => {
    /** The build that is asked for now, as a state holds it. */
    const built = (imageName: string, more: object = {}) =>
      stateResource(
        IMAGE_TYPE,
        "weather-image",
        {
          imageName,
          skipPush: false,
          buildOnPreview: false,
          build: {
            context: ".mcp/prod/weather/context",
            dockerfile: ".mcp/prod/weather/Dockerfile",
            contextDigest: "added by the provider",
            builderVersion: "BuilderBuildKit",
            platform: `linux/${process.arch === "x64" ? "amd64" : process.arch}`,
            ...more,
          },
        },
        { repoDigest: `registry.example.com/mcp/weather@${DIGEST}` },
      );
    const withoutImage = (flags: string[] = []) => optionsOf({ image: [] }, flags);
    /** The name that the image has with the source as it is. */
    const currentName = async () =>
      /registry\.example\.com\/mcp\/weather:[0-9a-f]{12}/.exec(await failure(new TestSource(), withoutImage()))?.[0] ??
      "";

    it("are an error when they were never made, with the commands that make them", async () => {
      const source = new TestSource();
      source.resources = [];
      const message = await failure(source, withoutImage());
      assert.equal(
        message.replace(/:[0-9a-f]{12}$/m, ":TAG"),
        `What the manifests of prod depend on was never made, or not of what the sources and settings hold now:
  redis    a generated password
  weather  registry.example.com/mcp/weather:TAG
  fix: npm run render -- --stack prod --build makes it, without touching the cluster
       or, for an image that is built elsewhere: --image weather=registry.example.com/mcp/weather@sha256:...`,
      );
      assert.deepEqual(readdirSync(folder).includes("rendered"), false);
    });

    it("are left to up in a stack that up has deployed", async () => {
      const source = new TestSource();
      source.resources.push(stateResource("pulumi:providers:kubernetes", "kubernetes", {}));
      const message = await failure(source, withoutImage());
      assert.match(message, /\n {2}fix: npm run up -- --stack prod makes it, and rolls it out\n {7}or, for an image/);
    });

    it("come from the last deployment while source and settings are the same", async () => {
      const name = await currentName();
      const source = new TestSource();
      source.resources.push(built(name));
      await render(source, withoutImage());
      assert.equal(parse(textOf(DEPLOYMENT)).spec.template.spec.containers[0].image, IMAGE);
      for (const other of [built(`${name.slice(0, -12)}000000000000`), built(name, { platform: "linux/s390x" })]) {
        source.resources = [REDIS_PASSWORD, other];
        assert.match(await failure(source, withoutImage()), /never made, or not of what/);
      }
    });

    it("are made with --build, only what is missing, and once", async () => {
      const name = await currentName();
      const source = new TestSource();
      source.onBuild = () => source.resources.push(built(name));
      await render(source, withoutImage(["build"]));
      assert.deepEqual(source.built, [[{ type: IMAGE_TYPE, name: "weather-image", owner: "weather", what: name }]]);
      await render(source, withoutImage(["build"]));
      assert.equal(source.built.length, 1);
    });

    it("are not asked for when the image exists already", async () => {
      const config = configOf({ source: undefined, image: { reference: IMAGE }, transport: "http", services: [] });
      await render(new TestSource({ ...config, "mcp:services": [] }), withoutImage());
      assert.equal(parse(textOf(DEPLOYMENT)).spec.template.spec.containers[0].image, IMAGE);
    });

    it("of a server that there is not are refused", async () => {
      const options = optionsOf({ image: [`weather=${IMAGE}`, `wether=${IMAGE}`] });
      assert.equal(
        await failure(new TestSource(), options),
        "--image names a server whose image is not needed: wether\n  known: weather",
      );
    });
  });

  it("refuses a stack that has no manifests", async () => {
    const source = new TestSource({ "mcp:target": "process", "mcp:servers": [{ name: "weather", source: "weather" }] });
    assert.match(await failure(source), /^The stack prod has the target process: only stacks for Kubernetes have/);
  });

  it("reports a mistake in the config as up does", async () => {
    const message = await failure(new TestSource(configOf({ prot: 1 })));
    assert.match(message, /mcp:servers\[0\]\.prot: unknown key[\s\S]*did you mean `port`\?/);
  });
});
