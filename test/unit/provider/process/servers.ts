/** HTTP servers of a few lines that behave as real ones do, well and badly. */

const listen = (handler: string) => `
require("node:http").createServer((request, response) => { ${handler} }).listen(process.env.PORT, "127.0.0.1");
`;

/** Has no readiness path, prints its environment, and crashes when asked. */
export const PLAIN = `
console.log("the key is " + process.env.API_KEY);
${listen(`
  if (request.url === "/crash") { console.error("boom"); process.exit(7); }
  if (request.url === "/env") return response.end(JSON.stringify(process.env));
  response.statusCode = 404;
  response.end();
`)}`;

/** Is ready at the third question only. */
export const SLOW = `
let asked = 0;
${listen("asked += 1; response.statusCode = asked < 3 ? 503 : 200; response.end(String(asked));")}`;

export const CRASHING = `
console.log("reading the settings");
console.error("no database at " + process.env.API_KEY);
process.exit(3);`;

export const HANGING = `require("node:net").createServer(() => {}).listen(process.env.PORT, "127.0.0.1");`;

export const FAILING = listen('response.statusCode = 500; response.end("broken by " + process.env.API_KEY);');

/** Starts a helper in its process group that ignores SIGTERM and holds the output. */
export const WITH_HELPER = `
require("node:child_process").spawn(process.execPath, ["-e", 'process.on("SIGTERM", () => {}); setInterval(() => {}, 1000)'], { stdio: "inherit" });
${PLAIN}`;
