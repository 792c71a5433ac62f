import type { AlertmanagerServiceArgs } from "../../monitoring/args";
import * as pulumi from "../../pulumi";

/**
 * Ports at which the receivers are told of alerts. They are no secret, as their addresses are. What is no address has none:
 * the config of Alertmanager says so.
 */
export const receiverPorts = (receivers: AlertmanagerServiceArgs["receivers"]): pulumi.Output<number[]> =>
  pulumi.unsecret(pulumi.output(receivers ?? [])).apply((known) => {
    const ports = known.flatMap(({ webhook, slack, email }) => [
      ...urlPort(webhook?.url),
      ...urlPort(slack?.webhookUrl),
      ...hostPort(email?.smarthost),
    ]);
    return [...new Set(ports)].sort((one, other) => one - other);
  });

function urlPort(text: string | undefined): number[] {
  if (text === undefined || !URL.canParse(text)) return [];
  const { port, protocol } = new URL(text);
  return [port ? Number(port) : protocol === "http:" ? 80 : 443];
}

function hostPort(text: string | undefined): number[] {
  const [, port] = /:(\d+)$/.exec(text ?? "") ?? [];
  return port === undefined ? [] : [Number(port)];
}
