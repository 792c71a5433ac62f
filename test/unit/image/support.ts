import { chdir, cwd } from "node:process";
import { type BuildContext, contextFiles, filesDigest, writeContext } from "../../../components/image/context";
import { writeDockerfile } from "../../../components/image/dockerfile";
import { dockerfileOptions } from "../../../components/image/options";
import { type ImageSettings, type ResolvedServer, resolve, type SourceSettings } from "../../../components/server";

/** The Dockerfile that is written for a folder. */
export function dockerfileOf(
  server: ResolvedServer,
  image: ImageSettings = {},
  more: { buildSecrets?: string[]; revision?: string } = { revision: "r1" },
): string {
  return writeDockerfile(server, dockerfileOptions(server, image, more));
}

/** Writes a folder's context below another one, as McpImage does below the project, and returns what it wrote. */
export function writeBelow(
  project: string,
  settings: SourceSettings,
  image: ImageSettings = {},
  name = "weather",
): BuildContext {
  const before = cwd();
  const server = resolve(name, settings);
  const files = contextFiles(server, server.inspection.dockerfile !== undefined);
  const dockerfile =
    server.inspection.dockerfile?.text ?? dockerfileOf(server, image, { revision: filesDigest(files) });
  chdir(project);
  try {
    return writeContext(files, dockerfile, `.mcp/test/${name}`);
  } finally {
    chdir(before);
  }
}

export const PYTHON = {
  "server.py": 'from fastmcp import FastMCP\nmcp = FastMCP("x")\nmcp.run(transport="http")\n',
  "requirements.txt": "fastmcp==4.1.2\n",
};
export const STDIO = { ...PYTHON, "server.py": 'from fastmcp import FastMCP\nmcp = FastMCP("x")\nmcp.run()\n' };
export const NODE = {
  "index.js":
    'import { McpServer } from "@modelcontextprotocol/server";\nimport { StreamableHTTPServerTransport } from "@modelcontextprotocol/node";\n',
  "package.json": JSON.stringify({
    type: "module",
    main: "index.js",
    dependencies: { "@modelcontextprotocol/server": "2.4.0" },
  }),
};
