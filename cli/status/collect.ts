import { existsSync } from "node:fs";
import path from "node:path";
import { clusterError } from "../../provider/kubernetes/clusterError";
import { openEngine } from "../deployed/engine";
import type { ClientPlace, Entry } from "../deployed/entries";
import { type DeployedStack, upCommand } from "../deployed/stack";
import { invocation } from "../invocation";
import { Health, Missing, noReadings, notRunning, type Report } from "./report";

/** One row of the status. */
export interface Row extends Report {
  entry: Entry;
}

/** Asks all servers and services of a stack at once. What can't be asked is no error of the others. */
export async function stackStatus(stack: DeployedStack): Promise<Row[]> {
  const ask = asker(stack);
  return Promise.all(
    stack.entries.map(async (entry) => {
      const report = await ask(entry).catch((error: unknown): Report => {
        const { message } = clusterError(error);
        return { health: new Missing(message), readings: noReadings("it could not be asked") };
      });
      return { entry, ...report };
    }),
  );
}

/** A function that asks a server or service where it runs. What it takes to ask is loaded and opened once, when it is needed. */
function asker(stack: DeployedStack): (entry: Entry) => Promise<Report> {
  const engine = once(openEngine);
  const cluster = once(async () => (require("../deployed/pods") as typeof import("../deployed/pods")).openPods(stack));
  return async ({ place, role }) => {
    const isServer = role === "server";
    switch (place?.kind) {
      case undefined: {
        const reason = `it is in the config, but not deployed: ${upCommand(stack.name)}`;
        return { health: Health.NotDeployed, reason, readings: noReadings("it is not deployed") };
      }
      case "client":
        return clientReport(place);
      case "process":
        return (require("./process") as typeof import("./process")).processReport(place);
      case "container":
        return (require("./docker") as typeof import("./docker")).containerReport(await engine(), place, isServer);
      case "workload":
        return (require("./kubernetes") as typeof import("./kubernetes")).workloadReport(
          await cluster(),
          place,
          isServer,
        );
    }
  };
}

/** A server that each client starts for itself: there is nothing to ask, but it has to be there. */
function clientReport({ folder }: ClientPlace): Report {
  if (folder !== undefined && !existsSync(path.join(folder, "current"))) {
    return notRunning({
      health: Health.Unhealthy,
      reason: `its installation is gone: ${invocation("up")} installs it again`,
    });
  }
  const reason = "its clients start it, each for itself: nothing of it runs by itself";
  return { health: new Missing(reason), readings: noReadings(reason) };
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
