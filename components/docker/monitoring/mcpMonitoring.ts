import * as random from "@pulumi/random";
import * as pulumi from "../../pulumi";
import { ALERTMANAGER } from "../../services/alertmanager";
import { PROMETHEUS } from "../../services/prometheus";
import { LOOPBACK } from "../containerInputs";
import { McpService } from "../mcpService";
import { alertmanagerService } from "./alertmanager";
import type { AlertmanagerArgs, GrafanaArgs, McpMonitoringArgs, PrometheusArgs } from "./args";
import { GRAFANA, grafanaService } from "./grafana";
import { prometheusService } from "./prometheus";

/**
 * Prometheus with rules, Alertmanager and Grafana beside the servers of a Docker network, published on this machine only.
 * Their data outlives the containers and the stack.
 */
export class McpMonitoring extends pulumi.ComponentResource {
  /** URL of Prometheus on this machine. */
  readonly prometheusUrl: pulumi.Output<string>;
  /** URL of Alertmanager on this machine. */
  readonly alertmanagerUrl: pulumi.Output<string>;
  /** URL of Grafana on this machine; undefined where there is none. Its user is "admin". */
  readonly grafanaUrl: pulumi.Output<string | undefined>;
  /** Password of Grafana's user "admin"; undefined where there is no Grafana. A secret. @secret */
  readonly grafanaPassword: pulumi.Output<string | undefined>;

  constructor(name: string, args: McpMonitoringArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mcp:index:McpMonitoring", name, {}, opts);
    const { prometheus = {}, alertmanager = {}, grafana = {} } = args as Parts;
    const { network } = args;
    const inside = { parent: this };
    const alerts = new McpService(ALERTMANAGER.name, { network, ...alertmanagerService(alertmanager) }, inside);
    const metrics = new McpService(PROMETHEUS.name, { network, ...prometheusService(args, prometheus) }, inside);
    this.alertmanagerUrl = localUrl(alerts, alertmanager.port ?? ALERTMANAGER.port);
    this.prometheusUrl = localUrl(metrics, prometheus.port ?? PROMETHEUS.port);

    if (grafana.enabled === false) {
      this.grafanaUrl = pulumi.output(undefined);
      this.grafanaPassword = pulumi.output(undefined);
    } else {
      const password = new random.RandomPassword("grafana-password", { length: 32, special: false }, inside).result;
      const shown = new McpService(GRAFANA.name, { network, ...grafanaService(args, grafana, password) }, inside);
      this.grafanaUrl = localUrl(shown, grafana.port ?? GRAFANA.port);
      this.grafanaPassword = pulumi.secret(password);
    }
    this.registerOutputs();
  }
}

/** The parts of the args; which of them there are has to be known at preview. */
interface Parts {
  prometheus?: PrometheusArgs;
  alertmanager?: AlertmanagerArgs;
  grafana?: GrafanaArgs;
}

/** Known once the service is ready. */
const localUrl = ({ host }: McpService, port: pulumi.Input<number>): pulumi.Output<string> =>
  pulumi.all([host, port]).apply(([, port]) => `http://${LOOPBACK}:${port}`);
