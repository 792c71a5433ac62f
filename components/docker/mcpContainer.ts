import * as docker from "@pulumi/docker";
import { McpCheck } from "../check";
import { enterClients } from "../clients/entries";
import { McpImage } from "../image";
import * as pulumi from "../pulumi";
import { type McpServerArgs, plainSettings, resolve, Target } from "../server";
import { reportAdvice } from "../server/diagnostics";
import { containerInputs, LOOPBACK, PIDS_LIMIT } from "./containerInputs";
import { ContainerReady } from "./containerReady";
import { KEEP_DATA } from "./serviceInputs";

/** Arguments of McpContainer: what the server is, and its surroundings. */
export interface McpContainerArgs extends McpServerArgs {
  /** Name of the container, unique on its Docker Engine. Defaults to "mcp-<stack>-<name>". */
  containerName?: pulumi.Input<string>;
  /** Name of the Docker network to join. Defaults to a network of its own. */
  network?: pulumi.Input<string>;
}

/** An MCP server as a hardened Docker container: image built, published on this machine only, checked by a real MCP handshake. */
export class McpContainer extends pulumi.ComponentResource {
  /** URL of the MCP endpoint. */
  readonly url: pulumi.Output<string>;
  /** What is deployed: the image's digest or id. */
  readonly image: pulumi.Output<string>;
  /** Names of the server's tools, sorted. */
  readonly tools: pulumi.Output<string[]>;
  /** SHA-256 over the names, descriptions and schemas of the tools: it changes when what clients see changes. */
  readonly toolsDigest: pulumi.Output<string>;
  /** What to paste into the configuration of each MCP client, by client: JSON, for Codex TOML. Secrets stand in it as placeholders. */
  readonly clients: pulumi.Output<{ [key: string]: string }>;

  constructor(name: string, args: McpContainerArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mcp:index:McpContainer", name, {}, opts);
    const { containerName, network, ...serverArgs } = args;
    const { clients = [], image: _, ...settings } = plainSettings(serverArgs);
    const server = resolve(name, settings);
    reportAdvice(server, Target.Docker, this);

    const image = new McpImage(name, serverArgs, { parent: this });
    const joined = network ?? new docker.Network(`${name}-network`, {}, { parent: this }).name;
    const fullName = containerName ?? `mcp-${pulumi.getStack()}-${name}`;
    const logs = new docker.Volume(
      `${name}-logs`,
      { name: pulumi.interpolate`${fullName}-logs` },
      { parent: this, ...KEEP_DATA },
    );
    const surroundings = {
      containerName: fullName,
      network: joined,
      image: image.reference,
      logsVolume: logs.name,
    };
    const container = new docker.Container(`${name}-container`, containerInputs(server, surroundings, args), {
      parent: this,
      // Name and port can't be held by two containers at once.
      deleteBeforeReplace: true,
    });
    const ready = new ContainerReady(
      `${name}-ready`,
      {
        server: name,
        container: container.id,
        pidsLimit: PIDS_LIMIT,
        url: `http://${LOOPBACK}:${server.port}${server.health.readinessPath}`,
        timeoutSeconds: server.health.startPeriodSeconds,
      },
      { parent: this },
    );
    this.url = pulumi.output(`http://${LOOPBACK}:${server.port}${server.path}`);
    this.image = image.reference;
    const check = new McpCheck(
      `${name}-check`,
      { server: name, url: this.url, triggers: [ready.containerId] },
      { parent: this },
    );
    this.tools = check.tools;
    this.toolsDigest = check.toolsDigest;
    this.clients = enterClients(name, { url: this.url }, clients, args.secrets, { parent: this, dependsOn: check });
    this.registerOutputs();
  }
}
