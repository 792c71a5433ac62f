import * as assert from "node:assert/strict";
import type { Problem } from "../../../components/server";
import {
  MAX_NAME_LENGTH,
  memoryMiB,
  parseMemory,
  slug,
  validateChoice,
  validateCpu,
  validateEnvNames,
  validateHealth,
  validateHttpPath,
  validateKinds,
  validateMemory,
  validateName,
  validatePort,
  validatePortPair,
  validateResources,
} from "../../../components/server";

/** Path, message and fix of each problem. */
const brief = (problems: Problem[]) => problems.map(({ path, message, fix }) => [path, message, fix]);

describe("validateName", () => {
  for (const name of ["a", "weather", "mcp-2", "a".repeat(40)]) {
    it(`accepts ${name}`, () => assert.deepEqual(validateName(name), []));
  }

  it("says what is allowed and gives a name that is", () => {
    assert.deepEqual(validateName("My Server_1!", "servers[0].name"), [
      {
        path: "servers[0].name",
        message: "the name is no DNS label",
        got: "My Server_1!",
        allowed:
          "lower-case letters, digits and hyphens, starting with a letter, ending with a letter or digit, at most 40 characters",
        fix: "name it my-server-1",
      },
    ]);
  });

  for (const [name, message, fixed] of [
    ["", "the name is empty", "mcp-server"],
    ["a".repeat(41), "the name has 41 characters", "a".repeat(40)],
    ["-x-", "the name is no DNS label", "x"],
    ["1st", "the name is no DNS label", "st"],
    ["Zürich", "the name is no DNS label", "zurich"],
    ["天気", "the name is no DNS label", "mcp-server"],
    ["x\n", "the name is no DNS label", "x"],
  ] as const) {
    it(`refuses ${JSON.stringify(name)}`, () =>
      assert.deepEqual(brief(validateName(name)), [["name", message, `name it ${fixed}`]]));
  }

  it("always suggests a name that it accepts", () => {
    const alphabet = ["a", "Z", "0", "-", "_", ".", " ", "é", "'", "/"];
    for (let seed = 0; seed < 3000; seed++) {
      const text = Array.from(
        { length: seed % 60 },
        (_, i) => alphabet[(seed * 7 + i * i * 13 + (seed >> (i % 8))) % 10],
      ).join("");
      assert.deepEqual(validateName(slug(text)), [], text);
      assert.ok(slug(text).length <= MAX_NAME_LENGTH);
      assert.equal(slug(slug(text)), slug(text));
    }
  });
});

describe("validatePort", () => {
  for (const port of [1024, 8080, 65535]) it(`accepts ${port}`, () => assert.deepEqual(validatePort(port), []));
  for (const [port, message, fix] of [
    [0, "there is no such TCP port", undefined],
    [65536, "there is no such TCP port", undefined],
    [-1, "there is no such TCP port", undefined],
    [80.5, "a port is a whole number", undefined],
    [Number.NaN, "a port is a whole number", undefined],
    [80, "ports below 1024 need root, and servers run without it", "use 8080"],
    [443, "ports below 1024 need root, and servers run without it", "use 8443"],
    [1, "ports below 1024 need root, and servers run without it", "use 8001"],
  ] as const) {
    it(`refuses ${port}`, () => assert.deepEqual(brief(validatePort(port)), [["port", message, fix]]));
  }

  it("keeps the endpoint and the metrics apart", () => {
    assert.deepEqual(validatePortPair(8080, 8000), []);
    assert.deepEqual(brief(validatePortPair(9090, 9090)), [
      ["metricsPort", "the metrics port is the port of the MCP endpoint", "use 8000 for metricsPort"],
    ]);
  });
});

describe("memory quantities", () => {
  for (const [quantity, bytes] of [
    ["512Mi", 536870912],
    ["1Gi", 1073741824],
    ["0.5Gi", 536870912],
    ["1G", 1000000000],
    ["268435456", 268435456],
    ["512m", undefined],
    ["512 Mi", undefined],
    ["512MB", undefined],
    ["", undefined],
    ["-1Gi", undefined],
  ] as const) {
    it(`${JSON.stringify(quantity)} is ${bytes} bytes`, () => assert.equal(parseMemory(quantity), bytes));
  }

  it("round up to whole MiB", () => {
    assert.equal(memoryMiB("512Mi"), 512);
    assert.equal(memoryMiB("1G"), 954);
    assert.equal(memoryMiB("x"), undefined);
  });

  for (const [quantity, message, fix] of [
    ["512m", "this is no memory quantity", 'write "512Mi"'],
    ["512MB", "this is no memory quantity", 'write "512Mi"'],
    ["1 gb", "this is no memory quantity", 'write "1Gi"'],
    ["lots", "this is no memory quantity", undefined],
    ["512", "this is less memory than a container can have", 'write "512Mi" if megabytes were meant'],
    ["5Mi", "this is less memory than a container can have", 'start with "256Mi"'],
  ] as const) {
    it(`${quantity} is refused`, () => assert.deepEqual(brief(validateMemory(quantity, "m")), [["m", message, fix]]));
  }
});

