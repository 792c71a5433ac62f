import assert from "node:assert/strict";
import { podFiles, podOperators } from "../../../components/logging";

describe("logs of pods", () => {
  it("are the files of the servers' own containers, and no other's", () => {
    const servers = [{ namespace: "mcp-prod", deployment: "weather-4f1a", name: "weather" }];
    assert.deepEqual(podFiles("/var/log/pods", servers), [
      "/var/log/pods/mcp-prod_weather-4f1a-*_*/weather/*.log",
      "/var/log/pods/mcp-prod_weather-4f1a-*_*/weather/*.log.*",
    ]);
  });

  it("are read as containerd and CRI-O write them", () => {
    const [{ regex } = { regex: "" }] = podOperators("prod") as { regex?: string }[];
    // JavaScript names groups without the P, and has the flag elsewhere.
    const line = new RegExp(String(regex).replace("(?s)", "").replaceAll("(?P<", "(?<"), "s");
    const groups = (text: string) => ({ ...line.exec(text)?.groups });
    assert.deepEqual(groups('2026-11-24T16:00:00.123456789Z stdout F {"level":"INFO"}'), {
      time: "2026-11-24T16:00:00.123456789Z",
      stream: "stdout",
      tags: "F",
      log: '{"level":"INFO"}',
    });
    assert.deepEqual(groups("2026-11-24T16:00:00.1+01:00 stderr P:x half a line "), {
      time: "2026-11-24T16:00:00.1+01:00",
      stream: "stderr",
      tags: "P:x",
      log: "half a line ",
    });
    assert.deepEqual(groups("2026-11-24T16:00:00Z stdout F "), {
      time: "2026-11-24T16:00:00Z",
      stream: "stdout",
      tags: "F",
      log: "",
    });
    assert.deepEqual(groups("no line of a container"), {});
  });

  it("say by their path to which pod they belong", () => {
    const operators = podOperators("prod") as { type: string; regex?: string }[];
    const { regex } = operators.filter(({ type }) => type === "regex_parser")[1] ?? {};
    const place = new RegExp(String(regex).replaceAll("(?P<", "(?<"));
    const file = "/var/log/pods/mcp-prod_weather-4f1a-6c-x2_0b5e-11/weather/3.log.20261124-160000";
    assert.deepEqual(
      { ...place.exec(file)?.groups },
      { namespace: "mcp-prod", pod: "weather-4f1a-6c-x2", uid: "0b5e-11", server: "weather", restart: "3" },
    );
  });

  it("have an id that no other line has, and the stack's name", () => {
    const operators = podOperators("prod");
    assert.deepEqual(
      operators.find(({ field }) => field === "attributes.id"),
      {
        type: "add",
        field: "attributes.id",
        value:
          'EXPR(attributes.file.uid + "-" + attributes.file.restart + "-" + attributes["@timestamp"] + "-" + string(attributes.offset))',
      },
    );
    assert.deepEqual(
      operators.find(({ field }) => field === "attributes.stack"),
      { type: "add", field: "attributes.stack", value: "prod" },
    );
    assert.equal(operators.find(({ type }) => type === "recombine")?.is_last_entry, 'body.tags startsWith "F"');
  });
});
