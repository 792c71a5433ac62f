import type { input } from "@pulumi/kubernetes/types";
import type { ResolvedServer } from "../server";

/** The guidelines' numbers: how long after the start of a container a probe begins, and how often it asks, in seconds. */
const LIVENESS = { initialDelaySeconds: 30, periodSeconds: 10 };
const READINESS = { initialDelaySeconds: 5, periodSeconds: 5 };

/** Seconds between two probes of a server that is starting. */
const STARTUP_PERIOD = 2;

type Probes = Pick<input.core.v1.Container, "startupProbe" | "livenessProbe" | "readinessProbe">;

/**
 * How the kubelet asks for a server's health. Until the startup probe has passed once, nothing restarts the container;
 * liveness never asks for more than the server itself, or an upstream that is down would restart every replica.
 */
export function probes({ probe, health }: Pick<ResolvedServer, "probe" | "health">): Probes {
  const { livenessPath, readinessPath, startPeriodSeconds, retries, timeoutSeconds } = health;
  const ask = (path: string) => {
    if (probe.kind === "http") return { httpGet: { path, port: "http" } };
    return probe.kind === "command" ? { exec: { command: probe.command } } : { tcpSocket: { port: "http" } };
  };
  const timing = (periodSeconds: number) => ({
    periodSeconds,
    // A command has to start first, which takes seconds where there is half a CPU.
    timeoutSeconds: probe.kind === "command" ? timeoutSeconds : Math.min(timeoutSeconds, periodSeconds),
    failureThreshold: retries,
  });
  return {
    startupProbe: {
      ...ask(livenessPath),
      ...timing(STARTUP_PERIOD),
      failureThreshold: Math.max(retries, Math.ceil(startPeriodSeconds / STARTUP_PERIOD)),
    },
    livenessProbe: { ...ask(livenessPath), ...LIVENESS, ...timing(LIVENESS.periodSeconds) },
    readinessProbe: { ...ask(readinessPath), ...READINESS, ...timing(READINESS.periodSeconds) },
  };
}
