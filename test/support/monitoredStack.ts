import { makeFolder } from "./folder";

/** What the test machine has of the two; newer ones are the default. */
export const IMAGES = { prometheus: "prom/prometheus:v2.42.0", alertmanager: "prom/alertmanager:v0.25.0" };

/** A server whose code knows nothing of metrics, with a tool `double`. */
export const plainServer = (): string => makeFolder({ "server.py": PLAIN, "requirements.txt": "fastmcp==4.1.2\n" });

const PLAIN = `from fastmcp import FastMCP
mcp = FastMCP("plain")

@mcp.tool
def double(number: int) -> int:
    return 2 * number

if __name__ == "__main__":
    mcp.run(transport="http", host="0.0.0.0", show_banner=False)
`;

/** A service that prints what Alertmanager posts to it, at http://hook:9000/. */
export const HOOK = {
  name: "hook",
  image: "node:22-slim",
  command: [
    "node",
    "-e",
    "require('http').createServer((q, s) => { q.on('data', (d) => process.stdout.write(d)); q.on('end', () => s.end()); }).listen(9000)",
  ],
};
