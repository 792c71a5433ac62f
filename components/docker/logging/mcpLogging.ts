import * as pulumi from "../../pulumi";
import { known } from "../../services/logging/known";
import { logTarget } from "../../services/logging/logTarget";
import { SHIPPER } from "../../services/logging/shipper";
import { engineFolder } from "../engineAnswers";
import { McpService } from "../mcpService";
import type { McpLoggingArgs } from "./args";
import { dockerPlatform } from "./platform";
import { shipperService } from "./shipper";

/**
 * Collects the logs of the servers of a Docker stack: a shipper reads their log files, Logstash writes them into
 * Elasticsearch, Kibana shows them, on this machine only. Or ships them to what is there already. Data outlives the stack.
 */
export class McpLogging extends pulumi.ComponentResource {
  /** URL of Elasticsearch on this machine; undefined where the logs go elsewhere. */
  readonly elasticsearchUrl: pulumi.Output<string | undefined>;
  /** URL of Kibana on this machine; undefined where there is none. */
  readonly kibanaUrl: pulumi.Output<string | undefined>;
  /** Password of the user "elastic" of both; undefined where they ask for none. A secret. @secret */
  readonly password: pulumi.Output<string | undefined>;
  /** URL of Elasticsearch on the Docker network, for what reads the logs there; undefined where the logs go elsewhere. */
  readonly networkUrl: pulumi.Output<string | undefined>;
  /** Name of the user that may read the logs and nothing else; undefined where Elasticsearch asks for none. */
  readonly readerName: pulumi.Output<string | undefined>;
  /** Password of that user. A secret. @secret */
  readonly readerPassword: pulumi.Output<string | undefined>;

  constructor(name: string, args: McpLoggingArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mcp:index:McpLogging", name, {}, opts);
    const { target, own } = logTarget(dockerPlatform(args), args, this);
    const shipper = known(args.shipper, "shipper") ?? {};
    const service = shipperService(shipper, target, () => pulumi.output(engineFolder()));
    const { gateway: dependsOn = [] } = target;
    new McpService(SHIPPER.name, { network: args.network, ...service }, { parent: this, dependsOn });

    this.elasticsearchUrl = pulumi.output(own?.elasticsearchUrl);
    this.kibanaUrl = pulumi.output(own?.kibanaUrl);
    this.networkUrl = pulumi.output(own?.networkUrl);
    this.password = pulumi.output(own?.password);
    this.readerName = pulumi.output(own?.readerName);
    this.readerPassword = pulumi.output(own?.readerPassword);
    this.registerOutputs();
  }
}
