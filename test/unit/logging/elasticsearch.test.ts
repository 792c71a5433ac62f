import assert from "node:assert/strict";
import { parse } from "yaml";
import { dataViewSetup, indexSetup, indexTemplate, kibanaConfig, userSetup } from "../../../components/logging";

const keyword = { type: "keyword", ignore_above: 1_024 };

describe("indices of logs", () => {
  it("have a policy that deletes them, and a template that names every field", () => {
    assert.deepEqual(indexSetup({ index: "mcp-logs", retentionDays: 30, replicas: 0 }), [
      {
        method: "PUT",
        path: "/_ilm/policy/mcp-logs",
        body: {
          policy: { phases: { hot: { actions: {} }, delete: { min_age: "30d", actions: { delete: {} } } } },
        },
      },
      {
        method: "PUT",
        path: "/_index_template/mcp-logs",
        body: {
          index_patterns: ["mcp-logs-*"],
          priority: 200,
          template: {
            settings: { number_of_shards: 1, number_of_replicas: 0, "index.lifecycle.name": "mcp-logs" },
            mappings: {
              dynamic: false,
              properties: {
                "@timestamp": { type: "date" },
                server: keyword,
                stack: keyword,
                container: keyword,
                namespace: keyword,
                pod: keyword,
                stream: keyword,
                offset: { type: "long" },
                message: { type: "text" },
                timestamp: { type: "date", ignore_malformed: true },
                level: keyword,
                logger: keyword,
                request_id: keyword,
                method: keyword,
                tool: keyword,
                outcome: keyword,
                error_type: keyword,
                duration_seconds: { type: "double" },
                fields: { type: "flattened", ignore_above: 1_024, depth_limit: 100 },
              },
            },
          },
          _meta: { managed_by: "pulumi-mcp-deploy" },
        },
      },
    ]);
  });

  it("are kept for ever with 0 days, and have copies as Elasticsearch sees fit", () => {
    const [only, ...others] = indexSetup({ index: "logs", retentionDays: 0 });
    assert.deepEqual(others, []);
    assert.equal(only?.path, "/_index_template/logs");
    const { template } = indexTemplate({ index: "logs", retentionDays: 0 }) as { template: { settings: object } };
    assert.deepEqual(template.settings, { number_of_shards: 1 });
  });
});

describe("users of Elasticsearch", () => {
  it("may each do what its service does", () => {
    const role = (privileges: string[]) => ({
      cluster: ["monitor"],
      indices: [{ names: ["mcp-logs-*"], privileges }],
    });
    assert.deepEqual(userSetup("mcp-logs", { kibana: "k", writer: "w", reader: "r" }), [
      { method: "POST", path: "/_security/user/kibana_system/_password", body: { password: "k" } },
      { method: "PUT", path: "/_security/role/mcp-logs-writer", body: role(["auto_configure", "index"]) },
      {
        method: "PUT",
        path: "/_security/user/mcp-logs-writer",
        body: { password: "w", roles: ["mcp-logs-writer"] },
      },
      { method: "PUT", path: "/_security/role/mcp-logs-reader", body: role(["read", "view_index_metadata"]) },
      {
        method: "PUT",
        path: "/_security/user/mcp-logs-reader",
        body: { password: "r", roles: ["mcp-logs-reader"] },
      },
    ]);
  });
});

describe("Kibana", () => {
  const settings = {
    elasticsearchUrl: "http://elasticsearch:9200",
    publicUrl: "http://127.0.0.1:5601",
    encryptionKey: "k".repeat(32),
  };
  const config = {
    "server.name": "kibana",
    "server.host": "0.0.0.0",
    "server.publicBaseUrl": "http://127.0.0.1:5601",
    "elasticsearch.hosts": ["http://elasticsearch:9200"],
    "xpack.encryptedSavedObjects.encryptionKey": "k".repeat(32),
    "xpack.reporting.encryptionKey": "k".repeat(32),
    "xpack.security.encryptionKey": "k".repeat(32),
    "telemetry.optIn": false,
    "newsfeed.enabled": false,
  };

  it("logs in to Elasticsearch as its own user", () => {
    assert.deepEqual(parse(kibanaConfig({ ...settings, password: "word" })), {
      ...config,
      "elasticsearch.username": "kibana_system",
      "elasticsearch.password": "word",
    });
  });

  it("logs in nowhere where nobody is asked", () => {
    assert.deepEqual(parse(kibanaConfig(settings)), config);
  });

  it("gets a view of the logs, unless it has one", () => {
    assert.deepEqual(dataViewSetup("mcp-logs"), [
      {
        method: "POST",
        path: "/api/data_views/data_view",
        body: {
          data_view: { id: "mcp-logs", title: "mcp-logs-*", name: "MCP servers", timeFieldName: "@timestamp" },
        },
        unless: "/api/data_views/data_view/mcp-logs",
      },
    ]);
  });
});
