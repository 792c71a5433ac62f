import { composeImport } from "../../../cli/composeImport";
import { makeFolder } from "../../support/folder";

const SERVER = {
  "server/server.py": 'from fastmcp import FastMCP\nmcp = FastMCP("x")\nmcp.run(transport="http")\n',
  "server/requirements.txt": "fastmcp==4.1.2\n",
};

/** A project with an MCP server and its compose file in the folder `server`. */
export function project(compose: string, files: Record<string, string> = {}): string {
  return makeFolder({ ...SERVER, "server/docker-compose.yml": compose, ...files });
}

/** Runs the command in a project. */
export async function run(root: string, ...argv: string[]): Promise<{ code: number; out: string; err: string }> {
  let out = "";
  let err = "";
  const io = {
    root,
    folder: root,
    out: (text: string) => {
      out += text;
    },
    err: (text: string) => {
      err += text;
    },
  };
  return { code: await composeImport(argv, io), out, err };
}

/** Imports a compose file of a project of its own. */
export const importFile = (compose: string, ...argv: string[]) =>
  run(project(compose), "server/docker-compose.yml", ...argv);
