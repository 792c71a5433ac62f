import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { CoreV1Api } from "@kubernetes/client-node";
import { describeWithCluster, kubeConfig, kubeconfigFile, namespaceFor } from "../../support/kubernetes";
import { kubernetesProvider } from "../../support/providers/kubernetes";
import { type Context, PartialError } from "../../support/providers/resource";
import { type Properties, plainProperties } from "../../support/providers/values";

const MAP = "kubernetes:core/v1:ConfigMap";

// What it has in common with the official plugin is in test/e2e/kubernetesProvider.test.ts.
describeWithCluster("Kubernetes test provider on a cluster", function () {
  this.timeout(60_000);
  const provider = kubernetesProvider();
  let namespace: string;

  const context = (changes: Partial<Context> = {}): Context => ({
    folder: __dirname,
    config: { kubeconfig: kubeconfigFile, namespace },
    log: () => {},
    urn: "urn:pulumi:stack::project::type::map",
    name: "map",
    preview: false,
    seed: randomBytes(8),
    ...changes,
  });
  const resource = (token: string) => {
    const type = provider.otherResource?.(token);
    assert.ok(type, token);
    return type;
  };
  const check = async (token: string, inputs: Properties, from = context()) =>
    (await resource(token).check(from, {}, inputs)).inputs;
  const map = (data: Properties, rest: Properties = {}): Properties => ({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: {},
    data,
    ...rest,
  });

  before(async function () {
    namespace = await namespaceFor(this);
  });

  it("refuses fields that the API does not know: at creation, at an update, and in a preview of either", async () => {
    const type = resource(MAP);
    const good = await check(MAP, map({ a: "1" }));
    const bad = await check(MAP, map({ a: "1" }, { dataa: { b: "2" } }));
    const refusal = /strict decoding error: unknown field "dataa"/;
    await assert.rejects(type.create(context({ preview: true }), bad), refusal);
    await assert.rejects(type.create(context(), bad), refusal);
    const { id, outputs } = await type.create(context(), good);
    // Server-side apply has another decoder, with other words.
    const undeclared = /field not declared in schema|unknown field/;
    await assert.rejects(type.update(context({ preview: true }), id, outputs, bad), undeclared);
    await assert.rejects(type.update(context(), id, outputs, bad), (error: unknown) => {
      assert.ok(error instanceof PartialError);
      assert.match(error.message, undeclared);
      assert.equal(error.id, id);
      return true;
    });
    await type.delete(context(), id, outputs);
    assert.equal(await type.read(context(), id, outputs, good), undefined);
    // What is gone already is no error.
    await type.delete(context(), id, outputs);
  });

  it("reads an object that the program did not make, with all that it would take to make it", async () => {
    const core = kubeConfig().makeApiClient(CoreV1Api);
    await core.createNamespacedConfigMap({ namespace, body: { metadata: { name: "theirs" }, data: { a: "1" } } });
    const read = await resource(MAP).read(context(), `${namespace}/theirs`, {}, {});
    assert.deepEqual(plainProperties(read?.inputs ?? {}), {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "theirs", namespace },
      data: { a: "1" },
    });
    assert.deepEqual(resource(MAP).diff(read?.outputs ?? {}, read?.inputs ?? {}).changes, {});
  });

  it("waits for a namespace that comes later in the same deployment", async () => {
    const late = `${namespace}-late`;
    const core = kubeConfig().makeApiClient(CoreV1Api);
    const inputs = await check(MAP, map({ a: "1" }, { metadata: { name: "early", namespace: late } }));
    const type = resource(MAP);
    const previewed = await type.create(context({ preview: true }), inputs);
    assert.deepEqual(previewed.outputs, inputs);
    const made = type.create(context(), inputs);
    await core.createNamespace({ body: { metadata: { name: late } } });
    const { id } = await made;
    assert.equal(id, `${late}/early`);
    const token = "kubernetes:core/v1:Namespace";
    const own = await check(token, { apiVersion: "v1", kind: "Namespace", metadata: { name: late } });
    const live = (await resource(token).read(context(), late, {}, own))?.outputs ?? {};
    await resource(token).delete(context(), late, live);
    // A Namespace is gone only when all that was in it is.
    await assert.rejects(core.readNamespace({ name: late }), /404/);
  });

  it("says that a kind does not exist, once it has waited for it", async () => {
    const token = "kubernetes:none.example.com/v1:Nothing";
    const inputs = await check(token, { apiVersion: "none.example.com/v1", kind: "Nothing", metadata: { name: "x" } });
    const preview = await resource(token).create(context({ preview: true }), inputs);
    assert.deepEqual(preview.outputs, inputs);
    const signal = AbortSignal.abort();
    await assert.rejects(
      resource(token).create(context({ signal }), inputs),
      /failed because the Kubernetes API server reported that the apiVersion for this resource does not exist\. Verify that any required CRDs have been created: no matches for kind "Nothing" in version "none\.example\.com\/v1"/,
    );
  });
});
