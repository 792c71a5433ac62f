import assert from "node:assert/strict";
import { helpText, parseOptions, SHARED, UsageError } from "../../../cli/options";

const SPECS = { ...SHARED, yes: { type: "boolean", short: "y", description: "Do not ask." } } as const;

/** Of a command whose own options take values. */
const VALUES = {
  ...SHARED,
  image: { type: "string", value: "NAME=REF", description: "An image." },
  cert: { type: "string", value: "FILE", description: "A certificate." },
} as const;

const parse = (...argv: string[]) => parseOptions("up", argv, SPECS, {});
const fails = (message: string, ...argv: string[]) =>
  assert.throws(
    () => parse(...argv),
    (error: unknown) => error instanceof UsageError && error.message === message,
  );

describe("parseOptions", () => {
  it("defaults to the stack local", () => {
    assert.deepEqual(parse(), { stack: "local", flags: new Set(), values: {} });
  });

  it("reads long and short options, values after a space or =", () => {
    assert.deepEqual(parse("--stack", "dev", "--yes", "--json"), {
      stack: "dev",
      flags: new Set(["yes", "json"]),
      values: {},
    });
    assert.deepEqual(parse("-s", "dev", "-y"), { stack: "dev", flags: new Set(["yes"]), values: {} });
    assert.equal(parse("--stack=org/mcp/prod").stack, "org/mcp/prod");
  });

  it("refuses unknown options, with the nearest", () => {
    fails("Unknown option --stak of up. Did you mean --stack?", "--stak", "dev");
    fails("Unknown option --jsno of up. Did you mean --json?", "--jsno");
    fails("Unknown option --parallelism of up. Options: --stack, --json, --help, --yes.", "--parallelism");
  });

  it("refuses stray arguments, missing values and values that are not taken", () => {
    fails("Unexpected argument dev. A stack is named like this: npm run up -- --stack dev", "dev");
    fails("--stack needs a value: --stack NAME", "--stack");
    fails("--stack needs a value: --stack NAME", "--stack", "--yes");
    fails("--yes takes no value.", "--yes=no");
  });

  it("notices a stack that npm kept for itself, which would deploy to another one", () => {
    const env = { npm_config_stack: "prod" };
    assert.throws(() => parseOptions("destroy", [], SPECS, env), /npm run destroy -- --stack NAME/);
    assert.equal(parseOptions("destroy", ["--stack", "dev"], SPECS, env).stack, "dev");
  });

  it("reads values of other options, each as often as it is given", () => {
    const argv = ["--image", "a=1", "--stack", "dev", "--image=b=2", "--cert", "c.pem"];
    assert.deepEqual(parseOptions("render", argv, VALUES, {}), {
      stack: "dev",
      flags: new Set(),
      values: { image: ["a=1", "b=2"], cert: ["c.pem"] },
    });
  });

  it("notices other options that npm kept, unless they are settings of npm", () => {
    assert.throws(
      () => parseOptions("render", [], VALUES, { npm_config_image: "a=1" }),
      new UsageError("npm kept --image for itself. Put -- before the options: npm run render -- --image NAME=REF"),
    );
    assert.deepEqual(parseOptions("render", [], VALUES, { npm_config_cert: "c.pem" }).values, {});
    assert.deepEqual(parseOptions("render", ["--image", "b=2"], VALUES, { npm_config_image: "a=1" }).values, {
      image: ["b=2"],
    });
  });

  it("notices a flag that npm kept, which would be missing without a word", () => {
    const specs = { ...SHARED, follow: { type: "boolean", description: "Go on." } } as const;
    const message = "npm kept --follow for itself. Put -- before the options: npm run logs -- --follow";
    assert.throws(() => parseOptions("logs", [], specs, { npm_config_follow: "true" }), new UsageError(message));
    assert.deepEqual(parseOptions("logs", [], specs, { npm_config_json: "true" }).flags, new Set());
  });

  it("takes arguments between the options, where a command has some", () => {
    const specs = { ...VALUES, server: { type: "argument", value: "SERVER", description: "A server." } } as const;
    assert.deepEqual(parseOptions("logs", ["a", "--stack", "dev", "b", "--json"], specs, {}), {
      stack: "dev",
      flags: new Set(["json"]),
      values: { server: ["a", "b"] },
    });
    assert.throws(
      () => parseOptions("logs", ["--server", "a"], specs, {}),
      new UsageError("Unknown option --server of logs. Options: --stack, --json, --help, --image, --cert."),
    );
    assert.match(helpText("logs", "Shows.", specs), /^npm run logs -- \[SERVER \.\.\.\] \[options\]\n/);
    assert.ok(!helpText("logs", "Shows.", specs).includes("--server"));
  });

  it("lists every option in the help", () => {
    const help = helpText("up", "Deploys.", SPECS);
    assert.match(help, /^npm run up -- \[options\]\n\nDeploys\.\n/);
    for (const line of ["-s, --stack NAME  The stack.", "    --json        Print", "-y, --yes         Do not ask."]) {
      assert.ok(help.includes(line), line);
    }
  });
});
