// One operation on a test stack, in a process of its own, as each command of a user is. Argument: { scripts, options,
// operation, json } as JSON. Prints { changes, lines } or { errors } as JSON; with `json` the engine's own output of a
// preview in that form is `told`.
const path = require("node:path");

const { scripts, options, operation, json } = JSON.parse(process.argv[2]);
const { obtainEngine } = require(path.join(scripts, "engine"));
const { openSession } = require(path.join(scripts, "session"));
const { OperationError } = require(path.join(scripts, "errors"));
const { operate } = require(path.join(scripts, "operate"));

async function main() {
  const lines = [];
  const sink = { line: (text) => lines.push(text), status: () => {}, done: () => {} };
  const session = await openSession({ ...options, engine: await obtainEngine(), say: sink.line });
  try {
    let told = "";
    const output = json && { form: "--json", take: (text) => (told += text) };
    const { changes } = await operate(session, operation, { sink, create: true, output });
    return { changes, lines, told };
  } catch (error) {
    if (error instanceof OperationError) return { errors: error.errors };
    throw error;
  }
}

main().then(
  (result) => process.stdout.write(JSON.stringify(result), () => process.exit(0)),
  (error) => {
    console.error(error);
    process.exit(1);
  },
);
