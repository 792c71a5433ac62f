import { McpProcess, type Target } from "pulumi-mcp-deploy";
import { loadSettings, type ServerSetting } from "pulumi-mcp-deploy/config";

/** The Pulumi program: the stack's config says which servers there are and where they run. */
export = async function program() {
  const { target, servers } = loadSettings();
  return { servers: Object.fromEntries(servers.map((server) => [server.name, deploy(target, server)])) };
};

/** Deploys one server, and returns what the stack output `servers` says of it. */
function deploy(target: Target, { name, args }: ServerSetting) {
  const { transport, url, command, args: commandArgs, tools, toolsDigest, clients } = new McpProcess(name, args);
  return { target, transport, url, command, args: commandArgs, tools, toolsDigest, clients };
}
