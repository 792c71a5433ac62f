import * as docker from "@pulumi/docker";
import { McpCheck, type McpCheckArgs } from "../check";
import { type EndpointOutputs, enterClients } from "../clients/entries";
import { McpImage } from "../image";
import * as pulumi from "../pulumi";
import { type DeployedServer, type McpServerArgs, plainSettings, resolve, Target } from "../server";
import { reportAdvice } from "../server/diagnostics";
import { secretValues } from "../server/secretValues";
import { clientLaunch } from "./clientLaunch";
import { CONTAINER_OPTIONS, containerInputs, KEEP_DATA, LOOPBACK, pidsLimit } from "./containerInputs";
import { ContainerReady } from "./containerReady";
import { developInputs } from "./develop";

/** Arguments of McpContainer: what the server is, and its surroundings. */
export interface McpContainerArgs extends McpServerArgs {
  /** Name of the container, unique on its Docker Engine. Defaults to "mcp-<stack>-<name>". */
  containerName?: pulumi.Input<string>;
  /** Name of the Docker network to join. Defaults to a network of its own. */
  network?: pulumi.Input<string>;
}

/**
 * An MCP server as a hardened Docker container: image built or pulled, published on this machine only, checked by a real MCP
 * handshake. A stdio server is served by HTTP, one process a session, or started by its clients with `docker run -i`.
 */
export class McpContainer extends pulumi.ComponentResource {
  /** How clients reach it: "http", or "stdio" for a server that they start themselves. */
  readonly transport: pulumi.Output<string>;
  /** URL of the MCP endpoint; undefined for a server that clients start themselves. */
  readonly url: pulumi.Output<string | undefined>;
  /** Command with which a client starts the container; undefined for a server that runs already. */
  readonly command: pulumi.Output<string | undefined>;
  /** Arguments of that command; undefined for a server that runs already. */
  readonly args: pulumi.Output<string[] | undefined>;
  /** What is deployed: the image's digest or id. */
  readonly image: pulumi.Output<string>;
  /** Names of the server's tools, sorted. */
  readonly tools: pulumi.Output<string[]>;
  /** SHA-256 over the names, descriptions and schemas of the tools: it changes when what clients see changes. */
  readonly toolsDigest: pulumi.Output<string>;

  constructor(name: string, args: McpContainerArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mcp:index:McpContainer", name, {}, opts);
    const { containerName, network, ...serverArgs } = args;
    const { clients = [], ...settings } = plainSettings(serverArgs);
    const server = resolve(name, settings);
    reportAdvice(server, Target.Docker, this);

    const image = new McpImage(name, serverArgs, { parent: this }).reference;
    const joined = network ?? new docker.Network(`${name}-network`, {}, { parent: this }).name;
    const { endpoint, check } = server.launchedByClient
      ? startedByClients(server, { image, network: joined }, args)
      : this.running(server, { image, network: joined, containerName }, { ...args, resources: settings.resources });
    const checked = new McpCheck(`${name}-check`, { server: name, ...check }, { parent: this });

    this.transport = pulumi.output(server.launchedByClient ? "stdio" : "http");
    this.url = pulumi.output(endpoint.url);
    this.command = pulumi.output(endpoint.command);
    this.args = pulumi.output(endpoint.args);
    this.image = image;
    this.tools = checked.tools;
    this.toolsDigest = checked.toolsDigest;
    enterClients(name, endpoint, clients, args.secrets, { parent: this, dependsOn: checked });
    const { transport, url, command, args: commandArgs, tools, toolsDigest } = this;
    this.registerOutputs({ transport, url, command, args: commandArgs, image, tools, toolsDigest });
  }

  /** The server in a container that runs all the time. */
  private running(
    server: DeployedServer,
    { image, network, containerName = `mcp-${pulumi.getStack()}-${server.name}` }: Place,
    args: Variables & { resources?: object },
  ): Deployed {
    const { name, port, path, health } = server;
    const logs = new docker.Volume(
      `${name}-logs`,
      { name: pulumi.interpolate`${containerName}-logs` },
      { parent: this, ...KEEP_DATA },
    );
    const inputs = containerInputs(server, { containerName, network, image, logsVolume: logs.name }, args);
    const container = new docker.Container(
      `${name}-container`,
      { ...inputs, ...developInputs(server, inputs, args) },
      { parent: this, ...CONTAINER_OPTIONS },
    );
    const ready = new ContainerReady(
      `${name}-ready`,
      {
        server: name,
        container: container.id,
        pidsLimit: pidsLimit(server),
        url: `http://${LOOPBACK}:${port}${health.readinessPath}`,
        timeoutSeconds: health.startPeriodSeconds,
        secrets: secretValues(args.secrets),
      },
      { parent: this },
    );
    const url = pulumi.output(`http://${LOOPBACK}:${port}${path}`);
    return { endpoint: { url }, check: { url, secrets: args.secrets ?? {}, triggers: [ready.containerId] } };
  }
}

type Variables = Pick<McpServerArgs, "env" | "secrets">;

interface Place {
  image: pulumi.Output<string>;
  network: pulumi.Input<string>;
  containerName?: pulumi.Input<string> | undefined;
}

/** What is handed to clients, and how it is checked. */
interface Deployed {
  endpoint: EndpointOutputs;
  check: Pick<McpCheckArgs, Exclude<keyof McpCheckArgs, "server">>;
}

/** Nothing runs: the check starts the container as a client does. */
function startedByClients(server: DeployedServer, place: Place, args: Variables): Deployed {
  const endpoint = clientLaunch(server, place, args);
  // The engine that the Docker provider uses; clients take the one that their user's Docker configuration names.
  const { DOCKER_HOST } = process.env;
  const env = endpoint.env.apply((own) => ({ ...own, ...(DOCKER_HOST && { DOCKER_HOST }) }));
  const { startPeriodSeconds } = server.health;
  return {
    endpoint,
    check: { ...endpoint, env, secrets: args.secrets ?? {}, timeoutSeconds: startPeriodSeconds },
  };
}
