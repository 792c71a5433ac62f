import assert from "node:assert/strict";
import { appendFileSync, cpSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { type KubernetesObject, KubernetesObjectApi, PatchStrategy, type V1ObjectMeta } from "@kubernetes/client-node";
import { parse } from "yaml";
import { ClusterStack } from "../support/clusterStack";
import { makeFolder, removeFolders } from "../support/folder";
import { describeWithCluster, kubeConfig, removeNamespace } from "../support/kubernetes";
import { example } from "../support/stack";

const API_KEY = "canary-secret-41d7";

type Manifest = Required<Pick<KubernetesObject, "apiVersion" | "kind">> & {
  metadata: V1ObjectMeta & { name: string };
  data?: unknown;
  stringData?: unknown;
};

describeWithCluster(
  "npx mcp-deploy render on a real cluster",
  function () {
    this.timeout(300_000);
    let stack: ClusterStack;
    let source: string;

    const folder = () => path.join(stack.root, "rendered", stack.name);
    const textOf = (file: string) => readFileSync(path.join(folder(), file), "utf8");
    const rendered = (): Manifest[] => {
      const files = readdirSync(folder()).filter((name) => name !== "kustomization.yaml");
      return files.sort().map((name) => parse(textOf(name)));
    };
    const key = ({ kind, metadata }: Manifest) => `${kind} ${metadata.name}`;
    const byKey = (manifests: Manifest[]) => Object.fromEntries(manifests.map((manifest) => [key(manifest), manifest]));
    const names = (manifests: Manifest[]) => manifests.map(key).sort();

    before(async () => {
      source = makeFolder();
      cpSync(example("python-server"), source, { recursive: true });
      stack = new ClusterStack(
        [
          {
            name: "weather",
            source,
            services: ["redis"],
            secrets: ["API_KEY"],
            sessions: "affinity",
            kubernetes: {
              replicas: 2,
              autoscaling: { maxReplicas: 3, memoryPercent: 70 },
              exposure: { publicUrl: "https://weather.example.com/mcp", authentication: "oauth" },
              egress: [
                { cidr: "203.0.113.0/24", except: ["203.0.113.8/32"] },
                { namespace: "other", ports: [5432] },
              ],
            },
          },
        ],
        {
          "mcp:services": [{ name: "redis", kind: "redis" }],
          "mcp:monitoring": {
            prometheus: { image: "prom/prometheus:v2.42.0", memoryLimit: "256Mi" },
            alertmanager: { image: "prom/alertmanager:v0.25.0" },
          },
          kubernetes: {
            quota: { "limits.cpu": "4", "limits.memory": "4096Mi", pods: "10" },
            containerLimits: { cpu: "0.5", memory: "1024Mi" },
          },
        },
      );
      await stack.secret("API_KEY", API_KEY);
    });
    after(async () => {
      await stack.destroy();
      await removeNamespace(stack.namespace);
      removeFolders();
    });

    it("makes images and passwords with --build where no cluster is known", async () => {
      const { env } = stack;
      stack.env = { KUBECONFIG: path.join(stack.root, "none") };
      await assert.rejects(stack.render({}), /redis +a generated password\n +weather +\S+\/weather:[0-9a-f]{12}\n/);
      await stack.render({ secrets: "plain", build: true });
      assert.ok(names(rendered()).includes("Deployment weather"));
      const imageIn = () => /image: \S+weather@(sha256:[0-9a-f]{64})/.exec(textOf("70-deployment-weather.yaml"))?.[1];
      const before = imageIn();
      appendFileSync(path.join(source, "server.py"), "\n# Edited.\n");
      await assert.rejects(
        stack.render({}),
        /\n {2}weather +\S+\/weather:[0-9a-f]{12}\n {2}fix: npx mcp-deploy render/,
      );
      await stack.render({ secrets: "plain", build: true });
      assert.ok(imageIn() && imageIn() !== before);
      stack.env = env;
      assert.doesNotMatch(await stack.state(), /::kubernetes:|pulumi:providers:kubernetes/);
    });

    it("has made what up would make: it builds nothing again", async () => {
      const before = byKey(rendered());
      const { lines } = await stack.up();
      assert.deepEqual(
        lines.filter((line) => /Image|RandomPassword/.test(line)),
        [],
      );
      assert.ok(lines.some((line) => line.includes("kubernetes:apps/v1:Deployment weather-deployment")));
      await stack.render({ secrets: "plain" });
      // Pulumi has given names to the Secrets and the files meanwhile; all else is as it was.
      const after = byKey(rendered());
      const named = /^(Secret|Deployment|StatefulSet) |^ConfigMap \S+-files-/;
      const fixed = Object.keys(after).filter((name) => !named.test(name));
      assert.equal(fixed.length, Object.keys(before).length - 8);
      for (const name of fixed) assert.deepEqual(after[name], before[name]);
    });

    it("writes exactly what up has registered", async () => {
      const { deployment } = JSON.parse(await stack.state());
      const registered = (deployment.resources as { type: string; inputs: Manifest }[])
        .filter(({ type }) => type.startsWith("kubernetes:"))
        .map(({ inputs }) => withoutProvider(inputs));
      assert.deepEqual(names(rendered()), names(registered));
      const found = byKey(rendered());
      for (const inputs of registered) {
        const { data: _, stringData: __, ...expected } = inputs;
        const { data: ___, ...manifest } = found[key(inputs)] ?? assert.fail(`no ${key(inputs)}`);
        assert.deepEqual(manifest, expected);
      }
    });

    it("is accepted by the API server, and changes nothing that up has made", async () => {
      const api = KubernetesObjectApi.makeApiClient(kubeConfig());
      for (const manifest of rendered().map(forClient)) {
        const live = await api.read(manifest);
        // A dry run, with which the server refuses fields that it does not know.
        const apply = PatchStrategy.ServerSideApply;
        const applied = await api.patch<KubernetesObject>(manifest, undefined, "All", "gitops", true, apply);
        for (const object of [live, applied]) delete object.metadata?.managedFields;
        assert.deepEqual(applied, live, key(manifest));
      }
    });

    it("has no secret in it unless that is asked for", async () => {
      await stack.render({});
      const text = JSON.stringify(rendered());
      const core = await stack.core.listNamespacedSecret({ namespace: stack.namespace });
      const values = core.items.flatMap(({ data }) => Object.values(data ?? {}));
      assert.equal(values.length, 3);
      for (const value of values) {
        assert.ok(!text.includes(value));
        assert.ok(!text.includes(Buffer.from(value, "base64").toString()));
      }
      assert.ok(!names(rendered()).some((name) => name.startsWith("Secret ")));
    });

    it("leaves the image of a source that has changed to up, since that has deployed the stack", async () => {
      const before = await stack.state();
      appendFileSync(path.join(source, "server.py"), "\n# Edited again.\n");
      await assert.rejects(
        stack.render({}),
        /\n {2}weather +\S+\/weather:[0-9a-f]{12}\n {2}fix: npx mcp-deploy up --stack \S+ makes/,
      );
      await assert.rejects(
        stack.render({ build: true }),
        /^UsageError: --build is for stacks whose manifests others apply, and/,
      );
      assert.equal(await stack.state(), before);
      await stack.up();
      await stack.render({});
      const { spec } = await stack.deployment("weather");
      const image = spec?.template.spec?.containers[0]?.image;
      assert.ok(textOf("70-deployment-weather.yaml").includes(`image: ${image}\n`));
    });
  },
  ["redis:7-alpine", "prom/prometheus:v2.42.0", "prom/alertmanager:v0.25.0"],
);

/** The client calls fields whose names are reserved words by other names. */
const forClient = (manifest: Manifest): Manifest =>
  JSON.parse(JSON.stringify(manifest).replace(/"(default|from)":/g, '"_$1":'));

/** Inputs of a state without what is for the provider alone. */
function withoutProvider(inputs: Manifest): Manifest {
  const { annotations = {}, ...metadata } = inputs.metadata;
  const kept = Object.fromEntries(Object.entries(annotations).filter(([name]) => !name.startsWith("pulumi.com/")));
  return { ...inputs, metadata: { ...metadata, ...(Object.keys(kept).length > 0 && { annotations: kept }) } };
}
