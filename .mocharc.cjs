// Mocha adds the files of the command line to those of its settings: whoever names files wants no others.
const named = process.argv.slice(2).some((argument) => argument.endsWith(".ts"));

module.exports = {
  require: ["ts-node/register/transpile-only"],
  reporter: "test/support/reporter.ts",
  timeout: 60_000,
  ...(named ? {} : { spec: ["test/**/*.test.ts"] }),
};
