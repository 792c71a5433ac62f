import { objectsOf, textOf } from "../../values";
import { at, idOf, namespaceOf } from "../object";
import { podProblems } from "./pod";
import { type Awaiter, conditionOf, isOwnedBy, isTrue, READY } from "./readiness";

const FINAL = ["BackoffLimitExceeded", "DeadlineExceeded"];

/** A Job is ready when it is complete, and the one kind whose failure is told at once. */
export const jobAwaiter: Awaiter = {
  onRefresh: true,
  start:
    () =>
    async ({ cluster, live }) => {
      const failure = conditionOf(live, "Failed");
      const failed = isTrue(failure) && FINAL.includes(textOf(failure?.reason));
      if (!failed && isTrue(conditionOf(live, "Complete")) && at(live, "status", "startTime") !== undefined)
        return READY;
      const pods = objectsOf(await cluster.list({ apiVersion: "v1", kind: "Pod" }, namespaceOf(live)));
      return {
        ready: false,
        failed,
        status: `Waiting for Job "${idOf(live)}" to succeed`,
        problems: [
          ...(failed ? [`[${textOf(failure?.reason)}] ${textOf(failure?.message)}`] : []),
          ...pods.filter((pod) => isOwnedBy(pod, live)).flatMap(podProblems),
        ],
      };
    },
};
