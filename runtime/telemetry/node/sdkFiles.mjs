/** The SDK's files that export the classes, and what makes such a file hand them over. */

/** They export `Server` and `McpServer`: of @modelcontextprotocol/server 2.x, and of /sdk 1.x. */
const SDK_FILE =
  /[/\\]@modelcontextprotocol[/\\](?:server[/\\]dist[/\\]index|sdk[/\\]dist[/\\](?:\w+[/\\])?server[/\\](?:index|mcp))\.[cm]?js$/;

const KEY = "pulumi-mcp-deploy.telemetry";

/** Sets what gets the exports. It is found by name: the files may be ES modules or not, and lie anywhere. */
export const setReceiver = (receive) => Object.defineProperty(globalThis, Symbol.for(KEY), { value: receive });

export const isSdkFile = (urlOrPath) => SDK_FILE.test(urlOrPath);

/** A file's source, with a line at its end that hands over the exports. An ES module may import itself. */
export function withHandover(source, url) {
  const receive = `globalThis[Symbol.for(${JSON.stringify(KEY)})]`;
  const text = typeof source === "string" ? source : Buffer.from(source).toString("utf8");
  return url === undefined
    ? `${text}\n${receive}(module.exports);\n`
    : `${text}\nimport * as exportsForTelemetry from ${JSON.stringify(url)}; ${receive}(exportsForTelemetry);\n`;
}

/** What a loader of Node has loaded, with that line if it is such a file. */
export function handingOver(url, loaded) {
  if (!isSdkFile(url) || !loaded.source) return loaded;
  return { ...loaded, source: withHandover(loaded.source, loaded.format === "module" ? url : undefined) };
}
