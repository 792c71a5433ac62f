import { objectsOf, type Properties, textOf } from "../../values";
import { at, idOf, nameOf, namespaceOf } from "../object";
import { type Awaiter, conditionOf, isTrue, READY } from "./readiness";

/** A pod is ready when it is scheduled, initialized, and ready or done. */
export const podAwaiter: Awaiter = {
  onRefresh: true,
  start:
    () =>
    ({ live }) => {
      const ready = isTrue(conditionOf(live, "Ready")) || at(live, "status", "phase") === "Succeeded";
      if (ready && isTrue(conditionOf(live, "PodScheduled")) && isTrue(conditionOf(live, "Initialized"))) return READY;
      return {
        ready: false,
        status: `Waiting for Pod "${displayName(live)}" to be ready`,
        problems: podProblems(live),
      };
    },
};

/** What is wrong with a pod, in the words of the official plugin: it does not tell why a pod is not scheduled. */
export function podProblems(pod: Properties): string[] {
  return ["Initialized", "Ready"].flatMap((type) => {
    const condition = conditionOf(pod, type);
    if (!condition || isTrue(condition) || at(pod, "status", "phase") === "Succeeded") return [];
    const containers = objectsOf(at(pod, "status", "containerStatuses")).flatMap(containerProblems);
    const message = textOf(condition.reason) === "" ? "" : textOf(condition.message);
    if (message === "" && containers.length === 0) return [];
    return [`[Pod ${displayName(pod)}]: ${message}${containers.join("\n")}`];
  });
}

function containerProblems(container: Properties): string[] {
  if (container.ready === true) return [];
  const name = textOf(container.name);
  const problems: string[] = [];
  const waiting = at(container, "state", "waiting") as Properties | undefined;
  if (waiting && waiting.reason !== "ContainerCreating") {
    problems.push(`[${textOf(waiting.reason)}] ${textOf(waiting.message)}`);
  }
  const ended = at(container, "state", "terminated") as Properties | undefined;
  if (ended && textOf(ended.reason) !== "") {
    const message = textOf(ended.message);
    problems.push(
      message
        ? `[${textOf(ended.reason)}] ${message}`
        : `container "${name}" completed with exit code ${ended.exitCode}`,
    );
  }
  const last = at(container, "lastState", "terminated") as Properties | undefined;
  if (last) {
    const how = `(${textOf(last.reason)}: exit code ${last.exitCode})`;
    problems.push(`container "${name}" terminated at ${textOf(last.finishedAt)} ${how}`);
    if (textOf(last.message) !== "") problems.push(textOf(last.message));
  }
  return problems;
}

const displayName = (pod: Properties): string => (namespaceOf(pod) === "default" ? nameOf(pod) : idOf(pod));
