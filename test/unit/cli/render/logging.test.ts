import assert from "node:assert/strict";
import { parse } from "yaml";
import { render } from "../../../../cli/render/render";
import { configOf, files, inProject, optionsOf, TestSource, textOf } from "./support";

const source = (logging: object) =>
  new TestSource(configOf({ services: [], secrets: [] }, { "mcp:services": [], "mcp:logging": logging }));

describe("mcp-deploy render of a stack whose logs are collected", () => {
  inProject();

  it("writes the shipper, in its own namespace, with its config", async () => {
    await render(source({ destination: { otlp: { url: "https://otlp.example.com" } } }), optionsOf());
    const read = (pattern: RegExp) => parse(textOf(files().find((file) => pattern.test(file)) ?? ""));
    const set = read(/daemonset-log-shipper/);
    assert.equal(set.metadata.namespace, "mcp-prod-logs");
    const map = read(/configmap-log-shipper/);
    assert.deepEqual(
      set.spec.template.spec.volumes.find(({ name }: { name: string }) => name === "files").projected.sources,
      [{ configMap: { name: map.metadata.name } }],
    );
    assert.match(map.data["shipper.yaml"], /logs_endpoint: https:\/\/otlp\.example\.com\/v1\/logs/);
    assert.equal(read(/namespace-mcp-prod-logs/).metadata.labels["pod-security.kubernetes.io/enforce"], "privileged");
  });

  it("is refused where Elasticsearch would have to be set up once it runs", async () => {
    await assert.rejects(
      render(source({}), optionsOf()),
      /`up` does that, and manifests can't\.\n {2}fix: name a destination/,
    );
  });
});
