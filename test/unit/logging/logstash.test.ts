import assert from "node:assert/strict";
import { parse } from "yaml";
import { logstashPipeline, logstashSettings } from "../../../components/logging";

const SETTINGS = { elasticsearchUrl: "http://elasticsearch:9200", index: "mcp-logs", authenticated: true };

const PIPELINE = `input {
  http {
    id => "shipper"
    host => "0.0.0.0"
    port => 4318
    user => "shipper"
    password => "\${SHIPPER_PASSWORD}"
    codec => json { ecs_compatibility => disabled }
    ecs_compatibility => disabled
  }
}
filter {
  split { field => "[resourceLogs]" }
  split { field => "[resourceLogs][scopeLogs]" }
  split { field => "[resourceLogs][scopeLogs][logRecords]" }
  json { source => "[resourceLogs][scopeLogs][logRecords][body][stringValue]" }
  mutate {
    rename => { "id" => "[@metadata][id]" }
    remove_field => ["resourceLogs", "headers", "host", "@version"]
  }
}
output {
  elasticsearch {
    hosts => ["http://elasticsearch:9200"]
    user => "\${ELASTICSEARCH_USERNAME}"
    password => "\${ELASTICSEARCH_PASSWORD}"
    index => "mcp-logs-%{+YYYY.MM.dd}"
    document_id => "%{[@metadata][id]}"
    action => "index"
    manage_template => false
    ilm_enabled => false
    data_stream => false
    ecs_compatibility => disabled
  }
}
`;

describe("Logstash", () => {
  it("writes what the shipper sends, each document once, with the password in a variable", () => {
    assert.equal(logstashPipeline(SETTINGS), PIPELINE);
  });

  it("names nobody to an Elasticsearch that asks for nobody", () => {
    const expected = PIPELINE.replace(/ {4}(user|password) => ".*ELASTICSEARCH.*\n/g, "");
    assert.equal(logstashPipeline({ ...SETTINGS, authenticated: false }), expected);
  });

  it("applies the user's own filters last", () => {
    const filter = 'mutate {\n  remove_field => ["stream"]\n}\n';
    const expected = PIPELINE.replace("\n}\noutput", '\n  mutate {\n    remove_field => ["stream"]\n  }\n}\noutput');
    assert.equal(logstashPipeline({ ...SETTINGS, filter }), expected);
  });

  it("keeps what it has taken on its volume", () => {
    assert.deepEqual(parse(logstashSettings()), {
      "node.name": "logstash",
      "api.http.host": "127.0.0.1",
      "queue.type": "persisted",
      "queue.max_bytes": "512mb",
      "pipeline.ecs_compatibility": "disabled",
      "xpack.monitoring.enabled": false,
    });
  });
});