describe("validateResources", () => {
  it("accepts the guidelines' numbers and equal ones", () => {
    assert.deepEqual(
      validateResources({ cpuLimit: 0.5, memoryLimit: "512Mi", cpuReservation: 0.25, memoryReservation: "256Mi" }),
      [],
    );
    assert.deepEqual(
      validateResources({ cpuLimit: 1, memoryLimit: "1Gi", cpuReservation: 1, memoryReservation: "1024Mi" }),
      [],
    );
  });

  it("refuses reservations above the limits", () => {
    assert.deepEqual(
      validateResources({ cpuLimit: 0.5, cpuReservation: 1, memoryLimit: "512Mi", memoryReservation: "1Gi" }),
      [
        {
          path: "resources.cpuReservation",
          message: "more CPU is set aside than the server may use",
          got: "1",
          allowed: "at most the limit, 0.5",
          fix: "lower it to 0.5, or raise the limit",
        },
        {
          path: "resources.memoryReservation",
          message: "more memory is set aside than the server may use",
          got: "1Gi",
          allowed: "at most the limit, 512Mi",
          fix: "lower it to 512Mi, or raise the limit",
        },
      ],
    );
  });

  for (const cores of [0, -1, 0.0001, 513, Number.NaN, Number.POSITIVE_INFINITY]) {
    it(`refuses ${cores} cores`, () => assert.equal(validateCpu(cores, "c")[0]?.message, "this is no amount of CPU"));
  }
  for (const cores of [0.001, 0.1, 0.25, 1.5, 64])
    it(`accepts ${cores} cores`, () => assert.deepEqual(validateCpu(cores, "c"), []));
});

describe("validateEnvNames", () => {
  it("accepts names, and refuses what is none, reserved or doubled", () => {
    assert.deepEqual(validateEnvNames(["LOG_LEVEL", "_x"], ["API_KEY"]), []);
    assert.deepEqual(brief(validateEnvNames(["my-key", "1A", "PORT", "A"], ["A", "METRICS_PORT"], "s")), [
      ["s.env.my-key", "this is no name of an environment variable", "name it my_key"],
      ["s.env.1A", "this is no name of an environment variable", "name it _1A"],
      ["s.env.PORT", "PORT is set by the deployment", "remove it, and set `port` if the default does not suit"],
      ["s.secrets.A", "A is both in env and in secrets", "remove it from env"],
      [
        "s.secrets.METRICS_PORT",
        "METRICS_PORT is set by the deployment",
        "remove it, and set `metricsPort` if the default does not suit",
      ],
    ]);
  });
});

describe("validateHttpPath", () => {
  for (const path of ["/", "/mcp", "/a/b-c_d.e~f", "/a%20b", "/mcp/"])
    it(`accepts ${path}`, () => assert.deepEqual(validateHttpPath(path, "path"), []));
  for (const [path, fix] of [
    ["mcp", 'write "/mcp"'],
    ["", 'write "/"'],
    ["/mcp?x=1", 'write "/mcp"'],
    ["//mcp", 'write "/mcp"'],
    ["http://host:1/mcp", 'write "/mcp"'],
    ["/a b", undefined],
  ] as const) {
    it(`refuses ${JSON.stringify(path)}`, () =>
      assert.deepEqual(brief(validateHttpPath(path, "path")), [["path", "this is no HTTP path", fix]]));
  }
});

describe("validateHealth", () => {
  it("accepts the guidelines' numbers", () => {
    assert.deepEqual(
      validateHealth({ intervalSeconds: 30, timeoutSeconds: 10, startPeriodSeconds: 0, retries: 3 }),
      [],
    );
  });

  it("refuses numbers that make no check", () => {
    const problems = validateHealth({
      intervalSeconds: 0,
      timeoutSeconds: 1.5,
      startPeriodSeconds: -1,
      retries: 0,
      livenessPath: "x",
    });
    assert.deepEqual(
      problems.map(({ path, allowed }) => [path, allowed]),
      [
        ["health.livenessPath", 'a path that starts with one slash, such as "/mcp", without spaces, query or fragment'],
        ["health.intervalSeconds", "a whole number from 1 to 3600"],
        ["health.timeoutSeconds", "a whole number from 1 to 3600"],
        ["health.startPeriodSeconds", "a whole number from 0 to 3600"],
        ["health.retries", "a whole number from 1 to 100"],
      ],
    );
  });

  it("refuses a time-out beyond the interval", () => {
    assert.deepEqual(brief(validateHealth({ intervalSeconds: 5, timeoutSeconds: 10 })), [
      [
        "health.timeoutSeconds",
        "a check would still run when the next one starts",
        "lower it, or raise intervalSeconds",
      ],
    ]);
  });
});

describe("validateChoice", () => {
  it("suggests what was meant", () => {
    assert.equal(validateChoice("Pyhton", ["python", "node"], "runtime")[0]?.fix, "did you mean python?");
    assert.equal(validateChoice("prod", ["development", "production"], "stage")[0]?.fix, "did you mean production?");
    assert.equal(validateChoice("ruby", ["python", "node"], "runtime")[0]?.fix, undefined);
    assert.equal(validateKinds({ transport: "streamable-http" as "http" })[0]?.fix, "did you mean http?");
    assert.equal(validateKinds({ transport: "sse" as "http" })[0]?.message, "MCP has deprecated the SSE transport");
  });
});
