const { readdirSync, readFileSync } = require("node:fs");
const { join } = require("node:path");

// Mocha adds the files of the command line to those of its settings: whoever names files wants no others.
const named = process.argv.slice(2).some((argument) => argument.endsWith(".ts"));

// Messages name commands as the user gives them: tests are told the same, whether npm runs them or not.
delete process.env.npm_lifecycle_script;

/** All tests; those that need a cluster last, since CI builds it while the others run. */
function tests() {
  const files = readdirSync(join(__dirname, "test"), { recursive: true })
    .filter((file) => file.endsWith(".test.ts"))
    .map((file) => join(__dirname, "test", file))
    .sort();
  const needsCluster = (file) => readFileSync(file, "utf8").includes("support/kubernetes");
  return [...files.filter((file) => !needsCluster(file)), ...files.filter(needsCluster)];
}

module.exports = {
  require: ["ts-node/register/transpile-only"],
  reporter: "test/support/reporter.ts",
  timeout: 60_000,
  ...(named ? {} : { spec: tests() }),
};
