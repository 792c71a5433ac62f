import { createHash } from "node:crypto";
import { McpCheck } from "../check";
import { type EndpointOutputs, enterClients } from "../clients/entries";
import * as pulumi from "../pulumi";
import { type McpServerArgs, plainSettings, type ResolvedServer, resolve, Target, Transport } from "../server";
import { reportAdvice } from "../server/diagnostics";
import {
  activationInputs,
  checkArgs,
  installationInputs,
  newRelease,
  processInputs,
  stdioEndpoint,
  url,
} from "./inputs";
import { Activation, Installation, SupervisedProcess } from "./resources";

/**
 * An MCP server as a local process. A stdio server is installed and left for its client to launch; an HTTP server runs
 * in the background under a supervisor. Either is deployed only once it has answered a real MCP handshake.
 */
export class McpProcess extends pulumi.ComponentResource {
  /** Transport of the server: "stdio" or "http". */
  readonly transport: pulumi.Output<string>;
  /** URL of the MCP endpoint of an HTTP server; undefined for a stdio server. */
  readonly url: pulumi.Output<string | undefined>;
  /** Command with which a client launches a stdio server; undefined for an HTTP server. */
  readonly command: pulumi.Output<string | undefined>;
  /** Arguments of that command; undefined for an HTTP server. */
  readonly args: pulumi.Output<string[] | undefined>;
  /** Names of the server's tools, sorted. */
  readonly tools: pulumi.Output<string[]>;
  /** SHA-256 over the names, descriptions and schemas of the tools: it changes when what clients see changes. */
  readonly toolsDigest: pulumi.Output<string>;

  constructor(name: string, args: McpServerArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mcp:index:McpProcess", name, {}, opts);
    const { clients = [], ...settings } = plainSettings(args);
    const server = resolve(name, settings, { target: Target.Process });
    reportAdvice(server, Target.Process, this);

    // Through a promise, which carries no dependency: a child that depends on its own parent would wait for itself.
    const instance = new Promise<string>((done) => this.urn.apply((urn) => done(instanceKey(name, urn))));
    const installation = new Installation(`${name}-installation`, installationInputs(server, instance), {
      parent: this,
    });
    const { endpoint, check, usable } =
      server.transport === Transport.Http
        ? this.serve(server, installation, instance, args)
        : this.offer(server, installation, args);

    this.transport = pulumi.output<string>(server.transport);
    this.url = pulumi.output(endpoint.url);
    this.command = pulumi.output(endpoint.command);
    this.args = pulumi.output(endpoint.args);
    this.tools = check.tools;
    this.toolsDigest = check.toolsDigest;
    enterClients(name, endpoint, clients, args.secrets, { parent: this, dependsOn: usable });
    const { transport, url, command, args: commandArgs, tools, toolsDigest } = this;
    this.registerOutputs({ transport, url, command, args: commandArgs, tools, toolsDigest });
  }

  /** An HTTP server that runs in the background. */
  private serve(
    server: ResolvedServer,
    installation: Installation,
    instance: Promise<string>,
    args: Variables,
  ): Deployed {
    const { name } = server;
    const process = new SupervisedProcess(`${name}-process`, processInputs(server, instance, installation, args), {
      parent: this,
    });
    const endpoint = { url: pulumi.output(url(server)) };
    const inputs = checkArgs(server, installation, endpoint, process.generation, args);
    const check = new McpCheck(`${name}-check`, inputs, { parent: this });
    return { endpoint, check, usable: check };
  }

  /** A stdio server that clients launch. They launch a new release only once it has passed the check. */
  private offer(server: ResolvedServer, installation: Installation, args: Variables): Deployed {
    const { name } = server;
    const tried = stdioEndpoint(server, installation, newRelease(installation), args);
    const inputs = checkArgs(server, installation, tried, installation.release, args);
    const check = new McpCheck(`${name}-check`, inputs, { parent: this });
    const usable = new Activation(`${name}-activation`, activationInputs(installation), {
      parent: this,
      dependsOn: check,
    });
    return { endpoint: stdioEndpoint(server, installation, "current", args), check, usable };
  }
}

type Variables = Pick<McpServerArgs, "env" | "secrets">;

/** What clients are given, how it was checked, and what has to be there before they use it. */
interface Deployed {
  endpoint: EndpointOutputs;
  check: McpCheck;
  usable: pulumi.Resource;
}

/** Key of the server's folder on this machine: the same for every run of this stack from this folder, and for no other. */
function instanceKey(name: string, urn: string): string {
  return `${name}-${createHash("sha256").update(`${process.cwd()}\n${urn}`).digest("hex").slice(0, 8)}`;
}
