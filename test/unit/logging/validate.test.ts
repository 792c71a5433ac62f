import assert from "node:assert/strict";
import { validateElasticVersion, validateIndex, validateLogUrl, validateRetention } from "../../../components/logging";

const messages = (problems: { message: string }[]): string[] => problems.map(({ message }) => message);

describe("validation of logging", () => {
  it("takes the names that Elasticsearch takes", () => {
    for (const index of ["mcp-logs", "a", "team_1-logs"]) assert.deepEqual(validateIndex(index, "p"), []);
    for (const index of ["", "Logs", "-logs", "_logs", "logs*", "9logs", "l".repeat(300)]) {
      assert.deepEqual(messages(validateIndex(index, "p")), ["is not the beginning of an index's name"], index);
    }
  });

  it("takes versions of the Elastic stack from that of the guidelines on", () => {
    for (const version of ["8.8.0", "8.19.2", "9.4.1", "10.0.0"]) {
      assert.deepEqual(validateElasticVersion(version, "p"), [], version);
    }
    for (const version of ["8.7.1", "7.17.0", "9", "9.4", "latest", "9.4.1-alpha"]) {
      assert.equal(validateElasticVersion(version, "p").length, 1, version);
    }
  });

  it("takes whole days", () => {
    assert.deepEqual([...validateRetention(0, "p"), ...validateRetention(30, "p")], []);
    for (const days of [-1, 1.5]) assert.deepEqual(messages(validateRetention(days, "p")), ["is not a number of days"]);
  });

  it("takes URLs by HTTP, and wants the port of an Elasticsearch", () => {
    assert.deepEqual(validateLogUrl("https://otlp.example.com/otlp", "p"), []);
    assert.deepEqual(validateLogUrl("https://logs.example.com:443/", "p", { needsPort: true }), []);
    assert.deepEqual(messages(validateLogUrl("https://logs.example.com", "p", { needsPort: true })), [
      "has no port at its end",
    ]);
    for (const url of ["grpc://c:4317", "logs.example.com:9200", "nonsense"]) {
      assert.deepEqual(messages(validateLogUrl(url, "p")), ["is not a URL by HTTP"], url);
    }
  });

  it("shows no password that stands in a URL", () => {
    const [problem, ...others] = validateLogUrl("https://user:canary@logs.example.com", "p");
    assert.deepEqual(others, []);
    assert.equal(problem?.message, "holds a password");
    assert.ok(!JSON.stringify(problem).includes("canary"));
  });
});
