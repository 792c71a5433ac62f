import { commandLine } from "../../support/commandLine";
import { makeFolder } from "../../support/folder";

const SERVER = {
  "server/server.py": 'from fastmcp import FastMCP\nmcp = FastMCP("x")\nmcp.run(transport="http")\n',
  "server/requirements.txt": "fastmcp==4.1.2\n",
};

/** A project with an MCP server and its compose file in the folder `server`. */
export function project(compose: string, files: Record<string, string> = {}): string {
  return makeFolder({
    "Pulumi.yaml": "name: mcp\nruntime: nodejs\n",
    ...SERVER,
    "server/docker-compose.yml": compose,
    ...files,
  });
}

/** Runs the command in a project. */
export const run = (root: string, ...argv: string[]) => commandLine(root, "import", ...argv);

/** Imports a compose file of a project of its own. */
export const importFile = (compose: string, ...argv: string[]) =>
  run(project(compose), "server/docker-compose.yml", ...argv);
