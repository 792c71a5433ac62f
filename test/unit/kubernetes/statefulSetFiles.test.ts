import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { McpStatefulSet } from "../../../components";
import { InvalidInputError } from "../../../components/server";
import { secretValue, settled } from "../../support/mocks";
import {
  CONFIG_MAP,
  containerOf,
  inputsOf,
  NETWORK_POLICY,
  podOf,
  run,
  SECRET,
  STATEFUL_SET,
  typesOf,
} from "./support";

const service = (args = {}) =>
  run(() => new McpStatefulSet("db", { image: "postgres:17", port: 5432, namespace: "mcp-prod", ...args }));
const annotationsOf = async (args: object) =>
  inputsOf((await service(args)).resources, STATEFUL_SET).spec.template.metadata.annotations;

const SELECTOR = { "app.kubernetes.io/name": "db", "app.kubernetes.io/instance": "mcp-test" };
const DNS = {
  to: [
    {
      namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "kube-system" } },
      podSelector: { matchLabels: { "k8s-app": "kube-dns" } },
    },
    { ipBlock: { cidr: "169.254.20.10/32" } },
  ],
  ports: [
    { port: 53, protocol: "UDP" },
    { port: 53, protocol: "TCP" },
  ],
};

describe("files of McpStatefulSet", () => {
  const files = { "a.conf": "one\n", "b.conf": "two" };
  const secretFiles = { token: "s3cret" };

  it("are a ConfigMap and a Secret, in one folder that cannot be written to", async () => {
    const { resources } = await service({ files, secretFiles });
    const { data, metadata } = inputsOf(resources, CONFIG_MAP);
    assert.deepEqual(data, files);
    assert.equal(metadata.name, undefined);
    assert.equal(metadata.namespace, "mcp-prod");
    assert.deepEqual(secretValue(inputsOf(resources, SECRET).stringData), secretFiles);
    assert.deepEqual(podOf(resources, STATEFUL_SET).volumes, [
      { name: "tmp", emptyDir: { sizeLimit: "64Mi" } },
      {
        name: "files",
        projected: {
          defaultMode: 0o440,
          sources: [{ configMap: { name: "db-files-1a2b3c4d" } }, { secret: { name: "db-secret-files-1a2b3c4d" } }],
        },
      },
    ]);
    assert.deepEqual(containerOf(resources, STATEFUL_SET).volumeMounts, [
      { name: "tmp", mountPath: "/tmp" },
      { name: "files", mountPath: "/etc/mcp", readOnly: true },
    ]);
    const others = resources.filter(({ type }) => type !== SECRET);
    assert.ok(!JSON.stringify(others).includes("s3cret"));
  });

  it("replace the pod when one of them changes, a secret one too", async () => {
    const before = await annotationsOf({ files, secretFiles });
    assert.match(before["checksum/files"], /^[0-9a-f]{32}$/);
    assert.deepEqual(await annotationsOf({ files, secretFiles }), before);
    for (const changed of [
      { files: { ...files, "b.conf": "three" }, secretFiles },
      { files, secretFiles: { token: "other" } },
    ]) {
      assert.notEqual((await annotationsOf(changed))["checksum/files"], before["checksum/files"]);
    }
  });

  it("are one object where there is one kind, and none where there are no files", async () => {
    const kinds = async (args: object) => {
      const { resources } = await service(args);
      return [CONFIG_MAP, SECRET].filter((type) => typesOf(resources).includes(type));
    };
    assert.deepEqual(await kinds({ files }), [CONFIG_MAP]);
    assert.deepEqual(await kinds({ secretFiles }), [SECRET]);
    assert.deepEqual(await kinds({ files: {}, secretFiles: {} }), []);
    assert.equal(podOf((await service({ files: {} })).resources, STATEFUL_SET).volumes.length, 1);
  });

  it("may be known late", async () => {
    const { resources } = await service({ files: pulumi.output(files), secretFiles: pulumi.secret(secretFiles) });
    assert.deepEqual(inputsOf(resources, CONFIG_MAP).data, files);
    assert.deepEqual(secretValue(inputsOf(resources, SECRET).stringData), secretFiles);
    assert.equal(typeof (await annotationsOf({ secretFiles: pulumi.secret(secretFiles) }))["checksum/files"], "string");
  });

  it("have names that a ConfigMap takes", async () => {
    for (const name of ["conf.d/a.conf", "..a", "a b", ""]) {
      await assert.rejects(service({ files: { [name]: "x" } }), (error) => {
        assert.ok(error instanceof InvalidInputError);
        assert.deepEqual(error.problems, [
          {
            path: `files.${name}`,
            message: "this is no name of a file in a ConfigMap",
            got: name,
            allowed: "letters, digits, hyphens, underscores and dots",
            fix: "name it without a folder",
          },
        ]);
        return true;
      });
    }
  });
});

describe("the network of McpStatefulSet", () => {
  it("lets in whom it names, and out to what it names and the DNS", async () => {
    const { resources, result } = await service({
      ingress: [{ namespace: "monitoring" }, { podLabels: { app: "a" } }],
      egress: [{ podLabels: { app: "b" }, ports: [8000, 8001] }],
    });
    assert.deepEqual(inputsOf(resources, NETWORK_POLICY).spec, {
      podSelector: { matchLabels: SELECTOR },
      policyTypes: ["Ingress", "Egress"],
      ingress: [
        {
          from: [
            { namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "monitoring" } } },
            { podSelector: { matchLabels: { app: "a" } } },
          ],
          ports: [{ port: 5432, protocol: "TCP" }],
        },
      ],
      egress: [
        DNS,
        {
          to: [{ podSelector: { matchLabels: { app: "b" } } }],
          ports: [
            { port: 8000, protocol: "TCP" },
            { port: 8001, protocol: "TCP" },
          ],
        },
      ],
    });
    assert.equal(await settled(result.address), "db.mcp-prod.svc:5432");
  });

  it("lets in nobody where nobody is named: no rule, as one from nowhere would be one from everywhere", async () => {
    const { spec } = inputsOf((await service({ ingress: [] })).resources, NETWORK_POLICY);
    assert.deepEqual(spec, { podSelector: { matchLabels: SELECTOR }, policyTypes: ["Ingress", "Egress"] });
  });

  it("refuses a rule that says nothing, and one that is not known yet", async () => {
    await assert.rejects(
      service({ egress: [{ ports: [1] }] }),
      /^InvalidInputError: egress\[0\]: says where by one of/,
    );
    await assert.rejects(
      service({ ingress: pulumi.output([{ namespace: "x" }]) }),
      /^InvalidInputError: ingress: depends on another resource/,
    );
  });

  it("asks a path for readiness where there is one, and a command before it", async () => {
    const probe = async (args: object) => containerOf((await service(args)).resources, STATEFUL_SET).readinessProbe;
    const timing = { periodSeconds: 5, timeoutSeconds: 5 };
    assert.deepEqual(await probe({ readinessPath: "/-/ready" }), {
      httpGet: { path: "/-/ready", port: "service" },
      ...timing,
    });
    assert.deepEqual(await probe({ readinessPath: "/-/ready", health: ["true"] }), {
      exec: { command: ["true"] },
      ...timing,
    });
  });
});
