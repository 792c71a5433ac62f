// One of the project's commands on a test stack, as a user runs it. Arguments: { scripts, options } as JSON, the name of
// the command's file, and what the user would give it.
const path = require("node:path");

const [context, name, ...argv] = process.argv.slice(2);
const { scripts, options } = JSON.parse(context);
const session = require(path.join(scripts, "session"));
const { openSession } = session;
// A command knows one project only: the one that it is part of.
session.openSession = (own) => openSession({ ...own, ...options });
process.argv = [process.argv[0], path.join(scripts, `${name}.js`), ...argv];
require(process.argv[1]);
